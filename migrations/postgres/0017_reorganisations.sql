-- Units opened, renamed, merged, split … by one decision, on one day: drafted, applied in one
-- transaction, perhaps undone. flows says which cell's people go where; the people move when
-- the day has come (settled_at), the units are written down when it is applied. It touches
-- nothing outside unit_id; empty for the whole registry.
CREATE TABLE reorganisation (
    id              UUID NOT NULL PRIMARY KEY,
    unit_id         UUID REFERENCES unit (id),
    legal_reference TEXT COLLATE "C" NOT NULL CHECK (legal_reference <> ''),
    effective_on    DATE NOT NULL,
    status          TEXT COLLATE "C" NOT NULL CHECK (status IN ('draft', 'applied', 'undone')),
    flows           TEXT COLLATE "C" NOT NULL DEFAULT '[]',
    created_by      TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    applied_by      TEXT COLLATE "C" NOT NULL DEFAULT '',
    applied_at      BIGINT,
    settled_at      BIGINT,
    undone_by       TEXT COLLATE "C" NOT NULL DEFAULT '',
    undone_at       BIGINT,
    version         BIGINT NOT NULL DEFAULT 1,
    CHECK ((status = 'draft') = (applied_at IS NULL)),
    CHECK ((status = 'undone') = (undone_at IS NOT NULL))
);
CREATE INDEX reorganisation_by_day ON reorganisation (status, effective_on);

-- detail is the step in JSON; numbers begin at 1.
CREATE TABLE reorganisation_step (
    reorganisation_id UUID NOT NULL REFERENCES reorganisation (id),
    number            BIGINT NOT NULL CHECK (number > 0),
    kind              TEXT COLLATE "C" NOT NULL CHECK (kind IN ('open', 'rename', 'rekind', 'move', 'merge', 'split', 'dissolve')),
    detail            TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (reorganisation_id, number)
);

-- The units that it changed, and the version it left them at; named: those that only gave or
-- received. A unit that it opened goes when it is undone: no reference.
CREATE TABLE reorganisation_unit (
    reorganisation_id UUID NOT NULL REFERENCES reorganisation (id),
    unit_id           UUID NOT NULL,
    outcome           TEXT COLLATE "C" NOT NULL CHECK (outcome IN ('opened', 'changed', 'ended', 'named')),
    version           BIGINT NOT NULL,
    PRIMARY KEY (reorganisation_id, unit_id)
);
CREATE INDEX reorganisation_unit_of_unit ON reorganisation_unit (unit_id);

-- Which unit took the place of which. main: the one that takes over what waits, as the
-- letters addressed to a ward that has ended; steps is 1 where nothing stood between.
CREATE TABLE unit_succession (
    predecessor_id    UUID NOT NULL REFERENCES unit (id),
    successor_id      UUID NOT NULL REFERENCES unit (id),
    reorganisation_id UUID NOT NULL REFERENCES reorganisation (id),
    from_on           DATE NOT NULL,
    main              BOOLEAN NOT NULL,
    steps             BIGINT NOT NULL CHECK (steps > 0),
    PRIMARY KEY (predecessor_id, successor_id, reorganisation_id)
);
CREATE INDEX unit_succession_of_successor ON unit_succession (successor_id, predecessor_id);
CREATE INDEX unit_succession_of_reorganisation ON unit_succession (reorganisation_id);

-- A right may begin on a day to come.
ALTER TABLE role_grant ADD COLUMN from_on DATE;
ALTER TABLE role_grant ADD COLUMN reorganisation_id UUID REFERENCES reorganisation (id);
CREATE INDEX role_grant_of_reorganisation ON role_grant (reorganisation_id);

-- The reorganisation that opened a residence, and the one that closed it.
ALTER TABLE residence ADD COLUMN reorganisation_id UUID REFERENCES reorganisation (id);
ALTER TABLE residence ADD COLUMN closed_by UUID REFERENCES reorganisation (id);
CREATE INDEX residence_of_reorganisation ON residence (reorganisation_id);

-- Who was moved: from a residence that ends on the day to a new one, or, where it begins on
-- that day or later, within the same one (no new_id). The end and the version are those of
-- before, for the undoing; a new residence goes when it is undone: no reference.
CREATE TABLE residence_move (
    reorganisation_id UUID NOT NULL REFERENCES reorganisation (id),
    residence_id      UUID NOT NULL REFERENCES residence (id),
    new_id            UUID,
    from_cell_id      UUID NOT NULL REFERENCES unit (id),
    to_cell_id        UUID NOT NULL REFERENCES unit (id),
    ended_on          DATE,
    end_reason        TEXT COLLATE "C",
    ended_at          BIGINT,
    version           BIGINT NOT NULL,
    PRIMARY KEY (reorganisation_id, residence_id)
);
CREATE INDEX residence_move_of_residence ON residence_move (residence_id);
-- A residence that is taken out again is looked for among the merges.
CREATE INDEX member_merge_of_residence ON member_merge (residence_id);
