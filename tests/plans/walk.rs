//! Every page of the site, asked for by everybody who may open it.

use haichieu::access::model::{Grant, Role};
use haichieu::access::routes::{Need, Route};
use haichieu::access::tokens::{self, ApiToken, Reach};
use haichieu::db::Db;
use haichieu::ids::{AccountId, GrantId, TokenId, UnitId};
use haichieu::vietnamese::day::short;
use haichieu::{access, clock, site};
use reqwest::{Method, StatusCode};

use crate::recorder;
use crate::registry::Registry;
use crate::support::{Page, Site, Visitor};

/// What was asked, by whom, and what the database was asked for it.
pub struct Asked {
    pub who: &'static str,
    /// The address as the table of routes has it; empty for what was done.
    pub route: &'static str,
    /// The address with the unit, or what was done.
    pub page: String,
    pub status: StatusCode,
    /// What came back, to be shown where it should not have.
    pub body: String,
    pub statements: Vec<String>,
}

/// Addresses with a filter, a day, another order: what they ask of the database is not what
/// the bare address asks.
const FILTERED: &[(&str, &str)] = &[
    ("/units/{code}", "on=2024-06-30&year=2024"),
    ("/units/{code}", "sort=name"),
    ("/units/{code}/members", "q=hoa&category=all&letter=have"),
    ("/units/{code}/members", "on=2024-06-30&sex=male"),
    ("/units/{code}/letters", "state=received"),
    ("/units/{code}/letters", "state=assigned&q=hoa"),
    ("/units/{code}/meetings", "page=2"),
    ("/units/{code}/contributions", "kind=money&page=2"),
    ("/units/{code}/contributions", "work={work}"),
    ("/units/{code}/contributions/bulk", "work={work}"),
    ("/units/{code}/works", "q=quy&kind=fund"),
    ("/units/{code}/opinions", "q=den&status=recorded"),
    ("/units/{code}/opinions/new", "meeting={meeting}"),
    ("/units/{code}/evaluations/sheets", "state=written&kind=annual&page=2"),
    ("/units/{code}/evaluations/grid", "criterion=2"),
    ("/units/{code}/compare", "with=a2"),
    ("/units/{code}/confirmed", "on={today}&number=1"),
    ("/units/{code}/exports", "what=members"),
    ("/units/{code}/exports", "what=evaluations"),
    ("/units/{code}/exports", "what=attendance"),
    ("/units/{code}/exports", "what=contributions"),
    ("/units/{code}/exports", "what=statistics"),
    ("/units/{code}/exports", "what=report"),
    ("/units/{code}/letters/new", "q=hoa"),
    ("/members/{id}/merge", "q=hoa"),
    ("/meetings/{id}/roll-call", "show=all"),
    ("/reorganisations/{id}/steps/new", "kind=split&source=a1"),
    ("/reorganisations/{id}/steps/new", "kind=split&source=a1&hand=yes"),
    ("/evaluations/{id}", "saved=1"),
    ("/api/v1/units/{code}/exports/{what}", "purpose=doi+chieu+so+lieu&format=csv"),
];

/// Somebody, the unit of their role, and whether they see names there.
struct Walker {
    who: &'static str,
    role: Role,
    names: bool,
    /// The units whose pages they open: their own first.
    codes: &'static [&'static str],
    visitor: Visitor,
}

impl Walker {
    async fn all(site: &Site) -> Vec<Walker> {
        let town = &site.town;
        let (secretary, officer) = (Role::CellSecretary, Role::WardOfficer);
        let (city, everywhere) = (Role::OrganisationOfficer, Role::Administrator);
        let mut walkers = Vec::new();
        for (who, role, unit_id, names, codes) in [
            ("secretary", secretary, Some(town.cell_a1), false, &["a1"][..]),
            ("ward officer", officer, Some(town.ward_a), true, &["phuong-a", "a1"]),
            ("city, names", city, Some(town.city), true, &["thanh-pho", "a1"]),
            ("city, counts", city, Some(town.city), false, &["thanh-pho", "a1"]),
            ("administrator", everywhere, None, false, &["", "thanh-pho", "a1"]),
        ] {
            let visitor = site.visitor_who(role, unit_id, names).await;
            walkers.push(Walker { who, role, names, codes, visitor });
        }
        walkers
    }

    /// The codes with which they may open the page.
    fn codes_for(&self, route: &Route) -> Vec<&'static str> {
        let may = |code: &str| match route.need {
            Need::Right(right) => self.role.allows(right, code != self.codes[0], self.names),
            _ => true,
        };
        // What bears an id belongs to cell A1, but for drafts of the ward.
        let codes = if route.path.contains("{code}") { self.codes } else { &["a1"] };
        codes.iter().copied().filter(|code| !code.is_empty() && may(code)).collect()
    }
}

/// Asks for every page, of everybody who may open it.
pub async fn pages(registry: &Registry) -> Vec<Asked> {
    let Registry { site, objects, .. } = registry;
    let mut asked = Vec::new();
    let table = site::table();
    let table: Vec<&Route> = table.iter().filter(|it| it.method == Method::GET).collect();
    let sheets = sheets(registry).await;
    let address = |path: &str, code: &str| {
        let sheet = sheets.iter().find(|it| it.0 == path);
        let path = path.replace("{code}", code);
        objects.address(&sheet.map_or(path.clone(), |it| path.replace("{id}", &it.1)))
    };
    let stranger = site.stranger();
    for route in table.iter().filter(|it| it.need == Need::Anyone) {
        let path = address(route.path, "a1");
        let get = stranger.get(&path);
        asked.push(ask(site, ("nobody", route.path), route.path.to_owned(), get).await);
    }
    let bearer = program(site, site.town.city).await;
    for route in table.iter().filter(|it| it.need == Need::Token) {
        let queries = FILTERED.iter().filter(|it| it.0 == route.path).map(|it| it.1);
        for query in queries.chain([""]) {
            let path = format!("{}?{query}", address(route.path, "thanh-pho"));
            let get = stranger.get_with(&path, ("authorization", &bearer));
            asked.push(ask(site, ("program", route.path), route.path.to_owned(), get).await);
        }
    }
    for walker in Walker::all(site).await {
        for route in &table {
            if matches!(route.need, Need::Anyone | Need::Token) {
                continue;
            }
            for code in walker.codes_for(route) {
                let path = address(route.path, code);
                let page = route.path.replace("{code}", code);
                let get = walker.visitor.get(&path);
                asked.push(ask(site, (walker.who, route.path), page.clone(), get).await);
                let is_own = code == walker.codes[0] || !route.path.contains("{code}");
                for (_, query) in FILTERED.iter().filter(|it| it.0 == route.path && is_own) {
                    let filled = query.replace("{work}", &objects.work.to_string());
                    let filled = filled.replace("{meeting}", &objects.meeting.to_string());
                    let filled = filled.replace("{today}", &short(clock::today()));
                    let filtered = format!("{path}?{filled}");
                    let get = walker.visitor.get(&filtered);
                    let whom = (walker.who, route.path);
                    asked.push(ask(site, whom, format!("{page}?{query}"), get).await);
                }
            }
        }
    }
    asked.extend(by_words(site).await);
    asked
}

/// The list of members, where every unit is so large that it is searched by words: a word, a
/// few, the beginning of one, a telephone number, none, the people of a workplace.
async fn by_words(site: &Site) -> Vec<Asked> {
    let root = site.searched_by_words(10_000).await;
    let role = Role::OrganisationOfficer;
    let visitor = site.visitor_who(role, site.town.city, true).await.at(&root);
    let mut asked = Vec::new();
    let nowhere = "&workplace=01890000-0000-7000-8000-000000000000";
    for query in ["an", "thi+an+ng", "ngu", "0912+345+678", "", nowhere] {
        let page = format!("/units/thanh-pho/members?q={query}");
        let get = visitor.get(&page);
        let whom = ("city, by words", "/units/{code}/members");
        asked.push(ask(site, whom, page.clone(), get).await);
    }
    asked
}

/// Sheets that are far enough for what these pages do: not the one that objects have.
async fn sheets(registry: &Registry) -> Vec<(&'static str, String)> {
    let signed = registry.sheet_of(registry.site.town.cell_a1, "signed").await;
    let confirmed = registry.sheet_of(registry.site.town.cell_a2, "confirmed").await;
    vec![
        ("/evaluations/{id}/return", signed),
        ("/evaluations/{id}/correct", confirmed.clone()),
        ("/evaluations/{id}/send", confirmed),
    ]
}

/// Listens while the request is answered and until nothing of it is under way.
pub async fn ask(
    site: &Site,
    (who, route): (&'static str, &'static str),
    page: String,
    request: impl Future<Output = Page>,
) -> Asked {
    recorder::listen();
    let Page { status, body, .. } = request.await;
    Asked { who, route, page, status, body, statements: heard_at_rest(site).await }
}

/// What was heard, once nothing is under way.
pub async fn heard_at_rest(site: &Site) -> Vec<String> {
    site.watch.settle().await;
    rest(&site.db).await;
    recorder::heard()
}

/// Waits until every connection is back in its pool: whatever was asked of it is done.
async fn rest(db: &Db) {
    let busy = || match db {
        Db::Sqlite { readers, writer } => {
            readers.size() as usize > readers.num_idle()
                || writer.size() as usize > writer.num_idle()
        }
        Db::Postgres(pool) => pool.size() as usize > pool.num_idle(),
    };
    while busy() {
        tokio::task::yield_now().await;
    }
}

/// The header of a program that reads counts and files of the unit.
async fn program(site: &Site, unit_id: UnitId) -> String {
    let (drawn, prefix) = tokens::draw().unwrap();
    let (account_id, now) = (AccountId::new(), clock::now());
    let token = ApiToken {
        id: TokenId::new(),
        account_id,
        prefix,
        name: "Bảng tin".to_owned(),
        reach: Reach::Exports,
        unit_id: None,
        created_at: now,
        last_on: clock::today(),
        used_at: Some(now),
        revoked_at: None,
    };
    let role = Role::OrganisationOfficer;
    let grant = Grant { id: GrantId::new(), account_id, role, unit_id: Some(unit_id), names: true };
    site.seed(async |tx| {
        access::store::add(tx, account_id, "chuong-trinh", "Bảng tin", None, now).await.unwrap();
        access::store::add_grant(tx, &grant, now).await.unwrap();
        access::store::tokens::add(tx, &token, &drawn.hash).await.unwrap();
    })
    .await;
    format!("Bearer {}", drawn.text)
}
