-- Of a year: what was chosen on its annual sheets that were confirmed, and what was given in
-- it. Summaries are made anew by the refresher, which finds that none counts.
DROP TABLE unit_year_summary;
CREATE TABLE unit_year_summary (
    unit_id BLOB NOT NULL,
    year    INTEGER NOT NULL,
    choices BLOB NOT NULL,
    gifts   BLOB NOT NULL,
    PRIMARY KEY (unit_id, year)
) STRICT;
DELETE FROM summary_state;

-- A short number for each thing that is given for something: its kind, what it is counted in,
-- and the kind and the name of the work, both NULL where it was given for none.
CREATE TABLE summary_purpose (
    number    INTEGER NOT NULL PRIMARY KEY,
    kind      TEXT NOT NULL,
    measure   TEXT NOT NULL,
    work_kind TEXT,
    work_name TEXT
) STRICT;
