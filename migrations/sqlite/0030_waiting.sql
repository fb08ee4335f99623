-- What is late is found without reading through what is done: letters that no cell has yet,
-- sheets that nobody has confirmed, and those that were so on a day that is past.
CREATE INDEX introduction_letter_open ON introduction_letter (member_id)
    WHERE closed_on IS NULL AND cell_id IS NULL;
CREATE INDEX evaluation_step_waiting ON evaluation_step (unit_id, year)
    WHERE to_on IS NULL AND state IN ('blank', 'draft', 'written', 'returned', 'signed');
CREATE INDEX evaluation_step_ended ON evaluation_step (unit_id, to_on) WHERE to_on IS NOT NULL;
