//! The units that are summed up: those that something was written of, or the next ones.

use crate::db::{Tx, change, on};
use crate::ids::UnitId;
use crate::statistics::summary::store::Place;

/// Entries of the audit trail behind the summaries, at most: with more of them, everything is
/// counted from its rows until the refresher has caught up.
const MOST_BEHIND: i64 = 2000;
/// Units that were written of, at most: where an act concerned more of them, all summaries are made
/// anew, step by step, and everything is counted from its rows until they are there.
pub const MOST_UNITS: usize = 1000;

/// Which units are summed up.
#[derive(Clone, Copy, Debug)]
pub enum Units {
    /// Those that something was written of behind this place of the audit trail.
    Behind(i64),
    /// The next ones after this, in the order of their ids.
    After(UnitId),
}

/// The acts behind the place in $1 that may change what is summed up, and the units that each
/// is about: its own, those where its member has ever lived or its work was given to, or all
/// below its own. An act of which nothing better is known concerns all below its unit, and
/// without one everything. `CROSS JOIN` tells `SQLite` to begin with the few.
macro_rules! behind {
    () => {
        "WITH act AS MATERIALIZED (
             SELECT audit_entry.action, audit_entry.subject, audit_entry.subject_id,
                    audit_entry.unit_id
             FROM audit_unsealed CROSS JOIN audit_entry
             WHERE audit_entry.id = audit_unsealed.entry_id
               AND audit_unsealed.is_change = 1
             UNION ALL
             SELECT audit_entry.action, audit_entry.subject, audit_entry.subject_id,
                    audit_entry.unit_id
             FROM audit_seal CROSS JOIN audit_entry
             WHERE audit_entry.id = audit_seal.entry_id AND audit_seal.position > $1
         ),
         about AS MATERIALIZED (
             SELECT action, subject, subject_id, unit_id,
                    subject IN ('contribution', 'import', 'meeting', 'member', 'unit',
                                'work') AS is_known
             FROM act
             WHERE subject NOT IN ('access', 'account', 'backup', 'consultation',
                                   'criteria', 'data_request', 'export', 'figures',
                                   'registry', 'view')
               AND action NOT IN ('reorganisation.draft', 'reorganisation.edit',
                                  'reorganisation.remove', 'reorganisation.step', 'unit.settle')
         ),
         asked (unit_id) AS MATERIALIZED (
             SELECT unit_id FROM about
             WHERE subject IN ('contribution', 'import', 'meeting', 'member')
               AND unit_id IS NOT NULL
             UNION
             SELECT residence.cell_id
             FROM about CROSS JOIN residence
             WHERE residence.member_id = about.subject_id AND about.subject = 'member'
             UNION
             SELECT contribution.unit_id
             FROM about CROSS JOIN contribution
             WHERE contribution.work_item_id = about.subject_id AND about.subject = 'work'
             UNION
             SELECT subject_id FROM about WHERE subject = 'unit' AND subject_id IS NOT NULL
             UNION
             SELECT unit_ancestor.unit_id
             FROM about CROSS JOIN unit_ancestor
             WHERE unit_ancestor.ancestor_id = about.unit_id AND NOT about.is_known
             UNION
             SELECT unit.id FROM about CROSS JOIN unit
             WHERE about.unit_id IS NULL AND NOT about.is_known
         )"
    };
}

macro_rules! after {
    () => {
        "WITH asked (unit_id) AS MATERIALIZED (
             SELECT id FROM unit WHERE id > $1 ORDER BY id LIMIT 200
         )"
    };
}

/// Units whose rows are read by one statement, at most. `PostgreSQL` does not foresee how few
/// units an act is about, and would read whole tables for them: it sees how many are named.
pub const AT_ONCE: usize = 50;

/// Runs a query for up to [`AT_ONCE`] units, which it finds in `asked`.
macro_rules! of_units {
    ($tx:expr, $ids:expr, $make:ident, $rest:literal) => {{
        let sql = concat!(
            "WITH asked (unit_id) AS MATERIALIZED (
                 SELECT id FROM unit
                 WHERE id IN (
                  $1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
                  $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                  $21, $22, $23, $24, $25, $26, $27, $28, $29, $30,
                  $31, $32, $33, $34, $35, $36, $37, $38, $39, $40,
                  $41, $42, $43, $44, $45, $46, $47, $48, $49, $50
                 )
             )",
            $rest
        );
        on!($tx, db => {
            let mut query = sqlx::$make(sql);
            for place in 0..AT_ONCE {
                query = query.bind($ids.get(place).copied());
            }
            query.fetch_all(db)
        })
    }};
}

macro_rules! clear {
    ($tx:expr, $units:expr, $rest:literal) => {
        match $units {
            Units::Behind(position) => {
                change!($tx, sqlx::query(concat!(behind!(), $rest)).bind(position)).map(drop)
            }
            Units::After(id) => {
                change!($tx, sqlx::query(concat!(after!(), $rest)).bind(id)).map(drop)
            }
        }
    };
}

pub(super) use of_units;

/// Whether so much has been written since that counting its units one by one takes longer than
/// counting everything.
pub async fn is_far_behind(tx: &mut Tx, position: i64) -> sqlx::Result<bool> {
    let sql = "SELECT COUNT(*) > $2 FROM (
                   SELECT 1 AS one FROM (SELECT 1 FROM audit_unsealed LIMIT $2 + 1) AS tail
                   UNION ALL
                   SELECT 1 FROM (SELECT 1 FROM audit_seal WHERE position > $1 LIMIT $2 + 1)
                                 AS sealed
               ) AS entry";
    on!(tx, db => sqlx::query_scalar(sql).bind(position).bind(MOST_BEHIND).fetch_one(db))
}

/// Those that are asked for.
pub async fn units(tx: &mut Tx, units: Units) -> sqlx::Result<Vec<UnitId>> {
    match units {
        Units::Behind(position) => {
            let sql = concat!(behind!(), " SELECT unit_id FROM asked");
            on!(tx, db => sqlx::query_scalar(sql).bind(position).fetch_all(db))
        }
        Units::After(id) => {
            let sql = concat!(after!(), " SELECT unit_id FROM asked");
            on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_all(db))
        }
    }
}

/// Where units that something was written of belonged, at or below the unit `id`.
pub async fn places(tx: &mut Tx, position: i64, id: UnitId) -> sqlx::Result<Vec<Place>> {
    let sql = concat!(
        behind!(),
        " SELECT asked.unit_id, unit_ancestor.child_id, unit_ancestor.from_on,
                 unit_ancestor.to_on
          FROM asked CROSS JOIN unit_ancestor
          WHERE unit_ancestor.unit_id = asked.unit_id AND unit_ancestor.ancestor_id = $2
          ORDER BY asked.unit_id, unit_ancestor.from_on"
    );
    on!(tx, db => sqlx::query_as(sql).bind(position).bind(id).fetch_all(db))
}

/// Takes away the summaries of units that are about to be written anew.
pub async fn clear(tx: &mut Tx, units: Units) -> sqlx::Result<()> {
    clear!(tx, units, " DELETE FROM unit_summary WHERE unit_id IN (SELECT unit_id FROM asked)")?;
    clear!(tx, units, " DELETE FROM unit_year_summary WHERE unit_id IN (SELECT unit_id FROM asked)")
}
