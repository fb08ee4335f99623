-- Every file that left: what it was, for what, by whom; how it ended. A job's file waits in
-- export_piece until it expires.
CREATE TABLE export (
    id           UUID NOT NULL PRIMARY KEY,
    unit_id      UUID NOT NULL REFERENCES unit (id),
    what         TEXT COLLATE "C" NOT NULL CHECK (what IN ('evaluations', 'members', 'attendance', 'contributions', 'statistics')),
    format       TEXT COLLATE "C" NOT NULL CHECK (format IN ('xlsx', 'excel-csv', 'csv')),
    file         TEXT COLLATE "C" NOT NULL,
    said         TEXT COLLATE "C" NOT NULL,
    purpose      TEXT COLLATE "C" NOT NULL,
    account_name TEXT COLLATE "C" NOT NULL,
    expected     BIGINT NOT NULL,
    written      BIGINT NOT NULL DEFAULT 0,
    bytes        BIGINT NOT NULL DEFAULT 0,
    sha256       TEXT COLLATE "C",
    job          BOOLEAN NOT NULL,
    state        TEXT COLLATE "C" NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    started_at   BIGINT NOT NULL,
    finished_at  BIGINT,
    expires_at   BIGINT,
    CHECK ((state = 'done') = (sha256 IS NOT NULL))
);
CREATE INDEX export_of_unit ON export (unit_id, started_at);
CREATE INDEX export_to_expire ON export (expires_at);

CREATE TABLE export_piece (
    export_id UUID NOT NULL REFERENCES export (id),
    number    BIGINT NOT NULL,
    bytes     BYTEA NOT NULL,
    PRIMARY KEY (export_id, number)
);
