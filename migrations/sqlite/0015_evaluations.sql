-- A year opened by a unit for itself and the units below it. Its due days are settled by
-- whoever opens it, and may be missing.
CREATE TABLE evaluation_year (
    id           BLOB NOT NULL PRIMARY KEY,
    unit_id      BLOB NOT NULL REFERENCES unit (id),
    year         INTEGER NOT NULL,
    reference_on TEXT NOT NULL,
    sign_by      TEXT,
    return_by    TEXT,
    version      INTEGER NOT NULL DEFAULT 1,
    opened_at    INTEGER NOT NULL,
    UNIQUE (unit_id, year)
) STRICT;

-- The meeting of a cell with the Front work committee, before its comments.
CREATE TABLE front_consultation (
    id          BLOB NOT NULL PRIMARY KEY,
    unit_id     BLOB NOT NULL REFERENCES unit (id),
    year        INTEGER NOT NULL,
    held_on     TEXT NOT NULL,
    cell_people TEXT NOT NULL,
    front_people TEXT NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX front_consultation_of_unit ON front_consultation (unit_id, year);

-- One thing done to one sheet or to many: who, when, and why.
CREATE TABLE evaluation_act (
    id           BLOB NOT NULL PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('open', 'write', 'mark', 'undo', 'sign', 'confirm', 'return', 'correct', 'send', 'void')),
    account_name TEXT NOT NULL,
    note         TEXT NOT NULL,
    done_on      TEXT NOT NULL,
    done_at      INTEGER NOT NULL
) STRICT;

-- A sheet is about the cell where the member lived on reference_on. The id is made by the
-- database, so that a year of any size is opened by one statement. asked and chosen count
-- the criteria of its set and those answered; act_id is the latest act on it. A correction
-- is the next revision, and replaces the one before.
CREATE TABLE evaluation_sheet (
    id              BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    member_id       BLOB NOT NULL REFERENCES member (id),
    unit_id         BLOB NOT NULL REFERENCES unit (id),
    kind            TEXT NOT NULL CHECK (kind IN ('annual', 'on_demand')),
    year            INTEGER NOT NULL,
    revision        INTEGER NOT NULL DEFAULT 1,
    replaces_id     BLOB REFERENCES evaluation_sheet (id),
    reference_on    TEXT NOT NULL,
    purpose         TEXT NOT NULL,
    set_id          BLOB NOT NULL REFERENCES criteria_set (id),
    asked           INTEGER NOT NULL,
    chosen          INTEGER NOT NULL DEFAULT 0,
    state           TEXT NOT NULL CHECK (state IN ('blank', 'draft', 'written', 'signed', 'returned', 'confirmed', 'sent', 'replaced', 'void')),
    other_text      TEXT NOT NULL DEFAULT '',
    consultation_id BLOB REFERENCES front_consultation (id),
    saved_by        TEXT NOT NULL DEFAULT '',
    saved_at        INTEGER,
    signature_id    BLOB REFERENCES evaluation_act (id),
    signed_on       TEXT,
    signed_by       TEXT NOT NULL DEFAULT '',
    confirmed_on    TEXT,
    confirmed_by    TEXT NOT NULL DEFAULT '',
    sent_on         TEXT,
    sent_how        TEXT CHECK (sent_how IN ('portal', 'hand', 'post', 'member', 'other')),
    act_id          BLOB NOT NULL REFERENCES evaluation_act (id),
    version         INTEGER NOT NULL DEFAULT 1,
    created_at      INTEGER NOT NULL,
    CHECK (chosen BETWEEN 0 AND asked),
    CHECK ((kind = 'on_demand') = (purpose <> '')),
    CHECK ((state IN ('signed', 'confirmed', 'sent')) <= (signature_id IS NOT NULL AND signed_on IS NOT NULL)),
    CHECK ((state IN ('confirmed', 'sent')) <= (confirmed_on IS NOT NULL)),
    CHECK ((sent_on IS NULL) = (sent_how IS NULL))
) STRICT;
CREATE UNIQUE INDEX evaluation_sheet_of_year ON evaluation_sheet (member_id, year, revision) WHERE kind = 'annual';
CREATE INDEX evaluation_sheet_of_member ON evaluation_sheet (member_id, year);
CREATE INDEX evaluation_sheet_of_unit ON evaluation_sheet (unit_id, year, kind, state);
CREATE INDEX evaluation_sheet_of_act ON evaluation_sheet (act_id);
CREATE INDEX evaluation_sheet_of_consultation ON evaluation_sheet (consultation_id);

-- The states a sheet went through, from from_on up to, but not on, to_on: counts as of a
-- past day read them. Two steps of one day leave the first without a day.
CREATE TABLE evaluation_step (
    sheet_id BLOB NOT NULL REFERENCES evaluation_sheet (id),
    number   INTEGER NOT NULL,
    act_id   BLOB NOT NULL REFERENCES evaluation_act (id),
    unit_id  BLOB NOT NULL REFERENCES unit (id),
    year     INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    state    TEXT NOT NULL,
    from_on  TEXT NOT NULL,
    to_on    TEXT CHECK (to_on >= from_on),
    PRIMARY KEY (sheet_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX evaluation_step_of_unit ON evaluation_step (unit_id, year, kind, from_on);

-- The code printed on a signed sheet for whoever checks it, and who it was about when it was
-- signed. A sheet that goes back and is signed anew bears another: a code belongs to one text.
CREATE TABLE evaluation_signature (
    sheet_id BLOB NOT NULL REFERENCES evaluation_sheet (id),
    act_id   BLOB NOT NULL REFERENCES evaluation_act (id),
    code     TEXT NOT NULL UNIQUE DEFAULT (hex(randomblob(6))),
    full_name      TEXT NOT NULL,
    born_on        TEXT,
    born_precision TEXT,
    address        TEXT NOT NULL,
    workplace      TEXT NOT NULL,
    PRIMARY KEY (sheet_id, act_id)
) STRICT, WITHOUT ROWID;

-- One criterion marked for many people at once, to be undone.
CREATE TABLE evaluation_batch (
    id           BLOB NOT NULL PRIMARY KEY,
    unit_id      BLOB NOT NULL REFERENCES unit (id),
    year         INTEGER NOT NULL,
    option_id    BLOB NOT NULL REFERENCES criterion_option (id),
    marked       INTEGER NOT NULL,
    account_name TEXT NOT NULL,
    marked_at    INTEGER NOT NULL,
    undone_at    INTEGER
) STRICT;
CREATE INDEX evaluation_batch_of_unit ON evaluation_batch (unit_id, year, marked_at);

CREATE TABLE evaluation_choice (
    sheet_id     BLOB NOT NULL REFERENCES evaluation_sheet (id),
    criterion_id BLOB NOT NULL REFERENCES criterion (id),
    option_id    BLOB NOT NULL REFERENCES criterion_option (id),
    batch_id     BLOB REFERENCES evaluation_batch (id),
    PRIMARY KEY (sheet_id, criterion_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX evaluation_choice_of_batch ON evaluation_choice (batch_id);

-- A workplace asks for the comment: for the year's, or on demand, which makes a sheet.
CREATE TABLE evaluation_request (
    id             BLOB NOT NULL PRIMARY KEY,
    member_id      BLOB NOT NULL REFERENCES member (id),
    unit_id        BLOB NOT NULL REFERENCES unit (id),
    sheet_id       BLOB REFERENCES evaluation_sheet (id),  -- of one on demand
    year           INTEGER NOT NULL,
    issued_by      TEXT NOT NULL,
    number         TEXT NOT NULL,
    issued_on      TEXT,
    received_on    TEXT NOT NULL,
    portal_dossier TEXT NOT NULL,
    purpose        TEXT NOT NULL,
    version        INTEGER NOT NULL DEFAULT 1,
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX evaluation_request_of_member ON evaluation_request (member_id, year);
CREATE INDEX evaluation_request_of_sheet ON evaluation_request (sheet_id);
