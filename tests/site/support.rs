//! One site per test, and the few words that the tests are written in.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::{env, fs, thread};

use chrono::NaiveDate;
use haichieu::access::model::{Grant, Role};
use haichieu::access::session::Token;
use haichieu::app::{App, Stopping};
use haichieu::audit::watch::Watch;
use haichieu::clock;
use haichieu::db::replica::Replica;
use haichieu::db::{Db, Tx};
use haichieu::ids::{AccountId, ExportId, GrantId, UnitId};
use haichieu::organisation::model::{NewUnit, UnitKind};
use haichieu::settings::{Backups, Limits, Mail, Search, Settings};
use haichieu::statistics::recent::Recent;
use haichieu::vault::Vault;
use haichieu::{access, criteria, organisation, server, site};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::net::TcpListener;

pub struct Site {
    pub root: String,
    pub db: Db,
    pub town: Town,
    pub watch: Watch,
}

/// The units of a test's registry: a city of two wards; ward A has two cells, ward B one.
pub struct Town {
    pub city: UnitId,
    pub ward_a: UnitId,
    pub ward_b: UnitId,
    pub cell_a1: UnitId,
    pub cell_a2: UnitId,
    pub cell_b1: UnitId,
}

/// Somebody at a browser.
pub struct Visitor {
    root: String,
    client: Client,
    cookie: Option<String>,
}

/// What a browser would show: the status, the address, and the page.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub location: Option<String>,
    pub cookie: Option<String>,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

impl Site {
    /// A registry with the units of [`Town`] and nobody in it, over a database that
    /// bears the test's name and outlives it, to be looked into when the test fails.
    pub async fn start() -> Site {
        Site::over(&fresh_database().await).await
    }

    /// Likewise, over the empty database at `url`.
    pub async fn over(url: &str) -> Site {
        let db = Db::open(url).await.unwrap();
        let town = Town::build(&db).await;
        let watch = Watch::start(db.clone());
        Site { root: serve(&db, &watch, unlimited).await, db, town, watch }
    }

    /// The same site behind a proxy of this machine: its address.
    pub async fn behind_proxy(&self) -> String {
        self.behind_proxy_with(Limits::default()).await
    }

    /// Likewise, with these limits.
    pub async fn behind_proxy_with(&self, limits: Limits) -> String {
        let with = |_| Settings { limits, ..Settings::behind_proxy() };
        serve(&self.db, &self.watch, with).await
    }

    /// The same site with these limits: its address.
    pub async fn limited(&self, limits: Limits) -> String {
        let with = |address| Settings { limits, ..Settings::listening_on(address) };
        serve(&self.db, &self.watch, with).await
    }

    /// The same site, where every unit is a large one: its address.
    pub async fn all_large(&self) -> String {
        self.all_large_with(Recent::default()).await
    }

    /// Likewise, which has counted this a moment ago.
    pub async fn all_large_with(&self, recent: Recent) -> String {
        let with = |address| Settings { large_unit: -1, ..Settings::listening_on(address) };
        serve_beside(&self.db, &self.watch, with, Beside { recent, ..Beside::default() }).await
    }

    /// The same site, where a unit with more than so many below it has no long lists: its address.
    pub async fn listing_below(&self, listed_units: i64) -> String {
        let with = |address| Settings { listed_units, ..Settings::listening_on(address) };
        serve(&self.db, &self.watch, with).await
    }

    /// The same site, where every unit is searched by words, and so many rows of one are
    /// walked: its address.
    pub async fn searched_by_words(&self, rows: i64) -> String {
        searched_by_words(&self.db, &self.watch, rows).await
    }

    /// The same site, which reads its figures there: its address.
    pub async fn with_replica(&self, replica: Replica) -> String {
        let beside = Beside { replica: Some(replica), ..Beside::default() };
        serve_beside(&self.db, &self.watch, unlimited, beside).await
    }

    /// The same site, which stops when it is told so there: its address.
    pub async fn stopping(&self, stopping: Stopping) -> String {
        let beside = Beside { stopping, ..Beside::default() };
        serve_beside(&self.db, &self.watch, unlimited, beside).await
    }

    /// The same site, which makes its backups in this folder: its address.
    pub async fn with_backups(&self, backups: Backups) -> String {
        let settings =
            |address| Settings { backups: Some(backups), ..Settings::listening_on(address) };
        serve(&self.db, &self.watch, settings).await
    }

    /// The same site, which sends mail there and is reached at `origin`: its address.
    pub async fn with_mail(&self, mail: Mail, origin: &str) -> String {
        let public_url = Some(origin.to_owned());
        let settings =
            |address| Settings { mail: Some(mail), public_url, ..Settings::listening_on(address) };
        serve(&self.db, &self.watch, settings).await
    }

    /// A registry as it is when the program is started for the first time.
    pub async fn start_empty() -> (String, Db) {
        let db = Db::open(&fresh_database().await).await.unwrap();
        let watch = Watch::start(db.clone());
        (serve(&db, &watch, unlimited).await, db)
    }

    /// Likewise, with the criteria that the program brings.
    pub async fn with_criteria() -> Site {
        let site = Site::start().await;
        criteria::seed::bring(&site.db).await.unwrap();
        site
    }

    /// For what no page does: writes straight into the database.
    pub async fn seed<T>(&self, work: impl AsyncFnOnce(&mut Tx) -> T) -> T {
        let mut tx = self.db.write().await.unwrap();
        let made = work(&mut tx).await;
        tx.commit().await.unwrap();
        made
    }

    pub fn stranger(&self) -> Visitor {
        visitor(&self.root, None)
    }

    /// A new account with this role in this unit, already signed in.
    pub async fn visitor(&self, role: Role, unit_id: impl Into<Option<UnitId>>) -> Visitor {
        self.visitor_who(role, unit_id, false).await
    }

    /// Likewise; `names` is whether an organisation officer sees names.
    pub async fn visitor_who(
        &self,
        role: Role,
        unit_id: impl Into<Option<UnitId>>,
        names: bool,
    ) -> Visitor {
        let id = AccountId::new();
        let token = Token::new().unwrap();
        let unit_id = unit_id.into();
        self.seed(async |tx| {
            let now = clock::now();
            let login = format!("{}-{}", role.as_str().replace('_', "-"), id.0.simple());
            access::store::add(tx, id, &login, role.label(), None, now).await.unwrap();
            let grant = Grant { id: GrantId::new(), account_id: id, role, unit_id, names };
            access::store::add_grant(tx, &grant, now).await.unwrap();
            access::store::add_session(tx, &token.hash, id, "127.0.0.1", now).await.unwrap();
        })
        .await;
        visitor(&self.root, Some(format!("sid={}", token.text)))
    }

    /// Likewise for somebody who gave `password` so many minutes ago, and is to give it again.
    pub async fn visitor_since(
        &self,
        role: Role,
        unit_id: impl Into<Option<UnitId>>,
        (password, minutes): (&str, i64),
    ) -> Visitor {
        let hash = access::password::hash(password.to_owned()).await.unwrap();
        let (id, token, unit_id) = (AccountId::new(), Token::new().unwrap(), unit_id.into());
        self.seed(async |tx| {
            let at = clock::now().plus_seconds(-60 * minutes);
            let login = format!("since-{}", id.0.simple());
            access::store::add(tx, id, &login, role.label(), Some(&hash), at).await.unwrap();
            let names = false;
            let grant = Grant { id: GrantId::new(), account_id: id, role, unit_id, names };
            access::store::add_grant(tx, &grant, at).await.unwrap();
            access::store::add_session(tx, &token.hash, id, "127.0.0.1", at).await.unwrap();
        })
        .await;
        visitor(&self.root, Some(format!("sid={}", token.text)))
    }

    /// The secretary of cell A1.
    pub async fn secretary(&self) -> Visitor {
        self.visitor(Role::CellSecretary, self.town.cell_a1).await
    }

    /// The officer of ward A.
    pub async fn ward_officer(&self) -> Visitor {
        self.visitor(Role::WardOfficer, self.town.ward_a).await
    }

    /// The city's organisation officer, who sees no names.
    pub async fn organisation_officer(&self) -> Visitor {
        self.visitor(Role::OrganisationOfficer, self.town.city).await
    }

    /// The secretary of cell B1: a colleague, but an outsider in ward A.
    pub async fn outsider(&self) -> Visitor {
        self.visitor(Role::CellSecretary, self.town.cell_b1).await
    }

    /// The administrator of the whole registry.
    pub async fn administrator(&self) -> Visitor {
        self.visitor(Role::Administrator, None).await
    }
}

/// What seals the second factors of every test.
pub fn vault() -> Vault {
    Vault::new([7; 32])
}

/// A test asks for more within a second than anybody does in an hour.
fn unlimited(address: SocketAddr) -> Settings {
    let limits = Limits {
        requests_per_minute: u32::MAX,
        exports_per_hour: i64::MAX,
        imports_per_hour: i64::MAX,
        ..Limits::default()
    };
    Settings { limits, ..Settings::listening_on(address) }
}

/// A site over this registry, where every unit is searched by words: its address.
pub async fn searched_by_words(db: &Db, watch: &Watch, rows: i64) -> String {
    let search = Search { units: -1, rows };
    let large_unit = -1;
    serve(db, watch, |address| Settings { search, large_unit, ..unlimited(address) }).await
}

async fn serve(db: &Db, watch: &Watch, settings: impl FnOnce(SocketAddr) -> Settings) -> String {
    serve_beside(db, watch, settings, Beside::default()).await
}

/// What a server of a test has beside its registry.
#[derive(Default)]
struct Beside {
    replica: Option<Replica>,
    stopping: Stopping,
    recent: Recent,
}

async fn serve_beside(
    db: &Db,
    watch: &Watch,
    settings: impl FnOnce(SocketAddr) -> Settings,
    Beside { replica, stopping, recent }: Beside,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let settings = Arc::new(settings(address));
    let vault = vault();
    let app = App { db: db.clone(), settings, watch: watch.clone(), vault, replica, stopping };
    let site = site::site(app, recent);
    tokio::spawn(server::serve(listener, None, site, |_| false, std::future::pending()));
    format!("http://{address}")
}

fn export_form(what: &str, query: &str, format: &str) -> Vec<(&'static str, String)> {
    vec![
        ("id", ExportId::new().to_string()),
        ("what", what.to_owned()),
        ("query", query.to_owned()),
        ("purpose", "nộp đảng ủy phường".to_owned()),
        ("format", format.to_owned()),
    ]
}

pub fn visitor(root: &str, cookie: Option<String>) -> Visitor {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    Visitor { root: root.to_owned(), client, cookie }
}

impl Visitor {
    /// The same browser, at another address of the same registry.
    pub fn at(&self, root: &str) -> Visitor {
        visitor(root, self.cookie.clone())
    }

    /// Likewise, where an answer gives or takes several: `name=value` of each.
    pub fn with_all_cookies_of(&self, page: &Page) -> Visitor {
        let lines = page.headers.get_all("set-cookie").iter();
        let pairs = lines.map(|it| it.to_str().unwrap().split(';').next().unwrap());
        visitor(&self.root, Some(pairs.collect::<Vec<_>>().join("; ")))
    }

    /// The same browser with the cookie that this answer gave it.
    pub fn with_cookie_of(&self, page: &Page) -> Visitor {
        let cookie = page.cookie.as_deref().unwrap().split(';').next().unwrap();
        visitor(&self.root, Some(cookie.to_owned()))
    }

    /// The same browser, with what this answer gave it beside what it had.
    pub fn with_also(&self, page: &Page) -> Visitor {
        let given = page.cookie.as_deref().unwrap().split(';').next().unwrap();
        let had = self.cookie.as_deref().unwrap_or_default();
        visitor(&self.root, Some(format!("{had}; {given}")))
    }

    pub async fn get(&self, path: &str) -> Page {
        self.send(self.client.get(self.root.clone() + path)).await
    }

    /// Reads as a program does that sends this header.
    pub async fn get_with(&self, path: &str, header: (&str, &str)) -> Page {
        self.ask(Method::GET, path, header).await
    }

    /// Likewise, whatever it tries.
    pub async fn ask(&self, method: Method, path: &str, (name, value): (&str, &str)) -> Page {
        let request = self.client.request(method, self.root.clone() + path);
        self.send(request.header(name, value)).await
    }

    /// The file at this address.
    pub async fn download(&self, path: &str) -> Vec<u8> {
        let cookie = self.cookie.as_deref().unwrap_or_default();
        let request = self.client.get(self.root.clone() + path).header("cookie", cookie);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.bytes().await.unwrap().to_vec()
    }

    /// A file of the unit, in text: `query` is the filter as it stands in the address.
    pub async fn export(&self, code: &str, what: &str, query: &str, format: &str) -> Page {
        let form = export_form(what, query, format);
        let form: Vec<(&str, &str)> = form.iter().map(|(name, it)| (*name, it.as_str())).collect();
        self.post(&format!("/units/{code}/exports"), &form).await
    }

    /// Likewise, as bytes.
    pub async fn export_bytes(&self, code: &str, what: &str, query: &str, format: &str) -> Vec<u8> {
        let address = format!("{}/units/{code}/exports", self.root);
        let request = self.client.post(address).form(&export_form(what, query, format));
        let request = request.header("sec-fetch-site", "same-origin");
        let cookie = self.cookie.as_deref().unwrap_or_default();
        let response = request.header("cookie", cookie).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.bytes().await.unwrap().to_vec()
    }

    /// Posts a form as a browser on this site does.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Page {
        let request = self.client.post(self.root.clone() + path).form(form);
        self.send(request.header("sec-fetch-site", "same-origin")).await
    }

    /// Posts a form as the script of a page does, which reads JSON.
    pub async fn post_by_script(&self, path: &str, form: &[(&str, &str)]) -> Page {
        let request = self.client.post(self.root.clone() + path).form(form);
        let request = request.header("accept", "application/json");
        self.send(request.header("sec-fetch-site", "same-origin")).await
    }

    /// Posts a form that carries a file.
    pub async fn post_file(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        (name, bytes): (&str, &[u8]),
    ) -> Page {
        let file = reqwest::multipart::Part::bytes(bytes.to_vec()).file_name(name.to_owned());
        let mut form = reqwest::multipart::Form::new();
        for (field, value) in fields {
            form = form.text((*field).to_owned(), (*value).to_owned());
        }
        let request = self.client.post(self.root.clone() + path).multipart(form.part("file", file));
        self.send(request.header("sec-fetch-site", "same-origin")).await
    }

    /// Posts a form as the proxy of this machine hands it on.
    pub async fn post_through(&self, forwarded: &str, path: &str, form: &[(&str, &str)]) -> Page {
        let request = self.client.post(self.root.clone() + path).form(form);
        let request = request.header("x-forwarded-for", forwarded);
        self.send(request.header("sec-fetch-site", "same-origin")).await
    }

    /// Posts the same form several times at once, as an impatient thumb does.
    pub async fn post_at_once(&self, path: &str, form: &[(&str, &str)], times: usize) -> Vec<Page> {
        futures_util::future::join_all((0..times).map(|_| self.post(path, form))).await
    }

    /// Posts a form as a browser does whom another site has told to.
    pub async fn post_from_elsewhere(&self, path: &str, form: &[(&str, &str)]) -> Page {
        let request = self.client.post(self.root.clone() + path).form(form);
        self.send(request.header("sec-fetch-site", "cross-site")).await
    }

    async fn send(&self, request: RequestBuilder) -> Page {
        let request = match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        };
        let response = request.send().await.unwrap();
        let header = |name| response.headers().get(name).map(|it| it.to_str().unwrap().to_owned());
        Page {
            status: response.status(),
            location: header("location"),
            cookie: header("set-cookie"),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }
}

impl Page {
    /// The links of the page that stay on the site.
    pub fn links(&self) -> impl Iterator<Item = String> {
        let after_href = self.body.split(r#"href=""#).skip(1);
        let hrefs = after_href.filter_map(|rest| rest.split('"').next());
        hrefs.filter(|href| href.starts_with('/')).map(|href| href.replace("&#38;", "&"))
    }

    /// The value of the field called `name`: hidden ones carry ids and versions.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        let mark = format!(r#"name="{name}""#);
        let tags = self.body.split('<').filter(|tag| tag.contains(&mark));
        let mut values = tags.filter_map(|tag| tag.split(r#"value=""#).nth(1)?.split('"').next());
        let value = values.next();
        value.unwrap_or_else(|| panic!("no field {name} on the page:\n{}", self.body)).to_owned()
    }

    #[track_caller]
    pub fn assert_shows(&self, text: &str) {
        assert!(self.body.contains(text), "{text:?} is not on the page:\n{}", self.body);
    }

    #[track_caller]
    pub fn assert_hides(&self, text: &str) {
        assert!(!self.body.contains(text), "{text:?} is on the page:\n{}", self.body);
    }

    #[track_caller]
    pub fn assert_is(&self, status: StatusCode) {
        assert_eq!(self.status, status, "{}", self.body);
    }

    /// Where a form that was taken leads to.
    #[track_caller]
    pub fn leads_to(&self) -> &str {
        self.assert_is(StatusCode::SEE_OTHER);
        self.location.as_deref().unwrap()
    }
}

impl Town {
    async fn build(db: &Db) -> Town {
        let town = Town {
            city: UnitId::new(),
            ward_a: UnitId::new(),
            ward_b: UnitId::new(),
            cell_a1: UnitId::new(),
            cell_a2: UnitId::new(),
            cell_b1: UnitId::new(),
        };
        let unit = |id, code: &str, name: &str, kind, parent_id| NewUnit {
            id,
            code: code.to_owned(),
            name: name.to_owned(),
            kind,
            official_code: None,
            parent_id,
            from_on: day("2015-01-01"),
            to_on: None,
        };
        let units = [
            unit(town.city, "thanh-pho", "Thành phố Sông Lam", UnitKind::City, None),
            unit(town.ward_a, "phuong-a", "Phường An Bình", UnitKind::Ward, Some(town.city)),
            unit(town.ward_b, "phuong-b", "Phường Bến Thủy", UnitKind::Ward, Some(town.city)),
            unit(town.cell_a1, "a1", "Chi bộ tổ dân phố 1", UnitKind::Cell, Some(town.ward_a)),
            unit(town.cell_a2, "a2", "Chi bộ tổ dân phố 2", UnitKind::Cell, Some(town.ward_a)),
            unit(town.cell_b1, "b1", "Chi bộ thôn Đông", UnitKind::Cell, Some(town.ward_b)),
        ];
        let mut tx = db.write().await.unwrap();
        organisation::store::add(&mut tx, &units, clock::now()).await.unwrap();
        tx.commit().await.unwrap();
        town
    }
}

/// The URL of an empty database that bears the name of the test.
pub async fn fresh_database() -> String {
    another_database("").await
}

/// Likewise, for a test that needs more than one.
pub async fn another_database(ending: &str) -> String {
    let name = thread::current().name().unwrap().replace("::", "_") + ending;
    assert!(name.len() < 64, "PostgreSQL would cut the name of the test short");
    let Ok(url) = env::var("TEST_DATABASE_URL") else {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).with_extension("db");
        for stale in ["db", "db-wal", "db-shm"] {
            fs::remove_file(file.with_extension(stale)).ok();
        }
        return format!("sqlite://{}", file.display());
    };
    let mut admin = PgConnection::connect(&url).await.unwrap();
    let sql = format!(r#"DROP SCHEMA IF EXISTS "{name}" CASCADE; CREATE SCHEMA "{name}""#);
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
    format!("{url}?options=-csearch_path%3D{name}")
}
