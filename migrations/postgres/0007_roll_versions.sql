-- Every save of a roll is a version of it. Versions are added and never taken away:
-- to undo the last is to add one more, which says so in undoes. changes is a list of
-- (number, mark and reason before, mark and reason after), as JSON.
CREATE TABLE roll_version (
    meeting_id   UUID NOT NULL REFERENCES meeting (id),
    version      BIGINT NOT NULL,  -- 1 for the first
    saved_at     BIGINT NOT NULL,
    account_id   UUID NOT NULL REFERENCES account (id),
    account_name TEXT COLLATE "C" NOT NULL,  -- as it was then
    undoes       BIGINT,
    changed      BIGINT NOT NULL,  -- how many people the changes are about
    changes      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (meeting_id, version)
);

-- Who said beforehand that they would not come, and why.
CREATE TABLE planned_absence (
    meeting_id UUID NOT NULL REFERENCES meeting (id),
    member_id  UUID NOT NULL REFERENCES member (id),
    reason     TEXT COLLATE "C" NOT NULL,
    noted_at   BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, member_id)
);
