//! The list of a unit whose people are too many to be looked through one by one: by whole
//! words of names, which an index finds, by a whole telephone number, by the workplace, or
//! else everybody in the order of names, as far as somebody may read.
//!
//! The rarest word decides whose rows are walked, in the order of names; the other words are
//! read in the same rows. Only who has them all is looked up: whether they live in the unit on
//! the day, and are whom the filter asks for.

use uuid::Uuid;

use super::asked::{Asked, asked};
use super::list::{Filter, ListRow, asked_for, bound, columns, kept_in, present, rolled, shown};
use crate::access::guard::Scope;
use crate::db::{Tx, on};
use crate::ids::{MemberId, WorkplaceId};
use crate::vietnamese::fold;

/// Rows of a word are counted up to so many, to tell which is the rarest. Of several that have
/// more, the one typed last is taken for it: most often the given name.
const COUNTED: i64 = 10_000;

/// Where other words have to be in the name too, so many times as many rows are walked: most
/// are left at the row itself.
const LEFT: i64 = 10;

/// Where a word is only begun, the names that go on with it do not lie in one order: so much
/// less of them is taken, and put in order.
const BEGUN: i64 = 5;

/// A page of it.
#[derive(Debug, Default)]
pub struct Walked {
    pub rows: Vec<ListRow>,
    /// Whether there is somebody behind them.
    pub more: bool,
    /// Whether there may be, where nobody walks any more.
    pub cut: bool,
}

/// Whose rows are walked.
enum Way {
    /// Those of a word, up to and with this one.
    Word(String, (Vec<u8>, MemberId)),
    /// So many of those of the words that begin like this.
    Beginning(String, i64),
    /// Those with this telephone number.
    Phone(String),
    /// Those who work there.
    Workplace(WorkplaceId),
    /// Those of all names, up to and with this one.
    Everybody(Vec<u8>),
}

/// Whether the name has a word like the pattern in this bind, if there is one.
macro_rules! among {
    ($bind:literal) => {
        concat!(" AND (", $bind, " = '' OR found.folded LIKE ", $bind, " ESCAPE '\\')")
    };
}

/// The rows of a page, and one more: of those `found`, who lives in the unit on the day and is
/// asked for. CROSS JOIN keeps `SQLite` to the order written: from the rows of the word on,
/// and no further than the page is long. OFFSET keeps `PostgreSQL` from beginning with
/// everybody of the unit, which it takes for few.
macro_rules! walked {
    ($found:literal, $also:literal) => {
        concat!(
            "WITH page AS (SELECT ",
            columns!(),
            "FROM (",
            $found,
            ") AS found CROSS JOIN residence CROSS JOIN member",
            present!(),
            "WHERE residence.member_id = found.member_id
                  AND residence.started_on <= $2
                  AND (residence.ended_on IS NULL OR residence.ended_on > $2)
                  AND EXISTS (SELECT 1 FROM unit_ancestor
                              WHERE unit_ancestor.ancestor_id = $1
                                AND unit_ancestor.unit_id = residence.cell_id
                                AND unit_ancestor.from_on <= $2
                                AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
                                AND ($18 IS NULL OR unit_ancestor.child_id = $18)
                              LIMIT 1 OFFSET 0)
                  AND member.id = found.member_id",
            asked_for!(),
            among!("$5"),
            among!("$6"),
            among!("$7"),
            among!("$8"),
            among!("$9"),
            among!("$10"),
            $also,
            " ORDER BY found.sort_key, found.member_id
              LIMIT $19 OFFSET $20)",
            shown!()
        )
    };
}

/// Those whom the filter finds in a large unit, by name, from `offset` on; of a common word
/// `most` rows are walked.
pub async fn walk(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter,
    most: i64,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Walked> {
    let Some((way, others, is_partial)) = way(tx, filter, most).await? else {
        return Ok(Walked::default());
    };
    let patterns: [String; 6] =
        std::array::from_fn(|at| others.get(at).cloned().unwrap_or_default());
    macro_rules! rows {
        ($sql:expr $(, $bind:expr)+) => {
            on!(tx, db => bound!(sqlx::query_as($sql), scope, filter, patterns)
                .bind(limit + 1)
                .bind(offset)
                .bind(filter.year())
                $(.bind($bind))+
                .fetch_all(db))?
        };
    }
    let mut rows: Vec<ListRow> = match &way {
        Way::Word(word, (sort_key, member_id)) => {
            let sql = walked!(
                "SELECT sort_key, member_id, folded FROM name_word
                 WHERE word = $22 AND (sort_key, member_id) <= ($23, $24)",
                ""
            );
            rows!(sql, word, sort_key, member_id)
        }
        Way::Beginning(word, most) => {
            let sql = walked!(
                "SELECT DISTINCT sort_key, member_id, folded
                 FROM (SELECT sort_key, member_id, folded FROM name_word
                       WHERE word >= $22 AND word <= $23
                       ORDER BY word, sort_key, member_id
                       LIMIT $24) AS begun",
                ""
            );
            rows!(sql, word, last_begun(word), most)
        }
        Way::Phone(number) => {
            let sql = walked!(
                "SELECT sort_key, id AS member_id, folded FROM member WHERE phone = $22",
                " AND present.phone = $22"
            );
            rows!(sql, number)
        }
        Way::Workplace(id) => {
            let sql = walked!(
                "SELECT sort_key, id AS member_id, folded FROM member WHERE workplace_id = $22",
                ""
            );
            rows!(sql, id)
        }
        Way::Everybody(sort_key) => {
            let sql = walked!(
                "SELECT sort_key, id AS member_id, folded FROM member WHERE sort_key <= $22",
                ""
            );
            rows!(sql, sort_key)
        }
    };
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > shown;
    rows.truncate(shown);
    // What was put in order lacks people anywhere, what was walked lacks them behind the last.
    let cut = is_partial && (!more || matches!(way, Way::Beginning(..)));
    Ok(Walked { rows, more, cut })
}

/// Whose rows are to be walked for the filter, what else has to be in their names, and whether
/// there are more rows than are walked. None where a word is in nobody's name.
async fn way(
    tx: &mut Tx,
    filter: &Filter,
    most: i64,
) -> sqlx::Result<Option<(Way, Vec<String>, bool)>> {
    let words = match asked(&filter.query) {
        Asked::Number(number) => return Ok(Some((Way::Phone(number), Vec::new(), false))),
        Asked::Words(words) => words,
    };
    if words.is_empty() {
        if let Some(id) = filter.workplace_id() {
            return Ok(Some((Way::Workplace(id), Vec::new(), false)));
        }
        let until = nth_of_all(tx, most.saturating_mul(LEFT)).await?;
        let is_partial = until.is_some();
        return Ok(Some((
            Way::Everybody(until.unwrap_or_else(|| last().0)),
            Vec::new(),
            is_partial,
        )));
    }
    let counts = counts(tx, &words).await?;
    let Some((newest, before)) = words.split_last() else { return Ok(None) };
    let is_begun = counts[before.len()] == 0;
    if counts[..before.len()].contains(&0) {
        return Ok(None);
    }
    if is_begun && before.is_empty() {
        let most = (most / BEGUN).max(1);
        let is_partial = begin(tx, newest, most).await? > most;
        return Ok(Some((Way::Beginning(newest.clone(), most), Vec::new(), is_partial)));
    }
    let usable = if is_begun { before } else { &words };
    let rarest = (0..usable.len()).rev().min_by_key(|at| counts[*at]).unwrap_or_default();
    let others = (0..words.len()).filter(|at| *at != rarest && words[*at] != words[rarest]);
    let others: Vec<String> = others
        .map(|at| {
            // The last word may still be on its way.
            let end = if at == before.len() { "" } else { " " };
            format!("% {}{end}%", fold::escaped(&words[at]))
        })
        .collect();
    let most = if others.is_empty() { most } else { most.saturating_mul(LEFT) };
    let is_common = counts[rarest] >= most.min(COUNTED);
    let until = if is_common { nth(tx, &words[rarest], most).await? } else { None };
    let is_partial = until.is_some();
    let way = Way::Word(words[rarest].clone(), until.unwrap_or_else(last));
    Ok(Some((way, others, is_partial)))
}

/// No name comes behind this one.
fn last() -> (Vec<u8>, MemberId) {
    (vec![0xff; 64], MemberId(Uuid::max()))
}

/// In how many names each of six words is, up to [`COUNTED`].
async fn counts(tx: &mut Tx, words: &[String]) -> sqlx::Result<[i64; 6]> {
    macro_rules! counted {
        ($bind:literal) => {
            concat!(
                "(SELECT COUNT(*) FROM (SELECT 1 FROM name_word WHERE word = ",
                $bind,
                " LIMIT $7) AS found)"
            )
        };
    }
    let sql = concat!(
        "SELECT ",
        counted!("$1"),
        ", ",
        counted!("$2"),
        ", ",
        counted!("$3"),
        ", ",
        counted!("$4"),
        ", ",
        counted!("$5"),
        ", ",
        counted!("$6")
    );
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let (first, second, third, fourth, fifth, sixth) = on!(tx, db => sqlx::query_as(sql)
        .bind(word(0))
        .bind(word(1))
        .bind(word(2))
        .bind(word(3))
        .bind(word(4))
        .bind(word(5))
        .bind(COUNTED)
        .fetch_one(db))?;
    Ok([first, second, third, fourth, fifth, sixth])
}

/// The row of a word behind which there are more than `most`; none where there are not.
async fn nth(tx: &mut Tx, word: &str, most: i64) -> sqlx::Result<Option<(Vec<u8>, MemberId)>> {
    let sql = "SELECT sort_key, member_id FROM name_word
               WHERE word = $1
               ORDER BY sort_key, member_id
               LIMIT 2 OFFSET $2";
    let rows: Vec<(Vec<u8>, MemberId)> =
        on!(tx, db => sqlx::query_as(sql).bind(word).bind(most - 1).fetch_all(db))?;
    Ok(if rows.len() > 1 { rows.into_iter().next() } else { None })
}

/// The same of everybody, by the names alone.
async fn nth_of_all(tx: &mut Tx, most: i64) -> sqlx::Result<Option<Vec<u8>>> {
    let sql = "SELECT sort_key FROM member ORDER BY sort_key LIMIT 2 OFFSET $1";
    let rows: Vec<Vec<u8>> = on!(tx, db => sqlx::query_scalar(sql).bind(most - 1).fetch_all(db))?;
    Ok(if rows.len() > 1 { rows.into_iter().next() } else { None })
}

/// How many rows have a word that begins like this, up to one more than `most`.
async fn begin(tx: &mut Tx, word: &str, most: i64) -> sqlx::Result<i64> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM name_word
                                     WHERE word >= $1 AND word <= $2 LIMIT $3) AS found";
    on!(tx, db => sqlx::query_scalar(sql)
        .bind(word)
        .bind(last_begun(word))
        .bind(most + 1)
        .fetch_one(db))
}

/// Behind every word that begins like this.
fn last_begun(word: &str) -> String {
    format!("{word}{}", char::MAX)
}
