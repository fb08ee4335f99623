-- Every file that left: what it was, for what, by whom; how it ended. A job's file waits in
-- export_piece until it expires.
CREATE TABLE export (
    id           BLOB NOT NULL PRIMARY KEY,
    unit_id      BLOB NOT NULL REFERENCES unit (id),
    what         TEXT NOT NULL CHECK (what IN ('evaluations', 'members', 'attendance', 'contributions', 'statistics')),
    format       TEXT NOT NULL CHECK (format IN ('xlsx', 'excel-csv', 'csv')),
    file         TEXT NOT NULL,
    said         TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    account_name TEXT NOT NULL,
    expected     INTEGER NOT NULL,
    written      INTEGER NOT NULL DEFAULT 0,
    bytes        INTEGER NOT NULL DEFAULT 0,
    sha256       TEXT,
    job          INTEGER NOT NULL CHECK (job IN (0, 1)),
    state        TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    started_at   INTEGER NOT NULL,
    finished_at  INTEGER,
    expires_at   INTEGER,
    CHECK ((state = 'done') = (sha256 IS NOT NULL))
) STRICT;
CREATE INDEX export_of_unit ON export (unit_id, started_at);
CREATE INDEX export_to_expire ON export (expires_at);

CREATE TABLE export_piece (
    export_id BLOB NOT NULL REFERENCES export (id),
    number    INTEGER NOT NULL,
    bytes     BLOB NOT NULL,
    PRIMARY KEY (export_id, number)
) STRICT;
