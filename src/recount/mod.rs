//! What is kept beside the rows it follows from, counted anew from them.
//!
//! Counts of a roll, the state of a sheet, the ancestry of units, names as they sort: each is
//! written with its rows, in the same transaction. Here they are held against each other.

use crate::audit::chain::{self, Head, Key, Verdict};
use crate::db::{Db, Tx, sound};
use crate::organisation::tree::{self, Ancestor};
use crate::recount::store::Word;
use crate::statistics::summary;
use crate::vietnamese::fold;
use crate::vietnamese::name::FullName;
use uuid::Uuid;

pub mod store;

/// How many rows of one fault are named; the others are counted.
const NAMED: usize = 10;

/// Everything that was looked at, and what is wrong.
#[derive(Debug)]
pub struct Report {
    pub chain: Verdict,
    pub faults: Vec<String>,
}

/// Looks through the whole registry: its file, the chain of its audit trail, and what is
/// stored twice. `expected` is a place of the chain that somebody wrote down.
pub async fn look(db: &Db, key: &Key, expected: Option<&Head>) -> sqlx::Result<Report> {
    let mut faults = sound::faults(db).await?;
    let mut tx = db.read_whole().await?;
    let chain = chain::verify_in(&mut tx, key).await?;
    if let Some(why) = &chain.broken {
        faults.push(format!("chuỗi nhật ký đứt sau mục {}: {why}", chain.sealed));
    }
    if let Some(head) = expected
        && let Err(why) = chain::still_holds(&mut tx, head).await?
    {
        faults.push(format!("chuỗi nhật ký: {why}"));
    }
    faults.extend(recount(&mut tx).await?);
    Ok(Report { chain, faults })
}

/// What does not follow from the rows it should follow from.
pub async fn recount(tx: &mut Tx) -> sqlx::Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut note = |what: &str, ids: Vec<Uuid>| {
        if !ids.is_empty() {
            faults.push(told(what, &ids));
        }
    };
    note("cuộc họp có số đếm khác danh sách điểm danh", store::meetings(tx).await?);
    note("lượt lưu điểm danh không liền nhau", store::roll_versions(tx).await?);
    note("phiếu có trạng thái khác bước cuối của nó", store::sheets_and_steps(tx).await?);
    note("phiếu có các bước không nối nhau", store::broken_steps(tx).await?);
    note("phiếu đếm sai số mức đã chọn", store::chosen(tx).await?);
    note("phiếu đếm sai số tiêu chí", store::asked(tx).await?);
    note("phiếu đã ký mà không có chữ ký", store::signatures(tx).await?);
    note("tệp đã xuất có số byte khác phần còn giữ", store::exports(tx).await?);
    note("hai nơi cư trú của một người trùng ngày", store::overlaps(tx).await?);
    note("đơn vị có hai tên trong một ngày", store::periods(tx).await?);
    note("đơn vị có cấp trên ghi sai", ancestry(tx).await?);
    let summaries = summary::wrong(tx).await?;
    note("đơn vị có bản tóm tắt số liệu sai", summaries.into_iter().map(|it| it.0).collect());
    let (names, words) = names(tx).await?;
    note("họ tên xếp thứ tự sai", names);
    note("chữ để tìm theo tên ghi sai", words);
    note("tên không dấu ghi sai (nơi công tác)", folded(store::workplaces(tx).await?));
    note("tên không dấu ghi sai (công trình, quỹ)", folded(store::works(tx).await?));
    Ok(faults)
}

fn told(what: &str, ids: &[Uuid]) -> String {
    let first: Vec<String> = ids.iter().take(NAMED).map(Uuid::to_string).collect();
    let more = if ids.len() > NAMED { ", …" } else { "" };
    format!("{}: {what} ({}{more})", ids.len(), first.join(", "))
}

/// The units whose stored ancestry is not the one that follows from their periods.
async fn ancestry(tx: &mut Tx) -> sqlx::Result<Vec<Uuid>> {
    let periods = store::all_periods(tx).await?;
    let stored = tree::evened(store::all_ancestors(tx).await?);
    let counted = match tree::ancestry(&periods, &[]) {
        Ok(rows) => tree::evened(rows),
        Err(circle) => return Ok(vec![circle.0.0]),
    };
    let missing = |rows: &[Ancestor], from: &[Ancestor]| -> Vec<Uuid> {
        let known: std::collections::HashSet<&Ancestor> = from.iter().collect();
        rows.iter().filter(|it| !known.contains(it)).map(|it| it.unit_id.0).collect()
    };
    let mut units = missing(&stored, &counted);
    units.extend(missing(&counted, &stored));
    units.sort_unstable();
    units.dedup();
    Ok(units)
}

/// The members whose place in a list, or whose name without marks, is not that of their
/// name; and those whom a search finds by other words than those of their name.
async fn names(tx: &mut Tx) -> sqlx::Result<(Vec<Uuid>, Vec<Uuid>)> {
    let (mut wrong, mut wrong_words) = (Vec::new(), Vec::new());
    let mut after = Uuid::nil();
    // By pages: a registry of a million people is not held in memory.
    loop {
        let page = store::names_after(tx, after).await?;
        let Some(last) = page.last() else { return Ok((wrong, wrong_words)) };
        let stored = store::words_between(tx, after, last.id).await?;
        let mut stored = stored.chunk_by(|a, b| a.member_id == b.member_id).peekable();
        after = last.id;
        for it in page {
            let name = FullName {
                full: it.full_name,
                family: it.family,
                middle: it.middle,
                given: it.given,
            };
            let (sort_key, folded) = (name.sort_key(), name.folded());
            let words = if it.is_anonymised { Vec::new() } else { name.words() };
            let found = stored.next_if(|rows| rows[0].member_id == it.id).unwrap_or_default();
            let among = format!(" {folded} ");
            let is_right = |(row, word): (&Word, &String)| {
                (&row.word, &row.sort_key, &row.folded) == (word, &sort_key, &among)
            };
            if found.len() != words.len() || !found.iter().zip(&words).all(is_right) {
                wrong_words.push(it.id);
            }
            if folded != it.folded || sort_key != it.sort_key {
                wrong.push(it.id);
            }
        }
    }
}

fn folded(rows: Vec<(Uuid, String, String)>) -> Vec<Uuid> {
    let wrong = rows.into_iter().filter(|(_, name, folded)| fold::fold(name) != *folded);
    wrong.map(|it| it.0).collect()
}
