-- What makes codes on somebody's telephone: its secret sealed under a key that is not in here.
-- One that was never confirmed by a code asks for none.
CREATE TABLE second_factor (
    account_id   UUID NOT NULL PRIMARY KEY REFERENCES account (id),
    secret       BYTEA NOT NULL,
    started_at   BIGINT NOT NULL,
    confirmed_at BIGINT,
    -- The last step whose code was taken: none up to it is taken again.
    last_step    BIGINT NOT NULL DEFAULT 0
);

-- Codes on paper, each good for once. Only their hashes are kept.
CREATE TABLE recovery_code (
    code_hash  BYTEA NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    used_at    BIGINT
);
CREATE INDEX recovery_code_of_account ON recovery_code (account_id);

-- Who has given the password, and has yet to give the code.
CREATE TABLE half_session (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX half_session_of_account ON half_session (account_id);
CREATE INDEX half_session_by_age ON half_session (created_at);

-- Whether those with a role need a second factor. A role without a row needs none.
CREATE TABLE factor_rule (
    role     TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (role IN ('cell_secretary', 'ward_officer', 'organisation_officer', 'administrator')),
    required BOOLEAN NOT NULL,
    version  BIGINT NOT NULL DEFAULT 1
);
