-- What has lapsed is taken out by the hour.
CREATE INDEX session_by_age ON session (created_at);
CREATE INDEX one_time_link_by_age ON one_time_link (expires_at);
CREATE INDEX sign_in_failure_by_age ON sign_in_failure (failed_at);
