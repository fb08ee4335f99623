-- Tokens with which another program reads for an account. Only the hash is kept: a stolen copy
-- of the database opens nothing. The prefix is what its owner recognises it by.
CREATE TABLE api_token (
    id         UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    token_hash BYTEA NOT NULL UNIQUE,
    prefix     TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    reach      TEXT COLLATE "C" NOT NULL CHECK (reach IN ('counts', 'counts_and_exports')),
    unit_id    UUID REFERENCES unit (id),
    created_at BIGINT NOT NULL,
    -- The last day on which it opens anything.
    last_on    DATE NOT NULL,
    used_at    BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_token_of_account ON api_token (account_id, created_at);
