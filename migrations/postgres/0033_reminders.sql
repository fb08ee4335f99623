-- A calendar of a unit that a telephone reads by its address. Only the hash of the token in the
-- address is kept: a stolen copy of the database opens nothing.
CREATE TABLE calendar_feed (
    id         UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    unit_id    UUID NOT NULL REFERENCES unit (id),
    token_hash BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    used_at    BIGINT,
    revoked_at BIGINT
);
CREATE INDEX calendar_feed_of_account ON calendar_feed (account_id, created_at);
