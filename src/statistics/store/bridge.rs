//! Why there were more people, or fewer, on one day than on another: the difference of the
//! two states. Whoever is counted on one day only is found in one row, so that the rows
//! always add up.

use chrono::NaiveDate;
use sqlx::FromRow;

use crate::access::guard::Scope;
use crate::db::{Tx, on};
use crate::ids::{MemberId, UnitId};
use crate::members::store::kept_in;
use crate::statistics::bridge::Flow;

/// Those counted on $3 and not on $2: `arrived` is where each lives on $3, `before` where
/// they lived on $2. A residence and an ancestry that both hold on the two days changed
/// nothing, and are passed over before anything is looked up: `$new` says which of the two is
/// new, the residence or else the ancestry.
macro_rules! arrivals {
    ($units:literal, $new:literal) => {
        concat!(
            "SELECT held.ancestor_id AS unit_id, arrived.member_id,
                    before.cell_id AS old_id, arrived.cell_id AS new_id,
                    CASE WHEN inside.unit_id IS NULL AND before.cell_id = arrived.cell_id
                         THEN held.from_on ELSE arrived.started_on END AS changed_on,
                    CASE WHEN before.id IS NULL AND EXISTS (
                              SELECT 1 FROM member_merge
                              WHERE member_merge.undone_at IS NOT NULL
                                AND member_merge.residence_id =
                                    (SELECT latest.id FROM residence AS latest
                                     WHERE latest.member_id = arrived.member_id
                                       AND latest.started_on <= $2
                                     ORDER BY latest.started_on DESC LIMIT 1))
                         THEN 'corrected_in'
                         WHEN before.id IS NULL THEN 'joined'
                         WHEN inside.unit_id IS NOT NULL THEN 'category_in'
                         WHEN before.cell_id = arrived.cell_id
                           OR arrived.reorganisation_id = before.closed_by THEN 'reorganised_in'
                         ELSE 'moved_in' END AS kind
             FROM unit_ancestor AS held
             JOIN residence AS arrived
               ON arrived.cell_id = held.unit_id AND arrived.category = 'normal'
              AND arrived.started_on <= $3
              AND (arrived.ended_on IS NULL OR arrived.ended_on > $3)
             LEFT JOIN residence AS before
               ON before.member_id = arrived.member_id AND before.started_on <= $2
              AND (before.ended_on IS NULL OR before.ended_on > $2)
             LEFT JOIN unit_ancestor AS inside
               ON inside.ancestor_id = held.ancestor_id AND inside.unit_id = before.cell_id
              AND inside.from_on <= $2 AND (inside.to_on IS NULL OR inside.to_on > $2)
             WHERE ",
            $units,
            " AND held.from_on <= $3 AND (held.to_on IS NULL OR held.to_on > $3) AND ",
            $new,
            " AND (inside.unit_id IS NULL OR before.category <> 'normal')"
        )
    };
}

/// Those counted on $2 and not on $3: `lived` is where each lived on $2, `present` where they
/// live on $3, and `latest` what ended for those who live nowhere then. `$old` says which has
/// ended, the residence or else the ancestry.
macro_rules! departures {
    ($units:literal, $old:literal) => {
        concat!(
            "SELECT held.ancestor_id AS unit_id, lived.member_id,
                    lived.cell_id AS old_id, present.cell_id AS new_id,
                    CASE WHEN present.id IS NULL THEN latest.ended_on
                         WHEN inside.unit_id IS NULL AND present.cell_id = lived.cell_id
                         THEN held.to_on ELSE lived.ended_on END AS changed_on,
                    CASE WHEN present.id IS NOT NULL AND inside.unit_id IS NOT NULL
                         THEN 'category_out'
                         WHEN present.cell_id = lived.cell_id
                           OR present.reorganisation_id = lived.closed_by
                         THEN 'reorganised_out'
                         WHEN present.id IS NOT NULL OR latest.end_reason = 'moved'
                         THEN 'moved_out'
                         WHEN EXISTS (SELECT 1 FROM member_merge
                                      WHERE member_merge.residence_id = latest.id)
                         THEN 'corrected_out'
                         WHEN latest.end_reason IN ('retired', 'deceased', 'left_party')
                         THEN latest.end_reason
                         ELSE 'other' END AS kind
             FROM unit_ancestor AS held
             JOIN residence AS lived
               ON lived.cell_id = held.unit_id AND lived.category = 'normal'
              AND lived.started_on <= $2
             LEFT JOIN residence AS present
               ON present.member_id = lived.member_id AND present.started_on <= $3
              AND (present.ended_on IS NULL OR present.ended_on > $3)
             LEFT JOIN unit_ancestor AS inside
               ON inside.ancestor_id = held.ancestor_id AND inside.unit_id = present.cell_id
              AND inside.from_on <= $3 AND (inside.to_on IS NULL OR inside.to_on > $3)
             LEFT JOIN residence AS latest
               ON present.id IS NULL
              AND latest.id = (SELECT ended.id FROM residence AS ended
                               WHERE ended.member_id = lived.member_id
                                 AND ended.started_on <= $3
                               ORDER BY ended.started_on DESC LIMIT 1)
             WHERE ",
            $units,
            " AND held.from_on <= $2 AND (held.to_on IS NULL OR held.to_on > $2) AND ",
            $old,
            " AND (inside.unit_id IS NULL OR present.category <> 'normal')"
        )
    };
}

/// Both directions, each by what an index finds, for the units that the condition on `held` names.
macro_rules! changes {
    ($units:literal) => {
        concat!(
            arrivals!($units, "arrived.started_on > $2"),
            " UNION ALL ",
            arrivals!($units, "held.from_on > $2 AND arrived.started_on <= $2"),
            " UNION ALL ",
            departures!($units, "lived.ended_on > $2 AND lived.ended_on <= $3"),
            " UNION ALL ",
            departures!(
                $units,
                "held.to_on <= $3 AND (lived.ended_on IS NULL OR lived.ended_on > $3)"
            )
        )
    };
}

/// How many people one reason brought into a unit, or took out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Counted {
    pub unit_id: UnitId,
    pub kind: Flow,
    pub count: i64,
}

/// How the members of category normal at or below `id` on `from` became those of `on`.
pub async fn counts(
    tx: &mut Tx,
    id: UnitId,
    from: NaiveDate,
    on: NaiveDate,
) -> sqlx::Result<Vec<Counted>> {
    let sql = concat!(
        "SELECT unit_id, kind, COUNT(*) AS count FROM (",
        changes!("held.ancestor_id = $1"),
        ") AS change GROUP BY unit_id, kind"
    );
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(from).bind(on).fetch_all(db))
}

/// Likewise for every unit that ever was right below `id`, each for itself: who moves from
/// one to the other is in both, and in none of `id`.
pub async fn counts_below(
    tx: &mut Tx,
    id: UnitId,
    from: NaiveDate,
    on: NaiveDate,
) -> sqlx::Result<Vec<Counted>> {
    let sql = concat!(
        "SELECT unit_id, kind, COUNT(*) AS count FROM (",
        changes!(
            "held.ancestor_id IN (SELECT child_id FROM unit_ancestor
                                  WHERE ancestor_id = $1 AND depth > 0)"
        ),
        ") AS change GROUP BY unit_id, kind"
    );
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(from).bind(on).fetch_all(db))
}

/// How many members of category normal lived at or below `id` on a day.
pub async fn headcount(tx: &mut Tx, id: UnitId, on: NaiveDate) -> sqlx::Result<i64> {
    let sql = "SELECT COUNT(*)
               FROM unit_ancestor
               JOIN residence ON residence.cell_id = unit_ancestor.unit_id
                              AND residence.category = 'normal'
                              AND residence.started_on <= $2
                              AND (residence.ended_on IS NULL OR residence.ended_on > $2)
               WHERE unit_ancestor.ancestor_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).bind(on).fetch_one(db))
}

/// Somebody behind a row of the bridge.
#[derive(Clone, Debug, FromRow)]
pub struct Changed {
    pub id: MemberId,
    pub full_name: String,
    /// Whether the unit still keeps the record, and may open it.
    pub is_kept: bool,
    /// Where the person lived on the first day, and on the second: a cell and its ward.
    pub old_cell: Option<String>,
    pub old_ward: Option<String>,
    pub new_cell: Option<String>,
    pub new_ward: Option<String>,
    pub changed_on: Option<NaiveDate>,
}

/// The people behind a row, by name: which is looked up for each, as `PostgreSQL` would else walk
/// all names in their order until it has a page of them.
pub async fn people(
    tx: &mut Tx,
    scope: &Scope,
    (from, on): (NaiveDate, NaiveDate),
    kind: Flow,
    today: NaiveDate,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<Changed>> {
    let sql = concat!(
        "WITH named AS MATERIALIZED (
             SELECT change.member_id, change.old_id, change.new_id, change.changed_on,
                    (SELECT member.full_name FROM member
                     WHERE member.id = change.member_id) AS full_name,
                    (SELECT member.sort_key FROM member
                     WHERE member.id = change.member_id) AS sort_key
             FROM (",
        changes!("held.ancestor_id = $1"),
        ") AS change
             WHERE change.kind = $4
         ),
         page AS (
             SELECT * FROM named ORDER BY sort_key, member_id LIMIT $6 OFFSET $7
         )
         SELECT page.member_id AS id, page.full_name, page.changed_on,
                old_cell.name AS old_cell, old_ward.name AS old_ward,
                new_cell.name AS new_cell, new_ward.name AS new_ward,
                ",
        kept_in!("$1", "$5", "page.member_id"),
        " AS is_kept
         FROM page
         LEFT JOIN unit_period AS old_cell
           ON old_cell.unit_id = page.old_id AND old_cell.from_on <= $2
          AND (old_cell.to_on IS NULL OR old_cell.to_on > $2)
         LEFT JOIN unit_period AS old_ward
           ON old_ward.unit_id = old_cell.parent_id AND old_ward.from_on <= $2
          AND (old_ward.to_on IS NULL OR old_ward.to_on > $2)
         LEFT JOIN unit_period AS new_cell
           ON new_cell.unit_id = page.new_id AND new_cell.from_on <= $3
          AND (new_cell.to_on IS NULL OR new_cell.to_on > $3)
         LEFT JOIN unit_period AS new_ward
           ON new_ward.unit_id = new_cell.parent_id AND new_ward.from_on <= $3
          AND (new_ward.to_on IS NULL OR new_ward.to_on > $3)
         ORDER BY page.sort_key, page.member_id"
    );
    on!(tx, db => sqlx::query_as(sql)
        .bind(scope.unit_id())
        .bind(from)
        .bind(on)
        .bind(kind)
        .bind(today)
        .bind(limit)
        .bind(offset)
        .fetch_all(db))
}
