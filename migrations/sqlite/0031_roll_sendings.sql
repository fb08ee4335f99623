-- What a roll was saved by, once: the key that the page was given and a hash of what came with
-- it. Sent again, after the answer was lost on the way, it is answered as the first time, also
-- where somebody has changed the roll since. Kept for two months, no name in it.
CREATE TABLE roll_sending (
    id         BLOB NOT NULL PRIMARY KEY,
    meeting_id BLOB NOT NULL REFERENCES meeting (id),
    account_id BLOB NOT NULL REFERENCES account (id),
    body_hash  BLOB NOT NULL,
    saved_at   INTEGER NOT NULL,
    present    INTEGER NOT NULL,  -- as the roll stood then
    expected   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX roll_sending_by_age ON roll_sending (saved_at);
