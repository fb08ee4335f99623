-- What a roll was saved by, once: the key that the page was given and a hash of what came with
-- it. Sent again, after the answer was lost on the way, it is answered as the first time, also
-- where somebody has changed the roll since. Kept for two months, no name in it.
CREATE TABLE roll_sending (
    id         UUID NOT NULL PRIMARY KEY,
    meeting_id UUID NOT NULL REFERENCES meeting (id),
    account_id UUID NOT NULL REFERENCES account (id),
    body_hash  BYTEA NOT NULL,
    saved_at   BIGINT NOT NULL,
    present    BIGINT NOT NULL,  -- as the roll stood then
    expected   BIGINT NOT NULL
);

CREATE INDEX roll_sending_by_age ON roll_sending (saved_at);
