-- What a unit has settled for itself and for the units below it; an empty value settles
-- nothing. version counts the changes.
CREATE TABLE unit_setting (
    unit_id UUID NOT NULL REFERENCES unit (id),
    name    TEXT COLLATE "C" NOT NULL,
    value   TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (unit_id, name)
);
