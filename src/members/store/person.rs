//! Members one by one, and the search for them.

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::db::{Tx, change, on, one_row};
use crate::ids::{MemberId, UnitId};
use crate::members::model::{Found, Member, NewMember};
use crate::members::store::asked::six_words;
use crate::members::store::list::{holds, restricted};
use crate::members::store::words;
use crate::vietnamese::fold;

/// The members who live, or last lived, in `$1` or below it as it is on `$2`; a record
/// that was merged into another is found as that one.
macro_rules! last_seen {
    () => {
        "SELECT member.id, member.full_name, member.born_on,
                COALESCE(unit_period.name, '') AS cell_name
         FROM member
         JOIN residence ON residence.id = (SELECT latest.id FROM residence AS latest
                                           WHERE latest.member_id = member.id
                                           ORDER BY latest.started_on DESC
                                           LIMIT 1)
         JOIN unit_ancestor ON unit_ancestor.unit_id = residence.cell_id
                            AND unit_ancestor.ancestor_id = $1
                            AND unit_ancestor.from_on <= $2
                            AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
         LEFT JOIN unit_period ON unit_period.unit_id = residence.cell_id
                               AND unit_period.from_on <= $2
                               AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)
         WHERE NOT EXISTS (SELECT 1 FROM member_merge
                           WHERE member_merge.merged_id = member.id
                             AND member_merge.undone_at IS NULL)"
    };
}

pub async fn get(tx: &mut Tx, id: MemberId) -> sqlx::Result<Member> {
    let sql = "SELECT member.id, member.version, member.full_name, member.family, member.middle,
                      member.given, member.sex, member.born_on, member.born_precision,
                      member.admitted_on, member.official_on, member.card_number, member.phone,
                      member.position, workplace.name AS workplace, member.workplace_cell
               FROM member LEFT JOIN workplace ON workplace.id = member.workplace_id
               WHERE member.id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_one(db))
}

/// The cell of the open residence, or of the last one: whose secretary keeps the member.
pub async fn cell_of(tx: &mut Tx, id: MemberId) -> sqlx::Result<Option<UnitId>> {
    let sql = "SELECT cell_id FROM residence
               WHERE member_id = $1
               ORDER BY started_on DESC
               LIMIT 1";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_optional(db))
}

/// Whether the person's data go no further than the own cell's pages now.
pub async fn is_restricted(tx: &mut Tx, id: MemberId) -> sqlx::Result<bool> {
    let sql = concat!("SELECT ", restricted!("member.id"), " FROM member WHERE member.id = $1");
    on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_one(db))
}

/// Makes whoever else changes this member wait until this transaction has ended, so that
/// a form sent several times at once finds what its first sending wrote. `SQLite` has
/// one writer anyway.
pub async fn hold(tx: &mut Tx, id: MemberId) -> sqlx::Result<()> {
    let sql = "UPDATE member SET version = version WHERE id = $1";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}

/// Writes the member as the person is to stand at `version`; no row where somebody else
/// changed it first.
pub async fn change(tx: &mut Tx, new: &NewMember, version: i64) -> sqlx::Result<()> {
    let sql = "UPDATE member
               SET full_name = $3, family = $4, middle = $5, given = $6, sort_key = $7,
                   folded = $8, sex = $9, born_on = $10, born_precision = $11,
                   admitted_on = $12, official_on = $13, card_number = $14, phone = $15,
                   position = $16, workplace_id = $17, workplace_cell = $18,
                   version = version + 1
               WHERE id = $1 AND version = $2";
    one_row(change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(version)
            .bind(&new.name.full)
            .bind(&new.name.family)
            .bind(&new.name.middle)
            .bind(&new.name.given)
            .bind(new.name.sort_key())
            .bind(new.name.folded())
            .bind(new.sex)
            .bind(new.born.map(|it| it.day))
            .bind(new.born.map(|it| it.precision))
            .bind(new.admitted_on)
            .bind(new.official_on)
            .bind(&new.card_number)
            .bind(&new.phone)
            .bind(&new.position)
            .bind(new.workplace_id)
            .bind(&new.workplace_cell)
    )?)?;
    words::remove(tx, new.id).await?;
    words::add(tx, new.id).await
}

/// Members living on `on` in `unit_id`, or below it, whom `query` finds: those whose
/// marks are right come first, otherwise by name. Only people inside the scope.
pub async fn search(
    tx: &mut Tx,
    scope: &Scope,
    unit_id: UnitId,
    on: NaiveDate,
    query: &str,
    limit: i64,
) -> sqlx::Result<Vec<Found>> {
    let sql = concat!(
        "SELECT member.id, member.full_name, member.born_on, unit_period.name AS cell_name
         FROM unit_ancestor
         JOIN residence ON residence.cell_id = unit_ancestor.unit_id
                        AND residence.started_on <= $2
                        AND (residence.ended_on IS NULL OR residence.ended_on > $2)
         JOIN member ON member.id = residence.member_id
         JOIN member AS present ON present.id = member.id
         LEFT JOIN workplace ON workplace.id = present.workplace_id
         JOIN unit_period ON unit_period.unit_id = residence.cell_id
                          AND unit_period.from_on <= $2
                          AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)
         WHERE unit_ancestor.ancestor_id = $1
           AND unit_ancestor.from_on <= $2
           AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
           AND EXISTS (SELECT 1 FROM unit_ancestor AS seen
                       WHERE seen.ancestor_id = $3 AND seen.unit_id = residence.cell_id
                         AND seen.from_on <= $2
                         AND (seen.to_on IS NULL OR seen.to_on > $2))",
        holds!("$4"),
        holds!("$5"),
        holds!("$6"),
        holds!("$7"),
        holds!("$8"),
        holds!("$9"),
        " ORDER BY member.sort_key, member.id
          LIMIT $10"
    );
    let words = six_words(query);
    let mut found: Vec<Found> = on!(tx, db => sqlx::query_as(sql)
        .bind(unit_id)
        .bind(on)
        .bind(scope.unit_id())
        .bind(&words[0])
        .bind(&words[1])
        .bind(&words[2])
        .bind(&words[3])
        .bind(&words[4])
        .bind(&words[5])
        .bind(limit)
        .fetch_all(db))?;
    if fold::has_marks(query) {
        found.sort_by_key(|it| !fold::matches_with_marks(&it.full_name, query));
    }
    Ok(found)
}

/// Members of this name, marks aside, who live or last lived in the scope.
pub async fn find_by_folded(
    tx: &mut Tx,
    unit_id: UnitId,
    today: NaiveDate,
    folded: &str,
) -> sqlx::Result<Vec<Found>> {
    let sql = concat!(last_seen!(), " AND member.folded = $3 ORDER BY member.sort_key, member.id");
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(today).bind(folded).fetch_all(db))
}

/// Likewise by the number of the party card.
pub async fn find_by_card(
    tx: &mut Tx,
    unit_id: UnitId,
    today: NaiveDate,
    card_number: &str,
) -> sqlx::Result<Vec<Found>> {
    let sql =
        concat!(last_seen!(), " AND member.card_number = $3 ORDER BY member.sort_key, member.id");
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(today).bind(card_number).fetch_all(db))
}

/// Likewise by the telephone's digits.
pub async fn find_by_phone(
    tx: &mut Tx,
    unit_id: UnitId,
    today: NaiveDate,
    phone: &str,
) -> sqlx::Result<Vec<Found>> {
    let sql = concat!(last_seen!(), " AND member.phone = $3 ORDER BY member.sort_key, member.id");
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(today).bind(phone).fetch_all(db))
}
