-- Entries that were written down together, from one page of the whole cell.
ALTER TABLE contribution ADD COLUMN batch_id UUID;
CREATE INDEX contribution_of_batch ON contribution (batch_id);
