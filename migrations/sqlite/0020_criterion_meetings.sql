-- Beside which criterion the figures of the roll stand is said by the set, not by the
-- program. The sets of six written before are copies of the one in use since 2020, whose
-- third is about meetings.
ALTER TABLE criterion ADD COLUMN about_meetings INTEGER NOT NULL DEFAULT 0 CHECK (about_meetings IN (0, 1));
UPDATE criterion SET about_meetings = 1
WHERE number = 3 AND set_id IN (SELECT set_id FROM criterion GROUP BY set_id HAVING COUNT(*) = 6);
