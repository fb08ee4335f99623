//! Introduction letters.

use crate::db::{Tx, change, on, one_row};
use crate::ids::{LetterId, MemberId, ResidenceId};
use crate::members::model::Letter;

/// The letters of a member, newest first.
pub async fn letters_of(tx: &mut Tx, member_id: MemberId) -> sqlx::Result<Vec<Letter>> {
    let sql = "SELECT id, version, member_id, number, issued_by, signer, issued_on, ward_id,
                      received_on, received_by, cell_id, assigned_on, closed_on
               FROM introduction_letter
               WHERE member_id = $1
               ORDER BY COALESCE(issued_on, received_on) DESC, id DESC";
    on!(tx, db => sqlx::query_as(sql).bind(member_id).fetch_all(db))
}

pub async fn get_letter(tx: &mut Tx, id: LetterId) -> sqlx::Result<Letter> {
    find_letter(tx, id).await?.ok_or(sqlx::Error::RowNotFound)
}

pub async fn find_letter(tx: &mut Tx, id: LetterId) -> sqlx::Result<Option<Letter>> {
    let sql = "SELECT id, version, member_id, number, issued_by, signer, issued_on, ward_id,
                      received_on, received_by, cell_id, assigned_on, closed_on
               FROM introduction_letter WHERE id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_optional(db))
}

/// Writes the letter as it is to be; no row where somebody else changed it first.
pub async fn change_letter(tx: &mut Tx, letter: &Letter) -> sqlx::Result<()> {
    let sql = "UPDATE introduction_letter
               SET number = $3, issued_by = $4, signer = $5, issued_on = $6, received_on = $7,
                   received_by = $8, cell_id = $9, assigned_on = $10, closed_on = $11,
                   version = version + 1
               WHERE id = $1 AND version = $2";
    one_row(change!(
        tx,
        sqlx::query(sql)
            .bind(letter.id)
            .bind(letter.version)
            .bind(&letter.number)
            .bind(&letter.issued_by)
            .bind(&letter.signer)
            .bind(letter.issued_on)
            .bind(letter.received_on)
            .bind(&letter.received_by)
            .bind(letter.cell_id)
            .bind(letter.assigned_on)
            .bind(letter.closed_on)
    )?)
}

/// Makes the letter the one that a residence rests on, unless it rests on one already.
pub async fn attach_letter(tx: &mut Tx, id: ResidenceId, letter_id: LetterId) -> sqlx::Result<()> {
    let sql = "UPDATE residence SET letter_id = $2, version = version + 1
               WHERE id = $1 AND letter_id IS NULL";
    change!(tx, sqlx::query(sql).bind(id).bind(letter_id))?;
    Ok(())
}

/// Lets the homes of one member rest on no letter of another, as a merge had let them.
pub async fn detach_letters(tx: &mut Tx, of: MemberId, held_by: MemberId) -> sqlx::Result<()> {
    let sql = "UPDATE residence SET letter_id = NULL, version = version + 1
               WHERE member_id = $1
                 AND letter_id IN (SELECT id FROM introduction_letter WHERE member_id = $2)";
    change!(tx, sqlx::query(sql).bind(of).bind(held_by))?;
    Ok(())
}
