-- expected, present, excused and unexcused are the counts of its roll, kept with
-- every change of a mark; they are zero until a first mark is saved (rolled_at).
CREATE TABLE meeting (
    id         UUID NOT NULL PRIMARY KEY,
    unit_id    UUID NOT NULL REFERENCES unit (id),
    kind       TEXT COLLATE "C" NOT NULL CHECK (kind IN ('periodic', 'extraordinary', 'thematic', 'residents')),
    held_on    DATE NOT NULL,
    starts_at  TEXT COLLATE "C",  -- HH:MM, local time
    place      TEXT COLLATE "C" NOT NULL,
    topic      TEXT COLLATE "C" NOT NULL,
    frozen_at  BIGINT,   -- when the roll was taken from the residences of the day
    rolled_at  BIGINT,   -- when marks were last saved
    expected   BIGINT NOT NULL DEFAULT 0,
    present    BIGINT NOT NULL DEFAULT 0,
    excused    BIGINT NOT NULL DEFAULT 0,
    unexcused  BIGINT NOT NULL DEFAULT 0,
    version    BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    CHECK (present + excused + unexcused <= expected)
);
CREATE INDEX meeting_of_unit ON meeting (unit_id, held_on);
CREATE INDEX meeting_by_day ON meeting (held_on);

-- The frozen roll. number is a person's place on it, by name; people exempt on the
-- day stand on it without a number, outside every denominator.
CREATE TABLE attendance (
    meeting_id UUID NOT NULL REFERENCES meeting (id),
    member_id  UUID NOT NULL REFERENCES member (id),
    number     BIGINT,
    status     TEXT COLLATE "C" NOT NULL CHECK (status IN ('exempt', 'unmarked', 'present', 'excused', 'unexcused')),
    reason     TEXT COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (meeting_id, member_id),
    CHECK ((status = 'exempt') = (number IS NULL))
);
CREATE INDEX attendance_of_member ON attendance (member_id, meeting_id);

CREATE TABLE meeting_guest (
    id         UUID NOT NULL PRIMARY KEY,
    meeting_id UUID NOT NULL REFERENCES meeting (id),
    name       TEXT COLLATE "C" NOT NULL,
    note       TEXT COLLATE "C" NOT NULL
);
CREATE INDEX meeting_guest_of_meeting ON meeting_guest (meeting_id);
