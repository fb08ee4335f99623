//! The tables of members, workplaces, letters and residences: what adds rows. What
//! reads and changes them stands in the files of `store/`, by subject.

use crate::clock::Moment;
use crate::db::{Tx, change, on};
use crate::ids::WorkplaceId;
use crate::members::model::{NewLetter, NewMember, NewResidence, Workplace};
use crate::vietnamese::fold;

pub use self::export::{each, listed};
pub use self::forget::{NAMELESS, forget, is_anonymised};
pub use self::known::{Known, known, remove};
pub use self::letter::{
    attach_letter, change_letter, detach_letters, find_letter, get_letter, letters_of,
};
pub use self::list::{Filter, ListRow, RANKED, count_listed, list, workplace_name};
pub(crate) use self::list::{kept_in, restricted};
pub use self::many::Many;
pub use self::merge::{Merge, add_merge, find_merge, merge_of, merges_into, undo_merge};
pub use self::moves::{
    CellCount, Move, Resident, counts_by_cell, letters_waiting, move_back, move_residents,
    residents_from,
};
pub use self::person::{
    cell_of, change, find_by_card, find_by_folded, find_by_phone, get, hold, is_restricted, search,
};
pub use self::residence::{
    Headcount, change_place, end_residence, get_residence, headcount, residences_of,
};
pub use self::search::{Walked, walk};
pub use self::timeline::{
    GivenRow, OpinionRow, RollRow, SheetRow, contributions_of, opinions_of, rolls_of, sheets_of,
};
pub use self::words::add_all as add_all_words;

mod asked;
mod export;
mod forget;
mod known;
mod letter;
pub mod letters;
pub mod list;
mod many;
mod merge;
mod moves;
mod person;
mod residence;
mod search;
mod timeline;
mod words;

pub async fn add(tx: &mut Tx, new: &NewMember, at: Moment) -> sqlx::Result<()> {
    let sql = "INSERT INTO member (id, full_name, family, middle, given, sort_key, folded, sex,
                                   born_on, born_precision, admitted_on, official_on,
                                   card_number, phone, position, workplace_id, workplace_cell,
                                   created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
                       $17, $18)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
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
            .bind(at)
    )?;
    words::add(tx, new.id).await
}

/// A member who has an open residence already is a unique violation.
pub async fn add_residence(tx: &mut Tx, new: &NewResidence, at: Moment) -> sqlx::Result<()> {
    let sql = "INSERT INTO residence (id, member_id, cell_id, letter_id, address,
                                      household_cluster, kind, category, exempt_reason,
                                      started_on, ended_on, end_reason, created_at, ended_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.member_id)
            .bind(new.cell_id)
            .bind(new.letter_id)
            .bind(&new.address)
            .bind(&new.household_cluster)
            .bind(new.kind)
            .bind(new.category())
            .bind(new.exempt)
            .bind(new.started_on)
            .bind(new.ended.map(|(day, _)| day))
            .bind(new.ended.map(|(_, reason)| reason))
            .bind(at)
            .bind(new.ended.map(|_| at))
    )?;
    Ok(())
}

pub async fn add_letter(tx: &mut Tx, new: &NewLetter, at: Moment) -> sqlx::Result<()> {
    let sql = "INSERT INTO introduction_letter (id, member_id, number, issued_by, signer,
                                                issued_on, ward_id, received_on, received_by,
                                                cell_id, assigned_on, exempt, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.member_id)
            .bind(&new.number)
            .bind(&new.issued_by)
            .bind(&new.signer)
            .bind(new.issued_on)
            .bind(new.ward_id)
            .bind(new.received_on)
            .bind(&new.received_by)
            .bind(new.cell_id)
            .bind(new.assigned_on)
            .bind(new.exempt)
            .bind(at)
    )?;
    Ok(())
}

/// Writes a workplace down; `code` is its name in files.
pub async fn add_workplace(
    tx: &mut Tx,
    workplace: &Workplace,
    code: Option<&str>,
) -> sqlx::Result<()> {
    let sql = "INSERT INTO workplace (id, code, name, folded) VALUES ($1, $2, $3, $4)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(workplace.id)
            .bind(code)
            .bind(&workplace.name)
            .bind(fold::fold(&workplace.name))
    )?;
    Ok(())
}

pub async fn find_workplace(tx: &mut Tx, name: &str) -> sqlx::Result<Option<WorkplaceId>> {
    let sql = "SELECT id FROM workplace WHERE name = $1";
    on!(tx, db => sqlx::query_scalar(sql).bind(name).fetch_optional(db))
}

/// The workplace of that name, marks and capitals aside; written down if it is new.
pub async fn workplace_named(tx: &mut Tx, name: &str) -> sqlx::Result<WorkplaceId> {
    let sql = "SELECT id FROM workplace WHERE folded = $1 ORDER BY name LIMIT 1";
    let folded = fold::fold(name);
    if let Some(id) = on!(tx, db => sqlx::query_scalar(sql).bind(&folded).fetch_optional(db))? {
        return Ok(id);
    }
    let workplace = Workplace { id: WorkplaceId::new(), name: name.to_owned() };
    add_workplace(tx, &workplace, None).await?;
    Ok(workplace.id)
}

/// The workplace that a form names; none where it names none.
pub async fn workplace_of(tx: &mut Tx, name: &str) -> sqlx::Result<Option<WorkplaceId>> {
    if name.is_empty() { Ok(None) } else { workplace_named(tx, name).await.map(Some) }
}
