-- Who did what. Written once, never changed: an entry outlives the account and
-- the record it speaks of, so it refers to neither by a foreign key.
CREATE TABLE audit_entry (
    id           BLOB NOT NULL PRIMARY KEY,
    at           INTEGER NOT NULL,  -- microseconds since 1970, UTC
    account_id   BLOB,
    account_name TEXT NOT NULL,
    address      TEXT NOT NULL,
    action       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    subject_id   BLOB,
    unit_id      BLOB,
    summary      TEXT NOT NULL,
    changes      TEXT NOT NULL
) STRICT;
CREATE INDEX audit_entry_of_subject ON audit_entry (subject_id, id);
CREATE INDEX audit_entry_of_unit ON audit_entry (unit_id, id);

-- The tail that the sealer has not reached yet: written with the entry, removed
-- with its seal, so that writers never wait for the chain.
CREATE TABLE audit_unsealed (
    entry_id BLOB NOT NULL PRIMARY KEY REFERENCES audit_entry (id)
) STRICT;

-- The chain: seal n = HMAC-SHA-256(key, seal n-1 and the entry at n).
CREATE TABLE audit_seal (
    position  INTEGER NOT NULL PRIMARY KEY,
    entry_id  BLOB NOT NULL UNIQUE REFERENCES audit_entry (id),
    key_id    BLOB NOT NULL,
    seal      BLOB NOT NULL,
    sealed_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER audit_entry_refuses_update BEFORE UPDATE ON audit_entry
BEGIN
    SELECT RAISE(ABORT, 'audit_entry is never changed');
END;

CREATE TRIGGER audit_entry_refuses_delete BEFORE DELETE ON audit_entry
BEGIN
    SELECT RAISE(ABORT, 'audit_entry is never changed');
END;

CREATE TRIGGER audit_seal_refuses_update BEFORE UPDATE ON audit_seal
BEGIN
    SELECT RAISE(ABORT, 'audit_seal is never changed');
END;

CREATE TRIGGER audit_seal_refuses_delete BEFORE DELETE ON audit_seal
BEGIN
    SELECT RAISE(ABORT, 'audit_seal is never changed');
END;
