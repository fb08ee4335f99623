//! What the file is made of. It writes to no table.

use chrono::NaiveDate;
use futures_util::Stream;

use crate::access::guard::Scope;
use crate::db::rows::next_row;
use crate::db::{Tx, on};
use crate::evaluation::year_file::export::Lines;
use crate::evaluation::year_file::model::{Place, Row, Year, sort};
use crate::members::store::{kept_in, restricted};

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

// CROSS JOIN keeps SQLite to the order written: from the few listed, not from every meeting of
// the year, and from their sheets, not from every choice there is. MATERIALIZED keeps it from
// asking for `left_on` at each attendance. Which marks count is asked of those of the year alone:
// the index that leads to them does not say.
const LINES: &str = concat!(
    "WITH RECURSIVE place (number, code) AS (
                   SELECT 0, TRIM(SUBSTR($1, 1, 60))
                   UNION ALL
                   SELECT number + 1, TRIM(SUBSTR($1, 60 * (number + 1) + 1, 60))
                   FROM place WHERE 60 * (number + 1) < LENGTH($1)
               ),
               listed AS MATERIALIZED (
                   SELECT place.number, residence.member_id, residence.letter_id,
                          CASE WHEN ",
    restricted!("residence.member_id"),
    " THEN '' ELSE residence.address END AS address, residence.kind, residence.category,
                          (SELECT MIN(later.started_on) FROM residence AS later
                           WHERE later.member_id = residence.member_id
                             AND later.started_on > $2
                             AND later.cell_id <> residence.cell_id) AS left_on
                   FROM place
                   JOIN unit ON unit.code = place.code
                   JOIN residence ON residence.cell_id = unit.id
                                  AND residence.started_on <= $2
                                  AND (residence.ended_on IS NULL OR residence.ended_on > $2)
               ),
               attended AS (
                   SELECT listed.member_id,
                          COUNT(*) FILTER (WHERE attendance.status <> 'exempt') AS expected,
                          COUNT(*) FILTER (WHERE attendance.status = 'present') AS present,
                          COUNT(*) FILTER (WHERE attendance.status = 'excused') AS excused,
                          COUNT(*) FILTER (WHERE attendance.status = 'unexcused') AS unexcused
                   FROM listed CROSS JOIN attendance CROSS JOIN meeting
                   WHERE attendance.member_id = listed.member_id
                     AND meeting.id = attendance.meeting_id
                     AND meeting.held_on >= $3 AND meeting.held_on < $4
                     AND (listed.left_on IS NULL OR meeting.held_on < listed.left_on)
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
                                           AND contribution.given_on < $4
                                           AND (listed.left_on IS NULL
                                                OR contribution.given_on < listed.left_on)
                        ) AS entry
                   GROUP BY entry.member_id
               ),
               sheet AS MATERIALIZED (
                   SELECT evaluation_sheet.id, evaluation_sheet.member_id,
                          CASE WHEN ",
    restricted!("evaluation_sheet.member_id"),
    " THEN '' ELSE evaluation_sheet.other_text END AS other_text,
                          evaluation_sheet.consultation_id,
                          evaluation_sheet.signed_on, evaluation_sheet.confirmed_on
                   FROM listed
                   JOIN evaluation_sheet ON evaluation_sheet.member_id = listed.member_id
                                        AND evaluation_sheet.year = $7
                   JOIN unit_ancestor AS held
                        ON held.ancestor_id = $5 AND held.unit_id = evaluation_sheet.unit_id
                       AND held.from_on <= evaluation_sheet.reference_on
                       AND (held.to_on IS NULL OR held.to_on > evaluation_sheet.reference_on)
                   WHERE evaluation_sheet.kind = 'annual'
                     AND evaluation_sheet.state IN ('signed', 'confirmed', 'sent')
               ),
               answered AS (
                   SELECT choice.sheet_id,
                          MAX(CASE WHEN criterion.number = 1 THEN criterion_option.label END)
                              AS c1,
                          MAX(CASE WHEN criterion.number = 2 THEN criterion_option.label END)
                              AS c2,
                          MAX(CASE WHEN criterion.number = 3 THEN criterion_option.label END)
                              AS c3,
                          MAX(CASE WHEN criterion.number = 4 THEN criterion_option.label END)
                              AS c4,
                          MAX(CASE WHEN criterion.number = 5 THEN criterion_option.label END)
                              AS c5,
                          MAX(CASE WHEN criterion.number = 6 THEN criterion_option.label END)
                              AS c6,
                          MAX(CASE WHEN criterion.number = 7 THEN criterion_option.label END)
                              AS c7,
                          MAX(CASE WHEN criterion.number = 8 THEN criterion_option.label END)
                              AS c8,
                          MAX(CASE WHEN criterion.number = 9 THEN criterion_option.label END)
                              AS c9,
                          MAX(CASE WHEN criterion.number = 10 THEN criterion_option.label END)
                              AS c10
                   FROM sheet CROSS JOIN evaluation_choice AS choice
                   JOIN criterion ON criterion.id = choice.criterion_id
                   JOIN criterion_option ON criterion_option.id = choice.option_id
                   WHERE choice.sheet_id = sheet.id
                   GROUP BY choice.sheet_id
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
                      CAST(COALESCE(given.expertise, 0) AS BIGINT) AS expertise,
                      COALESCE(answered.c1, '') AS c1,
                      COALESCE(answered.c2, '') AS c2,
                      COALESCE(answered.c3, '') AS c3,
                      COALESCE(answered.c4, '') AS c4,
                      COALESCE(answered.c5, '') AS c5,
                      COALESCE(answered.c6, '') AS c6,
                      COALESCE(answered.c7, '') AS c7,
                      COALESCE(answered.c8, '') AS c8,
                      COALESCE(answered.c9, '') AS c9,
                      COALESCE(answered.c10, '') AS c10,
                      COALESCE(sheet.other_text, '') AS other_text,
                      front_consultation.held_on AS consulted_on, sheet.signed_on,
                      sheet.confirmed_on
               FROM listed
               JOIN member ON member.id = listed.member_id
               LEFT JOIN member AS present ON present.id = member.id AND ",
    kept_in!("$5", "$6", "listed.member_id"),
    " LEFT JOIN workplace ON workplace.id = present.workplace_id
               LEFT JOIN introduction_letter ON introduction_letter.id = listed.letter_id
               LEFT JOIN attended ON attended.member_id = listed.member_id
               LEFT JOIN given ON given.member_id = listed.member_id
               LEFT JOIN sheet ON sheet.member_id = listed.member_id
               LEFT JOIN answered ON answered.sheet_id = sheet.id
               LEFT JOIN front_consultation ON front_consultation.id = sheet.consultation_id
               ORDER BY listed.number, member.sort_key, member.id"
);

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
    let (from, to) = year.days();
    on!(tx, db => forward(
        sqlx::query_as(LINES)
            .bind(codes.concat())
            .bind(year.on)
            .bind(from)
            .bind(to)
            .bind(scope.unit_id())
            .bind(today)
            .bind(i64::from(year.year))
            .fetch(db),
        lines,
    ))
}

async fn forward(
    mut rows: impl Stream<Item = sqlx::Result<Row>> + Unpin,
    lines: &mut Lines,
) -> sqlx::Result<()> {
    while let Some(row) = next_row(&mut rows).await? {
        lines.push(&row).await?;
    }
    Ok(())
}

/// How many criteria the sheets of the year have at most.
pub async fn criteria(tx: &mut Tx, scope: &Scope, year: Year) -> sqlx::Result<usize> {
    let sql = "SELECT CAST(COALESCE(MAX(sheet.asked), 0) AS BIGINT)
               FROM unit_ancestor AS held
               JOIN evaluation_sheet AS sheet ON sheet.unit_id = held.unit_id AND sheet.year = $2
                                             AND sheet.kind = 'annual'
               WHERE held.ancestor_id = $1";
    let most: i64 = on!(tx, db => sqlx::query_scalar(sql)
        .bind(scope.unit_id())
        .bind(i64::from(year.year))
        .fetch_one(db))?;
    Ok(usize::try_from(most).unwrap_or(0))
}
