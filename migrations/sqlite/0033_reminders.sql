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

-- Where an account is reminded by mail. token_hash waits for the link that was sent there to be
-- followed; confirmed_at says that it was. tried_at is the claim of the server that looks
-- whether something is due, looked_on the last day on which one has done so to the end.
CREATE TABLE mail_reminder (
    account_id   BLOB NOT NULL PRIMARY KEY REFERENCES account (id),
    address      TEXT NOT NULL,
    token_hash   BLOB UNIQUE,
    asked_at     INTEGER NOT NULL,
    confirmed_at INTEGER,
    tried_at     INTEGER NOT NULL,
    looked_on    TEXT NOT NULL,
    sent_on      TEXT,
    -- What was said then: keys, days and counts, and nothing else.
    said         TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX mail_reminder_by_look ON mail_reminder (looked_on, account_id);
