-- A deputy's grant: somebody acts for the secretary for_account_id of the cell, with that
-- secretary's role there, from from_on up to, but not on, to_on.
ALTER TABLE role_grant ADD COLUMN for_account_id UUID REFERENCES account (id);
ALTER TABLE role_grant ADD COLUMN to_on DATE CHECK ((to_on IS NULL) = (for_account_id IS NULL));
ALTER TABLE role_grant ADD COLUMN reason TEXT COLLATE "C" NOT NULL DEFAULT '';
