//! What the file is made of. It writes to no table.

use chrono::NaiveDate;
use futures_util::{Stream, TryStreamExt};

use crate::access::guard::Scope;
use crate::db::{Tx, on};
use crate::evaluation::year_file::export::Lines;
use crate::evaluation::year_file::model::{Place, Row, Year, sort};
use crate::members::store::kept_in;

/// The units at or below the one entered on the year's day, in the order of the file.
pub async fn places(tx: &mut Tx, scope: &Scope, year: Year) -> sqlx::Result<Vec<Place>> {
    let sql = "SELECT unit.id AS unit_id, unit.code, unit_period.name, unit_period.kind,
                      above.name AS parent_name
               FROM unit_ancestor
               JOIN unit ON unit.id = unit_ancestor.unit_id
               JOIN unit_period ON unit_period.unit_id = unit.id
                                AND unit_period.from_on <= $2
                                AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)
               LEFT JOIN unit_period AS above
                      ON above.unit_id = unit_period.parent_id
                     AND above.from_on <= $2
                     AND (above.to_on IS NULL OR above.to_on > $2)
               WHERE unit_ancestor.ancestor_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)";
    let mut places: Vec<Place> =
        on!(tx, db => sqlx::query_as(sql).bind(scope.unit_id()).bind(year.on).fetch_all(db))?;
    sort(&mut places);
    Ok(places)
}

/// How many lines the file has.
pub async fn count(tx: &mut Tx, scope: &Scope, year: Year) -> sqlx::Result<i64> {
    let sql = "SELECT COUNT(*)
               FROM unit_ancestor
               JOIN residence ON residence.cell_id = unit_ancestor.unit_id
                              AND residence.started_on <= $2
                              AND (residence.ended_on IS NULL OR residence.ended_on > $2)
               WHERE unit_ancestor.ancestor_id = $1
                 AND unit_ancestor.from_on <= $2
                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)";
    on!(tx, db => sqlx::query_scalar(sql).bind(scope.unit_id()).bind(year.on).fetch_one(db))
}

/// Hands everybody who lives in one of the `places` on the year's day to `lines`, in
/// the order of the places and then by name, without ever holding more than one.
///
/// The scope is the proof that these names may be read. Where somebody works is told of
/// those only who are kept in the unit `today`.
pub async fn each(
    tx: &mut Tx,
    scope: &Scope,
    (year, today): (Year, NaiveDate),
    places: &[Place],
    lines: &mut Lines,
) -> sqlx::Result<()> {
    // The list of places is bound as one text of columns 60 wide, the length of the
    // longest code: the one way to hand over a list that both databases understand.
    let codes: Vec<String> = places.iter().map(|it| format!("{:<60}", it.code)).collect();
    // CROSS JOIN keeps SQLite to the order written: from the few listed, not from every
    // meeting of the year.
    let (from, to) = year.days();
    let sql = concat!(
        "WITH RECURSIVE place (number, code) AS (
                   SELECT 0, TRIM(SUBSTR($1, 1, 60))
                   UNION ALL
                   SELECT number + 1, TRIM(SUBSTR($1, 60 * (number + 1) + 1, 60))
                   FROM place WHERE 60 * (number + 1) < LENGTH($1)
               ),
               listed AS (
                   SELECT place.number, residence.member_id, residence.letter_id,
                          residence.address, residence.kind, residence.category
                   FROM place
                   JOIN unit ON unit.code = place.code
                   JOIN residence ON residence.cell_id = unit.id
                                  AND residence.started_on <= $2
                                  AND (residence.ended_on IS NULL OR residence.ended_on > $2)
               ),
               attended AS (
                   SELECT listed.member_id, COUNT(*) AS expected,
                          COUNT(*) FILTER (WHERE attendance.status = 'present') AS present,
                          COUNT(*) FILTER (WHERE attendance.status = 'excused') AS excused,
                          COUNT(*) FILTER (WHERE attendance.status = 'unexcused') AS unexcused
                   FROM listed CROSS JOIN attendance CROSS JOIN meeting
                   WHERE attendance.member_id = listed.member_id
                     AND attendance.status <> 'exempt'
                     AND meeting.id = attendance.meeting_id
                     AND meeting.held_on >= $3 AND meeting.held_on < $4
                     AND meeting.rolled_at IS NOT NULL
                   GROUP BY listed.member_id
               ),
               given AS (
                   SELECT entry.member_id,
                          SUM(entry.amount_vnd) AS amount_vnd,
                          SUM(CASE WHEN entry.kind = 'labour'
                                   THEN entry.quantity_hundredths END) AS labour_hundredths,
                          SUM(CASE WHEN entry.kind = 'land'
                                   THEN entry.quantity_hundredths END) AS land_hundredths,
                          SUM(CASE WHEN entry.kind = 'goods' THEN entry.sign END) AS goods,
                          SUM(CASE WHEN entry.kind = 'idea' THEN entry.sign END) AS ideas,
                          SUM(CASE WHEN entry.kind = 'expertise'
                                   THEN entry.sign END) AS expertise
                   FROM (SELECT listed.member_id, contribution.kind,
                                contribution.amount_vnd, contribution.quantity_hundredths,
                                CASE WHEN contribution.reverses_id IS NULL
                                     THEN 1 ELSE -1 END AS sign
                         FROM listed
                         JOIN contribution ON contribution.member_id = listed.member_id
                                           AND contribution.given_on >= $3
                                           AND contribution.given_on < $4) AS entry
                   GROUP BY entry.member_id
               )
               SELECT CAST(listed.number AS BIGINT) AS place,
                      member.full_name, member.born_on, member.born_precision, member.sex,
                      member.admitted_on, member.official_on,
                      workplace.name AS workplace,
                      COALESCE(present.workplace_cell, '') AS workplace_cell,
                      listed.address, listed.kind, listed.category,
                      introduction_letter.number AS letter_number,
                      introduction_letter.received_on,
                      CAST(COALESCE(attended.expected, 0) AS BIGINT) AS expected,
                      CAST(COALESCE(attended.present, 0) AS BIGINT) AS present,
                      CAST(COALESCE(attended.excused, 0) AS BIGINT) AS excused,
                      CAST(COALESCE(attended.unexcused, 0) AS BIGINT) AS unexcused,
                      CAST(COALESCE(given.amount_vnd, 0) AS BIGINT) AS amount_vnd,
                      CAST(COALESCE(given.labour_hundredths, 0) AS BIGINT)
                          AS labour_hundredths,
                      CAST(COALESCE(given.land_hundredths, 0) AS BIGINT) AS land_hundredths,
                      CAST(COALESCE(given.goods, 0) AS BIGINT) AS goods,
                      CAST(COALESCE(given.ideas, 0) AS BIGINT) AS ideas,
                      CAST(COALESCE(given.expertise, 0) AS BIGINT) AS expertise
               FROM listed
               JOIN member ON member.id = listed.member_id
               LEFT JOIN member AS present ON present.id = member.id AND ",
        kept_in!("$5", "$6", "listed.member_id"),
        " LEFT JOIN workplace ON workplace.id = present.workplace_id
               LEFT JOIN introduction_letter ON introduction_letter.id = listed.letter_id
               LEFT JOIN attended ON attended.member_id = listed.member_id
               LEFT JOIN given ON given.member_id = listed.member_id
               ORDER BY listed.number, member.sort_key, member.id"
    );
    on!(tx, db => forward(
        sqlx::query_as(sql)
            .bind(codes.concat())
            .bind(year.on)
            .bind(from)
            .bind(to)
            .bind(scope.unit_id())
            .bind(today)
            .fetch(db),
        lines,
    ))
}

async fn forward(
    mut rows: impl Stream<Item = sqlx::Result<Row>> + Unpin,
    lines: &mut Lines,
) -> sqlx::Result<()> {
    while let Some(row) = rows.try_next().await? {
        lines.push(&row).await?;
    }
    Ok(())
}
