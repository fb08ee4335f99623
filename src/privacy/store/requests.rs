//! The register of what people asked about their own data. It follows the person: a request
//! stands in the books of whoever keeps the member now.

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::ids::{DataRequestId, MemberId};
use crate::members::store::kept_in;
use crate::privacy::model::{DataRequest, NewRequest, RequestState, Step};

macro_rules! requests {
    ($($rest:expr),+) => {
        concat!(
            "SELECT data_request.id, data_request.member_id, member.full_name, data_request.kind,
                    data_request.text, data_request.received_on, data_request.received_by,
                    data_request.others, data_request.answer_by, data_request.done_by,
                    data_request.state, data_request.answered_on, data_request.answer,
                    data_request.closed_on, data_request.outcome, data_request.extended_on,
                    data_request.extension_reason, data_request.version
             FROM data_request JOIN member ON member.id = data_request.member_id ",
            $($rest),+
        )
    };
}

pub async fn find(tx: &mut Tx, id: DataRequestId) -> sqlx::Result<Option<DataRequest>> {
    let sql = requests!("WHERE data_request.id = $1");
    on!(tx, db => sqlx::query_as(sql).bind(id).fetch_optional(db))
}

/// Those of a person, newest first.
pub async fn of_member(
    tx: &mut Tx,
    _: &Scope,
    member_id: MemberId,
) -> sqlx::Result<Vec<DataRequest>> {
    let sql = requests!(
        "WHERE data_request.member_id = $1
         ORDER BY data_request.received_on DESC, data_request.id DESC"
    );
    on!(tx, db => sqlx::query_as(sql).bind(member_id).fetch_all(db))
}

/// Those of the people whom the unit keeps: the open ones first, the most urgent on top; then
/// the closed ones, newest first.
pub async fn list(
    tx: &mut Tx,
    scope: &Scope,
    today: NaiveDate,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<DataRequest>> {
    let sql = requests!(
        "WHERE ",
        kept_in!("$1", "$2", "data_request.member_id"),
        " ORDER BY CASE WHEN data_request.closed_on IS NULL THEN 0 ELSE 1 END,
                   CASE WHEN data_request.state = 'received'
                             AND data_request.answer_by < data_request.done_by
                        THEN data_request.answer_by
                        WHEN data_request.closed_on IS NULL THEN data_request.done_by
                   END,
                   data_request.received_on DESC, data_request.id DESC
          LIMIT $3 OFFSET $4"
    );
    on!(tx, db => sqlx::query_as(sql)
        .bind(scope.unit_id())
        .bind(today)
        .bind(limit)
        .bind(offset)
        .fetch_all(db))
}

pub async fn count(tx: &mut Tx, scope: &Scope, today: NaiveDate) -> sqlx::Result<i64> {
    let sql = concat!(
        "SELECT COUNT(*) FROM data_request WHERE ",
        kept_in!("$1", "$2", "data_request.member_id")
    );
    on!(tx, db => sqlx::query_scalar(sql).bind(scope.unit_id()).bind(today).fetch_one(db))
}

pub async fn add(tx: &mut Tx, new: &NewRequest, at: Moment) -> sqlx::Result<()> {
    let sql = "INSERT INTO data_request (id, unit_id, member_id, kind, text, received_on,
                                         received_by, others, answer_by, done_by, state,
                                         created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'received', $11)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(new.id)
            .bind(new.unit_id)
            .bind(new.member_id)
            .bind(new.kind)
            .bind(&new.text)
            .bind(new.received_on)
            .bind(&new.received_by)
            .bind(new.others)
            .bind(new.answer_by)
            .bind(new.done_by)
            .bind(at)
    )?;
    Ok(())
}

/// Writes a step down at `version`; `done_by` is the last day from now on.
pub async fn take(
    tx: &mut Tx,
    request: &DataRequest,
    (step, what, on_day): (Step, &str, NaiveDate),
    done_by: NaiveDate,
) -> sqlx::Result<()> {
    let sql = match step {
        Step::Answer => {
            "UPDATE data_request SET state = $3, answered_on = $4, answer = $5, done_by = $6,
                                     version = version + 1
             WHERE id = $1 AND version = $2"
        }
        Step::Done | Step::Refuse => {
            "UPDATE data_request SET state = $3, closed_on = $4, outcome = $5, done_by = $6,
                                     answered_on = COALESCE(answered_on, $4),
                                     version = version + 1
             WHERE id = $1 AND version = $2"
        }
        Step::Extend => {
            "UPDATE data_request SET state = $3, extended_on = $4, extension_reason = $5,
                                     done_by = $6, version = version + 1
             WHERE id = $1 AND version = $2"
        }
    };
    let state = match step {
        Step::Answer => RequestState::Answered,
        Step::Done => RequestState::Done,
        Step::Refuse => RequestState::Refused,
        Step::Extend => request.state,
    };
    one_row(change!(
        tx,
        sqlx::query(sql)
            .bind(request.id)
            .bind(request.version)
            .bind(state)
            .bind(on_day)
            .bind(what)
            .bind(done_by)
    )?)
}
