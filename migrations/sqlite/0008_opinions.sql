-- What people of a cell say of common matters, and what became of it. Nobody is named
-- where member_id is missing.
CREATE TABLE opinion (
    id                        BLOB NOT NULL PRIMARY KEY,
    unit_id                   BLOB NOT NULL REFERENCES unit (id),
    meeting_id                BLOB REFERENCES meeting (id),  -- missing: between meetings
    member_id                 BLOB REFERENCES member (id),
    raised_on                 TEXT NOT NULL,
    topic                     TEXT NOT NULL,
    text                      TEXT NOT NULL,
    folded                    TEXT NOT NULL,  -- topic and text, for the search
    status                    TEXT NOT NULL CHECK (status IN ('recorded', 'forwarded', 'answered')),
    forwarded_to              TEXT,
    forwarded_on              TEXT,
    answered_on               TEXT,
    answer                    TEXT,
    answer_read_at_meeting_id BLOB REFERENCES meeting (id),
    version                   INTEGER NOT NULL DEFAULT 1,
    created_at                INTEGER NOT NULL,
    CHECK ((forwarded_to IS NULL) = (forwarded_on IS NULL)),
    CHECK ((answer IS NULL) = (answered_on IS NULL)),
    CHECK ((status = 'answered') = (answer IS NOT NULL)),
    CHECK (status <> 'recorded' OR forwarded_to IS NULL),
    CHECK (status <> 'forwarded' OR forwarded_to IS NOT NULL),
    CHECK (answer_read_at_meeting_id IS NULL OR answer IS NOT NULL)
) STRICT;
CREATE INDEX opinion_of_unit ON opinion (unit_id, raised_on);
CREATE INDEX opinion_of_meeting ON opinion (meeting_id);
CREATE INDEX opinion_of_member ON opinion (member_id, raised_on);
CREATE INDEX opinion_read_at_meeting ON opinion (answer_read_at_meeting_id);
