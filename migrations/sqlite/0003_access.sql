CREATE TABLE account (
    id            BLOB NOT NULL PRIMARY KEY,
    login         TEXT NOT NULL UNIQUE,
    display_name  TEXT NOT NULL,
    password_hash TEXT,
    disabled_at   INTEGER,
    version       INTEGER NOT NULL DEFAULT 1,
    created_at    INTEGER NOT NULL
) STRICT;

-- unit_id is empty for an administrator of the whole registry, and for nobody else.
CREATE TABLE role_grant (
    id         BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES account (id),
    role       TEXT NOT NULL CHECK (role IN ('cell_secretary', 'ward_officer', 'organisation_officer', 'administrator')),
    unit_id    BLOB REFERENCES unit (id),
    names      INTEGER NOT NULL CHECK (names IN (0, 1)),
    granted_at INTEGER NOT NULL,
    revoked_at INTEGER,
    CHECK (unit_id IS NOT NULL OR role = 'administrator')
) STRICT;
CREATE INDEX role_grant_of_account ON role_grant (account_id);
CREATE INDEX role_grant_of_unit ON role_grant (unit_id);

-- A sign-in. Only the hash of its token is kept: a stolen copy of the database opens nothing.
CREATE TABLE session (
    token_hash BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES account (id),
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    address    TEXT NOT NULL
) STRICT;
CREATE INDEX session_of_account ON session (account_id);

CREATE TABLE one_time_link (
    token_hash BLOB NOT NULL PRIMARY KEY,
    account_id BLOB REFERENCES account (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;

-- Failed sign-ins, by what they are counted for: an account at an address, an
-- address, everybody.
CREATE TABLE sign_in_failure (
    subject   TEXT NOT NULL PRIMARY KEY,
    failures  INTEGER NOT NULL,
    failed_at INTEGER NOT NULL
) STRICT;
