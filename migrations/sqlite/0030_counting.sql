-- What is late is found without reading through what is done: letters that no cell has yet,
-- sheets that nobody has confirmed, and those that were so on a day that is past.
CREATE INDEX introduction_letter_open ON introduction_letter (member_id)
    WHERE closed_on IS NULL AND cell_id IS NULL;
CREATE INDEX introduction_letter_awaiting ON introduction_letter (ward_id)
    WHERE closed_on IS NULL AND cell_id IS NULL;
-- Not a way to those without a cell, of whom a country has as many as a town has people.
DROP INDEX introduction_letter_of_cell;
CREATE INDEX introduction_letter_of_cell ON introduction_letter (cell_id)
    WHERE cell_id IS NOT NULL;
CREATE INDEX evaluation_step_waiting ON evaluation_step (unit_id, year)
    WHERE to_on IS NULL AND state IN ('blank', 'draft', 'written', 'returned', 'signed');
CREATE INDEX evaluation_step_ended ON evaluation_step (unit_id, to_on) WHERE to_on IS NOT NULL;

-- Counting reads these columns alone: from an index they lie together, cell by cell.
DROP INDEX residence_of_cell;
CREATE INDEX residence_of_cell
    ON residence (cell_id, started_on, ended_on, category, letter_id, member_id);
DROP INDEX contribution_of_unit;
CREATE INDEX contribution_of_unit
    ON contribution (unit_id, given_on, kind, measure, work_item_id, reverses_id, amount_vnd,
                     quantity_hundredths);
