CREATE TABLE unit (
    id         UUID NOT NULL PRIMARY KEY,
    code       TEXT COLLATE "C" NOT NULL UNIQUE,
    version    BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);

-- What a unit was called, what it was and to whom it belonged, from from_on up
-- to, but not on, to_on.
CREATE TABLE unit_period (
    unit_id       UUID NOT NULL REFERENCES unit (id),
    from_on       DATE NOT NULL,
    to_on         DATE CHECK (to_on > from_on),
    name          TEXT COLLATE "C" NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL CHECK (kind IN ('province', 'city', 'ward', 'commune', 'township', 'cell')),
    official_code TEXT COLLATE "C",
    parent_id     UUID REFERENCES unit (id),
    PRIMARY KEY (unit_id, from_on)
);
CREATE INDEX unit_period_of_parent ON unit_period (parent_id, unit_id);

-- Every unit above a unit, and the unit itself (depth 0), while the chain held:
-- computed from unit_period. child_id is the unit below the ancestor through
-- which the unit hangs (at depth 0 the unit itself), so that a roll-up by child
-- is one join.
CREATE TABLE unit_ancestor (
    ancestor_id UUID NOT NULL REFERENCES unit (id),
    unit_id     UUID NOT NULL REFERENCES unit (id),
    child_id    UUID NOT NULL REFERENCES unit (id),
    depth       BIGINT NOT NULL CHECK (depth >= 0),
    from_on     DATE NOT NULL,
    to_on       DATE CHECK (to_on > from_on),
    PRIMARY KEY (ancestor_id, unit_id, from_on)
);
CREATE INDEX unit_ancestor_of_unit ON unit_ancestor (unit_id, ancestor_id);
