-- Who did what. Written once, never changed: an entry outlives the account and
-- the record it speaks of, so it refers to neither by a foreign key.
CREATE TABLE audit_entry (
    id           UUID NOT NULL PRIMARY KEY,
    at           BIGINT NOT NULL,  -- microseconds since 1970, UTC
    account_id   UUID,
    account_name TEXT COLLATE "C" NOT NULL,
    address      TEXT COLLATE "C" NOT NULL,
    action       TEXT COLLATE "C" NOT NULL,
    subject      TEXT COLLATE "C" NOT NULL,
    subject_id   UUID,
    unit_id      UUID,
    summary      TEXT COLLATE "C" NOT NULL,
    changes      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX audit_entry_of_subject ON audit_entry (subject_id, id);
CREATE INDEX audit_entry_of_unit ON audit_entry (unit_id, id);

-- The tail that the sealer has not reached yet: written with the entry, removed
-- with its seal, so that writers never wait for the chain.
CREATE TABLE audit_unsealed (
    entry_id UUID NOT NULL PRIMARY KEY REFERENCES audit_entry (id)
);

-- The chain: seal n = HMAC-SHA-256(key, seal n-1 and the entry at n).
CREATE TABLE audit_seal (
    position  BIGINT NOT NULL PRIMARY KEY,
    entry_id  UUID NOT NULL UNIQUE REFERENCES audit_entry (id),
    key_id    BYTEA NOT NULL,
    seal      BYTEA NOT NULL,
    sealed_at BIGINT NOT NULL
);

CREATE FUNCTION audit_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed', TG_TABLE_NAME;
END
$$;

CREATE TRIGGER audit_entry_refuses_change BEFORE UPDATE OR DELETE ON audit_entry
FOR EACH ROW EXECUTE FUNCTION audit_is_never_changed();

CREATE TRIGGER audit_seal_refuses_change BEFORE UPDATE OR DELETE ON audit_seal
FOR EACH ROW EXECUTE FUNCTION audit_is_never_changed();
