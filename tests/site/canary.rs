//! What nobody may read in a log: a walk over every page with names in every field.

use std::cell::RefCell;
use std::io;
use std::sync::Once;

use haichieu::access::model::Role;
use haichieu::site;
use reqwest::{Method, StatusCode};
use tracing_subscriber::EnvFilter;

use crate::exchange::execute;
use crate::scope::{CANARY, Objects};
use crate::support::{Site, Visitor};

/// Other things about the same person, in the fields that a name does not fit.
const PHONE: &str = "0988777666";
const CARD: &str = "CANARYCARD";

thread_local! {
    /// What is logged on this thread, on which the test has its server too; of threads that
    /// nobody listens to, nothing.
    static HEARD: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Where the lines of the log go.
struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        HEARD.with_borrow_mut(|heard| heard.iter_mut().for_each(|it| it.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// Listens to this thread: to the program at its loudest, to all below it as it is started.
    fn listen() -> Lines {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let filter = EnvFilter::new("info,haichieu=trace,sqlx=warn");
            tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| Lines).init();
        });
        HEARD.set(Some(Vec::new()));
        Lines
    }

    fn text(&self) -> String {
        let Lines = self;
        HEARD.with_borrow(|it| String::from_utf8(it.clone().unwrap_or_default()).unwrap())
    }
}

/// A word as it stands in an address.
fn escaped(word: &str) -> String {
    let address = reqwest::Url::parse_with_params("http://x/", [("q", word)]).unwrap();
    address.query().unwrap().trim_start_matches("q=").to_owned()
}

impl Lines {
    #[track_caller]
    fn assert_name_nobody(&self) {
        let text = self.text();
        let [phu, ngoc] = ["Phủ", "Ngọc"].map(escaped);
        for canary in [CANARY, "Ngọc Yến", &phu, &ngoc, PHONE, CARD] {
            let line = text.lines().find(|it| it.contains(canary));
            assert!(line.is_none(), "{canary} is in the log: {line:?}");
        }
    }
}

/// Every text about the person holds the canary.
async fn fill(site: &Site) {
    let statements = [
        "UPDATE member SET phone = '0988777666', card_number = 'CANARYCARD',
                position = 'Hoàng Phủ Ngọc Yến', workplace_cell = 'Hoàng Phủ Ngọc Yến'",
        "UPDATE residence SET address = 'Hoàng Phủ Ngọc Yến',
                household_cluster = 'Hoàng Phủ Ngọc Yến'",
        "UPDATE introduction_letter SET number = 'Hoàng Phủ Ngọc Yến',
                issued_by = 'Hoàng Phủ Ngọc Yến', signer = 'Hoàng Phủ Ngọc Yến',
                received_by = 'Hoàng Phủ Ngọc Yến'",
        "UPDATE attendance SET reason = 'Hoàng Phủ Ngọc Yến'",
        "UPDATE contribution SET note = 'Hoàng Phủ Ngọc Yến'",
        "UPDATE opinion SET topic = 'Hoàng Phủ Ngọc Yến', text = 'Hoàng Phủ Ngọc Yến'",
        "UPDATE evaluation_sheet SET other_text = 'Hoàng Phủ Ngọc Yến',
                purpose = 'Hoàng Phủ Ngọc Yến'",
        "UPDATE meeting SET topic = 'Hoàng Phủ Ngọc Yến', place = 'Hoàng Phủ Ngọc Yến'",
        "UPDATE account SET display_name = 'Hoàng Phủ Ngọc Yến'",
    ];
    for sql in statements {
        assert!(site.seed(async |tx| execute(tx, sql).await).await > 0, "{sql}");
    }
}

/// Fields of all our forms, each with the canary: most are read by none of the page asked.
fn typed() -> Vec<(&'static str, &'static str)> {
    let names = [
        "full_name",
        "q",
        "login",
        "password",
        "address",
        "topic",
        "text",
        "what",
        "reason",
        "purpose",
        "name",
        "note",
        "workplace",
        "position",
        "born",
        "on",
        "number",
        "signer",
        "word",
        "display_name",
        "member",
        "query",
        "received_on",
        "kind",
        "step",
        "id",
    ];
    let mut typed: Vec<_> = names.into_iter().map(|it| (it, CANARY)).collect();
    typed.extend([("phone", PHONE), ("card_number", CARD)]);
    typed
}

async fn walk(visitor: &Visitor, objects: &Objects) -> usize {
    let mut answers = 0;
    for route in site::table() {
        let path = objects.address(route.path);
        if route.method == Method::GET {
            for query in ["", "q"] {
                let href = if query.is_empty() {
                    path.clone()
                } else {
                    format!("{path}?{query}={CANARY}")
                };
                visitor.get(&href).await;
                answers += 1;
            }
        } else {
            visitor.post(&path, &typed()).await;
            visitor.post(&path, &[]).await;
            answers += 2;
        }
    }
    for slip in [format!("/members/{CANARY}"), format!("/{CANARY}"), format!("/verify/{CANARY}")] {
        visitor.get(&slip).await;
    }
    answers
}

#[tokio::test]
async fn no_line_of_the_log_names_anybody() {
    let lines = Lines::listen();
    let site = Site::with_criteria().await;
    let objects = Objects::build(&site).await;
    fill(&site).await;
    let visitors = [
        site.visitor(Role::WardOfficer, site.town.ward_a).await,
        site.secretary().await,
        site.outsider().await,
        site.administrator().await,
        site.stranger(),
    ];
    let page = visitors[0].get(&format!("/members/{}", objects.member)).await;
    page.assert_shows(CANARY);
    for visitor in &visitors {
        assert!(walk(visitor, &objects).await > 200);
    }
    lines.assert_name_nobody();
    // A database that answers no more: each page says so in the log, and no more than that.
    site.db.close().await;
    let broken = site.stranger();
    broken.post("/sign-in", &typed()).await.assert_is(StatusCode::SERVICE_UNAVAILABLE);
    walk(&visitors[1], &objects).await;
    assert!(!lines.text().is_empty(), "nothing was logged at all");
    lines.assert_name_nobody();
}
