CREATE TABLE workplace (
    id     BLOB NOT NULL PRIMARY KEY,
    code   TEXT UNIQUE,
    name   TEXT NOT NULL UNIQUE,
    folded TEXT NOT NULL
) STRICT;
CREATE INDEX workplace_by_folded_name ON workplace (folded);

-- sort_key orders names as Vietnamese lists do (given, middle, family); folded is
-- what a search without marks looks through. Both are computed by the program.
CREATE TABLE member (
    id             BLOB NOT NULL PRIMARY KEY,
    full_name      TEXT NOT NULL,
    family         TEXT NOT NULL,
    middle         TEXT NOT NULL,
    given          TEXT NOT NULL,
    sort_key       BLOB NOT NULL,
    folded         TEXT NOT NULL,
    sex            TEXT CHECK (sex IN ('male', 'female')),
    born_on        TEXT,
    born_precision TEXT CHECK (born_precision IN ('year', 'month', 'day')),
    admitted_on    TEXT,
    official_on    TEXT,
    card_number    TEXT,
    phone          TEXT,
    position       TEXT NOT NULL,
    workplace_id   BLOB REFERENCES workplace (id),
    workplace_cell TEXT NOT NULL,
    version        INTEGER NOT NULL DEFAULT 1,
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX member_by_name ON member (sort_key);
CREATE INDEX member_by_folded_name ON member (folded);
CREATE INDEX member_of_workplace ON member (workplace_id);
CREATE INDEX member_by_card ON member (card_number);
CREATE INDEX member_by_phone ON member (phone);

CREATE TABLE introduction_letter (
    id          BLOB NOT NULL PRIMARY KEY,
    member_id   BLOB NOT NULL REFERENCES member (id),
    number      TEXT NOT NULL,
    issued_by   TEXT NOT NULL,
    signer      TEXT NOT NULL,
    issued_on   TEXT,
    ward_id     BLOB REFERENCES unit (id),
    received_on TEXT,
    received_by TEXT NOT NULL,
    cell_id     BLOB REFERENCES unit (id),
    assigned_on TEXT,
    closed_on   TEXT,
    exempt      INTEGER NOT NULL CHECK (exempt IN (0, 1)),
    version     INTEGER NOT NULL DEFAULT 1,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX introduction_letter_of_member ON introduction_letter (member_id);
CREATE INDEX introduction_letter_of_ward ON introduction_letter (ward_id, received_on);

-- A member lives in a cell from started_on up to, but not on, ended_on. A move, or
-- a change of category, closes one residence and opens the next.
CREATE TABLE residence (
    id                BLOB NOT NULL PRIMARY KEY,
    member_id         BLOB NOT NULL REFERENCES member (id),
    cell_id           BLOB NOT NULL REFERENCES unit (id),
    letter_id         BLOB REFERENCES introduction_letter (id),
    address           TEXT NOT NULL,
    household_cluster TEXT NOT NULL,
    kind              TEXT NOT NULL CHECK (kind IN ('permanent', 'temporary')),
    category          TEXT NOT NULL CHECK (category IN ('normal', 'exempt')),
    exempt_reason     TEXT CHECK (exempt_reason IN ('a', 'b', 'c', 'd', 'e')),
    started_on        TEXT NOT NULL,
    ended_on          TEXT CHECK (ended_on > started_on),
    end_reason        TEXT CHECK (end_reason IN ('moved', 'retired', 'category', 'deceased', 'left_party', 'other')),
    version           INTEGER NOT NULL DEFAULT 1,
    created_at        INTEGER NOT NULL,
    CHECK ((category = 'exempt') = (exempt_reason IS NOT NULL)),
    CHECK ((ended_on IS NULL) = (end_reason IS NULL))
) STRICT;
CREATE UNIQUE INDEX residence_open ON residence (member_id) WHERE ended_on IS NULL;
CREATE INDEX residence_of_cell ON residence (cell_id, started_on, ended_on);
CREATE INDEX residence_of_member ON residence (member_id, started_on);
