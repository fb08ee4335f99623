-- What people of a cell say of common matters, and what became of it. Nobody is named
-- where member_id is missing.
CREATE TABLE opinion (
    id                        UUID NOT NULL PRIMARY KEY,
    unit_id                   UUID NOT NULL REFERENCES unit (id),
    meeting_id                UUID REFERENCES meeting (id),  -- missing: between meetings
    member_id                 UUID REFERENCES member (id),
    raised_on                 DATE NOT NULL,
    topic                     TEXT COLLATE "C" NOT NULL,
    text                      TEXT COLLATE "C" NOT NULL,
    folded                    TEXT COLLATE "C" NOT NULL,  -- topic and text, for the search
    status                    TEXT COLLATE "C" NOT NULL CHECK (status IN ('recorded', 'forwarded', 'answered')),
    forwarded_to              TEXT COLLATE "C",
    forwarded_on              DATE,
    answered_on               DATE,
    answer                    TEXT COLLATE "C",
    answer_read_at_meeting_id UUID REFERENCES meeting (id),
    version                   BIGINT NOT NULL DEFAULT 1,
    created_at                BIGINT NOT NULL,
    CHECK ((forwarded_to IS NULL) = (forwarded_on IS NULL)),
    CHECK ((answer IS NULL) = (answered_on IS NULL)),
    CHECK ((status = 'answered') = (answer IS NOT NULL)),
    CHECK (status <> 'recorded' OR forwarded_to IS NULL),
    CHECK (status <> 'forwarded' OR forwarded_to IS NOT NULL),
    CHECK (answer_read_at_meeting_id IS NULL OR answer IS NOT NULL)
);
CREATE INDEX opinion_of_unit ON opinion (unit_id, raised_on);
CREATE INDEX opinion_of_meeting ON opinion (meeting_id);
CREATE INDEX opinion_of_member ON opinion (member_id, raised_on);
CREATE INDEX opinion_read_at_meeting ON opinion (answer_read_at_meeting_id);
