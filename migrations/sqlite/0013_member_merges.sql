-- Two records of one person made one. The merged record stays as it is, but for the end of
-- its residence; form_before and form_after are the kept one's fields, for the undoing.
CREATE TABLE member_merge (
    id           BLOB NOT NULL PRIMARY KEY,
    kept_id      BLOB NOT NULL REFERENCES member (id),
    merged_id    BLOB NOT NULL REFERENCES member (id),
    account_name TEXT NOT NULL,
    merged_at    INTEGER NOT NULL,
    form_before  TEXT NOT NULL,
    form_after   TEXT NOT NULL,
    residence_id BLOB REFERENCES residence (id),  -- the one that the merge ended
    undone_at    INTEGER,
    CHECK (kept_id <> merged_id)
) STRICT;
CREATE UNIQUE INDEX member_merge_of_merged ON member_merge (merged_id) WHERE undone_at IS NULL;
CREATE INDEX member_merge_of_kept ON member_merge (kept_id);
