-- The closed questions of a comment sheet. A set that sheets may use is issued and never
-- changes again; a draft has no issued_at. It holds from valid_from up to, but not on,
-- valid_to.
CREATE TABLE criteria_set (
    id         BLOB NOT NULL PRIMARY KEY,
    code       TEXT UNIQUE,  -- of the sets that the program brings with it
    name       TEXT NOT NULL,
    source     TEXT NOT NULL,
    category   TEXT NOT NULL CHECK (category IN ('normal', 'exempt')),
    valid_from TEXT NOT NULL,
    valid_to   TEXT CHECK (valid_to > valid_from),
    issued_at  INTEGER,
    version    INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX criteria_set_in_force ON criteria_set (category, valid_from);

-- heading is empty where its official wording is not known here.
CREATE TABLE criterion (
    id        BLOB NOT NULL PRIMARY KEY,
    set_id    BLOB NOT NULL REFERENCES criteria_set (id),
    number    INTEGER NOT NULL CHECK (number > 0),
    heading   TEXT NOT NULL,
    confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
    UNIQUE (set_id, number)
) STRICT;

CREATE TABLE criterion_option (
    id           BLOB NOT NULL PRIMARY KEY,
    criterion_id BLOB NOT NULL REFERENCES criterion (id),
    number       INTEGER NOT NULL CHECK (number > 0),
    label        TEXT NOT NULL,
    confirmed    INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
    UNIQUE (criterion_id, number)
) STRICT;
