-- What the pages of a large unit count, unit by unit, packed so that a country is counted in
-- one pass (src/statistics/summary). Written by the refresher alone; where these tables are
-- empty, everything is counted from the rows that they follow from.
CREATE TABLE unit_summary (
    unit_id   UUID  NOT NULL PRIMARY KEY,
    cell_days BYTEA NOT NULL,
    people    BYTEA NOT NULL,
    former    BYTEA NOT NULL,
    meetings  BYTEA NOT NULL,
    opinions  BYTEA NOT NULL,
    sheets    BYTEA NOT NULL
);

-- What was chosen on the annual sheets of a year that were confirmed.
CREATE TABLE unit_year_summary (
    unit_id UUID NOT NULL,
    year    BIGINT NOT NULL,
    choices BYTEA NOT NULL,
    PRIMARY KEY (unit_id, year)
);

-- A short number for each workplace, by which people name it.
CREATE TABLE summary_workplace (
    workplace_id UUID NOT NULL PRIMARY KEY,
    number       BIGINT NOT NULL UNIQUE
);

-- One row once the refresher has begun: everything is in up to this place of the audit trail.
-- Units with more below them than `large_unit` are counted from summaries, as soon as every
-- unit has one: until then filled_to is the last that does.
CREATE TABLE summary_state (
    id         UUID NOT NULL PRIMARY KEY,
    position   BIGINT NOT NULL,
    large_unit BIGINT NOT NULL,
    filled_to  UUID
);

-- Who has left a cell between two days.
CREATE INDEX residence_ended ON residence (cell_id, ended_on, started_on, category, member_id)
    WHERE ended_on IS NOT NULL;
