-- When the end of a residence was written down. Of ends from before this was kept, no
-- confirmed figure can speak: any moment up to now will do.
ALTER TABLE residence ADD COLUMN ended_at INTEGER;
UPDATE residence SET ended_at = created_at WHERE ended_on IS NOT NULL;

-- Whether a merge, or its undoing, explains why a residence counts no more, or again.
CREATE INDEX member_merge_by_merged ON member_merge (merged_id);

-- The figures of a unit as somebody answered for them: number counts the confirmations of
-- one day, the last of which holds. figures is the table of the day as JSON; normal and
-- exempt are its totals.
CREATE TABLE confirmed_figures (
    id           BLOB NOT NULL PRIMARY KEY,
    unit_id      BLOB NOT NULL REFERENCES unit (id),
    as_of_on     TEXT NOT NULL,
    number       INTEGER NOT NULL CHECK (number > 0),
    normal       INTEGER NOT NULL,
    exempt       INTEGER NOT NULL,
    figures      TEXT NOT NULL,
    note         TEXT NOT NULL,
    account_name TEXT NOT NULL,
    confirmed_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX confirmed_figures_of_unit ON confirmed_figures (unit_id, as_of_on, number);

CREATE TRIGGER confirmed_figures_refuses_update BEFORE UPDATE ON confirmed_figures
BEGIN
    SELECT RAISE(ABORT, 'confirmed_figures is never changed');
END;

CREATE TRIGGER confirmed_figures_refuses_delete BEFORE DELETE ON confirmed_figures
BEGIN
    SELECT RAISE(ABORT, 'confirmed_figures is never changed');
END;

-- A report of the year leaves as a file, too. A CHECK cannot be altered here: both tables
-- are written anew.
CREATE TABLE export_anew (
    id           BLOB NOT NULL PRIMARY KEY,
    unit_id      BLOB NOT NULL REFERENCES unit (id),
    what         TEXT NOT NULL CHECK (what IN ('evaluations', 'members', 'attendance', 'contributions', 'statistics', 'report')),
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
INSERT INTO export_anew
SELECT id, unit_id, what, format, file, said, purpose, account_name, expected, written, bytes,
       sha256, job, state, started_at, finished_at, expires_at
FROM export;

CREATE TABLE export_piece_anew (
    export_id BLOB NOT NULL REFERENCES export_anew (id),
    number    INTEGER NOT NULL,
    bytes     BLOB NOT NULL,
    PRIMARY KEY (export_id, number)
) STRICT;
INSERT INTO export_piece_anew SELECT export_id, number, bytes FROM export_piece;

DROP TABLE export_piece;
DROP TABLE export;
ALTER TABLE export_anew RENAME TO export;
ALTER TABLE export_piece_anew RENAME TO export_piece;
CREATE INDEX export_of_unit ON export (unit_id, started_at);
CREATE INDEX export_to_expire ON export (expires_at);
