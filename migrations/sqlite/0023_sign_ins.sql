-- A sign-in is named by an id where it is listed, and knows when a password was last given.
-- Those under way end with the upgrade: nobody loses more than having to sign in again.
DROP TABLE session;
CREATE TABLE session (
    token_hash   BLOB NOT NULL PRIMARY KEY,
    id           BLOB NOT NULL UNIQUE,
    account_id   BLOB NOT NULL REFERENCES account (id),
    created_at   INTEGER NOT NULL,
    seen_at      INTEGER NOT NULL,
    confirmed_at INTEGER NOT NULL,
    address      TEXT NOT NULL
) STRICT;
CREATE INDEX session_of_account ON session (account_id);
CREATE INDEX session_by_age ON session (created_at);
