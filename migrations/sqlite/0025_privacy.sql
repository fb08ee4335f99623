-- What people asked about their own data. The two last days are those of the law's clocks as
-- they were settled when the request came; the second may be put off once, with a reason.
CREATE TABLE data_request (
    id               BLOB NOT NULL PRIMARY KEY,
    unit_id          BLOB NOT NULL REFERENCES unit (id),
    member_id        BLOB NOT NULL REFERENCES member (id),
    kind             TEXT NOT NULL CHECK (kind IN ('access', 'correction', 'restriction', 'objection', 'deletion')),
    text             TEXT NOT NULL,
    received_on      TEXT NOT NULL,
    received_by      TEXT NOT NULL,
    others           INTEGER NOT NULL CHECK (others IN (0, 1)),
    answer_by        TEXT NOT NULL,
    done_by          TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('received', 'answered', 'done', 'refused')),
    answered_on      TEXT,
    answer           TEXT NOT NULL DEFAULT '',
    closed_on        TEXT,
    outcome          TEXT NOT NULL DEFAULT '',
    extended_on      TEXT,
    extension_reason TEXT NOT NULL DEFAULT '',
    version          INTEGER NOT NULL DEFAULT 1,
    created_at       INTEGER NOT NULL,
    CHECK ((state IN ('done', 'refused')) = (closed_on IS NOT NULL)),
    CHECK (state <> 'received' OR answered_on IS NULL),
    CHECK (state <> 'answered' OR answered_on IS NOT NULL),
    CHECK ((extended_on IS NULL) = (extension_reason = ''))
) STRICT;
CREATE INDEX data_request_open ON data_request (done_by) WHERE closed_on IS NULL;
CREATE INDEX data_request_by_day ON data_request (received_on);
CREATE INDEX data_request_of_member ON data_request (member_id, received_on);

-- From from_on up to, but not on, to_on the person's data go no further than the own cell's
-- pages. Lifted on the day it began, it has held on no day.
CREATE TABLE member_restriction (
    id            BLOB NOT NULL PRIMARY KEY,
    member_id     BLOB NOT NULL REFERENCES member (id),
    from_on       TEXT NOT NULL,
    to_on         TEXT CHECK (to_on >= from_on),
    reason        TEXT NOT NULL,
    set_by        TEXT NOT NULL,
    lifted_reason TEXT NOT NULL DEFAULT '',
    lifted_by     TEXT NOT NULL DEFAULT '',
    created_at    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX member_restriction_open ON member_restriction (member_id) WHERE to_on IS NULL;
CREATE INDEX member_restriction_of_member ON member_restriction (member_id, from_on);

-- Who looked at what of a unit, newest first.
CREATE INDEX audit_entry_of_looks ON audit_entry (unit_id, id) WHERE subject IN ('view', 'export');
