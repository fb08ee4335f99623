-- The latest backup that is good is found, however many failed since.
CREATE INDEX backup_good ON backup (started_at, id) WHERE state = 'done';

-- A unit is taken out again without looking through what was asked in all others.
CREATE INDEX data_request_of_unit ON data_request (unit_id);
