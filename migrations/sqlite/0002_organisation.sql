CREATE TABLE unit (
    id         BLOB NOT NULL PRIMARY KEY,
    code       TEXT NOT NULL UNIQUE,
    version    INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL
) STRICT;

-- What a unit was called, what it was and to whom it belonged, from from_on up
-- to, but not on, to_on.
CREATE TABLE unit_period (
    unit_id       BLOB NOT NULL REFERENCES unit (id),
    from_on       TEXT NOT NULL,
    to_on         TEXT CHECK (to_on > from_on),
    name          TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('province', 'city', 'ward', 'commune', 'township', 'cell')),
    official_code TEXT,
    parent_id     BLOB REFERENCES unit (id),
    PRIMARY KEY (unit_id, from_on)
) STRICT;
CREATE INDEX unit_period_of_parent ON unit_period (parent_id, unit_id);

-- Every unit above a unit, and the unit itself (depth 0), while the chain held:
-- computed from unit_period. child_id is the unit below the ancestor through
-- which the unit hangs (at depth 0 the unit itself), so that a roll-up by child
-- is one join.
CREATE TABLE unit_ancestor (
    ancestor_id BLOB NOT NULL REFERENCES unit (id),
    unit_id     BLOB NOT NULL REFERENCES unit (id),
    child_id    BLOB NOT NULL REFERENCES unit (id),
    depth       INTEGER NOT NULL CHECK (depth >= 0),
    from_on     TEXT NOT NULL,
    to_on       TEXT CHECK (to_on > from_on),
    PRIMARY KEY (ancestor_id, unit_id, from_on)
) STRICT, WITHOUT ROWID;
CREATE INDEX unit_ancestor_of_unit ON unit_ancestor (unit_id, ancestor_id);
