-- Backups that were made, or tried. claimed_on is the day of one that the calendar made, so
-- that of several servers one makes it; head is that of the audit chain in it, as it stands
-- on paper.
CREATE TABLE backup (
    id           BLOB NOT NULL PRIMARY KEY,
    claimed_on   TEXT UNIQUE,
    file         TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    bytes        INTEGER NOT NULL DEFAULT 0,
    entries      INTEGER NOT NULL DEFAULT 0,
    head         TEXT NOT NULL DEFAULT '',
    why          TEXT NOT NULL DEFAULT '',
    account_name TEXT NOT NULL,
    started_at   INTEGER NOT NULL,
    finished_at  INTEGER
) STRICT;
CREATE INDEX backup_by_start ON backup (started_at);
