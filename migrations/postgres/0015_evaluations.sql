-- A year opened by a unit for itself and the units below it. Its due days are settled by
-- whoever opens it, and may be missing.
CREATE TABLE evaluation_year (
    id           UUID NOT NULL PRIMARY KEY,
    unit_id      UUID NOT NULL REFERENCES unit (id),
    year         BIGINT NOT NULL,
    reference_on DATE NOT NULL,
    sign_by      DATE,
    return_by    DATE,
    version      BIGINT NOT NULL DEFAULT 1,
    opened_at    BIGINT NOT NULL,
    UNIQUE (unit_id, year)
);

-- The meeting of a cell with the Front work committee, before its comments.
CREATE TABLE front_consultation (
    id          UUID NOT NULL PRIMARY KEY,
    unit_id     UUID NOT NULL REFERENCES unit (id),
    year        BIGINT NOT NULL,
    held_on     DATE NOT NULL,
    cell_people TEXT COLLATE "C" NOT NULL,
    front_people TEXT COLLATE "C" NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1,
    created_at  BIGINT NOT NULL
);
CREATE INDEX front_consultation_of_unit ON front_consultation (unit_id, year);

-- One thing done to one sheet or to many: who, when, and why.
CREATE TABLE evaluation_act (
    id           UUID NOT NULL PRIMARY KEY,
    kind         TEXT COLLATE "C" NOT NULL CHECK (kind IN ('open', 'write', 'mark', 'undo', 'sign', 'confirm', 'return', 'correct', 'send', 'void')),
    account_name TEXT COLLATE "C" NOT NULL,
    note         TEXT COLLATE "C" NOT NULL,
    done_on      DATE NOT NULL,
    done_at      BIGINT NOT NULL
);

-- A sheet is about the cell where the member lived on reference_on. The id is made by the
-- database, so that a year of any size is opened by one statement. asked and chosen count
-- the criteria of its set and those answered; act_id is the latest act on it. A correction
-- is the next revision, and replaces the one before.
CREATE TABLE evaluation_sheet (
    id              UUID NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    member_id       UUID NOT NULL REFERENCES member (id),
    unit_id         UUID NOT NULL REFERENCES unit (id),
    kind            TEXT COLLATE "C" NOT NULL CHECK (kind IN ('annual', 'on_demand')),
    year            BIGINT NOT NULL,
    revision        BIGINT NOT NULL DEFAULT 1,
    replaces_id     UUID REFERENCES evaluation_sheet (id),
    reference_on    DATE NOT NULL,
    purpose         TEXT COLLATE "C" NOT NULL,
    set_id          UUID NOT NULL REFERENCES criteria_set (id),
    asked           BIGINT NOT NULL,
    chosen          BIGINT NOT NULL DEFAULT 0,
    state           TEXT COLLATE "C" NOT NULL CHECK (state IN ('blank', 'draft', 'written', 'signed', 'returned', 'confirmed', 'sent', 'replaced', 'void')),
    other_text      TEXT COLLATE "C" NOT NULL DEFAULT '',
    consultation_id UUID REFERENCES front_consultation (id),
    saved_by        TEXT COLLATE "C" NOT NULL DEFAULT '',
    saved_at        BIGINT,
    signature_id    UUID REFERENCES evaluation_act (id),
    signed_on       DATE,
    signed_by       TEXT COLLATE "C" NOT NULL DEFAULT '',
    confirmed_on    DATE,
    confirmed_by    TEXT COLLATE "C" NOT NULL DEFAULT '',
    sent_on         DATE,
    sent_how        TEXT COLLATE "C" CHECK (sent_how IN ('portal', 'hand', 'post', 'member', 'other')),
    act_id          UUID NOT NULL REFERENCES evaluation_act (id),
    version         BIGINT NOT NULL DEFAULT 1,
    created_at      BIGINT NOT NULL,
    CHECK (chosen BETWEEN 0 AND asked),
    CHECK ((kind = 'on_demand') = (purpose <> '')),
    CHECK ((state IN ('signed', 'confirmed', 'sent')) <= (signature_id IS NOT NULL AND signed_on IS NOT NULL)),
    CHECK ((state IN ('confirmed', 'sent')) <= (confirmed_on IS NOT NULL)),
    CHECK ((sent_on IS NULL) = (sent_how IS NULL))
);
CREATE UNIQUE INDEX evaluation_sheet_of_year ON evaluation_sheet (member_id, year, revision) WHERE kind = 'annual';
CREATE INDEX evaluation_sheet_of_member ON evaluation_sheet (member_id, year);
CREATE INDEX evaluation_sheet_of_unit ON evaluation_sheet (unit_id, year, kind, state);
CREATE INDEX evaluation_sheet_of_act ON evaluation_sheet (act_id);
CREATE INDEX evaluation_sheet_of_consultation ON evaluation_sheet (consultation_id);

-- The states a sheet went through, from from_on up to, but not on, to_on: counts as of a
-- past day read them. Two steps of one day leave the first without a day.
CREATE TABLE evaluation_step (
    sheet_id UUID NOT NULL REFERENCES evaluation_sheet (id),
    number   BIGINT NOT NULL,
    act_id   UUID NOT NULL REFERENCES evaluation_act (id),
    unit_id  UUID NOT NULL REFERENCES unit (id),
    year     BIGINT NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    state    TEXT COLLATE "C" NOT NULL,
    from_on  DATE NOT NULL,
    to_on    DATE CHECK (to_on >= from_on),
    PRIMARY KEY (sheet_id, number)
);
CREATE INDEX evaluation_step_of_unit ON evaluation_step (unit_id, year, kind, from_on);

-- The code printed on a signed sheet for whoever checks it, and who it was about when it was
-- signed. A sheet that goes back and is signed anew bears another: a code belongs to one text.
CREATE TABLE evaluation_signature (
    sheet_id UUID NOT NULL REFERENCES evaluation_sheet (id),
    act_id   UUID NOT NULL REFERENCES evaluation_act (id),
    code     TEXT COLLATE "C" NOT NULL UNIQUE DEFAULT upper(substr(replace(CAST(gen_random_uuid() AS TEXT), '-', ''), 1, 12)),
    full_name      TEXT COLLATE "C" NOT NULL,
    born_on        DATE,
    born_precision TEXT COLLATE "C",
    address        TEXT COLLATE "C" NOT NULL,
    workplace      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (sheet_id, act_id)
);

-- One criterion marked for many people at once, to be undone.
CREATE TABLE evaluation_batch (
    id           UUID NOT NULL PRIMARY KEY,
    unit_id      UUID NOT NULL REFERENCES unit (id),
    year         BIGINT NOT NULL,
    option_id    UUID NOT NULL REFERENCES criterion_option (id),
    marked       BIGINT NOT NULL,
    account_name TEXT COLLATE "C" NOT NULL,
    marked_at    BIGINT NOT NULL,
    undone_at    BIGINT
);
CREATE INDEX evaluation_batch_of_unit ON evaluation_batch (unit_id, year, marked_at);

CREATE TABLE evaluation_choice (
    sheet_id     UUID NOT NULL REFERENCES evaluation_sheet (id),
    criterion_id UUID NOT NULL REFERENCES criterion (id),
    option_id    UUID NOT NULL REFERENCES criterion_option (id),
    batch_id     UUID REFERENCES evaluation_batch (id),
    PRIMARY KEY (sheet_id, criterion_id)
);
CREATE INDEX evaluation_choice_of_batch ON evaluation_choice (batch_id);

-- A workplace asks for the comment: for the year's, or on demand, which makes a sheet.
CREATE TABLE evaluation_request (
    id             UUID NOT NULL PRIMARY KEY,
    member_id      UUID NOT NULL REFERENCES member (id),
    unit_id        UUID NOT NULL REFERENCES unit (id),
    sheet_id       UUID REFERENCES evaluation_sheet (id),  -- of one on demand
    year           BIGINT NOT NULL,
    issued_by      TEXT COLLATE "C" NOT NULL,
    number         TEXT COLLATE "C" NOT NULL,
    issued_on      DATE,
    received_on    DATE NOT NULL,
    portal_dossier TEXT COLLATE "C" NOT NULL,
    purpose        TEXT COLLATE "C" NOT NULL,
    version        BIGINT NOT NULL DEFAULT 1,
    created_at     BIGINT NOT NULL
);
CREATE INDEX evaluation_request_of_member ON evaluation_request (member_id, year);
CREATE INDEX evaluation_request_of_sheet ON evaluation_request (sheet_id);
