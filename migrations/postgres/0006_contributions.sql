CREATE TABLE work_item (
    id           UUID NOT NULL PRIMARY KEY,
    unit_id      UUID NOT NULL REFERENCES unit (id),
    code         TEXT COLLATE "C" UNIQUE,
    kind         TEXT COLLATE "C" NOT NULL CHECK (kind IN ('work', 'fund', 'activity')),
    name         TEXT COLLATE "C" NOT NULL,
    folded       TEXT COLLATE "C" NOT NULL,
    goal         BIGINT,
    measure      TEXT COLLATE "C" NOT NULL,
    started_on   DATE,
    completed_on DATE,
    note         TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1,
    created_at   BIGINT NOT NULL
);
CREATE INDEX work_item_of_unit ON work_item (unit_id);

-- What was given, by a member or by a group. A mistake is cancelled by an entry of
-- the opposite sign that names the one it reverses; nothing is ever deleted, so
-- every total is a plain sum.
CREATE TABLE contribution (
    id                  UUID NOT NULL PRIMARY KEY,
    unit_id             UUID NOT NULL REFERENCES unit (id),
    work_item_id        UUID REFERENCES work_item (id),
    member_id           UUID REFERENCES member (id),
    group_name          TEXT COLLATE "C",
    given_on            DATE NOT NULL,
    kind                TEXT COLLATE "C" NOT NULL CHECK (kind IN ('money', 'goods', 'labour', 'land', 'idea', 'expertise')),
    amount_vnd          BIGINT NOT NULL,
    quantity_hundredths BIGINT NOT NULL,
    measure             TEXT COLLATE "C" NOT NULL,
    note                TEXT COLLATE "C" NOT NULL,
    reverses_id         UUID UNIQUE REFERENCES contribution (id),
    reason              TEXT COLLATE "C" NOT NULL,
    created_at          BIGINT NOT NULL,
    CHECK ((member_id IS NULL) <> (group_name IS NULL)),
    CHECK ((kind = 'money') = (amount_vnd <> 0))
);
CREATE INDEX contribution_of_unit ON contribution (unit_id, given_on);
CREATE INDEX contribution_of_work ON contribution (work_item_id, given_on);
CREATE INDEX contribution_of_member ON contribution (member_id, given_on);
