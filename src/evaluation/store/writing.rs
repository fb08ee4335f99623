//! What a cell writes: one sheet, or one criterion of many sheets.

use crate::access::guard::Scope;
use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::evaluation::model::{Act, Sheet, State};
use crate::evaluation::store::steps;
use crate::ids::{
    ConsultationId, CriterionId, ErasureId, MarkingId, MemberId, OptionId, SheetId, UnitId,
};
use chrono::NaiveDate;

/// A sheet as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub choices: Vec<(CriterionId, OptionId)>,
    pub other_text: String,
    pub consultation_id: Option<ConsultationId>,
}

/// Writes a sheet; no row where it is not open any more, or was changed by somebody else.
/// As many statements as criteria that changed.
pub async fn save(
    tx: &mut Tx,
    sheet: &Sheet,
    before: &[(CriterionId, OptionId)],
    draft: &Draft,
    act: &Act,
) -> sqlx::Result<()> {
    for choice in before.iter().filter(|it| !draft.choices.contains(it)) {
        let sql = "DELETE FROM evaluation_choice WHERE sheet_id = $1 AND criterion_id = $2";
        change!(tx, sqlx::query(sql).bind(sheet.id).bind(choice.0))?;
    }
    for (criterion_id, option_id) in draft.choices.iter().filter(|it| !before.contains(it)) {
        let sql = "INSERT INTO evaluation_choice (sheet_id, criterion_id, option_id)
                   VALUES ($1, $2, $3)";
        change!(tx, sqlx::query(sql).bind(sheet.id).bind(criterion_id).bind(option_id))?;
    }
    let chosen = i64::try_from(draft.choices.len()).unwrap_or(i64::MAX);
    let state = State::of(sheet.asked, chosen, &draft.other_text);
    let sql = "UPDATE evaluation_sheet
               SET other_text = $3, consultation_id = $4, chosen = $5, state = $6, saved_by = $7,
                   saved_at = $8, act_id = $9, version = version + 1
               WHERE id = $1 AND version = $2
                 AND state IN ('blank', 'draft', 'written', 'returned')";
    steps::add_act(tx, act).await?;
    one_row(change!(
        tx,
        sqlx::query(sql)
            .bind(sheet.id)
            .bind(sheet.version)
            .bind(&draft.other_text)
            .bind(draft.consultation_id)
            .bind(chosen)
            .bind(state)
            .bind(&act.account_name)
            .bind(act.at)
            .bind(act.id)
    )?)?;
    steps::record(tx, act).await
}

/// Somebody in the grid of one criterion.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct InGrid {
    pub id: SheetId,
    pub member_id: MemberId,
    pub full_name: String,
    pub state: State,
    /// What is chosen for them already.
    pub option_id: Option<OptionId>,
    pub expected: i64,
    pub present: i64,
    pub excused: i64,
}

/// The annual sheets of a cell's year by name, with what each says of one criterion, and the
/// meetings of the year from `$4` up to, but not on, `$5`.
pub async fn grid(
    tx: &mut Tx,
    _: &Scope,
    (unit_id, year): (UnitId, i64),
    criterion_id: CriterionId,
    days: (NaiveDate, NaiveDate),
) -> sqlx::Result<Vec<InGrid>> {
    let sql = "SELECT sheet.id, sheet.member_id, member.full_name, sheet.state,
                      choice.option_id,
                      COALESCE(attended.expected, 0) AS expected,
                      COALESCE(attended.present, 0) AS present,
                      COALESCE(attended.excused, 0) AS excused
               FROM evaluation_sheet AS sheet
               JOIN member ON member.id = sheet.member_id
               LEFT JOIN evaluation_choice AS choice
                      ON choice.sheet_id = sheet.id AND choice.criterion_id = $3
               LEFT JOIN (SELECT attendance.member_id, COUNT(*) AS expected,
                                 COUNT(*) FILTER (WHERE attendance.status = 'present') AS present,
                                 COUNT(*) FILTER (WHERE attendance.status = 'excused') AS excused
                          FROM meeting
                          JOIN attendance ON attendance.meeting_id = meeting.id
                          WHERE meeting.unit_id = $1 AND meeting.held_on >= $4
                            AND meeting.held_on < $5 AND meeting.rolled_at IS NOT NULL
                            AND attendance.status <> 'exempt'
                          GROUP BY attendance.member_id) AS attended
                      ON attended.member_id = sheet.member_id
               WHERE sheet.unit_id = $1 AND sheet.year = $2 AND sheet.kind = 'annual'
                 AND sheet.state NOT IN ('replaced', 'void')
                 AND EXISTS (SELECT 1 FROM criterion
                             WHERE criterion.id = $3 AND criterion.set_id = sheet.set_id)
               ORDER BY member.sort_key, member.id";
    on!(tx, db => sqlx::query_as(sql)
        .bind(unit_id)
        .bind(year)
        .bind(criterion_id)
        .bind(days.0)
        .bind(days.1)
        .fetch_all(db))
}

/// One option marked on many sheets at once.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Marking {
    pub id: MarkingId,
    pub unit_id: UnitId,
    pub year: i64,
    pub option_id: OptionId,
    /// How many sheets it was marked on.
    pub marked: i64,
    pub account_name: String,
    pub marked_at: Moment,
    pub undone_at: Option<Moment>,
    pub criterion_id: CriterionId,
    pub criterion_number: i64,
    pub label: String,
}

macro_rules! markings {
    ($rest:literal) => {
        concat!(
            "SELECT evaluation_batch.id, evaluation_batch.unit_id, evaluation_batch.year,
                    evaluation_batch.option_id, evaluation_batch.marked,
                    evaluation_batch.account_name, evaluation_batch.marked_at,
                    evaluation_batch.undone_at, criterion.id AS criterion_id,
                    criterion.number AS criterion_number, criterion_option.label
             FROM evaluation_batch
             JOIN criterion_option ON criterion_option.id = evaluation_batch.option_id
             JOIN criterion ON criterion.id = criterion_option.criterion_id ",
            $rest
        )
    };
}

/// The latest markings of a cell's year that were not undone.
pub async fn markings(tx: &mut Tx, unit_id: UnitId, year: i64) -> sqlx::Result<Vec<Marking>> {
    let sql = markings!(
        "WHERE evaluation_batch.unit_id = $1 AND evaluation_batch.year = $2
           AND evaluation_batch.undone_at IS NULL
         ORDER BY evaluation_batch.marked_at DESC LIMIT 20"
    );
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).bind(year).fetch_all(db))
}

pub async fn find_marking(tx: &mut Tx, id: MarkingId) -> sqlx::Result<Option<Marking>> {
    let sql = markings!("WHERE evaluation_batch.id = $1");
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_optional(db))
}

/// Writes down that an option was marked for many, before it is.
pub async fn add_marking(tx: &mut Tx, new: &Marking) -> sqlx::Result<()> {
    let sql = "INSERT INTO evaluation_batch (id, unit_id, year, option_id, marked, account_name,
                                             marked_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.unit_id)
            .bind(new.year)
            .bind(new.option_id)
            .bind(new.marked)
            .bind(&new.account_name)
            .bind(new.marked_at)
    )?;
    Ok(())
}

/// Marks the option on the sheets that are ticked, are open and say nothing yet of its
/// criterion; how many. `ticks` has a letter for each line of [`grid`], in its order: `1`
/// where it is ticked.
pub async fn mark(tx: &mut Tx, marking: &Marking, ticks: &str, act: &Act) -> sqlx::Result<u64> {
    let sql = "INSERT INTO evaluation_choice (sheet_id, criterion_id, option_id, batch_id)
               SELECT line.id, $3, $4, $5
               FROM (SELECT sheet.id, sheet.state,
                            ROW_NUMBER() OVER (ORDER BY member.sort_key, member.id) AS number
                     FROM evaluation_sheet AS sheet
                     JOIN member ON member.id = sheet.member_id
                     WHERE sheet.unit_id = $1 AND sheet.year = $2 AND sheet.kind = 'annual'
                       AND sheet.state NOT IN ('replaced', 'void')
                       AND EXISTS (SELECT 1 FROM criterion
                                   WHERE criterion.id = $3
                                     AND criterion.set_id = sheet.set_id)) AS line
               WHERE SUBSTR($6, CAST(line.number AS INTEGER), 1) = '1'
                 AND line.state IN ('blank', 'draft', 'written', 'returned')
                 AND NOT EXISTS (SELECT 1 FROM evaluation_choice AS made
                                 WHERE made.sheet_id = line.id AND made.criterion_id = $3)";
    steps::add_act(tx, act).await?;
    let marked = change!(
        tx,
        sqlx::query(sql)
            .bind(marking.unit_id)
            .bind(marking.year)
            .bind(marking.criterion_id)
            .bind(marking.option_id)
            .bind(marking.id)
            .bind(ticks)
    )?;
    let sql = "UPDATE evaluation_sheet
               SET chosen = chosen + 1,
                   state = CASE WHEN chosen + 1 = asked THEN 'written' ELSE 'draft' END,
                   saved_by = $2, saved_at = $3, act_id = $4, version = version + 1
               WHERE id IN (SELECT sheet_id FROM evaluation_choice WHERE batch_id = $1)";
    change!(
        tx,
        sqlx::query(sql).bind(marking.id).bind(&act.account_name).bind(act.at).bind(act.id)
    )?;
    steps::record(tx, act).await?;
    Ok(marked)
}

/// Takes the marks of a marking back from the sheets that are still open and where nobody
/// chose otherwise since; how many. No row where it was undone already.
pub async fn undo_marking(tx: &mut Tx, marking: &Marking, act: &Act) -> sqlx::Result<u64> {
    let sql = "UPDATE evaluation_batch SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL";
    one_row(change!(tx, sqlx::query(sql).bind(marking.id).bind(act.at))?)?;
    steps::add_act(tx, act).await?;
    let sql = "UPDATE evaluation_sheet
               SET chosen = chosen - 1,
                   state = CASE WHEN chosen = 1 AND other_text = '' THEN 'blank'
                                ELSE 'draft' END,
                   saved_by = $2, saved_at = $3, act_id = $4, version = version + 1
               WHERE id IN (SELECT sheet_id FROM evaluation_choice WHERE batch_id = $1)
                 AND state IN ('blank', 'draft', 'written', 'returned')";
    change!(
        tx,
        sqlx::query(sql).bind(marking.id).bind(&act.account_name).bind(act.at).bind(act.id)
    )?;
    let sql = "DELETE FROM evaluation_choice
               WHERE batch_id = $1
                 AND sheet_id IN (SELECT id FROM evaluation_sheet WHERE act_id = $2)";
    let undone = change!(tx, sqlx::query(sql).bind(marking.id).bind(act.id))?;
    steps::record(tx, act).await?;
    Ok(undone)
}

/// Takes names and free words off the sheets and the requests for them of the people whom the erasure names.
pub async fn forget(tx: &mut Tx, id: ErasureId) -> sqlx::Result<()> {
    let sql = "UPDATE evaluation_sheet
               SET other_text = '',
                   purpose = CASE WHEN purpose = '' THEN '' ELSE 'Đã ẩn danh' END,
                   version = version + 1
               WHERE member_id IN (SELECT member_id FROM erasure_member WHERE erasure_id = $1)";
    change!(tx, sqlx::query(sql).bind(id))?;
    let sql = "UPDATE evaluation_signature
               SET full_name = 'Đã ẩn danh', born_on = NULL, born_precision = NULL, address = ''
               WHERE sheet_id IN (SELECT evaluation_sheet.id FROM evaluation_sheet
                                  JOIN erasure_member
                                    ON erasure_member.member_id = evaluation_sheet.member_id
                                  WHERE erasure_member.erasure_id = $1)";
    change!(tx, sqlx::query(sql).bind(id))?;
    let sql = "UPDATE evaluation_request
               SET number = '', portal_dossier = '', purpose = 'Đã ẩn danh',
                   version = version + 1
               WHERE member_id IN (SELECT member_id FROM erasure_member WHERE erasure_id = $1)";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}
