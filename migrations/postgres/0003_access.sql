CREATE TABLE account (
    id            UUID NOT NULL PRIMARY KEY,
    login         TEXT COLLATE "C" NOT NULL UNIQUE,
    display_name  TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C",
    disabled_at   BIGINT,
    version       BIGINT NOT NULL DEFAULT 1,
    created_at    BIGINT NOT NULL
);

-- unit_id is empty for an administrator of the whole registry, and for nobody else.
CREATE TABLE role_grant (
    id         UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    role       TEXT COLLATE "C" NOT NULL CHECK (role IN ('cell_secretary', 'ward_officer', 'organisation_officer', 'administrator')),
    unit_id    UUID REFERENCES unit (id),
    names      BOOLEAN NOT NULL,
    granted_at BIGINT NOT NULL,
    revoked_at BIGINT,
    CHECK (unit_id IS NOT NULL OR role = 'administrator')
);
CREATE INDEX role_grant_of_account ON role_grant (account_id);
CREATE INDEX role_grant_of_unit ON role_grant (unit_id);

-- A sign-in. Only the hash of its token is kept: a stolen copy of the database opens nothing.
CREATE TABLE session (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    address    TEXT COLLATE "C" NOT NULL
);
CREATE INDEX session_of_account ON session (account_id);

CREATE TABLE one_time_link (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    account_id UUID REFERENCES account (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);

-- Failed sign-ins, by what they are counted for: an account at an address, an
-- address, everybody.
CREATE TABLE sign_in_failure (
    subject   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    failures  BIGINT NOT NULL,
    failed_at BIGINT NOT NULL
);
