-- The day on which a record was freed of what tells who the person is. What it counts for
-- stays.
ALTER TABLE member ADD COLUMN anonymised_on DATE;

-- Somebody proposes to anonymise these people; somebody else does it, or nobody.
CREATE TABLE erasure (
    id             UUID NOT NULL PRIMARY KEY,
    unit_id        UUID NOT NULL REFERENCES unit (id),
    years          BIGINT NOT NULL CHECK (years > 0),
    people         BIGINT NOT NULL,
    proposed_by_id UUID NOT NULL REFERENCES account (id),
    proposed_by    TEXT COLLATE "C" NOT NULL,
    proposed_at    BIGINT NOT NULL,
    closed_by      TEXT COLLATE "C" NOT NULL DEFAULT '',
    closed_at      BIGINT,
    done           BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE UNIQUE INDEX erasure_open ON erasure (unit_id) WHERE closed_at IS NULL;
CREATE INDEX erasure_of_unit ON erasure (unit_id, proposed_at);

CREATE TABLE erasure_member (
    erasure_id UUID NOT NULL REFERENCES erasure (id),
    member_id  UUID NOT NULL REFERENCES member (id),
    PRIMARY KEY (erasure_id, member_id)
);
CREATE INDEX erasure_member_of_member ON erasure_member (member_id);

-- What a list brought of a person is found by the person, to be told and to be forgotten.
CREATE INDEX list_import_row_of_member ON list_import_row (member_id);
