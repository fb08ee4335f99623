CREATE TABLE work_item (
    id           BLOB NOT NULL PRIMARY KEY,
    unit_id      BLOB NOT NULL REFERENCES unit (id),
    code         TEXT UNIQUE,
    kind         TEXT NOT NULL CHECK (kind IN ('work', 'fund', 'activity')),
    name         TEXT NOT NULL,
    folded       TEXT NOT NULL,
    goal         INTEGER,
    measure      TEXT NOT NULL,
    started_on   TEXT,
    completed_on TEXT,
    note         TEXT NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1,
    created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX work_item_of_unit ON work_item (unit_id);

-- What was given, by a member or by a group. A mistake is cancelled by an entry of
-- the opposite sign that names the one it reverses; nothing is ever deleted, so
-- every total is a plain sum.
CREATE TABLE contribution (
    id                  BLOB NOT NULL PRIMARY KEY,
    unit_id             BLOB NOT NULL REFERENCES unit (id),
    work_item_id        BLOB REFERENCES work_item (id),
    member_id           BLOB REFERENCES member (id),
    group_name          TEXT,
    given_on            TEXT NOT NULL,
    kind                TEXT NOT NULL CHECK (kind IN ('money', 'goods', 'labour', 'land', 'idea', 'expertise')),
    amount_vnd          INTEGER NOT NULL,
    quantity_hundredths INTEGER NOT NULL,
    measure             TEXT NOT NULL,
    note                TEXT NOT NULL,
    reverses_id         BLOB UNIQUE REFERENCES contribution (id),
    reason              TEXT NOT NULL,
    created_at          INTEGER NOT NULL,
    CHECK ((member_id IS NULL) <> (group_name IS NULL)),
    CHECK ((kind = 'money') = (amount_vnd <> 0))
) STRICT;
CREATE INDEX contribution_of_unit ON contribution (unit_id, given_on);
CREATE INDEX contribution_of_work ON contribution (work_item_id, given_on);
CREATE INDEX contribution_of_member ON contribution (member_id, given_on);
