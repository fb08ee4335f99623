//! The tables that are filled, and the rows that wait to be written.

use crate::db::tables::Value;

pub type Row = Vec<Value>;

macro_rules! tables {
    ($($table:ident [$($column:literal),+ $(,)?]),+ $(,)?) => {
        /// Rows of each table, those that others refer to before the others.
        #[derive(Default)]
        pub struct Rows {
            $(pub $table: Vec<Row>),+
        }

        impl Rows {
            /// Names of the tables, and their columns in the order of a row's values.
            pub const TABLES: &[(&str, &[&str])] =
                &[$((stringify!($table), &[$($column),+])),+];

            pub fn into_tables(self) -> Vec<Vec<Row>> {
                vec![$(self.$table),+]
            }
        }
    };
}

/// A row of values of any kind.
macro_rules! row {
    ($($value:expr),+ $(,)?) => {
        vec![$($crate::db::tables::Value::from($value)),+]
    };
}

pub(super) use row;

tables! {
    unit ["id", "code", "created_at"],
    unit_period [
        "unit_id", "from_on", "name", "kind", "parent_id",
    ],
    unit_ancestor ["ancestor_id", "unit_id", "child_id", "depth", "from_on"],
    account ["id", "login", "display_name", "password_hash", "created_at"],
    role_grant ["id", "account_id", "role", "unit_id", "names", "granted_at"],
    workplace ["id", "code", "name", "folded"],
    criteria_set [
        "id", "code", "name", "source", "category", "valid_from", "issued_at", "created_at",
    ],
    criterion ["id", "set_id", "number", "heading", "confirmed", "about_meetings"],
    criterion_option ["id", "criterion_id", "number", "label", "confirmed"],
    evaluation_year ["id", "unit_id", "year", "reference_on", "opened_at"],
    evaluation_act ["id", "kind", "account_name", "note", "done_on", "done_at"],
    member [
        "id", "full_name", "family", "middle", "given", "sort_key", "folded", "sex", "born_on",
        "born_precision", "admitted_on", "official_on", "card_number", "phone", "position",
        "workplace_id", "workplace_cell", "created_at",
    ],
    introduction_letter [
        "id", "member_id", "number", "issued_by", "signer", "issued_on", "ward_id", "received_on",
        "received_by", "cell_id", "assigned_on", "exempt", "created_at",
    ],
    residence [
        "id", "member_id", "cell_id", "letter_id", "address", "household_cluster", "kind",
        "category", "exempt_reason", "started_on", "ended_on", "end_reason", "created_at",
        "ended_at",
    ],
    meeting [
        "id", "unit_id", "kind", "held_on", "starts_at", "place", "topic", "frozen_at",
        "rolled_at", "expected", "present", "excused", "unexcused", "created_at",
    ],
    attendance ["meeting_id", "member_id", "number", "status", "reason"],
    work_item [
        "id", "unit_id", "code", "kind", "name", "folded", "measure", "started_on", "note",
        "created_at",
    ],
    contribution [
        "id", "unit_id", "work_item_id", "member_id", "given_on", "kind", "amount_vnd",
        "quantity_hundredths", "measure", "note", "reason", "created_at",
    ],
    opinion [
        "id", "unit_id", "meeting_id", "member_id", "raised_on", "topic", "text", "folded",
        "status", "forwarded_to", "forwarded_on", "answered_on", "answer",
        "answer_read_at_meeting_id", "version", "created_at",
    ],
    front_consultation [
        "id", "unit_id", "year", "held_on", "cell_people", "front_people", "created_at",
    ],
    evaluation_sheet [
        "id", "member_id", "unit_id", "kind", "year", "reference_on", "purpose", "set_id",
        "asked", "chosen", "state", "consultation_id", "saved_by", "saved_at", "signature_id",
        "signed_on", "signed_by", "confirmed_on", "confirmed_by", "act_id", "version",
        "created_at",
    ],
    evaluation_step [
        "sheet_id", "number", "act_id", "unit_id", "year", "kind", "state", "from_on", "to_on",
    ],
    evaluation_signature [
        "sheet_id", "act_id", "code", "full_name", "born_on", "born_precision", "address",
        "workplace",
    ],
    evaluation_choice ["sheet_id", "criterion_id", "option_id"],
}
