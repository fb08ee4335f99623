-- expected, present, excused and unexcused are the counts of its roll, kept with
-- every change of a mark; they are zero until a first mark is saved (rolled_at).
CREATE TABLE meeting (
    id         BLOB NOT NULL PRIMARY KEY,
    unit_id    BLOB NOT NULL REFERENCES unit (id),
    kind       TEXT NOT NULL CHECK (kind IN ('periodic', 'extraordinary', 'thematic', 'residents')),
    held_on    TEXT NOT NULL,
    starts_at  TEXT,  -- HH:MM, local time
    place      TEXT NOT NULL,
    topic      TEXT NOT NULL,
    frozen_at  INTEGER,   -- when the roll was taken from the residences of the day
    rolled_at  INTEGER,   -- when marks were last saved
    expected   INTEGER NOT NULL DEFAULT 0,
    present    INTEGER NOT NULL DEFAULT 0,
    excused    INTEGER NOT NULL DEFAULT 0,
    unexcused  INTEGER NOT NULL DEFAULT 0,
    version    INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    CHECK (present + excused + unexcused <= expected)
) STRICT;
CREATE INDEX meeting_of_unit ON meeting (unit_id, held_on);
CREATE INDEX meeting_by_day ON meeting (held_on);

-- The frozen roll. number is a person's place on it, by name; people exempt on the
-- day stand on it without a number, outside every denominator.
CREATE TABLE attendance (
    meeting_id BLOB NOT NULL REFERENCES meeting (id),
    member_id  BLOB NOT NULL REFERENCES member (id),
    number     INTEGER,
    status     TEXT NOT NULL CHECK (status IN ('exempt', 'unmarked', 'present', 'excused', 'unexcused')),
    reason     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (meeting_id, member_id),
    CHECK ((status = 'exempt') = (number IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX attendance_of_member ON attendance (member_id, meeting_id);

CREATE TABLE meeting_guest (
    id         BLOB NOT NULL PRIMARY KEY,
    meeting_id BLOB NOT NULL REFERENCES meeting (id),
    name       TEXT NOT NULL,
    note       TEXT NOT NULL
) STRICT;
CREATE INDEX meeting_guest_of_meeting ON meeting_guest (meeting_id);
