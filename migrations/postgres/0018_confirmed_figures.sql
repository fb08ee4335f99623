-- When the end of a residence was written down. Of ends from before this was kept, no
-- confirmed figure can speak: any moment up to now will do.
ALTER TABLE residence ADD COLUMN ended_at BIGINT;
UPDATE residence SET ended_at = created_at WHERE ended_on IS NOT NULL;

-- Whether a merge, or its undoing, explains why a residence counts no more, or again.
CREATE INDEX member_merge_by_merged ON member_merge (merged_id);

-- The figures of a unit as somebody answered for them: number counts the confirmations of
-- one day, the last of which holds. figures is the table of the day as JSON; normal and
-- exempt are its totals.
CREATE TABLE confirmed_figures (
    id           UUID NOT NULL PRIMARY KEY,
    unit_id      UUID NOT NULL REFERENCES unit (id),
    as_of_on     DATE NOT NULL,
    number       BIGINT NOT NULL CHECK (number > 0),
    normal       BIGINT NOT NULL,
    exempt       BIGINT NOT NULL,
    figures      TEXT COLLATE "C" NOT NULL,
    note         TEXT COLLATE "C" NOT NULL,
    account_name TEXT COLLATE "C" NOT NULL,
    confirmed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX confirmed_figures_of_unit ON confirmed_figures (unit_id, as_of_on, number);

CREATE FUNCTION confirmed_figures_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed', TG_TABLE_NAME;
END
$$;

CREATE TRIGGER confirmed_figures_refuses_change BEFORE UPDATE OR DELETE ON confirmed_figures
FOR EACH ROW EXECUTE FUNCTION confirmed_figures_never_change();

-- A report of the year leaves as a file, too.
ALTER TABLE export DROP CONSTRAINT export_what_check;
ALTER TABLE export ADD CONSTRAINT export_what_check
    CHECK (what IN ('evaluations', 'members', 'attendance', 'contributions', 'statistics', 'report'));
