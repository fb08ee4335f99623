-- A list that somebody brought for a cell: looked through, written down, perhaps undone.
-- The file itself is not kept, only its hash and its rows.
CREATE TABLE list_import (
    id           BLOB NOT NULL PRIMARY KEY,
    unit_id      BLOB NOT NULL REFERENCES unit (id),
    account_name TEXT NOT NULL,
    file_name    TEXT NOT NULL,
    file_hash    BLOB NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('draft', 'applied', 'undone')),
    lettering    TEXT NOT NULL CHECK (lettering IN ('unicode', 'tcvn3', 'vni')),
    columns      TEXT NOT NULL,
    heads        TEXT NOT NULL,
    started_on   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    applied_at   INTEGER,
    undone_at    INTEGER,
    added        INTEGER NOT NULL DEFAULT 0,
    changed      INTEGER NOT NULL DEFAULT 0,
    kept         INTEGER NOT NULL DEFAULT 0,
    refused      INTEGER NOT NULL DEFAULT 0,
    version      INTEGER NOT NULL DEFAULT 1,
    CHECK ((status = 'draft') = (applied_at IS NULL)),
    CHECK ((status = 'undone') = (undone_at IS NOT NULL))
) STRICT;
CREATE INDEX list_import_of_unit ON list_import (unit_id, created_at);

-- The rows of the list. member_id, residence_id and letter_id name what a row wrote; an
-- import that is undone takes those rows out again, so that nothing here refers to them.
CREATE TABLE list_import_row (
    import_id      BLOB NOT NULL REFERENCES list_import (id),
    line           INTEGER NOT NULL,
    cells          TEXT NOT NULL,
    left_out       INTEGER NOT NULL DEFAULT 0 CHECK (left_out IN (0, 1)),
    outcome        TEXT CHECK (outcome IN ('added', 'changed')),
    member_id      BLOB,
    residence_id   BLOB,
    letter_id      BLOB,
    member_version INTEGER,
    residence_version INTEGER,
    before         TEXT,
    PRIMARY KEY (import_id, line)
) STRICT, WITHOUT ROWID;
