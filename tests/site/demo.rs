//! The demonstration's registry.

use haichieu::db::{Db, Tx};
use haichieu::exchange::demo::accounts::{self, Keys};
use haichieu::exchange::demo::build;

use crate::exchange::{haichieu, number, texts};
use crate::support::{Site, fresh_database, visitor};

/// The rows of a query that should find none are the faults.
const FAULTS: [(&str, &str); 10] = [
    (
        "two open residences",
        "SELECT COUNT(*) FROM (SELECT member_id FROM residence WHERE ended_on IS NULL
                               GROUP BY member_id HAVING COUNT(*) > 1) AS twice",
    ),
    (
        "a residence begun before the one before it ended",
        "SELECT COUNT(*) FROM residence AS a
         JOIN residence AS b ON b.member_id = a.member_id AND b.started_on > a.started_on
         WHERE a.ended_on IS NULL OR a.ended_on > b.started_on",
    ),
    (
        "a day after the last one",
        "SELECT (SELECT COUNT(*) FROM residence
                 WHERE started_on > '2024-12-31' OR ended_on > '2024-12-31')
              + (SELECT COUNT(*) FROM meeting WHERE held_on > '2024-12-31')
              + (SELECT COUNT(*) FROM contribution WHERE given_on > '2024-12-31')
              + (SELECT COUNT(*) FROM introduction_letter WHERE assigned_on > '2024-12-31')
              + (SELECT COUNT(*) FROM member
                 WHERE admitted_on > '2024-12-31' OR official_on > '2024-12-31')",
    ),
    (
        "a meeting whose counts are not those of its roll",
        "SELECT COUNT(*) FROM meeting
         JOIN (SELECT meeting_id,
                      SUM(CASE WHEN status <> 'exempt' THEN 1 ELSE 0 END) AS expected,
                      SUM(CASE WHEN status = 'present' THEN 1 ELSE 0 END) AS present,
                      SUM(CASE WHEN status = 'excused' THEN 1 ELSE 0 END) AS excused,
                      SUM(CASE WHEN status = 'unexcused' THEN 1 ELSE 0 END) AS unexcused
               FROM attendance GROUP BY meeting_id) AS roll ON roll.meeting_id = meeting.id
         WHERE meeting.expected <> roll.expected OR meeting.present <> roll.present
            OR meeting.excused <> roll.excused OR meeting.unexcused <> roll.unexcused",
    ),
    (
        "a ward without a letter to receive, or one to assign",
        "SELECT COUNT(*) FROM unit_period WHERE kind IN ('ward', 'commune')
            AND (SELECT COUNT(DISTINCT received_on IS NULL) FROM introduction_letter
                 WHERE ward_id = unit_id AND cell_id IS NULL) <> 2",
    ),
    ("somebody unmarked", "SELECT COUNT(*) FROM attendance WHERE status = 'unmarked'"),
    (
        "an excuse without a reason, or a reason without one",
        "SELECT COUNT(*) FROM attendance WHERE (status = 'excused') = (reason = '')",
    ),
    (
        "somebody admitted before birth or official before admission",
        "SELECT COUNT(*) FROM member WHERE born_on >= admitted_on OR official_on < admitted_on",
    ),
    (
        "a cell without any contribution",
        "SELECT COUNT(*) FROM unit_period WHERE kind = 'cell' AND unit_id NOT IN
             (SELECT unit_id FROM contribution)",
    ),
    (
        "a cell of the article's that missed a half-year",
        "SELECT 20 - COUNT(*) FROM meeting JOIN unit ON unit.id = meeting.unit_id
         WHERE unit.code IN ('tdp-2-nguyen-du', 'minh-tien-thach-ha') AND kind = 'periodic'",
    ),
];

const OF_THE_LAST_DAY: &str = "SELECT COUNT(*) FROM unit
     JOIN unit_ancestor ON unit_ancestor.ancestor_id = unit.id
                        AND unit_ancestor.from_on <= '2024-12-31'
                        AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > '2024-12-31')
     JOIN residence ON residence.cell_id = unit_ancestor.unit_id
                    AND residence.started_on <= '2024-12-31'
                    AND (residence.ended_on IS NULL OR residence.ended_on > '2024-12-31')
     WHERE residence.category = ";

#[tokio::test]
async fn the_demonstration_is_the_city_of_the_article() {
    let url = fresh_database().await;

    let output = haichieu(&url, &["demo", "--no-serve", "--listen", "127.0.0.1:0"]);

    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let db = Db::open(&url).await.unwrap();
    let mut tx = db.read().await.unwrap();
    for (code, category, expected) in [
        ("tdp-2-nguyen-du", "normal", 207),
        ("tdp-2-nguyen-du", "exempt", 6),
        ("minh-tien-thach-ha", "normal", 42),
        ("nguyen-du", "normal", 1_201),
        ("tp-ha-tinh", "normal", 9_500),
        ("tp-ha-tinh", "exempt", 274),
    ] {
        let count = living_in(&mut tx, code, category).await;
        assert_eq!(count, expected, "{category} in {code}");
    }
    for (fault, sql) in FAULTS {
        assert_eq!(number(&mut tx, sql).await, 0, "{fault}");
    }
    let hoa = "SELECT COUNT(*) FROM member JOIN residence ON residence.member_id = member.id
               JOIN unit ON unit.id = residence.cell_id
               WHERE unit.code = 'tdp-2-nguyen-du' AND member.given = 'Hòa'";
    assert!(number(&mut tx, hoa).await >= 5);
    let lit = "SELECT COUNT(DISTINCT SUBSTR(CAST(given_on AS TEXT), 1, 4)) FROM contribution
               WHERE group_name = 'Tổ đảng thôn Minh Tiến'";
    assert_eq!(number(&mut tx, lit).await, 13, "one entry a year since 2012");
    let reversed = "SELECT COUNT(*) FROM contribution WHERE reverses_id IS NOT NULL";
    assert!(number(&mut tx, reversed).await >= 1);
    assert_eq!(number(&mut tx, "SELECT COUNT(*) FROM account").await, 5);
    assert_eq!(number(&mut tx, "SELECT COUNT(DISTINCT role) FROM role_grant").await, 4);
    attendance_rises(&mut tx).await;
    drop(tx);
    db.close().await;

    let again = haichieu(&url, &["demo", "--no-serve", "--listen", "127.0.0.1:0"]);

    assert_eq!(again.status.code(), Some(1));
    let said = String::from_utf8(again.stderr).unwrap();
    assert!(said.contains("cơ sở dữ liệu này đã có dữ liệu"), "{said}");
}

async fn living_in(tx: &mut Tx, code: &str, category: &str) -> i64 {
    let sql = format!("{OF_THE_LAST_DAY}'{category}' AND unit.code = '{code}'");
    number(tx, sql.leak()).await
}

async fn attendance_rises(tx: &mut Tx) {
    let of_year = "SELECT CAST(SUM(present) * 1000 / SUM(expected) AS BIGINT) FROM meeting
                   WHERE held_on >= '{year}-01-01' AND held_on <= '{year}-12-31'";
    let mut last = 0;
    for year in 2020..=2024 {
        let sql = of_year.replace("{year}", &year.to_string());
        let rate = number(tx, sql.leak()).await;
        assert!(rate > last && (750..950).contains(&rate), "{rate} of 1000 in {year}");
        last = rate;
    }
}

#[tokio::test]
async fn the_same_people_are_made_each_time() {
    let db = Db::open(&fresh_database().await).await.unwrap();
    let (first, second) = (people(&db).await, people(&db).await);
    assert!(first.len() > 800, "{}", first.len());
    assert_eq!(first, second);
}

/// What a small demonstration would be full of, without the identifiers.
async fn people(db: &Db) -> Vec<String> {
    let mut tx = db.write().await.unwrap();
    assert!(build(&mut tx, 10).await.is_ok());
    let mut all = Vec::new();
    for sql in [
        "SELECT member.full_name || ' ' || unit.code || ' ' || residence.address || ' '
                || CAST(residence.started_on AS TEXT) || ' '
                || COALESCE(CAST(residence.ended_on AS TEXT), '')
         FROM member JOIN residence ON residence.member_id = member.id
         JOIN unit ON unit.id = residence.cell_id",
        "SELECT unit.code || ' ' || CAST(held_on AS TEXT) || ' ' || topic || ' '
                || CAST(present AS TEXT) || ' ' || CAST(excused AS TEXT)
         FROM meeting JOIN unit ON unit.id = meeting.unit_id",
        "SELECT CAST(given_on AS TEXT) || ' ' || note || ' ' || CAST(amount_vnd AS TEXT)
         FROM contribution",
        "SELECT CAST(raised_on AS TEXT) || ' ' || topic || ' ' || status || ' '
                || COALESCE(answer, '') || ' ' || COALESCE(forwarded_to, '')
         FROM opinion",
    ] {
        let mut rows = texts(&mut tx, sql).await;
        rows.sort();
        all.extend(rows);
    }
    all
}

#[tokio::test]
async fn the_printed_passwords_open_the_accounts() {
    let (root, db) = Site::start_empty().await;
    let keys = Keys::cut().unwrap().ready().await.unwrap();
    let mut tx = db.write().await.unwrap();
    let Ok(known) = build(&mut tx, 1000).await else { panic!("nothing was built") };

    let accounts = accounts::add(&mut tx, &known, keys).await.unwrap();

    tx.commit().await.unwrap();
    assert_eq!(accounts.len(), 5);
    for account in accounts {
        let form = [("login", account.login), ("password", account.password.as_str())];
        let page = visitor(&root, None).post("/sign-in", &form).await;
        assert!(page.cookie.is_some(), "{}: {}", account.login, page.body);
    }
}
