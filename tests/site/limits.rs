//! What a client may draw out, and what a failed write leaves behind.

use std::time::Duration;

use haichieu::access::store;
use haichieu::clock;
use haichieu::db::Db;
use haichieu::ids::AccountId;
use haichieu::server;
use reqwest::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::support::Site;

#[tokio::test]
async fn a_form_beyond_the_limit_is_refused() {
    let site = Site::start().await;
    let long = "a".repeat(2 * 1024 * 1024);
    let page = site.stranger().post("/sign-in", &[("login", &long)]).await;
    page.assert_is(StatusCode::PAYLOAD_TOO_LARGE);
    page.assert_shows("Gửi quá nhiều một lúc");
}

#[tokio::test]
async fn a_silent_connection_is_closed() {
    let site = Site::start().await;
    let address = site.root.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nX-Half").await.unwrap();
    let mut answer = Vec::new();
    // The test's own bound is far beyond the server's ten seconds.
    let closed = tokio::time::timeout(Duration::from_mins(1), stream.read_to_end(&mut answer));
    closed.await.expect("the server closes it").ok();
}

#[tokio::test]
async fn the_server_stops_though_a_client_never_ends_its_request() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let router = axum::Router::new().route("/", axum::routing::post(async |_: String| "ok"));
    let serving = tokio::spawn(server::serve(listener, router, async {
        stopped.await.ok();
    }));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf").await.unwrap();
    stop.send(()).unwrap();
    let ended = tokio::time::timeout(Duration::from_mins(1), serving).await;
    ended.expect("the server stops").unwrap().unwrap();
}

#[tokio::test]
async fn an_error_in_a_transaction_leaves_nothing() {
    let site = Site::start().await;
    let id = AccountId::new();
    let mut tx = site.db.write().await.unwrap();
    let now = clock::now();
    store::add(&mut tx, id, "first", "Một", None, now).await.unwrap();
    let again = store::add(&mut tx, id, "second", "Hai", None, now).await;
    assert!(again.is_err());
    drop(tx);

    let mut tx = site.db.read().await.unwrap();
    assert!(store::find_by_login(&mut tx, "first").await.unwrap().is_none());
    drop(tx);
    let mut tx = site.db.write().await.unwrap();
    store::add(&mut tx, id, "third", "Ba", None, now).await.unwrap();
    tx.commit().await.unwrap();
}

/// SQLite ends a transaction by itself when the disk is full, and sqlx goes on counting
/// one: the next to come must get a fresh connection.
#[tokio::test]
async fn a_full_disk_does_not_poison_the_writer() {
    let site = Site::start().await;
    let Db::Sqlite { writer, .. } = &site.db else { return };
    let mut tx = site.db.write().await.unwrap();
    let now = clock::now();
    let full = async {
        let haichieu::db::Tx::Sqlite(inner) = &mut tx else { unreachable!() };
        let pages: i64 =
            sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut **inner).await.unwrap();
        let limit = format!("PRAGMA max_page_count = {pages}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(limit)).execute(&mut **inner).await.unwrap();
        loop {
            let name = "đ".repeat(4000);
            let id = AccountId::new();
            if let Err(error) = store::add(&mut tx, id, &id.to_string(), &name, None, now).await {
                break error;
            }
        }
    }
    .await;
    assert_eq!(full.as_database_error().unwrap().code().as_deref(), Some("13"), "{full}");
    drop(tx);
    let free = "PRAGMA max_page_count = 1073741823";
    sqlx::raw_sql(free).execute(writer).await.unwrap();
    let mut tx = site.db.write().await.unwrap();
    store::add(&mut tx, AccountId::new(), "after", "Sau", None, now).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_newer_database_is_refused_in_words() {
    let site = Site::start().await;
    let sql =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
               VALUES (9999, 'later', TRUE, '', 0)";
    let url = match &site.db {
        Db::Sqlite { writer, .. } => {
            let sql = "INSERT INTO _sqlx_migrations
                           (version, description, success, checksum, execution_time)
                       VALUES (9999, 'later', TRUE, x'', 0)";
            sqlx::raw_sql(sql).execute(writer).await.unwrap();
            let file: String = sqlx::query_scalar("SELECT file FROM pragma_database_list LIMIT 1")
                .fetch_one(writer)
                .await
                .unwrap();
            file
        }
        Db::Postgres(pool) => {
            sqlx::raw_sql(sql).execute(pool).await.unwrap();
            let schema: String =
                sqlx::query_scalar("SELECT current_schema()::TEXT").fetch_one(pool).await.unwrap();
            let url = std::env::var("TEST_DATABASE_URL").unwrap();
            format!("{url}?options=-csearch_path%3D{schema}")
        }
    };
    let Err(refusal) = Db::open(&url).await else { panic!("it was opened") };
    assert!(refusal.to_string().contains("bản mới hơn"), "{refusal}");
}

#[tokio::test]
async fn an_internal_error_shows_a_number_and_nothing_else() {
    let site = Site::start().await;
    let sql = "DROP TABLE one_time_link";
    match &site.db {
        Db::Sqlite { writer, .. } => sqlx::raw_sql(sql).execute(writer).await.map(|_| ()),
        Db::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(|_| ()),
    }
    .unwrap();
    let page = site.stranger().get("/links/x").await;
    page.assert_is(StatusCode::INTERNAL_SERVER_ERROR);
    page.assert_shows("Có lỗi ở máy chủ");
    page.assert_shows("500-");
    page.assert_hides("one_time_link");
}

#[tokio::test]
async fn a_busy_database_answers_that_nothing_was_written() {
    let site = Site::start().await;
    let Db::Sqlite { .. } = &site.db else { return };
    let held = site.db.write().await.unwrap();
    let page = site.stranger().post("/sign-in", &[("login", "a"), ("password", "b")]).await;
    page.assert_is(StatusCode::SERVICE_UNAVAILABLE);
    page.assert_shows("Chưa ghi gì vào sổ");
    assert!(page.headers.contains_key("retry-after"));
    site.stranger().get("/sign-in").await.assert_is(StatusCode::OK);
    drop(held);
}

#[tokio::test]
async fn a_search_without_end_finds_nothing_and_breaks_nothing() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let long = "a".repeat(30_000);
    let words = "ă+".repeat(8_000);
    for list in ["members", "members/print", "exports", "works", "opinions"] {
        for query in [&long, &words] {
            let page = secretary.get(&format!("/units/a1/{list}?q={query}")).await;
            page.assert_is(StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn what_no_keyboard_types_is_refused_alike() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    for path in ["/units/a1/members?q=%00", "/units/a1/works?q=a%00b"] {
        secretary.get(path).await.assert_is(StatusCode::BAD_REQUEST);
    }
    for path in ["/units/%00", "/units/a1%00/members", "/links/%00"] {
        secretary.get(path).await.assert_is(StatusCode::NOT_FOUND);
    }
    let page = site.stranger().post("/sign-in", &[("login", "a\0b"), ("password", "x")]).await;
    page.assert_is(StatusCode::BAD_REQUEST);
}
