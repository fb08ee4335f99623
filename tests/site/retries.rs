//! What `PostgreSQL` gives up, and a line that breaks while it is told to keep what was
//! written: tried again, written once. `SQLite` has one writer and no line.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use haichieu::audit;
use haichieu::db::Db;
use reqwest::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Page, Site, Visitor, fresh_database};

fn is_postgres() -> bool {
    std::env::var("TEST_DATABASE_URL").is_ok()
}

/// Fails the first `times` meetings with this code: a sequence goes on counting where its
/// transaction is undone. `kind` is when: with the statement, or at the commit.
async fn fail(db: &Db, times: u32, code: &str, kind: &str) {
    let Db::Postgres(pool) = db else { return };
    let sql = format!(
        "CREATE SEQUENCE tries;
         CREATE FUNCTION fail_first() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
             IF nextval('tries') <= {times} THEN
                 RAISE EXCEPTION 'on purpose' USING ERRCODE = '{code}';
             END IF;
             RETURN NEW;
         END $$;
         CREATE {kind} FOR EACH ROW EXECUTE FUNCTION fail_first();"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(pool).await.unwrap();
}

const WITH_THE_STATEMENT: &str = "TRIGGER fail BEFORE INSERT ON meeting";
const AT_THE_COMMIT: &str = "CONSTRAINT TRIGGER fail AFTER INSERT ON meeting
                             DEFERRABLE INITIALLY DEFERRED";

async fn meet(secretary: &Visitor, id: &str) -> Page {
    let form =
        [("id", id), ("kind", "thematic"), ("held_on", "01/11/2024"), ("topic", "Chuyển đổi số")];
    secretary.post("/units/a1/meetings", &form).await
}

async fn new_id(secretary: &Visitor) -> String {
    secretary.get("/units/a1/meetings/new").await.field("id")
}

/// How often the meeting was written down.
async fn entries(site: &Site, id: &str) -> usize {
    let id = id.parse().unwrap();
    site.seed(async |tx| audit::store::list_of(tx, id, 10).await.unwrap().len()).await
}

#[tokio::test]
async fn what_lost_against_another_is_tried_again() {
    if !is_postgres() {
        return;
    }
    for (code, when) in [
        ("40001", WITH_THE_STATEMENT),
        ("40001", AT_THE_COMMIT),
        ("40P01", WITH_THE_STATEMENT),
        ("57P01", WITH_THE_STATEMENT),
    ] {
        let site = Site::start().await;
        let secretary = site.secretary().await;
        fail(&site.db, 3, code, when).await;
        let id = new_id(&secretary).await;
        assert_eq!(meet(&secretary, &id).await.leads_to(), format!("/meetings/{id}"), "{code}");
        assert_eq!(entries(&site, &id).await, 1, "{code}");
    }
}

#[tokio::test]
async fn who_always_loses_is_told_that_nothing_was_written() {
    if !is_postgres() {
        return;
    }
    let site = Site::start().await;
    let secretary = site.secretary().await;
    // The first try, and the six behind it.
    fail(&site.db, 7, "40001", AT_THE_COMMIT).await;
    let id = new_id(&secretary).await;
    let page = meet(&secretary, &id).await;
    page.assert_is(StatusCode::SERVICE_UNAVAILABLE);
    page.assert_shows("Chưa ghi gì vào sổ");
    assert_eq!(entries(&site, &id).await, 0);
    assert_eq!(meet(&secretary, &id).await.leads_to(), format!("/meetings/{id}"));
    assert_eq!(entries(&site, &id).await, 1);
}

/// What the relay does to the next commits that pass.
const NOTHING: u8 = 0;
const LOSE_IT: u8 = 1;
const LOSE_ITS_ANSWER: u8 = 2;
const LOSE_ITS_ANSWER_AND_ALL_AFTER: u8 = 3;
const REFUSE_ALL: u8 = 4;

/// A line to the database that breaks when it is told to: the URL over it.
async fn relay(url: &str, plan: Arc<AtomicU8>) -> String {
    let authority = url.split('@').nth(1).unwrap().split('/').next().unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let there = url.replacen(&authority, &listener.local_addr().unwrap().to_string(), 1);
    tokio::spawn(async move {
        loop {
            let (near, _) = listener.accept().await.unwrap();
            if plan.load(Ordering::SeqCst) == REFUSE_ALL {
                continue;
            }
            let far = TcpStream::connect(&authority).await.unwrap();
            tokio::spawn(carry(near, far, plan.clone()));
        }
    });
    there
}

async fn carry(mut near: TcpStream, mut far: TcpStream, plan: Arc<AtomicU8>) {
    let (mut asked, mut answered) = (vec![0; 65536], vec![0; 65536]);
    loop {
        tokio::select! {
            Ok(length) = near.read(&mut asked) => {
                let part = &asked[..length];
                let is_commit = part.windows(7).any(|it| it == b"COMMIT\0");
                let now = plan.load(Ordering::SeqCst);
                if length == 0 || now == REFUSE_ALL {
                    return;
                }
                if is_commit && now == LOSE_IT {
                    plan.store(NOTHING, Ordering::SeqCst);
                    return;
                }
                far.write_all(part).await.unwrap();
                if is_commit && now != NOTHING {
                    // The answer has come: it is committed. Nobody hears of it.
                    assert!(far.read(&mut answered).await.unwrap() > 0);
                    let then = if now == LOSE_ITS_ANSWER { NOTHING } else { REFUSE_ALL };
                    plan.store(then, Ordering::SeqCst);
                    return;
                }
            }
            Ok(length) = far.read(&mut answered) => {
                if length == 0 || near.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
            else => return,
        }
    }
}

#[tokio::test]
async fn a_line_that_breaks_at_the_commit_writes_once() {
    if !is_postgres() {
        return;
    }
    let plan = Arc::new(AtomicU8::new(NOTHING));
    let site = Site::over(&relay(&fresh_database().await, plan.clone()).await).await;
    let secretary = site.secretary().await;
    for broken in [LOSE_IT, LOSE_ITS_ANSWER] {
        let id = new_id(&secretary).await;
        site.watch.settle().await;
        plan.store(broken, Ordering::SeqCst);
        let page = meet(&secretary, &id).await;
        assert_eq!(page.leads_to(), format!("/meetings/{id}"));
        assert_eq!(plan.load(Ordering::SeqCst), NOTHING, "it was broken");
        assert_eq!(entries(&site, &id).await, 1, "{broken}");
    }
}

#[tokio::test]
async fn who_cannot_be_told_whether_it_was_written_is_told_so() {
    if !is_postgres() {
        return;
    }
    let plan = Arc::new(AtomicU8::new(NOTHING));
    let site = Site::over(&relay(&fresh_database().await, plan.clone()).await).await;
    let secretary = site.secretary().await;
    let id = new_id(&secretary).await;
    site.watch.settle().await;
    plan.store(LOSE_ITS_ANSWER_AND_ALL_AFTER, Ordering::SeqCst);
    let page = meet(&secretary, &id).await;
    page.assert_is(StatusCode::SERVICE_UNAVAILABLE);
    page.assert_shows("Chưa biết đã ghi hay chưa");
    page.assert_hides("Chưa ghi gì");
    plan.store(NOTHING, Ordering::SeqCst);
    assert_eq!(entries(&site, &id).await, 1);
    assert_eq!(meet(&secretary, &id).await.leads_to(), format!("/meetings/{id}"));
    assert_eq!(entries(&site, &id).await, 1, "sent again, it is not written again");
}
