-- The closed questions of a comment sheet. A set that sheets may use is issued and never
-- changes again; a draft has no issued_at. It holds from valid_from up to, but not on,
-- valid_to.
CREATE TABLE criteria_set (
    id         UUID NOT NULL PRIMARY KEY,
    code       TEXT COLLATE "C" UNIQUE,  -- of the sets that the program brings with it
    name       TEXT COLLATE "C" NOT NULL,
    source     TEXT COLLATE "C" NOT NULL,
    category   TEXT COLLATE "C" NOT NULL CHECK (category IN ('normal', 'exempt')),
    valid_from DATE NOT NULL,
    valid_to   DATE CHECK (valid_to > valid_from),
    issued_at  BIGINT,
    version    BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);
CREATE INDEX criteria_set_in_force ON criteria_set (category, valid_from);

-- heading is empty where its official wording is not known here.
CREATE TABLE criterion (
    id        UUID NOT NULL PRIMARY KEY,
    set_id    UUID NOT NULL REFERENCES criteria_set (id),
    number    BIGINT NOT NULL CHECK (number > 0),
    heading   TEXT COLLATE "C" NOT NULL,
    confirmed BOOLEAN NOT NULL,
    UNIQUE (set_id, number)
);

CREATE TABLE criterion_option (
    id           UUID NOT NULL PRIMARY KEY,
    criterion_id UUID NOT NULL REFERENCES criterion (id),
    number       BIGINT NOT NULL CHECK (number > 0),
    label        TEXT COLLATE "C" NOT NULL,
    confirmed    BOOLEAN NOT NULL,
    UNIQUE (criterion_id, number)
);
