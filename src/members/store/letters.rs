//! The letters of a unit: of those who live there, and those addressed to it that nobody
//! has assigned yet.

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::db::{Tx, on};
use crate::ids::{LetterId, MemberId, UnitId};
use crate::members::letters::{Counts, Deadlines, Open, Queue, Row};
use crate::members::model::Found;
use crate::organisation::model::{Unit, UnitKind};

/// Letters of the unit in `$1` on `$2`; late ones were issued before `$3`, or received
/// before `$4`. A letter to another ward is that ward's; who has a home elsewhere is not
/// told to the ward that an old letter names. The ward that took the place of one that has
/// ended takes over its letters. Of those who live there, `$only` narrows their own letters;
/// `SQLite` reads the tables in the order of `$from`.
macro_rules! letters {
    () => {
        letters!("unit_ancestor CROSS JOIN residence CROSS JOIN introduction_letter AS own", "")
    };
    ($from:literal, $only:literal) => {
        concat!(
            "FROM introduction_letter AS letter
         WHERE letter.id IN (
             SELECT own.id
             FROM ",
            $from,
            " WHERE residence.cell_id = unit_ancestor.unit_id
               AND own.member_id = residence.member_id
               AND unit_ancestor.ancestor_id = $1
               AND unit_ancestor.from_on <= $2
               AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
               AND residence.id = (SELECT latest.id FROM residence AS latest
                                   WHERE latest.member_id = residence.member_id
                                   ORDER BY latest.started_on DESC LIMIT 1)
               AND (own.ward_id IS NULL OR own.cell_id IS NOT NULL OR own.closed_on IS NOT NULL
                    OR EXISTS (SELECT 1 FROM unit_ancestor AS above
                               WHERE above.ancestor_id = own.ward_id
                                 AND above.unit_id = residence.cell_id
                                 AND above.from_on <= $2
                                 AND (above.to_on IS NULL OR above.to_on > $2))
                    OR EXISTS (SELECT 1 FROM unit_succession
                               JOIN unit_ancestor AS above
                                 ON above.ancestor_id = unit_succession.successor_id
                               WHERE unit_succession.predecessor_id = own.ward_id
                                 AND unit_succession.main
                                 AND unit_succession.from_on <= $2
                                 AND above.unit_id = residence.cell_id
                                 AND above.from_on <= $2
                                 AND (above.to_on IS NULL OR above.to_on > $2)))",
            $only,
            "
             UNION
             SELECT inherited.id
             FROM unit_ancestor
             JOIN unit_succession ON unit_succession.successor_id = unit_ancestor.unit_id
                                  AND unit_succession.main
                                  AND unit_succession.from_on <= $2
             JOIN introduction_letter AS inherited
               ON inherited.ward_id = unit_succession.predecessor_id
             WHERE unit_ancestor.ancestor_id = $1
               AND unit_ancestor.from_on <= $2
               AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
               AND inherited.closed_on IS NULL AND inherited.cell_id IS NULL
               AND NOT EXISTS (SELECT 1 FROM residence
                               WHERE residence.member_id = inherited.member_id
                                 AND residence.ended_on IS NULL)
             UNION
             SELECT sent.id
             FROM unit_ancestor
             JOIN introduction_letter AS sent ON sent.ward_id = unit_ancestor.unit_id
             WHERE unit_ancestor.ancestor_id = $1
               AND unit_ancestor.from_on <= $2
               AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
               AND sent.closed_on IS NULL AND sent.cell_id IS NULL
               AND NOT EXISTS (SELECT 1 FROM residence
                               WHERE residence.member_id = sent.member_id
                                 AND residence.ended_on IS NULL))"
        )
    };
}

/// How far `letter` has come: the words of [`Queue`].
macro_rules! state {
    () => {
        "CASE WHEN letter.closed_on IS NOT NULL THEN 'closed'
              WHEN letter.cell_id IS NOT NULL THEN 'assigned'
              WHEN letter.received_on IS NOT NULL THEN 'received'
              ELSE 'waiting' END"
    };
}

macro_rules! late {
    () => {
        "(letter.closed_on IS NULL AND letter.cell_id IS NULL
          AND ((letter.received_on IS NULL AND letter.issued_on < $3)
               OR (letter.received_on IS NOT NULL AND letter.received_on < $4)))"
    };
}

/// How many letters of the unit have come how far.
pub async fn counts(
    tx: &mut Tx,
    unit_id: UnitId,
    today: NaiveDate,
    deadlines: Deadlines,
) -> sqlx::Result<Counts> {
    let sql = concat!(
        "SELECT COUNT(*) FILTER (WHERE ",
        state!(),
        " = 'waiting') AS waiting,
                COUNT(*) FILTER (WHERE ",
        state!(),
        " = 'received') AS received,
                COUNT(*) FILTER (WHERE ",
        late!(),
        ") AS overdue,
                COUNT(*) FILTER (WHERE ",
        state!(),
        " = 'assigned') AS assigned,
                COUNT(*) FILTER (WHERE ",
        state!(),
        " = 'closed') AS closed ",
        letters!()
    );
    let (issued, received) = deadlines.turns(today);
    on!(tx, db => sqlx::query_as(sql)
        .bind(unit_id)
        .bind(today)
        .bind(issued)
        .bind(received)
        .fetch_one(db))
}

/// A statement about open letters: of a ward, people are looked through for them; of a unit
/// above, the open letters for its people, who are by far more.
macro_rules! from_the_few {
    ($unit:expr, $statement:ident) => {
        match $unit.kind {
            UnitKind::Province | UnitKind::City => {
                $statement!(
                    "introduction_letter AS own CROSS JOIN residence CROSS JOIN unit_ancestor"
                )
            }
            UnitKind::Ward | UnitKind::Commune | UnitKind::Township | UnitKind::Cell => {
                $statement!(
                    "unit_ancestor CROSS JOIN residence CROSS JOIN introduction_letter AS own"
                )
            }
        }
    };
}

macro_rules! open {
    ($from:literal) => {
        concat!(
            "SELECT COUNT(*) FILTER (WHERE ",
            state!(),
            " = 'waiting') AS waiting,
                    COUNT(*) FILTER (WHERE ",
            state!(),
            " = 'received') AS received,
                    COUNT(*) FILTER (WHERE ",
            late!(),
            ") AS overdue ",
            letters!($from, "AND own.closed_on IS NULL AND own.cell_id IS NULL")
        )
    };
}

/// How many letters of the unit wait.
pub async fn open(
    tx: &mut Tx,
    unit: &Unit,
    today: NaiveDate,
    deadlines: Deadlines,
) -> sqlx::Result<Open> {
    let sql = from_the_few!(unit, open);
    let (issued, received) = deadlines.turns(today);
    on!(tx, db => sqlx::query_as(sql)
        .bind(unit.id)
        .bind(today)
        .bind(issued)
        .bind(received)
        .fetch_one(db))
}

/// Those of a queue, the longest waiting first.
pub async fn list(
    tx: &mut Tx,
    scope: &Scope,
    today: NaiveDate,
    deadlines: Deadlines,
    queue: Queue,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<Row>> {
    let sql = concat!(
        "SELECT letter.id, letter.version, letter.member_id, member.full_name, member.born_on,
                workplace.name AS workplace, letter.number, letter.issued_on,
                letter.received_on, letter.cell_id, letter.assigned_on, letter.closed_on,
                letter.exempt, home.name AS cell_name, letter.state,
                latest.id AS residence_id, latest.version AS residence_version,
                latest.cell_id AS residence_cell_id, latest.started_on AS residence_since,
                latest.exempt_reason,
                (SELECT MAX(former.ended_on) FROM residence AS former
                 WHERE former.member_id = letter.member_id) AS left_on
         FROM (SELECT letter.*, ",
        state!(),
        " AS state, ",
        late!(),
        " AS late ",
        letters!(),
        ")
              AS letter
         JOIN member ON member.id = letter.member_id
         LEFT JOIN workplace ON workplace.id = member.workplace_id
         LEFT JOIN residence AS latest ON latest.member_id = letter.member_id
                                       AND latest.ended_on IS NULL
         LEFT JOIN unit_period AS home
                ON home.unit_id = COALESCE(letter.cell_id, latest.cell_id)
               AND home.from_on <= $2 AND (home.to_on IS NULL OR home.to_on > $2)
         WHERE $5 = 'all' OR $5 = letter.state OR ($5 = 'overdue' AND letter.late)
         ORDER BY COALESCE(letter.received_on, letter.issued_on), member.sort_key, letter.id
         LIMIT $6 OFFSET $7"
    );
    let (issued, received) = deadlines.turns(today);
    on!(tx, db => sqlx::query_as(sql)
        .bind(scope.unit_id())
        .bind(today)
        .bind(issued)
        .bind(received)
        .bind(queue.as_str())
        .bind(limit)
        .bind(offset)
        .fetch_all(db))
}

/// A letter that waits for its ward: received and not assigned, or not even received when
/// it should have been.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Unsettled {
    pub id: LetterId,
    pub full_name: String,
    pub number: String,
    pub ward_id: Option<UnitId>,
    /// Where the person is listed already.
    pub home_id: Option<UnitId>,
    pub issued_on: Option<NaiveDate>,
    pub received_on: Option<NaiveDate>,
    /// 1 where it waits longer than was settled.
    pub late: i64,
}

macro_rules! unsettled {
    ($from:literal) => {
        concat!(
            "SELECT letter.id, member.full_name, letter.number, letter.ward_id,
                    home.cell_id AS home_id, letter.issued_on, letter.received_on, letter.late
             FROM (SELECT letter.*, ",
            state!(),
            " AS state, CAST(CASE WHEN ",
            late!(),
            " THEN 1 ELSE 0 END AS BIGINT) AS late ",
            letters!($from, "AND own.closed_on IS NULL AND own.cell_id IS NULL"),
            ")
                  AS letter
             JOIN member ON member.id = letter.member_id
             LEFT JOIN residence AS home ON home.member_id = letter.member_id
                                         AND home.ended_on IS NULL
             WHERE letter.state = 'received' OR (letter.state = 'waiting' AND letter.late = 1)
             ORDER BY COALESCE(letter.received_on, letter.issued_on), member.sort_key, letter.id"
        )
    };
}

/// The letters of the unit entered that wait for a ward, the longest waiting first.
pub async fn unsettled(
    tx: &mut Tx,
    (unit, scope): (&Unit, &Scope),
    today: NaiveDate,
    deadlines: Deadlines,
) -> sqlx::Result<Vec<Unsettled>> {
    let sql = from_the_few!(unit, unsettled);
    let (issued, received) = deadlines.turns(today);
    on!(tx, db => sqlx::query_as(sql)
        .bind(scope.unit_id())
        .bind(today)
        .bind(issued)
        .bind(received)
        .fetch_all(db))
}

/// The ward to which an open letter introduces somebody who has no home, or the one that has
/// taken its place by `today`: it may see the person until a cell does.
pub async fn ward_awaiting(
    tx: &mut Tx,
    id: LetterId,
    today: NaiveDate,
) -> sqlx::Result<Option<UnitId>> {
    let sql = "SELECT COALESCE((SELECT unit_succession.successor_id
                                FROM unit_succession
                                JOIN unit_ancestor
                                  ON unit_ancestor.unit_id = unit_succession.successor_id
                                 AND unit_ancestor.depth = 0
                                 AND unit_ancestor.from_on <= $2
                                 AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
                                WHERE unit_succession.predecessor_id = letter.ward_id
                                  AND unit_succession.main
                                  AND unit_succession.from_on <= $2
                                LIMIT 1), letter.ward_id)
               FROM introduction_letter AS letter
               WHERE letter.id = $1 AND letter.ward_id IS NOT NULL
                 AND letter.closed_on IS NULL AND letter.cell_id IS NULL
                 AND NOT EXISTS (SELECT 1 FROM residence
                                 WHERE residence.member_id = letter.member_id
                                   AND residence.ended_on IS NULL)";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).bind(today).fetch_optional(db))
}

/// The newest open letter of a member that no cell has been given.
pub async fn newest_waiting(tx: &mut Tx, member_id: MemberId) -> sqlx::Result<Option<LetterId>> {
    let sql = "SELECT id FROM introduction_letter
               WHERE member_id = $1 AND closed_on IS NULL AND cell_id IS NULL
               ORDER BY created_at DESC, id DESC
               LIMIT 1";
    on!(tx, db => sqlx::query_scalar(sql).bind(member_id).fetch_optional(db))
}

/// People whom no cell has yet, whose open letter waits in the unit or below it: those of
/// this name, card or telephone. Their cell is empty.
pub async fn awaiting_like(
    tx: &mut Tx,
    unit_id: UnitId,
    today: NaiveDate,
    (folded, card_number, phone): (&str, Option<&str>, Option<&str>),
) -> sqlx::Result<Vec<Found>> {
    let sql = "SELECT DISTINCT member.id, member.full_name, member.born_on, '' AS cell_name
               FROM member
               JOIN introduction_letter AS letter ON letter.member_id = member.id
               WHERE EXISTS (SELECT 1 FROM unit_ancestor
                             WHERE unit_ancestor.ancestor_id = $1
                               AND unit_ancestor.from_on <= $2
                               AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
                               AND (unit_ancestor.unit_id = letter.ward_id
                                    OR unit_ancestor.unit_id IN (
                                        SELECT successor_id FROM unit_succession
                                        WHERE unit_succession.predecessor_id = letter.ward_id
                                          AND unit_succession.main
                                          AND unit_succession.from_on <= $2)))
                 AND letter.closed_on IS NULL AND letter.cell_id IS NULL
                 AND (member.folded = $3 OR member.card_number = $4 OR member.phone = $5)
                 AND NOT EXISTS (SELECT 1 FROM residence WHERE residence.member_id = member.id)";
    on!(tx, db => sqlx::query_as(sql)
        .bind(unit_id)
        .bind(today)
        .bind(folded)
        .bind(card_number)
        .bind(phone)
        .fetch_all(db))
}
