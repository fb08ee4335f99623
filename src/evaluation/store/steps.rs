//! The steps of sheets: signed, confirmed, given back, corrected, sent. Each is written for
//! all the sheets it concerns by the same few statements, however many they are: the first
//! marks the sheets with the act, the others follow the mark.

use chrono::NaiveDate;

use crate::db::{Tx, change, on, one_row};
use crate::evaluation::model::{Act, SentHow, Sheet};
use crate::ids::{SheetId, UnitId};

pub async fn add_act(tx: &mut Tx, act: &Act) -> sqlx::Result<()> {
    let sql = "INSERT INTO evaluation_act (id, kind, account_name, note, done_on, done_at)
               VALUES ($1, $2, $3, $4, $5, $6)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(act.id)
            .bind(act.kind)
            .bind(&act.account_name)
            .bind(&act.note)
            .bind(act.at.day())
            .bind(act.at)
    )?;
    Ok(())
}

/// Writes down the states of the sheets that the act has changed.
pub async fn record(tx: &mut Tx, act: &Act) -> sqlx::Result<()> {
    // A clock set back must not end a step before it began.
    let sql = "UPDATE evaluation_step
               SET to_on = CASE WHEN from_on > $2 THEN from_on ELSE $2 END
               WHERE to_on IS NULL
                 AND EXISTS (SELECT 1 FROM evaluation_sheet AS sheet
                             WHERE sheet.id = evaluation_step.sheet_id AND sheet.act_id = $1
                               AND sheet.state <> evaluation_step.state)
                 AND sheet_id IN (SELECT id FROM evaluation_sheet WHERE act_id = $1)";
    change!(tx, sqlx::query(sql).bind(act.id).bind(act.at.day()))?;
    let sql = "INSERT INTO evaluation_step (sheet_id, number, act_id, unit_id, year, kind, state,
                                            from_on)
               SELECT sheet.id,
                      (SELECT COUNT(*) + 1 FROM evaluation_step AS before
                       WHERE before.sheet_id = sheet.id),
                      sheet.act_id, sheet.unit_id, sheet.year, sheet.kind, sheet.state, $2
               FROM evaluation_sheet AS sheet
               WHERE sheet.act_id = $1
                 AND NOT EXISTS (SELECT 1 FROM evaluation_step AS present
                                 WHERE present.sheet_id = sheet.id AND present.to_on IS NULL)";
    change!(tx, sqlx::query(sql).bind(act.id).bind(act.at.day()))?;
    Ok(())
}

/// Makes whoever else writes on the sheet wait until this transaction has ended.
pub async fn hold(tx: &mut Tx, id: SheetId) -> sqlx::Result<()> {
    let sql = "UPDATE evaluation_sheet SET version = version WHERE id = $1";
    one_row(change!(tx, sqlx::query(sql).bind(id))?)
}

/// Likewise on any annual sheet of the cell's year.
pub async fn hold_year(tx: &mut Tx, unit_id: UnitId, year: i64) -> sqlx::Result<()> {
    let sql = "UPDATE evaluation_sheet SET version = version
               WHERE unit_id = $1 AND year = $2 AND kind = 'annual'";
    change!(tx, sqlx::query(sql).bind(unit_id).bind(year))?;
    Ok(())
}

/// A number that changes with every change of the cell's sheets: a page carries it, so that
/// what is signed or confirmed is what was on it.
pub async fn fingerprint(tx: &mut Tx, unit_id: UnitId, year: i64) -> sqlx::Result<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM evaluation_sheet
               WHERE unit_id = $1 AND year = $2 AND kind = 'annual'";
    on!(tx, db => sqlx::query_scalar(sql).bind(unit_id).bind(year).fetch_one(db))
}

/// Sheets of one cell: all annual ones of a year, or one of either kind.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    Year(UnitId, i64),
    One(&'a Sheet),
}

impl Which<'_> {
    /// The cell, the year, and the sheet where it is one.
    fn parts(self) -> (UnitId, i64, Option<SheetId>) {
        match self {
            Which::Year(unit_id, year) => (unit_id, year, None),
            Which::One(sheet) => (sheet.unit_id, sheet.year, Some(sheet.id)),
        }
    }
}

/// Signs every sheet of `which` that is written to the end and was discussed with the Front
/// work committee; how many.
pub async fn sign(tx: &mut Tx, which: Which<'_>, act: &Act) -> sqlx::Result<u64> {
    let sql = "UPDATE evaluation_sheet
               SET state = 'signed', signed_on = $3, signed_by = $4, signature_id = $5,
                   act_id = $5, version = version + 1
               WHERE unit_id = $1 AND year = $2 AND state = 'written'
                 AND consultation_id IS NOT NULL
                 AND (id = $6 OR ($6 IS NULL AND kind = 'annual'))";
    let (unit_id, year, only) = which.parts();
    add_act(tx, act).await?;
    let signed = change!(
        tx,
        sqlx::query(sql)
            .bind(unit_id)
            .bind(year)
            .bind(act.at.day())
            .bind(&act.account_name)
            .bind(act.id)
            .bind(only)
    )?;
    seal(tx, act).await?;
    Ok(signed)
}

/// Gives each sheet just signed its code, and keeps who it was about on that day.
async fn seal(tx: &mut Tx, act: &Act) -> sqlx::Result<()> {
    let sql = "INSERT INTO evaluation_signature (sheet_id, act_id, full_name, born_on,
                                                 born_precision, address, workplace)
               SELECT sheet.id, sheet.act_id, member.full_name, member.born_on,
                      member.born_precision, COALESCE(residence.address, ''),
                      CASE WHEN residence.ended_on IS NULL THEN COALESCE(workplace.name, '')
                           ELSE '' END
               FROM evaluation_sheet AS sheet
               JOIN member ON member.id = sheet.member_id
               LEFT JOIN residence ON residence.member_id = sheet.member_id
                                   AND residence.started_on <= sheet.reference_on
                                   AND (residence.ended_on IS NULL
                                        OR residence.ended_on > sheet.reference_on)
               LEFT JOIN workplace ON workplace.id = member.workplace_id
               WHERE sheet.act_id = $1";
    change!(tx, sqlx::query(sql).bind(act.id))?;
    record(tx, act).await
}

/// Confirms every sheet of `which` that the cell has signed (R15); how many.
pub async fn confirm(tx: &mut Tx, which: Which<'_>, act: &Act) -> sqlx::Result<u64> {
    let sql = "UPDATE evaluation_sheet
               SET state = 'confirmed', confirmed_on = $3, confirmed_by = $4, act_id = $5,
                   version = version + 1
               WHERE unit_id = $1 AND year = $2 AND state = 'signed'
                 AND (id = $6 OR ($6 IS NULL AND kind = 'annual'))";
    let (unit_id, year, only) = which.parts();
    add_act(tx, act).await?;
    let confirmed = change!(
        tx,
        sqlx::query(sql)
            .bind(unit_id)
            .bind(year)
            .bind(act.at.day())
            .bind(&act.account_name)
            .bind(act.id)
            .bind(only)
    )?;
    record(tx, act).await?;
    Ok(confirmed)
}

/// Gives a signed sheet back to the cell; its code holds no more.
pub async fn give_back(tx: &mut Tx, sheet: &Sheet, act: &Act) -> sqlx::Result<()> {
    let sql = "UPDATE evaluation_sheet
               SET state = 'returned', signature_id = NULL, signed_on = NULL, signed_by = '',
                   act_id = $3, version = version + 1
               WHERE id = $1 AND version = $2 AND state = 'signed'";
    add_act(tx, act).await?;
    one_row(change!(tx, sqlx::query(sql).bind(sheet.id).bind(sheet.version).bind(act.id))?)?;
    record(tx, act).await
}

/// Replaces a sheet that was confirmed, or dropped, by its next revision `id`, which begins
/// with what the cell had chosen and is to be signed and confirmed anew. The one before stays
/// as it is.
pub async fn correct(tx: &mut Tx, sheet: &Sheet, id: SheetId, act: &Act) -> sqlx::Result<()> {
    let sql = "UPDATE evaluation_sheet
               SET state = 'replaced', act_id = $3, version = version + 1
               WHERE id = $1 AND version = $2 AND state IN ('confirmed', 'sent', 'void')";
    add_act(tx, act).await?;
    one_row(change!(tx, sqlx::query(sql).bind(sheet.id).bind(sheet.version).bind(act.id))?)?;
    let sql = "INSERT INTO evaluation_sheet (id, member_id, unit_id, kind, year, revision,
                                             replaces_id, reference_on, purpose, set_id, asked,
                                             chosen, state, other_text, consultation_id, act_id,
                                             created_at)
               SELECT $2, member_id, unit_id, kind, year, revision + 1, id, reference_on, purpose,
                      set_id, asked, chosen, 'returned', other_text, consultation_id, $3, $4
               FROM evaluation_sheet WHERE id = $1";
    change!(tx, sqlx::query(sql).bind(sheet.id).bind(id).bind(act.id).bind(act.at))?;
    let sql = "INSERT INTO evaluation_choice (sheet_id, criterion_id, option_id)
               SELECT $2, criterion_id, option_id FROM evaluation_choice WHERE sheet_id = $1";
    change!(tx, sqlx::query(sql).bind(sheet.id).bind(id))?;
    record(tx, act).await
}

/// Drops a sheet that nobody is to write any more; no row where the cell has signed it, or
/// somebody was first.
pub async fn drop_open(tx: &mut Tx, sheet: &Sheet, act: &Act) -> sqlx::Result<()> {
    let sql = "UPDATE evaluation_sheet
               SET state = 'void', act_id = $3, version = version + 1
               WHERE id = $1 AND version = $2
                 AND state IN ('blank', 'draft', 'written', 'returned')";
    add_act(tx, act).await?;
    one_row(change!(tx, sqlx::query(sql).bind(sheet.id).bind(sheet.version).bind(act.id))?)?;
    record(tx, act).await
}

/// Notes that a confirmed sheet went back to the workplace; no row where it is not confirmed
/// or somebody was first.
pub async fn send(
    tx: &mut Tx,
    sheet: &Sheet,
    (on, how): (NaiveDate, SentHow),
    act: &Act,
) -> sqlx::Result<()> {
    let sql = "UPDATE evaluation_sheet
               SET state = 'sent', sent_on = $3, sent_how = $4, act_id = $5,
                   version = version + 1
               WHERE id = $1 AND version = $2 AND state = 'confirmed'";
    add_act(tx, act).await?;
    one_row(change!(
        tx,
        sqlx::query(sql).bind(sheet.id).bind(sheet.version).bind(on).bind(how).bind(act.id)
    )?)?;
    record(tx, act).await
}

/// The confirmed sheets of the unit $1 and the year $2, of the workplace $3 or of all. The
/// unit must hold their cell both on the reference day and on the day $4: what is written is
/// written by those who keep the cell today.
macro_rules! to_send {
    () => {
        "WHERE evaluation_sheet.state = 'confirmed' AND evaluation_sheet.year = $2
           AND evaluation_sheet.kind = 'annual'
           AND evaluation_sheet.unit_id IN (SELECT unit_id FROM unit_ancestor
                                            WHERE ancestor_id = $1)
           AND EXISTS (SELECT 1 FROM unit_ancestor AS held
                       WHERE held.ancestor_id = $1 AND held.unit_id = evaluation_sheet.unit_id
                         AND held.from_on <= evaluation_sheet.reference_on
                         AND (held.to_on IS NULL OR held.to_on > evaluation_sheet.reference_on))
           AND EXISTS (SELECT 1 FROM unit_ancestor AS holds
                       WHERE holds.ancestor_id = $1 AND holds.unit_id = evaluation_sheet.unit_id
                         AND holds.from_on <= $4
                         AND (holds.to_on IS NULL OR holds.to_on > $4))
           AND ($3 = '' OR EXISTS (SELECT 1 FROM evaluation_signature AS signature
                                   WHERE signature.sheet_id = evaluation_sheet.id
                                     AND signature.act_id = evaluation_sheet.signature_id
                                     AND signature.workplace = $3))"
    };
}

/// How many sheets wait to be sent, and when the last of them was confirmed.
pub async fn to_send(
    tx: &mut Tx,
    unit_id: UnitId,
    (year, workplace): (i64, &str),
    today: NaiveDate,
) -> sqlx::Result<(i64, Option<NaiveDate>)> {
    let sql = concat!("SELECT COUNT(*), MAX(confirmed_on) FROM evaluation_sheet ", to_send!());
    on!(tx, db => sqlx::query_as(sql)
        .bind(unit_id)
        .bind(year)
        .bind(workplace)
        .bind(today)
        .fetch_one(db))
}

/// Notes that all of them went back to the workplace.
pub async fn send_all(
    tx: &mut Tx,
    unit_id: UnitId,
    (year, workplace, today): (i64, &str, NaiveDate),
    (on, how): (NaiveDate, SentHow),
    act: &Act,
) -> sqlx::Result<()> {
    let sql = concat!(
        "UPDATE evaluation_sheet
         SET state = 'sent', sent_on = $5, sent_how = $6, act_id = $7, version = version + 1 ",
        to_send!()
    );
    add_act(tx, act).await?;
    change!(
        tx,
        sqlx::query(sql)
            .bind(unit_id)
            .bind(year)
            .bind(workplace)
            .bind(today)
            .bind(on)
            .bind(how)
            .bind(act.id)
    )?;
    record(tx, act).await
}
