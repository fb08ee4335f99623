-- What the pages of a large unit count, unit by unit, packed so that a country is counted in
-- one pass (src/statistics/summary). Written by the refresher alone; where these tables are
-- empty, everything is counted from the rows that they follow from.
CREATE TABLE unit_summary (
    unit_id   BLOB NOT NULL PRIMARY KEY,
    cell_days BLOB NOT NULL,
    people    BLOB NOT NULL,
    former    BLOB NOT NULL,
    meetings  BLOB NOT NULL,
    opinions  BLOB NOT NULL,
    sheets    BLOB NOT NULL
) STRICT;

-- What was chosen on the annual sheets of a year that were confirmed.
CREATE TABLE unit_year_summary (
    unit_id BLOB NOT NULL,
    year    INTEGER NOT NULL,
    choices BLOB NOT NULL,
    PRIMARY KEY (unit_id, year)
) STRICT;

-- A short number for each workplace, by which people name it.
CREATE TABLE summary_workplace (
    workplace_id BLOB NOT NULL PRIMARY KEY,
    number       INTEGER NOT NULL UNIQUE
) STRICT;

-- One row once the refresher has begun: everything is in up to this place of the audit trail.
-- Units with more below them than `large_unit` are counted from summaries, as soon as every
-- unit has one: until then filled_to is the last that does.
CREATE TABLE summary_state (
    id         BLOB NOT NULL PRIMARY KEY,
    position   INTEGER NOT NULL,
    large_unit INTEGER NOT NULL,
    filled_to  BLOB
) STRICT;

-- Who has left a cell between two days.
CREATE INDEX residence_ended ON residence (cell_id, ended_on, started_on, category, member_id)
    WHERE ended_on IS NOT NULL;
