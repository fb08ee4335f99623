-- A calendar of a unit that a telephone reads by its address. Only the hash of the token in the
-- address is kept: a stolen copy of the database opens nothing.
CREATE TABLE calendar_feed (
    id         BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES account (id),
    unit_id    BLOB NOT NULL REFERENCES unit (id),
    token_hash BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    used_at    INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE INDEX calendar_feed_of_account ON calendar_feed (account_id, created_at);
