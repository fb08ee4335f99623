-- Tokens with which another program reads for an account. Only the hash is kept: a stolen copy
-- of the database opens nothing. The prefix is what its owner recognises it by.
CREATE TABLE api_token (
    id         BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES account (id),
    token_hash BLOB NOT NULL UNIQUE,
    prefix     TEXT NOT NULL,
    name       TEXT NOT NULL,
    reach      TEXT NOT NULL CHECK (reach IN ('counts', 'counts_and_exports')),
    unit_id    BLOB REFERENCES unit (id),
    created_at INTEGER NOT NULL,
    -- The last day on which it opens anything.
    last_on    TEXT NOT NULL,
    used_at    INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE INDEX api_token_of_account ON api_token (account_id, created_at);
