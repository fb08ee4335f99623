-- For what was looked for row by row: the links of an account, absences announced by a
-- member, and the rows that a unit, a letter, a sheet or a reorganisation must not be named by
-- when it is taken out again.
CREATE INDEX one_time_link_of_account ON one_time_link (account_id);
CREATE INDEX planned_absence_of_member ON planned_absence (member_id);
CREATE INDEX evaluation_sheet_replacing ON evaluation_sheet (replaces_id) WHERE replaces_id IS NOT NULL;
CREATE INDEX evaluation_batch_of_option ON evaluation_batch (option_id);
CREATE INDEX evaluation_request_of_unit ON evaluation_request (unit_id);
CREATE INDEX residence_of_letter ON residence (letter_id) WHERE letter_id IS NOT NULL;
CREATE INDEX residence_closed_by ON residence (closed_by) WHERE closed_by IS NOT NULL;
CREATE INDEX residence_move_from_cell ON residence_move (from_cell_id);
CREATE INDEX residence_move_to_cell ON residence_move (to_cell_id);
CREATE INDEX introduction_letter_of_cell ON introduction_letter (cell_id);
CREATE INDEX api_token_of_unit ON api_token (unit_id) WHERE unit_id IS NOT NULL;
-- Few residences follow from a reorganisation: an index of the others tells a planner that
-- looking one up finds them all.
DROP INDEX residence_of_reorganisation;
CREATE INDEX residence_of_reorganisation ON residence (reorganisation_id) WHERE reorganisation_id IS NOT NULL;
