-- What a unit has settled for itself and for the units below it; an empty value settles
-- nothing. version counts the changes.
CREATE TABLE unit_setting (
    unit_id BLOB NOT NULL REFERENCES unit (id),
    name    TEXT NOT NULL,
    value   TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (unit_id, name)
) STRICT, WITHOUT ROWID;
