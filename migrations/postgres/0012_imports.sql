-- A list that somebody brought for a cell: looked through, written down, perhaps undone.
-- The file itself is not kept, only its hash and its rows.
CREATE TABLE list_import (
    id           UUID NOT NULL PRIMARY KEY,
    unit_id      UUID NOT NULL REFERENCES unit (id),
    account_name TEXT COLLATE "C" NOT NULL,
    file_name    TEXT COLLATE "C" NOT NULL,
    file_hash    BYTEA NOT NULL,
    status       TEXT COLLATE "C" NOT NULL CHECK (status IN ('draft', 'applied', 'undone')),
    lettering    TEXT COLLATE "C" NOT NULL CHECK (lettering IN ('unicode', 'tcvn3', 'vni')),
    columns      TEXT COLLATE "C" NOT NULL,
    heads        TEXT COLLATE "C" NOT NULL,
    started_on   DATE NOT NULL,
    created_at   BIGINT NOT NULL,
    applied_at   BIGINT,
    undone_at    BIGINT,
    added        BIGINT NOT NULL DEFAULT 0,
    changed      BIGINT NOT NULL DEFAULT 0,
    kept         BIGINT NOT NULL DEFAULT 0,
    refused      BIGINT NOT NULL DEFAULT 0,
    version      BIGINT NOT NULL DEFAULT 1,
    CHECK ((status = 'draft') = (applied_at IS NULL)),
    CHECK ((status = 'undone') = (undone_at IS NOT NULL))
);
CREATE INDEX list_import_of_unit ON list_import (unit_id, created_at);

-- The rows of the list. member_id, residence_id and letter_id name what a row wrote; an
-- import that is undone takes those rows out again, so that nothing here refers to them.
CREATE TABLE list_import_row (
    import_id      UUID NOT NULL REFERENCES list_import (id),
    line           BIGINT NOT NULL,
    cells          TEXT COLLATE "C" NOT NULL,
    left_out       BOOLEAN NOT NULL DEFAULT FALSE,
    outcome        TEXT COLLATE "C" CHECK (outcome IN ('added', 'changed')),
    member_id      UUID,
    residence_id   UUID,
    letter_id      UUID,
    member_version BIGINT,
    residence_version BIGINT,
    before         TEXT COLLATE "C",
    PRIMARY KEY (import_id, line)
);
