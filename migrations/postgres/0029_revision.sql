-- How many acts have changed what the registry tells: sealed ones are counted along the
-- chain, the others in its tail, so that no row is everybody's. Looks, refusals and sign-ins
-- change nothing.
ALTER TABLE audit_unsealed ADD COLUMN is_change BIGINT NOT NULL DEFAULT 1;
ALTER TABLE audit_seal ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
