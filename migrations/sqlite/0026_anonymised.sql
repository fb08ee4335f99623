-- The day on which a record was freed of what tells who the person is. What it counts for
-- stays.
ALTER TABLE member ADD COLUMN anonymised_on TEXT;

-- Somebody proposes to anonymise these people; somebody else does it, or nobody.
CREATE TABLE erasure (
    id             BLOB NOT NULL PRIMARY KEY,
    unit_id        BLOB NOT NULL REFERENCES unit (id),
    years          INTEGER NOT NULL CHECK (years > 0),
    people         INTEGER NOT NULL,
    proposed_by_id BLOB NOT NULL REFERENCES account (id),
    proposed_by    TEXT NOT NULL,
    proposed_at    INTEGER NOT NULL,
    closed_by      TEXT NOT NULL DEFAULT '',
    closed_at      INTEGER,
    done           INTEGER NOT NULL DEFAULT 0 CHECK (done IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX erasure_open ON erasure (unit_id) WHERE closed_at IS NULL;
CREATE INDEX erasure_of_unit ON erasure (unit_id, proposed_at);

CREATE TABLE erasure_member (
    erasure_id BLOB NOT NULL REFERENCES erasure (id),
    member_id  BLOB NOT NULL REFERENCES member (id),
    PRIMARY KEY (erasure_id, member_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_member_of_member ON erasure_member (member_id);

-- What a list brought of a person is found by the person, to be told and to be forgotten.
CREATE INDEX list_import_row_of_member ON list_import_row (member_id);
