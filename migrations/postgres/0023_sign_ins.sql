-- A sign-in is named by an id where it is listed, and knows when a password was last given.
-- Those under way end with the upgrade: nobody loses more than having to sign in again.
DROP TABLE session;
CREATE TABLE session (
    token_hash   BYTEA NOT NULL PRIMARY KEY,
    id           UUID NOT NULL UNIQUE,
    account_id   UUID NOT NULL REFERENCES account (id),
    created_at   BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    address      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX session_of_account ON session (account_id);
CREATE INDEX session_by_age ON session (created_at);
