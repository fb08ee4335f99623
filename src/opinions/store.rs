//! The table of opinions.

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::ids::{ErasureId, MeetingId, OpinionId, UnitId};
use crate::opinions::model::{Counts, NewOpinion, Opinion, Step, Which};
use crate::vietnamese::fold;

/// More answers than are read out at one meeting.
const MOST_ANSWERS: i64 = 200;

/// Which opinions of a unit: those raised from `from` up to, but not on, `to`.
#[derive(Clone, Debug)]
pub struct Filter {
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// How far they had come by this day.
    pub as_of: NaiveDate,
    pub which: Which,
    /// Words of the topic or the text, as typed.
    pub q: String,
    /// The unit right below through which they belonged here on their day; itself for the
    /// unit's own.
    pub child_id: Option<UnitId>,
    /// Whether only what counts is asked for: not what a unit noted of days before it began.
    pub counted: bool,
}

impl Filter {
    /// All raised on these days, as far as they had come by `as_of`.
    pub fn of_days((from, to): (NaiveDate, NaiveDate), as_of: NaiveDate) -> Filter {
        let (which, q) = (Which::All, String::new());
        Filter { from, to, as_of, which, q, child_id: None, counted: false }
    }
}

/// Opinions with the names that belong to them.
macro_rules! opinions {
    ($($rest:expr),+) => {
        concat!(
            "SELECT opinion.*, member.full_name AS speaker,
                    meeting.kind AS meeting_kind, meeting.held_on AS meeting_on,
                    reading.held_on AS read_on,
                    (SELECT unit_period.name FROM unit_period
                     WHERE unit_period.unit_id = opinion.unit_id
                     ORDER BY unit_period.from_on DESC LIMIT 1) AS unit_name
             FROM opinion
             LEFT JOIN member ON member.id = opinion.member_id
             LEFT JOIN meeting ON meeting.id = opinion.meeting_id
             LEFT JOIN meeting AS reading ON reading.id = opinion.answer_read_at_meeting_id ",
            $($rest),+
        )
    };
}

/// The opinions of the unit, and those of the units that were below it on their day.
macro_rules! in_the_book {
    () => {
        "WHERE opinion.unit_id IN (SELECT unit_id FROM unit_ancestor
                                   WHERE ancestor_id = $1 AND ($10 IS NULL OR child_id = $10))
           AND EXISTS (SELECT 1 FROM unit_ancestor AS held
                       WHERE held.ancestor_id = $1 AND held.unit_id = opinion.unit_id
                         AND ($10 IS NULL OR held.child_id = $10)
                         AND ((held.depth = 0 AND NOT $11)
                              OR (held.from_on <= opinion.raised_on
                                  AND (held.to_on IS NULL OR held.to_on > opinion.raised_on))))
           AND opinion.raised_on >= $2 AND opinion.raised_on < $3
           AND opinion.folded LIKE $4 ESCAPE '\\' AND opinion.folded LIKE $5 ESCAPE '\\'
           AND opinion.folded LIKE $6 ESCAPE '\\' AND opinion.folded LIKE $7 ESCAPE '\\'
           AND opinion.folded LIKE $8 ESCAPE '\\' AND opinion.folded LIKE $9 ESCAPE '\\' "
    };
}

/// How far an opinion had come by the day in $12.
macro_rules! status {
    () => {
        "CASE WHEN opinion.answered_on <= $12 THEN 'answered'
              WHEN opinion.forwarded_on <= $12 THEN 'forwarded'
              ELSE 'recorded' END"
    };
}

/// Binds what `in_the_book!` and `status!` ask for.
macro_rules! bound {
    ($query:expr, $unit_id:expr, $filter:expr) => {{
        let [first, second, third, fourth, fifth, sixth] = six_patterns(&$filter.q);
        let query = $query.bind($unit_id).bind($filter.from).bind($filter.to);
        let query = query.bind(first).bind(second).bind(third).bind(fourth).bind(fifth);
        query.bind(sixth).bind($filter.child_id).bind($filter.counted).bind($filter.as_of)
    }};
}

/// A page of the unit's opinions, newest first.
pub async fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<Opinion>> {
    let sql = opinions!(
        in_the_book!(),
        "AND ($13 = '' OR ($13 = 'unanswered' AND ",
        status!(),
        " <> 'answered') OR ",
        status!(),
        " = $13)
         ORDER BY opinion.raised_on DESC, opinion.created_at DESC, opinion.id DESC
         LIMIT $14 OFFSET $15"
    );
    on!(tx, db => bound!(sqlx::query_as(sql), scope.unit_id(), filter)
        .bind(filter.which.as_str())
        .bind(limit)
        .bind(offset)
        .fetch_all(db))
}

/// How many opinions of the filter, of whatever status, had come how far.
pub async fn counts(tx: &mut Tx, unit_id: UnitId, filter: &Filter) -> sqlx::Result<Counts> {
    let sql = concat!(
        "SELECT COUNT(*) FILTER (WHERE status = 'recorded') AS recorded,
                COUNT(*) FILTER (WHERE status = 'forwarded') AS forwarded,
                COUNT(*) FILTER (WHERE status = 'answered') AS answered
         FROM (SELECT ",
        status!(),
        " AS status FROM opinion ",
        in_the_book!(),
        ") AS raised"
    );
    on!(tx, db => bound!(sqlx::query_as(sql), unit_id, filter).fetch_one(db))
}

/// How many opinions at the unit itself have come how far.
pub async fn counts_of_unit(tx: &mut Tx, unit_id: UnitId) -> sqlx::Result<Counts> {
    let sql = "SELECT COUNT(*) FILTER (WHERE status = 'recorded') AS recorded,
                      COUNT(*) FILTER (WHERE status = 'forwarded') AS forwarded,
                      COUNT(*) FILTER (WHERE status = 'answered') AS answered
               FROM opinion WHERE unit_id = $1";
    on!(tx, db => sqlx::query_as(sql).bind(unit_id).fetch_one(db))
}

/// The day of the oldest opinion at or below the unit.
pub async fn first_day(tx: &mut Tx, unit_id: UnitId) -> sqlx::Result<Option<NaiveDate>> {
    // The first of each unit, which an index finds, and not every opinion of all.
    let sql = "SELECT MIN((SELECT MIN(opinion.raised_on) FROM opinion
                           WHERE opinion.unit_id = unit_ancestor.unit_id))
               FROM unit_ancestor WHERE ancestor_id = $1";
    on!(tx, db => sqlx::query_scalar(sql).bind(unit_id).fetch_one(db))
}

/// The unit in whose book the opinion stands, if there is one.
pub async fn find_unit_id(tx: &mut Tx, id: OpinionId) -> sqlx::Result<Option<UnitId>> {
    let sql = "SELECT unit_id FROM opinion WHERE id = $1";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_optional(db))
}

/// Holds the opinion until the transaction ends: of two who change it at once the second
/// waits here, then reads what the first wrote.
pub async fn hold(tx: &mut Tx, id: OpinionId) -> sqlx::Result<()> {
    let sql = "UPDATE opinion SET version = version WHERE id = $1";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}

pub async fn get(tx: &mut Tx, scope: &Scope, id: OpinionId) -> sqlx::Result<Opinion> {
    let sql = opinions!("WHERE opinion.id = $1 AND opinion.unit_id = $2");
    on!(tx, db => sqlx::query_as(sql).bind(id).bind(scope.unit_id()).fetch_one(db))
}

/// What was raised at the meeting, in the order of writing.
pub async fn raised_at(
    tx: &mut Tx,
    scope: &Scope,
    meeting_id: MeetingId,
) -> sqlx::Result<Vec<Opinion>> {
    let sql = opinions!(
        "WHERE opinion.meeting_id = $1 AND opinion.unit_id = $2
         ORDER BY opinion.created_at, opinion.id"
    );
    on!(tx, db => sqlx::query_as(sql).bind(meeting_id).bind(scope.unit_id()).fetch_all(db))
}

/// The answers given up to `on_day` that no meeting of the unit has heard, oldest first.
/// One that an earlier meeting should have heard is among them: it is still owed.
pub async fn to_read(tx: &mut Tx, scope: &Scope, on_day: NaiveDate) -> sqlx::Result<Vec<Opinion>> {
    let sql = opinions!(
        "WHERE opinion.unit_id = $1 AND opinion.answered_on <= $2
           AND opinion.answer_read_at_meeting_id IS NULL
         ORDER BY opinion.answered_on, opinion.id
         LIMIT $3"
    );
    on!(tx, db => sqlx::query_as(sql)
        .bind(scope.unit_id())
        .bind(on_day)
        .bind(MOST_ANSWERS)
        .fetch_all(db))
}

/// The answers that were read out at the meeting.
pub async fn read_at(
    tx: &mut Tx,
    scope: &Scope,
    meeting_id: MeetingId,
) -> sqlx::Result<Vec<Opinion>> {
    let sql = opinions!(
        "WHERE opinion.answer_read_at_meeting_id = $1 AND opinion.unit_id = $2
         ORDER BY opinion.answered_on, opinion.id"
    );
    on!(tx, db => sqlx::query_as(sql).bind(meeting_id).bind(scope.unit_id()).fetch_all(db))
}

pub async fn add(tx: &mut Tx, new: &NewOpinion, at: Moment) -> sqlx::Result<()> {
    let sql = "INSERT INTO opinion (id, unit_id, meeting_id, member_id, raised_on, topic, text,
                                    folded, status, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'recorded', $9)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.unit_id)
            .bind(new.meeting_id)
            .bind(new.member_id)
            .bind(new.raised_on)
            .bind(&new.topic)
            .bind(&new.text)
            .bind(folded(new))
            .bind(at)
    )?;
    Ok(())
}

/// Writes the fields of `new` over the opinion at `version`; its unit stays, and how far
/// it has come.
pub async fn change(tx: &mut Tx, new: &NewOpinion, version: i64) -> sqlx::Result<()> {
    let sql = "UPDATE opinion SET meeting_id = $3, member_id = $4, raised_on = $5, topic = $6,
                                  text = $7, folded = $8, version = version + 1
               WHERE id = $1 AND version = $2";
    one_row(change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(version)
            .bind(new.meeting_id)
            .bind(new.member_id)
            .bind(new.raised_on)
            .bind(&new.topic)
            .bind(&new.text)
            .bind(folded(new))
    )?)
}

/// Writes a step down at `version`, or what was wrong with it anew. An opinion that has
/// its answer keeps it when the body that was asked is corrected.
pub async fn take(
    tx: &mut Tx,
    id: OpinionId,
    step: Step,
    (on_day, what): (NaiveDate, &str),
    version: i64,
) -> sqlx::Result<()> {
    let sql = match step {
        Step::Forward => {
            "UPDATE opinion SET forwarded_on = $3, forwarded_to = $4, version = version + 1,
                                status = CASE WHEN answer IS NULL
                                              THEN 'forwarded' ELSE 'answered' END
             WHERE id = $1 AND version = $2"
        }
        Step::Answer => {
            "UPDATE opinion SET answered_on = $3, answer = $4, version = version + 1,
                                status = 'answered'
             WHERE id = $1 AND version = $2"
        }
    };
    one_row(change!(tx, sqlx::query(sql).bind(id).bind(version).bind(on_day).bind(what))?)
}

/// Notes that the answer was read out at the meeting; whether that is news.
pub async fn mark_read(tx: &mut Tx, id: OpinionId, meeting_id: MeetingId) -> sqlx::Result<bool> {
    let sql = "UPDATE opinion SET answer_read_at_meeting_id = $2
               WHERE id = $1 AND status = 'answered' AND answer_read_at_meeting_id IS NULL";
    Ok(change!(tx, sqlx::query(sql).bind(id).bind(meeting_id))? == 1)
}

/// Takes back that the answer was read out at the meeting; whether that is news.
pub async fn mark_unread(tx: &mut Tx, id: OpinionId, meeting_id: MeetingId) -> sqlx::Result<bool> {
    let sql = "UPDATE opinion SET answer_read_at_meeting_id = NULL
               WHERE id = $1 AND answer_read_at_meeting_id = $2";
    Ok(change!(tx, sqlx::query(sql).bind(id).bind(meeting_id))? == 1)
}

/// What a search looks through.
fn folded(new: &NewOpinion) -> String {
    format!("{} {}", fold::fold(&new.topic), fold::fold(&new.text))
}

/// The patterns of a search, filled up with ones that match everything: the number of
/// binds in a query is fixed.
fn six_patterns(typed: &str) -> [String; 6] {
    let mut words = fold::like_words(typed).into_iter();
    std::array::from_fn(|_| words.next().unwrap_or_else(|| "%".to_owned()))
}

/// Takes the speaker off the opinions of the people whom the erasure names.
pub async fn forget(tx: &mut Tx, id: ErasureId) -> sqlx::Result<()> {
    let sql = "UPDATE opinion SET member_id = NULL, version = version + 1
               WHERE member_id IN (SELECT member_id FROM erasure_member WHERE erasure_id = $1)";
    change!(tx, sqlx::query(sql).bind(id))?;
    Ok(())
}
