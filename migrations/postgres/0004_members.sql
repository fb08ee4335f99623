CREATE TABLE workplace (
    id     UUID NOT NULL PRIMARY KEY,
    code   TEXT COLLATE "C" UNIQUE,
    name   TEXT COLLATE "C" NOT NULL UNIQUE,
    folded TEXT COLLATE "C" NOT NULL
);
CREATE INDEX workplace_by_folded_name ON workplace (folded);

-- sort_key orders names as Vietnamese lists do (given, middle, family); folded is
-- what a search without marks looks through. Both are computed by the program.
CREATE TABLE member (
    id             UUID NOT NULL PRIMARY KEY,
    full_name      TEXT COLLATE "C" NOT NULL,
    family         TEXT COLLATE "C" NOT NULL,
    middle         TEXT COLLATE "C" NOT NULL,
    given          TEXT COLLATE "C" NOT NULL,
    sort_key       BYTEA NOT NULL,
    folded         TEXT COLLATE "C" NOT NULL,
    sex            TEXT COLLATE "C" CHECK (sex IN ('male', 'female')),
    born_on        DATE,
    born_precision TEXT COLLATE "C" CHECK (born_precision IN ('year', 'month', 'day')),
    admitted_on    DATE,
    official_on    DATE,
    card_number    TEXT COLLATE "C",
    phone          TEXT COLLATE "C",
    position       TEXT COLLATE "C" NOT NULL,
    workplace_id   UUID REFERENCES workplace (id),
    workplace_cell TEXT COLLATE "C" NOT NULL,
    version        BIGINT NOT NULL DEFAULT 1,
    created_at     BIGINT NOT NULL
);
CREATE INDEX member_by_name ON member (sort_key);
CREATE INDEX member_by_folded_name ON member (folded);
CREATE INDEX member_of_workplace ON member (workplace_id);
CREATE INDEX member_by_card ON member (card_number);
CREATE INDEX member_by_phone ON member (phone);

CREATE TABLE introduction_letter (
    id          UUID NOT NULL PRIMARY KEY,
    member_id   UUID NOT NULL REFERENCES member (id),
    number      TEXT COLLATE "C" NOT NULL,
    issued_by   TEXT COLLATE "C" NOT NULL,
    signer      TEXT COLLATE "C" NOT NULL,
    issued_on   DATE,
    ward_id     UUID REFERENCES unit (id),
    received_on DATE,
    received_by TEXT COLLATE "C" NOT NULL,
    cell_id     UUID REFERENCES unit (id),
    assigned_on DATE,
    closed_on   DATE,
    exempt      BOOLEAN NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1,
    created_at  BIGINT NOT NULL
);
CREATE INDEX introduction_letter_of_member ON introduction_letter (member_id);
CREATE INDEX introduction_letter_of_ward ON introduction_letter (ward_id, received_on);

-- A member lives in a cell from started_on up to, but not on, ended_on. A move, or
-- a change of category, closes one residence and opens the next.
CREATE TABLE residence (
    id                UUID NOT NULL PRIMARY KEY,
    member_id         UUID NOT NULL REFERENCES member (id),
    cell_id           UUID NOT NULL REFERENCES unit (id),
    letter_id         UUID REFERENCES introduction_letter (id),
    address           TEXT COLLATE "C" NOT NULL,
    household_cluster TEXT COLLATE "C" NOT NULL,
    kind              TEXT COLLATE "C" NOT NULL CHECK (kind IN ('permanent', 'temporary')),
    category          TEXT COLLATE "C" NOT NULL CHECK (category IN ('normal', 'exempt')),
    exempt_reason     TEXT COLLATE "C" CHECK (exempt_reason IN ('a', 'b', 'c', 'd', 'e')),
    started_on        DATE NOT NULL,
    ended_on          DATE CHECK (ended_on > started_on),
    end_reason        TEXT COLLATE "C" CHECK (end_reason IN ('moved', 'retired', 'category', 'deceased', 'left_party', 'other')),
    version           BIGINT NOT NULL DEFAULT 1,
    created_at        BIGINT NOT NULL,
    CHECK ((category = 'exempt') = (exempt_reason IS NOT NULL)),
    CHECK ((ended_on IS NULL) = (end_reason IS NULL))
);
CREATE UNIQUE INDEX residence_open ON residence (member_id) WHERE ended_on IS NULL;
CREATE INDEX residence_of_cell ON residence (cell_id, started_on, ended_on);
CREATE INDEX residence_of_member ON residence (member_id, started_on);
