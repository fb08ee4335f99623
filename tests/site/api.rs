//! What other programs read: with a token, as much as its account may see, and never more.

use std::collections::BTreeSet;

use haichieu::access::model::{Grant, Role};
use haichieu::access::routes::Need;
use haichieu::access::tokens::{self, ApiToken, Reach};
use haichieu::ids::{AccountId, GrantId, TokenId, UnitId};
use haichieu::statistics::model::AsOf;
use haichieu::vietnamese::day::short;
use haichieu::{access, clock, statistics};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::exchange::texts;
use crate::statistics::{gift, give, meeting, people};
use crate::support::{Page, Site, Visitor, day, visitor};

const COUNTS: &str = "counts";
const FILES: &str = "counts_and_exports";
const PURPOSE: &str = "purpose=n%E1%BB%99p+%C4%91%E1%BA%A3ng+%E1%BB%A7y";

/// A program that bears a token.
struct Program {
    visitor: Visitor,
    token: String,
}

impl Program {
    fn new(root: &str, token: String) -> Program {
        Program { visitor: visitor(root, None), token }
    }

    async fn get(&self, path: &str) -> Page {
        self.ask(Method::GET, path).await
    }

    async fn ask(&self, method: Method, path: &str) -> Page {
        let header = ("authorization", format!("Bearer {}", self.token));
        self.visitor.ask(method, path, (header.0, &header.1)).await
    }

    /// The answer, which is one.
    async fn json(&self, path: &str) -> Value {
        let page = self.get(path).await;
        page.assert_is(StatusCode::OK);
        assert_eq!(page.headers["content-type"], "application/json");
        serde_json::from_str(&page.body).unwrap()
    }
}

/// The form of a new token.
fn form(reach: &'static str, unit: &'static str) -> [(&'static str, String); 5] {
    let last_on = clock::today() + chrono::Days::new(30);
    [
        ("id", TokenId::new().to_string()),
        ("name", "Bảng tin".to_owned()),
        ("reach", reach.to_owned()),
        ("unit", unit.to_owned()),
        ("last_on", short(last_on)),
    ]
}

async fn post(visitor: &Visitor, form: &[(&'static str, String)]) -> Page {
    let form: Vec<(&str, &str)> = form.iter().map(|(name, it)| (*name, it.as_str())).collect();
    visitor.post("/account/tokens", &form).await
}

/// The token on the page that shows it once.
fn shown(page: &Page) -> String {
    page.assert_is(StatusCode::OK);
    let after = page.body.split(r#"id="token">"#).nth(1).unwrap();
    after.split('<').next().unwrap().to_owned()
}

/// A program with a token that this visitor makes.
async fn program(site: &Site, visitor: &Visitor, reach: &'static str) -> Program {
    Program::new(&site.root, shown(&post(visitor, &form(reach, "")).await))
}

/// A program with a token that ends on this day, and its account.
async fn seeded(
    site: &Site,
    role: Role,
    unit_id: Option<UnitId>,
    last_on: &str,
) -> (Program, ApiToken) {
    let (drawn, prefix) = tokens::draw().unwrap();
    let (id, account_id, now) = (GrantId::new(), AccountId::new(), clock::now());
    let token = ApiToken {
        id: TokenId::new(),
        account_id,
        prefix,
        name: "Bảng tin".to_owned(),
        reach: Reach::Exports,
        unit_id: None,
        created_at: now,
        last_on: day(last_on),
        used_at: None,
        revoked_at: None,
    };
    site.seed(async |tx| {
        let login = account_id.0.simple().to_string();
        access::store::add(tx, account_id, &login, "Lê Thu Huyền", None, now).await.unwrap();
        let grant = Grant { id, account_id, role, unit_id, names: false };
        access::store::add_grant(tx, &grant, now).await.unwrap();
        access::store::tokens::add(tx, &token, &drawn.hash).await.unwrap();
    })
    .await;
    (Program::new(&site.root, drawn.text), token)
}

/// What a program is told that gets no answer.
#[track_caller]
fn problem(page: &Page, status: StatusCode) -> Value {
    page.assert_is(status);
    assert_eq!(page.headers["content-type"], "application/problem+json");
    let problem: Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(problem["type"], "about:blank");
    assert_eq!(problem["status"], status.as_u16());
    assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
    let reference = problem["reference"].as_str().unwrap();
    assert!(reference.starts_with(status.as_str()), "{reference}");
    problem
}

fn codes(units: &Value) -> Vec<&str> {
    units.as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn each_role_reads_what_its_pages_show() {
    let site = Site::start().await;
    site.seed(async |tx| people(tx, site.town.cell_a1, 9).await).await;
    let named = site.visitor_who(Role::OrganisationOfficer, site.town.city, true).await;
    let ok = StatusCode::OK;
    let (refused, unknown) = (StatusCode::FORBIDDEN, StatusCode::NOT_FOUND);
    // Where it begins; the counts of the city, of ward A, of cell A1; the members of cell A1, its
    // counts as a file.
    let roles = [
        (site.secretary().await, "a1", [unknown, unknown, ok, ok, ok]),
        (site.ward_officer().await, "phuong-a", [unknown, ok, ok, ok, ok]),
        (site.organisation_officer().await, "thanh-pho", [ok, ok, ok, refused, ok]),
        (named, "thanh-pho", [ok, ok, ok, ok, ok]),
        (site.outsider().await, "b1", [unknown, unknown, unknown, unknown, unknown]),
    ];
    for (visitor, begins, expected) in roles {
        let program = program(&site, &visitor, FILES).await;
        let units = program.json("/api/v1/units").await;
        assert_eq!(codes(&units["units"]), [begins]);
        let paths = [
            "/api/v1/units/thanh-pho/counts".to_owned(),
            "/api/v1/units/phuong-a/counts".to_owned(),
            "/api/v1/units/a1/counts".to_owned(),
            format!("/api/v1/units/a1/exports/members?{PURPOSE}"),
            format!("/api/v1/units/a1/exports/statistics?{PURPOSE}"),
        ];
        for (path, status) in paths.iter().zip(expected) {
            let page = program.get(path).await;
            assert_eq!(page.status, status, "{begins}: {path}: {}", page.body);
            if status != ok {
                problem(&page, status);
            }
        }
    }
}

#[tokio::test]
async fn an_administrator_has_nothing_to_read() {
    let site = Site::start().await;
    let page = site.administrator().await.get("/account/tokens").await;
    page.assert_shows("nên mã truy cập không mở được gì");
    page.assert_hides("<button class=\"btn\" type=\"submit\">Tạo mã");
    let refused = post(&site.administrator().await, &form(COUNTS, "")).await;
    refused.assert_is(StatusCode::UNPROCESSABLE_ENTITY);

    let (program, _) = seeded(&site, Role::Administrator, None, "2100-01-01").await;
    assert_eq!(program.json("/api/v1/units").await, json!({ "units": [] }));
    for path in ["", "/counts", &format!("/exports/statistics?{PURPOSE}")] {
        let page = program.get(&format!("/api/v1/units/a1{path}")).await;
        problem(&page, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn another_unit_is_answered_like_one_that_never_was() {
    let site = Site::start().await;
    let program = program(&site, &site.secretary().await, FILES).await;
    for rest in ["", "/counts", &format!("/exports/members?{PURPOSE}")] {
        let foreign = program.get(&format!("/api/v1/units/b1{rest}")).await;
        let unknown = program.get(&format!("/api/v1/units/nowhere{rest}")).await;
        let (foreign, unknown) =
            (problem(&foreign, StatusCode::NOT_FOUND), problem(&unknown, StatusCode::NOT_FOUND));
        assert_eq!(
            (&foreign["title"], &foreign["detail"]),
            (&unknown["title"], &unknown["detail"])
        );
    }
    for path in ["/api", "/api/v1", "/api/v1/members", "/api/v1/units/a1/exports/photos?purpose=x"]
    {
        problem(&program.get(path).await, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn no_door_opens_to_a_token_that_is_not_in_force() {
    let site = Site::start().await;
    let cell = Some(site.town.cell_a1);
    let path = "/api/v1/units/a1/counts";
    let yesterday = (clock::today() - chrono::Days::new(1)).to_string();
    let today = clock::today().to_string();
    let (good, token) = seeded(&site, Role::CellSecretary, cell, &today).await;
    good.get(path).await.assert_is(StatusCode::OK);
    let (expired, _) = seeded(&site, Role::CellSecretary, cell, &yesterday).await;
    let (revoked, other) = seeded(&site, Role::CellSecretary, cell, &today).await;
    revoked.get(path).await.assert_is(StatusCode::OK);
    site.seed(async |tx| {
        access::store::tokens::revoke(tx, other.id, clock::now()).await.unwrap();
    })
    .await;
    let almost = format!("{}a", &good.token[..good.token.len() - 1]);
    let wrong = Program::new(&site.root, almost);
    for (program, why) in
        [(&expired, "đã hết hạn"), (&revoked, "đã bị thu hồi"), (&wrong, "không đúng")]
    {
        let page = program.get(path).await;
        assert_eq!(page.headers["www-authenticate"], r#"Bearer realm="haichieu""#);
        let detail = problem(&page, StatusCode::UNAUTHORIZED)["detail"].to_string();
        assert!(detail.contains(why), "{detail}");
    }
    let page = site.stranger().get(path).await;
    assert!(page.headers.contains_key("www-authenticate"));
    problem(&page, StatusCode::UNAUTHORIZED);
    let page = site.stranger().get_with(path, ("authorization", "Basic aGM6aGM=")).await;
    problem(&page, StatusCode::UNAUTHORIZED);

    // A closed account's tokens open nothing for as long as it is closed.
    let close = async |at| {
        site.seed(async |tx| {
            access::store::set_disabled(tx, token.account_id, at).await.unwrap();
        })
        .await;
    };
    close(Some(clock::now())).await;
    let page = good.get(path).await;
    let detail = problem(&page, StatusCode::UNAUTHORIZED)["detail"].to_string();
    assert!(detail.contains("đã bị khóa"), "{detail}");
    close(None).await;
    good.get(path).await.assert_is(StatusCode::OK);

    // The rights are those of the account at the request.
    site.seed(async |tx| {
        let grants = access::store::grants_of(tx, token.account_id, clock::today()).await.unwrap();
        access::store::revoke_grant(tx, &grants[0], clock::now()).await.unwrap();
    })
    .await;
    problem(&good.get(path).await, StatusCode::NOT_FOUND);
    assert_eq!(good.json("/api/v1/units").await, json!({ "units": [] }));
}

#[tokio::test]
async fn a_token_limited_to_a_unit_opens_no_other() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    let program = Program::new(&site.root, shown(&post(&officer, &form(FILES, "a2")).await));
    assert_eq!(codes(&program.json("/api/v1/units").await["units"]), ["a2"]);
    let unit = program.json("/api/v1/units/a2?on=2024-12-31").await;
    let parent = json!({ "code": null, "name": "Phường An Bình", "kind": "ward" });
    assert_eq!(unit["parent"], parent, "named, as pages do, but no way up");
    program.get("/api/v1/units/a2/counts").await.assert_is(StatusCode::OK);
    for code in ["a1", "phuong-a", "thanh-pho", "b1"] {
        for rest in ["", "/counts", &format!("/exports/members?{PURPOSE}")] {
            let page = program.get(&format!("/api/v1/units/{code}{rest}")).await;
            problem(&page, StatusCode::NOT_FOUND);
        }
    }
    let page = post(&officer, &form(FILES, "b1")).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Chọn một đơn vị trong danh sách");
}

#[tokio::test]
async fn a_token_for_counts_takes_no_file() {
    let site = Site::start().await;
    let program = program(&site, &site.ward_officer().await, COUNTS).await;
    program.get("/api/v1/units/a1/counts").await.assert_is(StatusCode::OK);
    for what in ["statistics", "members", "evaluations"] {
        let page = program.get(&format!("/api/v1/units/a1/exports/{what}?{PURPOSE}")).await;
        problem(&page, StatusCode::FORBIDDEN);
    }
    let mut tx = site.db.read().await.unwrap();
    assert!(texts(&mut tx, "SELECT file FROM export").await.is_empty());
}

#[tokio::test]
async fn a_unit_is_told_as_it_was_on_the_day() {
    let site = Site::start().await;
    crate::statistics::reorganised(&site).await;
    let program = program(&site, &site.organisation_officer().await, COUNTS).await;
    let unit = program.json("/api/v1/units/c1?on=2025-06-30").await;
    assert_eq!(unit["parent"]["code"], "phuong-b");
    assert_eq!((&unit["from_on"], &unit["to_on"]), (&json!("2015-01-01"), &json!("2025-07-01")));
    let unit = program.json("/api/v1/units/c1?on=2025-07-01").await;
    assert_eq!((&unit["parent"]["code"], &unit["to_on"]), (&json!("phuong-c"), &json!(null)));
    assert_eq!((&unit["kind"], &unit["official_code"]), (&json!("cell"), &json!(null)));
    let before = program.json("/api/v1/units/phuong-b?on=2025-06-30").await;
    assert_eq!(codes(&before["children"]), ["b1", "c1"]);
    let after = program.json("/api/v1/units/phuong-b?on=2025-07-01").await;
    assert_eq!((codes(&after["children"]), &after["in_force"]), (vec!["b1"], &json!(true)));
    let early = program.json("/api/v1/units/phuong-b?on=2014-12-31").await;
    assert_eq!(early["in_force"], false);
}

/// The numbers of the page: those of the overview that the page prints.
#[tokio::test]
async fn counts_are_those_of_the_page() {
    let site = Site::start().await;
    let (cell_a1, cell_a2, ward) = (site.town.cell_a1, site.town.cell_a2, site.town.ward_a);
    site.seed(async |tx| {
        people(tx, cell_a1, 207).await;
        let people = people(tx, cell_a2, 11).await;
        meeting(tx, cell_a2, "2024-05-10", &people[..2]).await;
        give(tx, &gift(cell_a2, people[0], "2024-06-30", 300_000)).await;
        give(tx, &gift(ward, people[1], "2024-07-01", 200_000)).await;
    })
    .await;
    let officer = site.ward_officer().await;
    let program = program(&site, &officer, FILES).await;
    let counts = program.json("/api/v1/units/phuong-a/counts?on=2024-11-15").await;
    let mut tx = site.db.read().await.unwrap();
    let as_of = AsOf { on: day("2024-11-15"), year: 2024 };
    let overview = statistics::store::overview(&mut tx, ward, as_of).await.unwrap();

    let figures = |it: &statistics::model::Figures| {
        let told = |count: i64| json!({ "value": count, "hidden": null });
        let meetings = it.meetings;
        json!({
            "members": { "normal": told(it.members.normal), "exempt": told(it.members.exempt) },
            "meetings": {
                "held": meetings.held,
                "periodic": meetings.periodic,
                "cells": meetings.cells,
                "expected": told(meetings.expected),
                "present": told(meetings.present),
                "excused": told(meetings.excused),
                "unexcused": told(meetings.unexcused),
                "unmarked": told(meetings.unmarked()),
            },
            "contributions": it.contributions,
        })
    };
    assert_eq!(counts["total"], figures(&overview.total));
    assert_eq!(counts["direct"], figures(&overview.direct.unwrap()));
    assert_eq!(counts["opinions"], json!(overview.total.opinions));
    assert_eq!((&counts["on"], &counts["year"]), (&json!("2024-11-15"), &json!(2024)));
    let children = counts["children"].as_array().unwrap();
    assert_eq!(children.len(), overview.children.len());
    for (told, child) in children.iter().zip(&overview.children) {
        assert_eq!(told["unit"]["code"], child.unit.code);
        assert_eq!(told["figures"], figures(&child.figures));
    }
    assert_eq!(counts["total"]["members"]["normal"]["value"], 218);
    let page = officer.get("/units/phuong-a?on=2024-11-15").await;
    page.assert_shows(">218<");
    page.assert_shows(">207<");
    page.assert_shows("9/11");
}

#[tokio::test]
async fn a_hidden_count_is_told_by_no_answer() {
    let site = Site::start().await;
    let town = &site.town;
    site.seed(async |tx| {
        people(tx, town.cell_a1, 3).await;
        people(tx, town.cell_a2, 11).await;
        people(tx, town.cell_b1, 20).await;
        for cell in [town.cell_a1, town.cell_a2, town.cell_b1] {
            meeting(tx, cell, "2024-05-10", &[]).await;
        }
    })
    .await;
    let officer = site.organisation_officer().await;
    let ward_officer = site.ward_officer().await;
    // A token for counts alone hides them from a program of those who see names as well.
    let programs =
        [program(&site, &officer, FILES).await, program(&site, &ward_officer, COUNTS).await];
    let (few, withheld) =
        (json!({ "value": null, "hidden": "few" }), json!({ "value": null, "hidden": "withheld" }));
    for program in &programs {
        let counts = program.json("/api/v1/units/phuong-a/counts?on=2024-11-15").await;
        let of = |at: usize| &counts["children"][at]["figures"];
        assert_eq!(of(0)["members"]["normal"], few);
        assert_eq!(of(1)["members"]["normal"], withheld);
        assert_eq!(counts["total"]["members"]["normal"], json!({ "value": 14, "hidden": null }));
        for at in [0, 1] {
            for count in ["expected", "present", "excused", "unexcused", "unmarked"] {
                assert_eq!(of(at)["meetings"][count], withheld, "{count}");
            }
        }
        // Its companion keeps silent on its own answer as well, as on its page.
        let alone = program.json("/api/v1/units/a2/counts?on=2024-11-15").await;
        assert_eq!(alone["total"]["members"]["normal"], withheld);
        let alone = program.json("/api/v1/units/a1/counts?on=2024-11-15").await;
        assert_eq!(alone["total"]["members"]["normal"], few);
    }
    let page = officer.get("/units/phuong-a?on=15/11/2024").await;
    page.assert_shows(r#"class="num"><span>&#60; 5</span>"#);
    page.assert_shows(r#"class="num"><span>ẩn</span>"#);

    let named = program(&site, &ward_officer, FILES).await;
    let counts = named.json("/api/v1/units/phuong-a/counts?on=2024-11-15").await;
    assert_eq!(counts["children"][0]["figures"]["members"]["normal"]["value"], 3);
}

#[tokio::test]
async fn a_file_is_that_of_the_page_and_leaves_the_same_trace() {
    let site = Site::start().await;
    let cell = site.town.cell_a1;
    site.seed(async |tx| {
        let people = people(tx, cell, 12).await;
        meeting(tx, cell, "2024-05-10", &people[..2]).await;
        give(tx, &gift(cell, people[0], "2024-06-30", 300_000)).await;
    })
    .await;
    let secretary = site.secretary().await;
    let program = program(&site, &secretary, FILES).await;
    for (what, query) in [
        ("members", "on=2024-12-31"),
        ("attendance", "year=2024"),
        ("contributions", "year=2024"),
        ("evaluations", "year=2024"),
        ("statistics", "on=2024-12-31&year=2024"),
    ] {
        for format in ["csv", "excel-csv"] {
            let path = format!("/api/v1/units/a1/exports/{what}?{query}&format={format}&{PURPOSE}");
            let file = program.get(&path).await;
            file.assert_is(StatusCode::OK);
            let page = secretary.export("a1", what, query, format).await;
            assert!(page.body.lines().count() > 1, "{what}");
            assert_eq!(file.body, page.body, "{what}");
            for head in ["content-type", "content-disposition", "cache-control"] {
                assert_eq!(file.headers[head], page.headers[head]);
            }
        }
    }
    let mut tx = site.db.read().await.unwrap();
    let begun = "SELECT summary FROM audit_entry WHERE action = 'export.begin' ORDER BY id";
    let said = "Xuất danh sách đảng viên của chi bộ tổ dân phố 1 (tính đến 31/12/2024; diện bình \
                thường, ngày 31/12/2024, CSV chuẩn): 12 dòng; mục đích: nộp đảng ủy";
    assert_eq!(texts(&mut tx, begun).await[0], said);
    let who = "SELECT account_name FROM audit_entry WHERE action = 'export.begin' ORDER BY id";
    let who = &texts(&mut tx, who).await[0];
    let prefix = &program.token[..9];
    assert_eq!(*who, format!("Bí thư chi bộ (mã truy cập {prefix}, “Bảng tin”)"));
    let ends = "SELECT state FROM export WHERE sha256 IS NOT NULL";
    assert_eq!(texts(&mut tx, ends).await.len(), 20);
    drop(tx);
    let page = secretary.get("/units/a1/exports?what=members").await;
    page.assert_shows(prefix);
}

#[tokio::test]
async fn no_file_leaves_without_a_purpose_or_for_nobody() {
    let site = Site::start().await;
    let program = program(&site, &site.secretary().await, FILES).await;
    let path = "/api/v1/units/a1/exports/members";
    for query in ["", "?purpose=", "?purpose=+.+"] {
        let page = program.get(&format!("{path}{query}")).await;
        let problem = problem(&page, StatusCode::BAD_REQUEST);
        assert_eq!(problem["parameters"][0]["name"], "purpose");
    }
    let page = program.ask(Method::HEAD, &format!("{path}?{PURPOSE}")).await;
    page.assert_is(StatusCode::METHOD_NOT_ALLOWED);
    let mut tx = site.db.read().await.unwrap();
    assert!(texts(&mut tx, "SELECT file FROM export").await.is_empty());
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let site = Site::start().await;
    let program = program(&site, &site.secretary().await, FILES).await;
    for (path, names) in [
        ("units?on=2024-01-01", vec!["on"]),
        ("units/a1?on=31/12/2024", vec!["on"]),
        ("units/a1?day=2024-12-31", vec!["day"]),
        ("units/a1/counts?on=2024-02-31&year=24", vec!["on", "year"]),
        ("units/a1/counts?on=2024-02-01&on=2024-02-01", vec!["on"]),
        ("units/a1/exports/members?purpose=danh+s%C3%A1ch&year=2024", vec!["year"]),
        ("units/a1/exports/attendance?purpose=danh+s%C3%A1ch&on=2024-01-01", vec!["on"]),
        ("units/a1/exports/attendance?purpose=danh+s%C3%A1ch&year=2100", vec!["year"]),
        ("units/a1/exports/members?purpose=danh+s%C3%A1ch&format=pdf", vec!["format"]),
    ] {
        let page = program.get(&format!("/api/v1/{path}")).await;
        let problem = problem(&page, StatusCode::BAD_REQUEST);
        let faulty: Vec<_> = problem["parameters"].as_array().unwrap().iter().collect();
        let faulty: Vec<_> = faulty.iter().map(|it| it["name"].as_str().unwrap()).collect();
        assert_eq!(faulty, names, "{path}");
    }
    problem(&program.get("/api/v1/units/a1?on=%00").await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_cookie_opens_nothing_here_and_a_token_no_page() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let program = program(&site, &secretary, FILES).await;
    let mut walked = 0;
    for route in haichieu::site::table() {
        let path = route.path.replace("{code}", "a1").replace("{what}", "members");
        if route.need == Need::Token {
            problem(&secretary.get(&path).await, StatusCode::UNAUTHORIZED);
            walked += 1;
        } else if matches!(route.need, Need::Right(_)) && route.method == Method::GET {
            let page = program.get(&path).await;
            assert!(page.leads_to().starts_with("/sign-in"), "{path}");
        }
    }
    assert_eq!(walked, 4);
    let page = program.get("/account").await;
    assert_eq!(page.leads_to(), "/sign-in?next=%2Faccount");
}

#[tokio::test]
async fn programs_only_read() {
    let site = Site::start().await;
    let program = program(&site, &site.secretary().await, FILES).await;
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
        for path in ["/api/v1/units", "/api/v1/units/a1/exports/members", "/api/v1/openapi.json"] {
            let page = program.ask(method.clone(), path).await;
            assert_eq!(page.headers["allow"], "GET", "{method} {path}");
            problem(&page, StatusCode::METHOD_NOT_ALLOWED);
        }
    }
}

/// The document tells all addresses that there are, and each answers as it says.
#[tokio::test]
async fn every_address_is_documented_and_answers() {
    let site = Site::start().await;
    let page = site.stranger().get("/api/v1/openapi.json").await;
    page.assert_is(StatusCode::OK);
    let document: Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    let documented: BTreeSet<_> = paths.keys().map(String::as_str).collect();
    let table = haichieu::site::table();
    let routes = table.iter().filter(|it| it.path.starts_with("/api/"));
    let routes: BTreeSet<_> = routes.map(|it| it.path).collect();
    assert_eq!(documented, routes);
    let program = program(&site, &site.secretary().await, FILES).await;
    for (path, methods) in paths {
        assert_eq!(methods.as_object().unwrap().keys().collect::<Vec<_>>(), ["get"], "{path}");
        let operation = &methods["get"];
        let is_open = path.ends_with("openapi.json");
        assert_eq!(operation["security"].is_null(), is_open, "{path}");
        let told = operation["responses"].as_object().unwrap();
        let told: BTreeSet<_> = told.keys().map(String::as_str).collect();
        if !is_open {
            let all = BTreeSet::from(["200", "400", "401", "429", "500", "503"]);
            assert!(told.is_superset(&all), "{path}: {told:?}");
        }
        let queries = operation["parameters"].as_array().into_iter().flatten();
        for parameter in queries.filter(|it| it["in"] == "query") {
            assert!(parameter["description"].is_string(), "{path}: {parameter}");
        }
        let path = path.replace("{code}", "a1").replace("{what}", "members");
        let mark = if path.contains("/exports/") { format!("?{PURPOSE}") } else { String::new() };
        program.get(&format!("{path}{mark}")).await.assert_is(StatusCode::OK);
    }
}

#[tokio::test]
async fn guessing_tokens_is_slowed_down_and_good_ones_are_not() {
    let site = Site::start().await;
    let good = program(&site, &site.secretary().await, COUNTS).await;
    let guess = Program::new(&site.root, "hc_guess".to_owned());
    for _ in 0..30 {
        guess.get("/api/v1/units").await.assert_is(StatusCode::UNAUTHORIZED);
    }
    let page = guess.get("/api/v1/units").await;
    assert!(page.headers.contains_key("retry-after"));
    problem(&page, StatusCode::TOO_MANY_REQUESTS);
    good.get("/api/v1/units").await.assert_is(StatusCode::OK);
    problem(&site.stranger().get("/api/v1/units").await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_is_shown_once_and_kept_as_a_hash() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let page = secretary.get("/account").await;
    assert!(page.links().any(|it| it == "/account/tokens"));
    let list = secretary.get("/account/tokens").await;
    list.assert_shows("Chưa có mã nào.");
    list.assert_shows("Chi bộ tổ dân phố 1");
    let mut form = form(COUNTS, "a1");
    form[0].1 = list.field("id");
    let made = post(&secretary, &form).await;
    assert_eq!(made.headers["cache-control"], "no-store");
    let token = shown(&made);
    assert!(token.starts_with("hc_") && token.len() == 46, "{token}");
    // Sent twice: one token, not shown again.
    let again = post(&secretary, &form).await;
    again.assert_is(StatusCode::OK);
    again.assert_shows("không hiện lại được");
    again.assert_hides(&token[9..]);
    let outsider = site.outsider().await;
    post(&outsider, &form).await.assert_is(StatusCode::NOT_FOUND);

    let list = secretary.get("/account/tokens").await;
    list.assert_shows(&token[..9]);
    list.assert_hides(&token[9..]);
    list.assert_shows("Đang dùng được");
    list.assert_shows("Chưa dùng");
    outsider.get("/account/tokens").await.assert_hides(&token[..9]);
    let mut tx = site.db.read().await.unwrap();
    assert_eq!(texts(&mut tx, "SELECT prefix FROM api_token").await, [&token[..9]]);
    let sql = "SELECT summary FROM audit_entry WHERE action = 'account.token_add'";
    let said = texts(&mut tx, sql).await;
    let begins = format!("Tạo mã truy cập {} “Bảng tin”: chỉ số liệu", &token[..9]);
    assert!(said.len() == 1 && said[0].starts_with(&begins), "{said:?}");
    assert!(said[0].contains("Chi bộ tổ dân phố 1") && !said[0].contains(&token[9..]));
}

#[tokio::test]
async fn a_token_is_revoked_by_its_owner_alone() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let program = program(&site, &secretary, COUNTS).await;
    let list = secretary.get("/account/tokens").await;
    let revoke = list.links().find(|it| it.ends_with("/revoke")).unwrap();
    let outsider = site.outsider().await;
    outsider.get(&revoke).await.assert_is(StatusCode::NOT_FOUND);
    outsider.post(&revoke, &[]).await.assert_is(StatusCode::NOT_FOUND);
    secretary.get(&revoke).await.assert_shows("Thu hồi mã Bảng tin");
    program.get("/api/v1/units").await.assert_is(StatusCode::OK);
    for _ in 0..2 {
        let page = secretary.post(&revoke, &[]).await;
        assert_eq!(page.leads_to(), "/account/tokens?done=revoked");
    }
    problem(&program.get("/api/v1/units").await, StatusCode::UNAUTHORIZED);
    assert_eq!(secretary.get(&revoke).await.leads_to(), "/account/tokens");
    let list = secretary.get("/account/tokens?done=revoked").await;
    list.assert_shows("Đã thu hồi");
    list.assert_hides("/revoke");
    let mut tx = site.db.read().await.unwrap();
    let sql = "SELECT summary FROM audit_entry WHERE action = 'account.token_revoke'";
    let said = texts(&mut tx, sql).await;
    assert_eq!(said, [format!("Thu hồi mã truy cập {} “Bảng tin”", &program.token[..9])]);
}

#[tokio::test]
async fn a_faulty_token_comes_back_as_it_was_typed() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let far = short(clock::today() + chrono::Days::new(367));
    for (field, typed, fault) in [
        ("name", "a", "Viết tên từ 3 đến 60 ký tự"),
        ("reach", "everything", "Chọn mã này mở được gì"),
        ("unit", "b1", "Chọn một đơn vị trong danh sách"),
        ("last_on", far.as_str(), "Nhiều nhất 366 ngày"),
        ("last_on", "31/2/2024", "Tháng 2 năm 2024 chỉ có 29 ngày"),
        ("last_on", "", "Viết ngày theo dạng"),
    ] {
        let mut form = form(COUNTS, "");
        for it in form.iter_mut().filter(|it| it.0 == field) {
            typed.clone_into(&mut it.1);
        }
        let page = post(&secretary, &form).await;
        page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_shows("<title>Lỗi: ");
        page.assert_shows(fault);
        assert_eq!(page.field("id"), form[0].1);
        assert_eq!(page.field("last_on"), form[4].1);
    }
    for _ in 0..tokens::MOST {
        shown(&post(&secretary, &form(COUNTS, "")).await);
    }
    let page = post(&secretary, &form(COUNTS, "")).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("thu hồi bớt");
}

#[tokio::test]
async fn the_last_use_is_noted_by_the_hour() {
    let site = Site::start().await;
    let ward = Some(site.town.ward_a);
    let (program, token) = seeded(&site, Role::WardOfficer, ward, "2100-01-01").await;
    let used = async || {
        let mut tx = site.db.read().await.unwrap();
        let found = access::store::tokens::find(&mut tx, token.id).await.unwrap();
        found.unwrap().used_at
    };
    assert_eq!(used().await, None);
    program.get("/api/v1/units").await.assert_is(StatusCode::OK);
    let first = used().await.unwrap();
    program.get("/api/v1/units").await.assert_is(StatusCode::OK);
    assert_eq!(used().await, Some(first));
    let before = clock::now().plus_seconds(-3_600);
    site.seed(async |tx| access::store::tokens::see(tx, token.id, before).await.unwrap()).await;
    program.get("/api/v1/units").await.assert_is(StatusCode::OK);
    assert!(used().await.unwrap() >= first);
}

/// A program that asks for what is not its own is noted as a visitor is, by its token.
#[tokio::test]
async fn what_a_program_is_refused_is_noted() {
    let site = Site::start().await;
    let program = program(&site, &site.secretary().await, FILES).await;
    problem(&program.get("/api/v1/units/b1/counts").await, StatusCode::NOT_FOUND);
    site.watch.settle().await;
    let mut tx = site.db.read().await.unwrap();
    let sql = "SELECT summary FROM audit_entry WHERE action = 'access.refused'";
    assert_eq!(
        texts(&mut tx, sql).await,
        ["Không cho xem hoặc làm (404): GET /api/v1/units/b1/counts"]
    );
    let sql = "SELECT account_name FROM audit_entry WHERE action = 'access.refused'";
    let who = &texts(&mut tx, sql).await[0];
    assert!(who.contains(&program.token[..9]), "{who}");
}

#[tokio::test]
async fn the_years_report_is_a_workbook_for_programs_too() {
    let site = Site::start().await;
    let program = program(&site, &site.secretary().await, FILES).await;
    let report = format!("/api/v1/units/a1/exports/report?year=2024&{PURPOSE}");
    problem(&program.get(&report).await, StatusCode::BAD_REQUEST);
    let book = program.get(&format!("{report}&format=xlsx")).await;
    book.assert_is(StatusCode::OK);
    assert!(book.headers["content-type"].to_str().unwrap().contains("spreadsheetml"));
}

#[tokio::test]
async fn a_new_password_ends_the_tokens_made_with_the_old_one() {
    let site = Site::start().await;
    let until = clock::today().to_string();
    let (program, token) =
        seeded(&site, Role::CellSecretary, Some(site.town.cell_a1), &until).await;
    program.get("/api/v1/units").await.assert_is(StatusCode::OK);
    site.seed(async |tx| {
        let hash = "$argon2id$not-one-that-anybody-has";
        access::store::set_password(tx, token.account_id, hash, clock::now()).await.unwrap();
    })
    .await;
    let page = program.get("/api/v1/units").await;
    let detail = problem(&page, StatusCode::UNAUTHORIZED)["detail"].to_string();
    assert!(detail.contains("đã bị thu hồi"), "{detail}");
}
