//! Freeing records of what tells who the person is, and leaving what is counted.

use chrono::NaiveDate;
use sqlx::FromRow;

use crate::db::{Tx, change, on};
use crate::ids::{ErasureId, MemberId};
use crate::members::age;
use crate::members::store::words;
use crate::vietnamese::name::FullName;

/// What somebody is called afterwards.
pub const NAMELESS: &str = "Đã ẩn danh";

#[derive(FromRow)]
struct Stay {
    id: MemberId,
    born_on: NaiveDate,
    started_on: NaiveDate,
    ended_on: NaiveDate,
}

/// Takes names, numbers, letters and addresses of the people of the erasure. Sex, workplace,
/// category and days of residence stay; so does the day of birth where a count depends on it,
/// though no page shows more of it than the year.
pub async fn forget(tx: &mut Tx, id: ErasureId, today: NaiveDate) -> sqlx::Result<()> {
    let coarse = coarse_births(tx, id).await?;
    // One statement each for those whose day can go: an erasure has a few hundred people at
    // most.
    for (member_id, born_on) in coarse {
        let sql = "UPDATE member SET born_on = $2 WHERE id = $1";
        change!(tx, sqlx::query(sql).bind(member_id).bind(born_on))?;
    }
    let name = FullName::read(NAMELESS).ok_or(sqlx::Error::RowNotFound)?;
    let sql = "UPDATE member
               SET full_name = $2, family = $3, middle = $4, given = $5, sort_key = $6,
                   folded = $7, card_number = NULL, phone = NULL, position = '',
                   workplace_cell = '', admitted_on = NULL, official_on = NULL,
                   born_precision = CASE WHEN born_on IS NULL THEN NULL ELSE 'year' END,
                   anonymised_on = $8, version = version + 1
               WHERE id IN (SELECT member_id FROM erasure_member WHERE erasure_id = $1)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(id)
            .bind(&name.full)
            .bind(&name.family)
            .bind(&name.middle)
            .bind(&name.given)
            .bind(name.sort_key())
            .bind(name.folded())
            .bind(today)
    )?;
    words::remove_forgotten(tx, id).await?;
    let sql = "UPDATE residence SET address = '', household_cluster = '', version = version + 1
               WHERE member_id IN (SELECT member_id FROM erasure_member WHERE erasure_id = $1)";
    change!(tx, sqlx::query(sql).bind(id))?;
    let sql = "UPDATE introduction_letter
               SET number = '', issued_by = '', signer = '', received_by = '',
                   version = version + 1
               WHERE member_id IN (SELECT member_id FROM erasure_member WHERE erasure_id = $1)";
    change!(tx, sqlx::query(sql).bind(id))?;
    // One after the other: PostgreSQL would look through all merges for either of two lists.
    let sql = "UPDATE member_merge SET form_before = '{}', form_after = '{}'
               WHERE kept_id IN (SELECT member_id FROM erasure_member WHERE erasure_id = $1)";
    change!(tx, sqlx::query(sql).bind(id))?;
    let sql = "UPDATE member_merge SET form_before = '{}', form_after = '{}'
               WHERE merged_id IN (SELECT member_id FROM erasure_member WHERE erasure_id = $1)";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}

/// Whose day of birth no count depends on, and the first of January of that year.
async fn coarse_births(tx: &mut Tx, id: ErasureId) -> sqlx::Result<Vec<(MemberId, NaiveDate)>> {
    let sql = "SELECT member.id, member.born_on, residence.started_on, residence.ended_on
               FROM erasure_member
               JOIN member ON member.id = erasure_member.member_id
               JOIN residence ON residence.member_id = member.id
               WHERE erasure_member.erasure_id = $1
                 AND member.born_on IS NOT NULL AND residence.ended_on IS NOT NULL
               ORDER BY member.id";
    let stays: Vec<Stay> = on!(tx, db => sqlx::query_as(sql).bind(id).fetch_all(db))?;
    let people = stays.chunk_by(|a, b| a.id == b.id).filter_map(|of_one| {
        let first = of_one.first()?;
        let days: Vec<_> = of_one.iter().map(|it| (it.started_on, it.ended_on)).collect();
        Some((first.id, age::coarsened(first.born_on, &days)?))
    });
    Ok(people.collect())
}

/// Whether the record was freed of what tells who it is about.
pub async fn is_anonymised(tx: &mut Tx, id: MemberId) -> sqlx::Result<bool> {
    let sql = "SELECT anonymised_on IS NOT NULL FROM member WHERE id = $1";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_one(db))
}
