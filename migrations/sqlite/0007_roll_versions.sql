-- Every save of a roll is a version of it. Versions are added and never taken away:
-- to undo the last is to add one more, which says so in undoes. changes is a list of
-- (number, mark and reason before, mark and reason after), as JSON.
CREATE TABLE roll_version (
    meeting_id   BLOB NOT NULL REFERENCES meeting (id),
    version      INTEGER NOT NULL,  -- 1 for the first
    saved_at     INTEGER NOT NULL,
    account_id   BLOB NOT NULL REFERENCES account (id),
    account_name TEXT NOT NULL,  -- as it was then
    undoes       INTEGER,
    changed      INTEGER NOT NULL,  -- how many people the changes are about
    changes      TEXT NOT NULL,
    PRIMARY KEY (meeting_id, version)
) STRICT, WITHOUT ROWID;

-- Who said beforehand that they would not come, and why.
CREATE TABLE planned_absence (
    meeting_id BLOB NOT NULL REFERENCES meeting (id),
    member_id  BLOB NOT NULL REFERENCES member (id),
    reason     TEXT NOT NULL,
    noted_at   INTEGER NOT NULL,
    PRIMARY KEY (meeting_id, member_id)
) STRICT, WITHOUT ROWID;
