-- Backups that were made, or tried. claimed_on is the day of one that the calendar made, so
-- that of several servers one makes it; head is that of the audit chain in it, as it stands
-- on paper.
CREATE TABLE backup (
    id           UUID NOT NULL PRIMARY KEY,
    claimed_on   DATE UNIQUE,
    file         TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    bytes        BIGINT NOT NULL DEFAULT 0,
    entries      BIGINT NOT NULL DEFAULT 0,
    head         TEXT COLLATE "C" NOT NULL DEFAULT '',
    why          TEXT COLLATE "C" NOT NULL DEFAULT '',
    account_name TEXT COLLATE "C" NOT NULL,
    started_at   BIGINT NOT NULL,
    finished_at  BIGINT
);
CREATE INDEX backup_by_start ON backup (started_at);
