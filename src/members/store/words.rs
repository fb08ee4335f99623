//! The words of names, kept beside them for the [search](super::search) of a large unit.

use crate::db::{Tx, change};
use crate::ids::{ErasureId, MemberId};

/// Writes the words of names down, which follow from `member.folded`; none of those who were
/// anonymised. What stands before the first blank is what taking away the letters before it
/// leaves out: both databases know how to do that. The name stands between two blanks.
macro_rules! words_of {
    ($members:literal) => {
        concat!(
            "WITH RECURSIVE split (member_id, sort_key, folded, word, rest) AS (
                 SELECT id, sort_key, ' ' || folded || ' ', SUBSTR(folded, 1, 0), folded || ' '
                 FROM member WHERE anonymised_on IS NULL",
            $members,
            " UNION ALL
                 SELECT member_id, sort_key, folded,
                        SUBSTR(rest, 1, LENGTH(rest)
                                        - LENGTH(LTRIM(rest, REPLACE(rest, ' ', '')))),
                        SUBSTR(LTRIM(rest, REPLACE(rest, ' ', '')), 2)
                 FROM split WHERE rest <> ''
             )
             INSERT INTO name_word (word, sort_key, member_id, folded)
             SELECT DISTINCT word, sort_key, member_id, folded FROM split WHERE word <> ''
             ORDER BY word, sort_key, member_id, folded"
        )
    };
}

/// Those of a member's name.
pub(super) async fn add(tx: &mut Tx, id: MemberId) -> sqlx::Result<()> {
    let sql = words_of!(" AND id = $1");
    change!(tx, sqlx::query(sql).bind(id)).map(drop)
}

/// Those of everybody, where nobody has any yet; how many.
pub async fn add_all(tx: &mut Tx) -> sqlx::Result<u64> {
    let sql = words_of!("");
    change!(tx, sqlx::query(sql))
}

pub(super) async fn remove(tx: &mut Tx, id: MemberId) -> sqlx::Result<()> {
    let sql = "DELETE FROM name_word WHERE member_id = $1";
    change!(tx, sqlx::query(sql).bind(id)).map(drop)
}

/// Those of everybody whom an erasure is about.
pub(super) async fn remove_forgotten(tx: &mut Tx, id: ErasureId) -> sqlx::Result<()> {
    let sql = "DELETE FROM name_word
               WHERE member_id IN (SELECT member_id FROM erasure_member WHERE erasure_id = $1)";
    change!(tx, sqlx::query(sql).bind(id)).map(drop)
}
