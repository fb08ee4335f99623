//! Every figure of a unit's page opens its rows: of its days, and as many.

use std::collections::BTreeMap;

use haichieu::access::model::Role;
use haichieu::clock;
use haichieu::contributions::model::{ContributionKind, NewContribution, NewWorkItem, WorkKind};
use haichieu::ids::{ContributionId, MeetingId, MemberId, OpinionId, UnitId, WorkItemId};
use haichieu::meetings::model::{MeetingKind, NewMeeting};
use haichieu::members::model::ExemptReason;
use haichieu::opinions::model::{NewOpinion, Step};
use haichieu::organisation::model::{NewUnit, UnitKind};
use haichieu::{contributions, meetings, opinions, organisation};
use reqwest::StatusCode;

use crate::exchange::execute;
use crate::members::{live, live_who};
use crate::sheets::{consult, open_year, sheet_of, take_all, write};
use crate::statistics::{gift, give, meeting, people, reorganised};
use crate::support::{Page, Site, Visitor, day};

const DAY: &str = "2024-11-15";

/// A figure that is a link.
#[derive(Debug)]
struct Figure {
    href: String,
    text: String,
}

/// The links of the page whose text begins with a digit, or is a day.
fn figures(page: &Page) -> Vec<Figure> {
    let main = page.body.split("<main").nth(1).unwrap();
    let links = main.split(r#"<a href=""#).skip(1).filter_map(|rest| {
        let (href, rest) = rest.split_once("\">")?;
        let (text, _) = rest.split_once("</a>")?;
        Some(Figure { href: href.replace("&#38;", "&"), text: text.to_owned() })
    });
    links.filter(|it| it.text.starts_with(|first: char| first.is_ascii_digit())).collect()
}

/// The list that an address leads to: `meetings`, `sheets`.
fn list(href: &str) -> &str {
    if href.starts_with("/works/") {
        return "works";
    }
    href.split('?').next().unwrap().rsplit('/').next().unwrap()
}

/// The rows of a list that lead to this.
fn rows(page: &Page, to: &str) -> i64 {
    let cells = page.body.matches(&format!(r#"<th scope="row"><a href="/{to}/"#)).count();
    i64::try_from(cells).unwrap()
}

/// Follows a figure and holds its list against it.
async fn follow(visitor: &Visitor, figure: &Figure) {
    let page = visitor.get(&figure.href).await;
    page.assert_is(StatusCode::OK);
    // "8/8 chi bộ", "5 lượt": the figure comes first.
    let text = figure.text.split(' ').next().unwrap();
    let count: Option<i64> = text.replace('.', "").parse().ok();
    let said = format!("{figure:?} leads to\n{}", page.body);
    let shows = |what: &str| assert!(page.body.contains(what), "{what:?}: {said}");
    match list(&figure.href) {
        "members" => {
            shows(&format!("<b>{text} đồng chí</b>"));
            assert_eq!(Some(rows(&page, "members")), count, "{said}");
        }
        "meetings" if text.contains('%') => {
            let attended = page.body.split("Có mặt ").nth(1).unwrap().split(' ').next().unwrap();
            let (present, expected) = attended.split_once('/').unwrap();
            let [present, expected] = [present, expected].map(|it| it.parse::<i64>().unwrap());
            let tenths = (present * 2000 + expected) / (expected * 2);
            let rate = match tenths {
                1000 => "100%".to_owned(),
                _ => format!("{},{}%", tenths / 10, tenths % 10),
            };
            assert_eq!(rate, text, "{said}");
        }
        "meetings" if text.contains('/') && text.len() == 10 => {
            assert!(page.body.contains(&format!("Họp định kỳ {text}</a>")), "{said}");
        }
        "meetings" if text.contains('/') => shows(&format!("Có mặt {text} lượt phải dự")),
        "meetings" => {
            shows(&format!("<b>{text} cuộc họp</b>"));
            assert_eq!(Some(rows(&page, "meetings")), count, "{said}");
        }
        "cells" => {
            shows(&format!("<b>{text} chi bộ</b>"));
            let missing = i64::try_from(page.body.matches("Chưa họp").count()).unwrap();
            let (met, all) = text.split_once('/').unwrap();
            assert_eq!(rows(&page, "units"), all.parse::<i64>().unwrap(), "{said}");
            assert_eq!(rows(&page, "units") - missing, met.parse::<i64>().unwrap(), "{said}");
        }
        "contributions" => shows(&format!("<b>{text} lượt góp</b>")),
        "works" => shows(&format!(r#"<span class="count">{}</span>"#, figure.text)),
        // Of whoever sees no names, and of a year without sheets.
        "evaluations" => {}
        "opinions" => {
            shows(&format!("<b>{text} ý kiến</b>"));
            assert_eq!(Some(rows(&page, "opinions")), count, "{said}");
        }
        "sheets" => {
            shows(&format!("<b>{text} phiếu</b>"));
            assert_eq!(Some(rows(&page, "evaluations")), count, "{said}");
        }
        other => panic!("{other} is no list that this test knows: {figure:?}"),
    }
}

/// Follows every figure of a page: how many of them lead to each list.
async fn follow_all(visitor: &Visitor, path: &str) -> BTreeMap<String, usize> {
    let page = visitor.get(path).await;
    page.assert_is(StatusCode::OK);
    let mut followed = BTreeMap::new();
    for figure in figures(&page) {
        follow(visitor, &figure).await;
        *followed.entry(list(&figure.href).to_owned()).or_default() += 1;
    }
    followed
}

fn work(unit_id: UnitId, kind: WorkKind, name: &str, goal: Option<i64>) -> NewWorkItem {
    NewWorkItem {
        id: WorkItemId::new(),
        unit_id,
        code: None,
        kind,
        name: name.to_owned(),
        goal,
        measure: "đồng".to_owned(),
        started_on: None,
        completed_on: None,
        note: String::new(),
    }
}

async fn seed_meetings(site: &Site, here: &[MemberId]) {
    let (a1, a2, ward) = (site.town.cell_a1, site.town.cell_a2, site.town.ward_a);
    site.seed(async |tx| {
        meeting(tx, a1, "2023-10-01", &[]).await;
        meeting(tx, a1, "2024-05-10", &here[..1]).await;
        meeting(tx, a2, "2024-05-11", &[]).await;
        meeting(tx, a1, "2024-10-10", &here[..2]).await;
        meeting(tx, ward, "2024-10-20", &[]).await;
        meeting(tx, a2, "2024-11-20", &[]).await;
        let thematic = NewMeeting {
            id: MeetingId::new(),
            unit_id: a1,
            kind: MeetingKind::Thematic,
            held_on: day("2024-09-01"),
            starts_at: None,
            place: String::new(),
            topic: String::new(),
        };
        meetings::store::add(tx, &thematic, clock::now()).await.unwrap();
    })
    .await;
}

async fn seed_gifts(site: &Site, here: &[MemberId], there: MemberId) {
    let (a1, a2) = (site.town.cell_a1, site.town.cell_a2);
    let funds = [a1, a2].map(|it| work(it, WorkKind::Fund, "Quỹ & nghĩa tình", None));
    let lane = work(a1, WorkKind::Work, "Đường ngõ 3", Some(5_000_000));
    site.seed(async |tx| {
        for it in funds.iter().chain([&lane]) {
            contributions::store::add_work(tx, it, clock::now()).await.unwrap();
        }
        let on = |day: &str, work: Option<&NewWorkItem>| NewContribution {
            work_item_id: work.map(|it| it.id),
            ..gift(a1, here[0], day, 500_000)
        };
        for day in ["2023-03-01", "2024-03-01", "2024-11-15", "2024-12-01"] {
            give(tx, &on(day, Some(&lane))).await;
            give(tx, &on(day, None)).await;
            give(tx, &on(day, Some(&funds[0]))).await;
        }
        let second = &funds[1];
        let there = NewContribution {
            work_item_id: Some(second.id),
            ..gift(a2, there, "2024-04-01", 200_000)
        };
        give(tx, &there).await;
        for measure in ["bộ", "cái", "cái"] {
            let lamp = NewContribution {
                kind: ContributionKind::Goods,
                amount_vnd: 0,
                quantity_hundredths: 100,
                measure: measure.to_owned(),
                note: "bộ đèn".to_owned(),
                ..on("2024-06-01", None)
            };
            give(tx, &lamp).await;
        }
        let wrong = on("2024-07-01", None);
        give(tx, &wrong).await;
        let back = NewContribution {
            id: ContributionId::new(),
            amount_vnd: -wrong.amount_vnd,
            reverses: Some((wrong.id, "Ghi nhầm".to_owned())),
            ..wrong
        };
        give(tx, &back).await;
    })
    .await;
}

async fn seed_opinions(site: &Site) {
    let (a1, a2) = (site.town.cell_a1, site.town.cell_a2);
    let raised = |unit_id, on: &str| NewOpinion {
        id: OpinionId::new(),
        unit_id,
        meeting_id: None,
        member_id: None,
        raised_on: day(on),
        topic: "Đèn đường".to_owned(),
        text: "Ngõ 3 tối.".to_owned(),
    };
    site.seed(async |tx| {
        for (unit_id, on, forwarded, answered) in [
            (a1, "2023-05-01", None, None),
            (a1, "2024-03-01", None, None),
            (a2, "2024-04-01", Some("2024-04-10"), None),
            (a1, "2024-05-01", Some("2024-12-01"), None),
            (a1, "2024-06-01", Some("2024-06-10"), Some("2024-12-20")),
            (a2, "2024-07-01", Some("2024-07-10"), Some("2024-08-01")),
            (a1, "2024-12-01", None, None),
        ] {
            let new = raised(unit_id, on);
            opinions::store::add(tx, &new, clock::now()).await.unwrap();
            let steps = [(Step::Forward, forwarded), (Step::Answer, answered)];
            let taken = steps.into_iter().filter_map(|(step, on)| Some((step, on?)));
            for (version, (step, on)) in (1..).zip(taken) {
                opinions::store::take(tx, new.id, step, (day(on), "UBND"), version).await.unwrap();
            }
        }
    })
    .await;
}

/// Four sheets of cell A1, which by the middle of November 2024 were signed, signed, written
/// and blank; the first was confirmed five days later.
async fn seed_sheets(site: &Site, secretary: &Visitor, officer: &Visitor) {
    for name in ["Lê Thị Sen", "Trần Văn An", "Võ Bình", "Cao Thị Ở"] {
        live(site, site.town.cell_a1, name).await;
    }
    open_year(officer, "phuong-a").await;
    consult(secretary).await;
    for (name, then) in [("Lê Thị Sen", &["sign", "confirm"][..]), ("Trần Văn An", &["sign"])]
    {
        let sheet = sheet_of(secretary, name).await;
        write(secretary, &sheet, 0, "").await.leads_to();
        for step in then {
            let who = if *step == "sign" { secretary } else { officer };
            take_all(who, step).await.leads_to();
        }
    }
    let sheet = sheet_of(secretary, "Võ Bình").await;
    write(secretary, &sheet, 1, "").await.leads_to();
    site.seed(async |tx| {
        for sql in [
            "UPDATE evaluation_step SET from_on = '2024-11-20' WHERE state = 'confirmed'",
            "UPDATE evaluation_step SET from_on = '2024-11-12', to_on = '2024-11-20'
             WHERE state = 'signed' AND to_on IS NOT NULL",
            "UPDATE evaluation_step SET from_on = '2024-11-12'
             WHERE state = 'signed' AND to_on IS NULL",
            "UPDATE evaluation_step SET from_on = '2024-11-05', to_on = '2024-11-12'
             WHERE state = 'written' AND to_on IS NOT NULL",
            "UPDATE evaluation_step SET from_on = '2024-11-05'
             WHERE state = 'written' AND to_on IS NULL",
            "UPDATE evaluation_step SET from_on = '2024-11-01', to_on = '2024-11-05'
             WHERE state = 'blank' AND to_on IS NOT NULL",
            "UPDATE evaluation_step SET from_on = '2024-11-01'
             WHERE state = 'blank' AND to_on IS NULL",
        ] {
            execute(tx, sql).await;
        }
    })
    .await;
}

/// Ward A with everything that its page counts, on each side of the day.
async fn whole_ward() -> (Site, Visitor) {
    let site = Site::with_criteria().await;
    let (a1, a2) = (site.town.cell_a1, site.town.cell_a2);
    let (here, there) =
        site.seed(async |tx| (people(tx, a1, 6).await, people(tx, a2, 5).await)).await;
    live_who(&site, a2, "Võ Thị Hoa", |_, it| it.exempt = Some(ExemptReason::Rotated)).await;
    live_who(&site, a2, "Lê Văn Sơn", |_, it| it.started_on = day("2024-12-01")).await;
    let (secretary, officer) = (site.secretary().await, site.ward_officer().await);
    seed_meetings(&site, &here).await;
    seed_gifts(&site, &here, there[0]).await;
    seed_opinions(&site).await;
    seed_sheets(&site, &secretary, &officer).await;
    (site, officer)
}

#[tokio::test]
async fn each_opens_as_many_rows_on_any_day() {
    let (_site, officer) = whole_ward().await;
    for path in [
        format!("/units/phuong-a?on={DAY}"),
        format!("/units/a1?on={DAY}"),
        "/units/phuong-a?year=2024".to_owned(),
        "/units/a1?year=2024".to_owned(),
        "/units/phuong-a?on=2024-12-31&year=2023".to_owned(),
        format!("/units/phuong-a?on={DAY}&from=2020-06-30"),
    ] {
        let followed = follow_all(&officer, &path).await;
        let of = |list: &str| followed.get(list).copied().unwrap_or_default();
        assert!(of("members") >= 5, "{path}: {followed:?}");
        assert!(of("meetings") >= 4, "{path}: {followed:?}");
        assert!(of("contributions") >= 3 && of("works") == 1, "{path}: {followed:?}");
        assert!(of("opinions") == 4, "{path}: {followed:?}");
        if path.contains("phuong-a") {
            assert!(of("cells") >= 1, "{path}: {followed:?}");
        }
        if !path.contains("year=2023") {
            assert!(of("sheets") >= 8, "{path}: {followed:?}");
        }
    }
}

#[tokio::test]
async fn the_numbers_are_those_of_the_day() {
    let (_site, officer) = whole_ward().await;
    let page = officer.get(&format!("/units/phuong-a?on={DAY}")).await;
    let links = figures(&page);
    let text = |part: &str| {
        let found = links.iter().find(|it| it.href.ends_with(part));
        let text = found.map(|it| it.text.split(' ').next().unwrap());
        text.unwrap_or_else(|| panic!("no link {part} on the page: {links:#?}"))
    };
    assert_eq!(text("/meetings?year=2024&on=2024-11-15"), "5");
    assert_eq!(text("/meetings?year=2024&on=2024-11-15&kind=periodic"), "4");
    // Two for the lane, two for nothing, two for each fund but one, and three lamps.
    assert_eq!(text("/contributions?year=2024&on=2024-11-15"), "10");
    assert_eq!(text("&kind=goods"), "3");
    assert_eq!(text("&work=none"), "5");
    assert_eq!(text("&of=fund"), "3");
    assert_eq!(text("&category=normal&under=a2"), "5");
    assert_eq!(text("&status=recorded"), "2");
    assert_eq!(text("&status=forwarded"), "2");
    assert_eq!(text("&status=answered"), "1");
    assert_eq!(text("&state=unwritten"), "13");
    assert_eq!(text("&state=signed"), "2");
    assert_eq!(text("&state=confirmed"), "0");
    assert_eq!(text("&state=from_signed"), "2");
    page.assert_shows("2 cái<br>1 bộ");
    let later = officer.get("/units/phuong-a?year=2024").await;
    let confirmed = figures(&later).into_iter().find(|it| it.href.ends_with("&state=confirmed"));
    assert_eq!(confirmed.unwrap().text, "1");
}

#[tokio::test]
async fn a_list_says_its_filter_and_takes_it_off() {
    let (_site, officer) = whole_ward().await;
    let list = officer.get("/units/phuong-a/meetings?year=2024&on=15/11/2024&under=a1").await;
    list.assert_shows("năm 2024, đến 15/11/2024, chi bộ tổ dân phố 1");
    list.assert_shows("<b>3 cuộc họp</b>");
    list.assert_shows("Bỏ lọc: đến 15/11/2024");
    let link = list.links().find(|it| it.ends_with("/meetings?on=15%2F11%2F2024&under=a1"));
    officer.get(&link.unwrap()).await.assert_shows("<b>4 cuộc họp</b>");

    let sheets = "/units/phuong-a/evaluations/sheets?year=2024&state=signed";
    let then = officer.get(&format!("{sheets}&on=15/11/2024")).await;
    then.assert_shows("Lê Thị Sen");
    then.assert_shows("ký 12/11/2024");
    then.assert_shows("Bỏ lọc: đến 15/11/2024");
    officer.get(sheets).await.assert_hides("Lê Thị Sen");

    let opinions = "/units/phuong-a/opinions?status=forwarded&year=2024";
    let then = officer.get(&format!("{opinions}&on=2024-11-15")).await;
    then.assert_shows("Trạng thái tính đến ngày 15/11/2024");
    then.assert_shows("năm 2024, đến 15/11/2024, đã chuyển, chờ trả lời");

    let named = officer
        .get("/units/phuong-a/contributions?named=Qu%E1%BB%B9+%26+ngh%C4%A9a+t%C3%ACnh&of=fund")
        .await;
    named.assert_shows("quỹ Quỹ &#38; nghĩa tình");
    named.assert_hides("Đường ngõ 3</td>");

    for path in ["meetings?on=31/2/2024", "contributions?from=31/2/2024", "opinions?on=31/2/2024"] {
        let page = officer.get(&format!("/units/phuong-a/{path}")).await;
        page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_shows("Tháng 2 năm 2024 chỉ có 29 ngày");
        page.assert_shows(r#"value="31/2/2024""#);
    }
    let elsewhere = officer.get("/units/phuong-a/meetings?under=b1").await;
    elsewhere.assert_is(StatusCode::NOT_FOUND);
}

/// The book of the ward that a cell has left opens what happened there, and no more.
#[tokio::test]
async fn a_cell_that_moved_away_is_opened_where_it_was() {
    let site = Site::start().await;
    let (_, cell) = reorganised(&site).await;
    site.seed(async |tx| {
        let here = people(tx, cell, 8).await;
        people(tx, site.town.cell_b1, 6).await;
        meeting(tx, cell, "2025-05-10", &here[..2]).await;
        meeting(tx, cell, "2025-07-20", &[]).await;
        give(tx, &gift(cell, here[0], "2025-06-30", 300_000)).await;
        give(tx, &gift(cell, here[0], "2025-07-02", 100_000)).await;
    })
    .await;
    let officer = site.visitor(Role::WardOfficer, site.town.ward_b).await;
    let before = follow_all(&officer, "/units/phuong-b?on=2025-06-30").await;
    assert!(before["members"] >= 6 && before["meetings"] >= 4, "{before:?}");
    let after = follow_all(&officer, "/units/phuong-b?on=2025-12-31").await;
    assert!(after["contributions"] >= 3, "{after:?}");
    let list = officer.get("/units/phuong-b/members?on=2025-06-30&under=c1").await;
    list.assert_shows("<b>8 đồng chí</b>");
    // Taken away, the list is as narrow as it is on the page.
    let file = officer.export("phuong-b", "members", "on=30/06/2025&under=c1", "excel-csv").await;
    assert_eq!(file.body.matches("Trần Văn").count(), 8);
    let file = officer.export("phuong-b", "contributions", "under=c1", "excel-csv").await;
    assert!(file.body.contains("300000") && !file.body.contains("100000"), "{}", file.body);
}

#[tokio::test]
async fn without_names_a_figure_opens_nothing_but_cells() {
    let (site, _officer) = whole_ward().await;
    let officer = site.organisation_officer().await;
    let followed = follow_all(&officer, &format!("/units/phuong-a?on={DAY}")).await;
    assert!(followed.keys().all(|it| it == "cells" || it == "evaluations"), "{followed:?}");
    assert!(followed["cells"] >= 2);
    for list in ["meetings", "contributions", "opinions", "evaluations/sheets", "members"] {
        let page = officer.get(&format!("/units/phuong-a/{list}?on={DAY}")).await;
        page.assert_is(StatusCode::NOT_FOUND);
    }
    site.outsider().await.get("/units/phuong-a/cells").await.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_unit_that_has_ended_opens_on_its_last_day() {
    let site = Site::start().await;
    let old = NewUnit {
        id: UnitId::new(),
        code: "cu".to_owned(),
        name: "Chi bộ tổ cũ".to_owned(),
        kind: UnitKind::Cell,
        official_code: None,
        parent_id: Some(site.town.ward_a),
        from_on: day("2015-01-01"),
        to_on: Some(day("2025-07-01")),
    };
    site.seed(async |tx| {
        organisation::store::add(tx, std::slice::from_ref(&old), clock::now()).await.unwrap();
        people(tx, old.id, 7).await;
    })
    .await;
    let officer = site.ward_officer().await;
    let page = officer.get("/units/cu").await;
    page.assert_shows(
        "Đơn vị này chỉ có đến hết ngày 30/06/2025. Số liệu dưới đây là của ngày đó.",
    );
    assert_eq!(page.field("on"), "30/06/2025");
    page.assert_shows("/units/cu/members?on=2025-06-30&#38;category=normal\">7</a>");
    let later = officer.get("/units/cu?on=1/7/2025").await;
    later.assert_shows("Xem số liệu đến ngày đó");
}
