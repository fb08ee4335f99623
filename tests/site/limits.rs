//! What a client may draw out, and what a failed write leaves behind.

use std::time::Duration;

use haichieu::access::store;
use haichieu::clock;
use haichieu::db::Db;
use haichieu::ids::{AccountId, ImportId};
use haichieu::server;
use reqwest::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use haichieu::settings::Limits;

use crate::support::{Site, visitor};

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
    let serving = tokio::spawn(server::serve(listener, None, router, |_| false, async {
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

#[tokio::test]
async fn an_account_that_asks_too_often_waits_for_the_next_minute() {
    let site = Site::start().await;
    let root = site.limited(Limits { requests_per_minute: 3, ..Limits::default() }).await;
    let secretary = site.secretary().await.at(&root);
    let mut statuses = Vec::new();
    // Seven requests lie in two minutes at most: one of them has more than three.
    for _ in 0..7 {
        let page = secretary.get("/account").await;
        if page.status == StatusCode::TOO_MANY_REQUESTS {
            page.assert_shows("Tài khoản này mở quá nhiều trang trong một phút");
            let wait: u64 = page.headers["retry-after"].to_str().unwrap().parse().unwrap();
            assert!((1..=60).contains(&wait), "{wait}");
        }
        statuses.push(page.status);
    }
    assert!(statuses.contains(&StatusCode::TOO_MANY_REQUESTS), "{statuses:?}");
    assert_eq!(statuses[0], StatusCode::OK);
    // Others do not suffer for it.
    let other = site.outsider().await.at(&root);
    other.get("/account").await.assert_is(StatusCode::OK);
}

#[tokio::test]
async fn a_full_server_says_so_at_once() {
    let site = Site::start().await;
    let full = site.limited(Limits { at_once: 0, ..Limits::default() }).await;
    let page = visitor(&full, None).get("/sign-in").await;
    page.assert_is(StatusCode::SERVICE_UNAVAILABLE);
    page.assert_shows("Nhiều người đang dùng cùng lúc");
    assert_eq!(page.headers["retry-after"], "5");
    assert!(page.headers.contains_key("content-security-policy"));
    visitor(&full, None).get("/health").await.assert_is(StatusCode::OK);
    // A place is given back with the answer.
    let narrow = site.limited(Limits { at_once: 1, ..Limits::default() }).await;
    for _ in 0..3 {
        visitor(&narrow, None).get("/sign-in").await.assert_is(StatusCode::OK);
    }
}

#[tokio::test]
async fn files_taken_out_are_counted_by_the_hour_on_all_servers() {
    let site = Site::start().await;
    let limits = Limits { exports_per_hour: 3, ..Limits::default() };
    let (one, other) = (site.limited(limits.clone()).await, site.limited(limits).await);
    let secretary = site.secretary().await;
    let mut statuses = Vec::new();
    // Seven files lie in two hours at most.
    for number in 0..7 {
        let root = if number % 2 == 0 { &one } else { &other };
        let page = secretary.at(root).export("a1", "members", "", "csv").await;
        if page.status == StatusCode::TOO_MANY_REQUESTS {
            page.assert_shows("đã xuất đủ số tệp của một giờ");
            assert!(page.headers.contains_key("retry-after"));
        }
        statuses.push(page.status);
    }
    let taken = statuses.iter().filter(|it| **it == StatusCode::OK).count();
    assert!((3..=6).contains(&taken), "{statuses:?}");
}

#[tokio::test]
async fn lists_brought_in_are_counted_by_the_hour() {
    let site = Site::start().await;
    let root = site.limited(Limits { imports_per_hour: 2, ..Limits::default() }).await;
    let secretary = site.secretary().await.at(&root);
    let mut statuses = Vec::new();
    for number in 0..5 {
        let (id, list) = (ImportId::new().to_string(), format!("TT,Họ và tên\n{number},Lê An\n"));
        let file = ("ds.csv", list.as_bytes());
        let page = secretary.post_file("/units/a1/import", &[("id", &id)], file).await;
        statuses.push(page.status);
    }
    assert!(statuses.contains(&StatusCode::TOO_MANY_REQUESTS), "{statuses:?}");
    assert_eq!(statuses[0], StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn guessing_from_everywhere_slows_down_who_has_failed() {
    let site = Site::start().await;
    let root = site.behind_proxy_with(Limits { failures_per_minute: 6, ..Limits::default() }).await;
    let stranger = visitor(&root, None);
    let mut refused = 0;
    // Each address guesses at each account but once or twice; all of them together too often.
    for round in 0..4 {
        for host in 1..=7 {
            let login = format!("nguoi-{host}");
            let form = [("login", &*login), ("password", "x")];
            let page = stranger.post_through(&format!("192.0.2.{host}"), "/sign-in", &form).await;
            refused += usize::from(page.status == StatusCode::TOO_MANY_REQUESTS);
            assert!(round > 0 || page.status == StatusCode::UNPROCESSABLE_ENTITY);
        }
    }
    assert!(refused > 0, "28 guesses lie in two minutes at most, of 6 each");
    let form = [("login", "moi"), ("password", "x")];
    let page = stranger.post_through("198.51.100.1", "/sign-in", &form).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
}
