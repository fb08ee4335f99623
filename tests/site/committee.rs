//! The committee's page: every figure leads to its rows, and tells no single person to
//! whoever sees no names.

use haichieu::access::model::Role;
use haichieu::contributions::model::{NewWorkItem, WorkKind};
use haichieu::ids::{MemberId, ResidenceId, UnitId, WorkItemId, WorkplaceId};
use haichieu::members::model::{EndReason, ExemptReason, NewResidence, Sex, Workplace};
use haichieu::vietnamese::day::PartialDay;
use haichieu::{clock, contributions, members};
use reqwest::StatusCode;

use crate::members::live_who;
use crate::sheets;
use crate::statistics::{gift, give, home, meeting, people, person, reorganised};
use crate::support::{Page, Site, day};

const DAY: &str = "2024-11-15";

/// Somebody in a cell from one day on, and until another.
async fn lives(
    site: &Site,
    cell: UnitId,
    from: &str,
    ended: Option<(&str, EndReason)>,
    exempt: Option<ExemptReason>,
) -> MemberId {
    live_who(site, cell, "Lê Thị Hoa", |_, home| {
        home.started_on = day(from);
        home.ended = ended.map(|(on, reason)| (day(on), reason));
        home.exempt = exempt;
    })
    .await
}

async fn moves_on(site: &Site, member: MemberId, cell: UnitId, from: &str) {
    let next = NewResidence { id: ResidenceId::new(), ..home(member, cell, from, None) };
    site.seed(async |tx| members::store::add_residence(tx, &next, clock::now()).await.unwrap())
        .await;
}

/// Ward A since July: eight have come, six have left, one of each other kind.
async fn ward_that_changed() -> Site {
    let site = Site::start().await;
    let (a1, a2, b1) = (site.town.cell_a1, site.town.cell_a2, site.town.cell_b1);
    site.seed(async |tx| {
        people(tx, a1, 20).await;
        people(tx, a2, 10).await;
        people(tx, b1, 10).await;
    })
    .await;
    for _ in 0..8 {
        lives(&site, a1, "2024-08-01", None, None).await;
    }
    for _ in 0..6 {
        lives(&site, a2, "2020-01-01", Some(("2024-09-01", EndReason::Retired)), None).await;
    }
    lives(&site, a1, "2020-01-01", Some(("2024-10-01", EndReason::Deceased)), None).await;
    let moved = Some(("2024-10-01", EndReason::Moved));
    let came = lives(&site, b1, "2020-01-01", moved, None).await;
    moves_on(&site, came, a2, "2024-10-01").await;
    let inside = lives(&site, a1, "2020-01-01", moved, None).await;
    moves_on(&site, inside, a2, "2024-10-01").await;
    let category = Some(("2024-07-01", EndReason::Category));
    let back = lives(&site, a1, "2020-01-01", category, Some(ExemptReason::Rotated)).await;
    moves_on(&site, back, a1, "2024-07-01").await;
    site
}

/// The links of a page whose text is a number, with it.
fn figures(page: &Page, to: &str) -> Vec<(String, i64)> {
    let links = page.body.split(r#"<a href=""#).skip(1).filter_map(|rest| {
        let (href, rest) = rest.split_once("\">")?;
        let (text, _) = rest.split_once("</a>")?;
        let count = text.replace('.', "").parse().ok()?;
        Some((href.replace("&#38;", "&"), count))
    });
    links.filter(|(href, _)| href.contains(to)).collect()
}

/// The row of a table that holds the text.
fn row<'a>(page: &'a Page, text: &str) -> &'a str {
    let mut rows = page.body.split("<tr>").filter(|it| it.contains(text));
    rows.next().unwrap_or_else(|| panic!("no row {text} on the page:\n{}", page.body))
}

#[tokio::test]
async fn the_page_says_why_the_number_changed() {
    let site = ward_that_changed().await;
    let officer = site.ward_officer().await;
    let page = officer.get(&format!("/units/phuong-a?on={DAY}")).await;
    page.assert_is(StatusCode::OK);
    page.assert_shows("Vì sao từ 38 thành 41");
    page.assert_shows("tăng 3 từ 30/06/2024; ngoài ra");
    for (flow, count) in [
        ("Giới thiệu mới về", "+8"),
        ("Chuyển đến từ nơi khác", "+1"),
        ("Trở lại diện bình thường", "+1"),
        ("Nghỉ hưu, về chi bộ nơi cư trú", "−6"),
        ("Từ trần", "−1"),
    ] {
        let row = row(&page, flow);
        assert!(row.contains(&format!(r#"<td class="num">{count}</td>"#)), "{row}");
    }
    page.assert_hides("Chuyển đi nơi khác</a>");

    // Within the ward nobody moved out; for the cell somebody did.
    let cell = officer.get(&format!("/units/a1?on={DAY}")).await;
    assert!(row(&cell, "Chuyển đi nơi khác").contains("−1"));
    let longer = officer.get(&format!("/units/phuong-a?on={DAY}&from=31/12/2019")).await;
    longer.assert_shows("Vì sao từ 0 thành 41");
}

#[tokio::test]
async fn every_row_of_the_bridge_opens_its_people() {
    let site = ward_that_changed().await;
    let officer = site.ward_officer().await;
    let page = officer.get(&format!("/units/phuong-a?on={DAY}")).await;
    let links: Vec<String> = page.links().filter(|it| it.contains("/changes?")).collect();
    assert_eq!(links.len(), 5);
    for (link, count) in links.iter().zip([8, 1, 1, 6, 1]) {
        let list = officer.get(link).await;
        list.assert_is(StatusCode::OK);
        list.assert_shows(&format!("<b>{count} đồng chí</b>"));
        assert_eq!(list.body.matches(r#"<th scope="row">"#).count(), count);
    }
    let moved = officer.get(&links[1]).await;
    moved.assert_shows("có ngày 15/11/2024 mà không có ngày 30/06/2024");
    moved.assert_shows("Chi bộ thôn Đông, Phường Bến Thủy");
    moved.assert_shows("Chi bộ tổ dân phố 2, Phường An Bình");
    moved.assert_shows("01/10/2024");

    // Whoever left the ward is named, but their record is no longer the ward's to open.
    let town_b = site.visitor(Role::WardOfficer, site.town.ward_b).await;
    let path = format!("/units/phuong-b/changes?from=2024-06-30&on={DAY}&kind=moved_out");
    let gone = town_b.get(&path).await;
    gone.assert_shows("Lê Thị Hoa");
    gone.assert_hides("/members/");

    let wrong = officer.get("/units/phuong-a/changes?from=31/2/2024&kind=joined").await;
    wrong.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    wrong.assert_shows("Tháng 2 năm 2024 chỉ có 29 ngày");
    let path = "/units/phuong-a/changes?kind=vanished";
    officer.get(path).await.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn people_behind_the_bridge_are_for_those_who_see_names() {
    let site = ward_that_changed().await;
    let path = format!("/units/phuong-a/changes?from=2024-06-30&on={DAY}&kind=joined");
    site.organisation_officer().await.get(&path).await.assert_is(StatusCode::NOT_FOUND);
    site.outsider().await.get(&path).await.assert_is(StatusCode::NOT_FOUND);
    let officer = site.organisation_officer().await;
    for code in ["thanh-pho", "phuong-a", "a1"] {
        let page = officer.get(&format!("/units/{code}?on={DAY}")).await;
        page.assert_is(StatusCode::OK);
        for hidden in ["/members?", "/changes?", "/meetings?", "/contributions?", "/opinions?"] {
            page.assert_hides(hidden);
        }
    }
}

#[tokio::test]
async fn a_reason_of_few_is_not_told_without_names() {
    let site = ward_that_changed().await;
    let officer = site.organisation_officer().await;
    let page = officer.get(&format!("/units/phuong-a?on={DAY}")).await;
    // Two days that differ by three people do not stand side by side.
    page.assert_shows("Thay đổi số đảng viên");
    page.assert_hides("Vì sao từ");
    page.assert_hides("tăng 3");
    for _ in 0..3 {
        lives(&site, site.town.cell_a1, "2024-08-01", None, None).await;
    }
    // Another one: what no act has written down leaves kept pages as they are.
    let officer = site.organisation_officer().await;
    let page = officer.get(&format!("/units/phuong-a?on={DAY}")).await;
    page.assert_shows("Vì sao từ 38 thành 44");
    for few in ["Chuyển đến từ nơi khác", "Từ trần", "Trở lại diện bình thường"]
    {
        let row = row(&page, few);
        assert!(row.contains("&#60; 5") || row.contains("ẩn"), "{row}");
    }
    page.assert_hides("+1</td>");
    page.assert_hides("−1</td>");
    // The cells, whose rows would tell the ward's, hide the same reasons and more.
    for cell in ["a1", "a2"] {
        let page = officer.get(&format!("/units/{cell}?on={DAY}")).await;
        page.assert_hides("+1</td>");
        page.assert_hides("−1</td>");
    }
}

#[tokio::test]
async fn a_cell_that_changed_its_ward_is_a_reason_of_its_own() {
    let site = Site::start().await;
    let (_, cell) = reorganised(&site).await;
    site.seed(async |tx| people(tx, cell, 8).await).await;
    let officer = site.visitor(Role::WardOfficer, site.town.ward_b).await;
    let left = officer.get("/units/phuong-b?on=2025-07-01&from=2025-06-30").await;
    left.assert_shows("Vì sao từ 8 thành 0");
    assert!(row(&left, "Chi bộ chuyển đi khi sắp xếp").contains("−8"));
    let city = site.organisation_officer().await;
    let came = city.get("/units/phuong-c?on=2025-07-01&from=2025-06-30").await;
    came.assert_shows("Vì sao từ 0 thành 8");
    assert!(row(&came, "Chi bộ chuyển về khi sắp xếp").contains("+8"));
    let whole = city.get("/units/thanh-pho?on=2025-07-01&from=2025-06-30").await;
    whole.assert_shows("Không có ai đến, đi hay đổi diện.");
}

/// A ward whose people differ in sex, age and workplace; of some nothing is known.
async fn ward_of_many() -> Site {
    let site = Site::start().await;
    let places = ["Sở Y tế", "Trường Lê Bình"]
        .map(|name| Workplace { id: WorkplaceId::new(), name: name.to_owned() });
    site.seed(async |tx| {
        for place in &places {
            members::store::add_workplace(tx, place, None).await.unwrap();
        }
    })
    .await;
    for (at, born) in (0..17).zip(["1959", "12/6/1979", "15/11/1994", "16/11/1994"].iter().cycle())
    {
        let cell = if at % 3 == 0 { site.town.cell_a2 } else { site.town.cell_a1 };
        live_who(&site, cell, "Lê Văn Sơn", |member, _| {
            member.born = PartialDay::read(born).ok().filter(|_| at != 16);
            member.sex =
                [Some(Sex::Male), Some(Sex::Female), None][if at < 14 { at % 2 } else { 2 }];
            member.workplace_id =
                [Some(places[0].id), Some(places[1].id), None][if at < 12 { 0 } else { at % 3 }];
        })
        .await;
    }
    // Of somebody who has moved out of the ward since, it is not told where they work now.
    let gone = live_who(&site, site.town.cell_a1, "Võ Bình", |member, home| {
        member.workplace_id = Some(places[0].id);
        home.ended = Some((day("2024-12-01"), EndReason::Moved));
    })
    .await;
    moves_on(&site, gone, site.town.cell_b1, "2024-12-01").await;
    lives(&site, site.town.cell_a1, "2020-01-01", None, Some(ExemptReason::Rotated)).await;
    site
}

#[tokio::test]
async fn every_figure_leads_to_a_list_of_as_many() {
    let site = ward_of_many().await;
    let officer = site.ward_officer().await;
    for code in ["phuong-a", "a1"] {
        let page = officer.get(&format!("/units/{code}?on={DAY}")).await;
        let links = figures(&page, "/members?");
        assert!(links.len() > 10, "{links:?}");
        for (link, count) in links {
            let list = officer.get(&link).await;
            list.assert_shows(&format!("<b>{count} đồng chí</b>"));
        }
    }
    let page = officer.get(&format!("/units/phuong-a?on={DAY}")).await;
    let link = page.links().find(|it| it.contains("sex=male&age=60")).unwrap();
    let list = officer.get(&link).await;
    list.assert_shows("tính đến 15/11/2024: diện bình thường, giới nam, tuổi 60 trở lên.");
    list.assert_shows("Bỏ lọc: giới nam");
    let link = page.links().find(|it| it.contains("workplace=") && !it.contains("none")).unwrap();
    officer.get(&link).await.assert_shows("công tác tại Sở Y tế");
    let file = officer.export("phuong-a", "members", "on=15/11/2024&sex=female", "excel-csv").await;
    assert_eq!(file.body.matches("Lê Văn Sơn").count(), 7);
}

#[tokio::test]
async fn ages_count_whole_years_and_name_what_is_unknown() {
    let site = ward_of_many().await;
    let page = site.ward_officer().await.get(&format!("/units/phuong-a?on={DAY}")).await;
    let link = |sex: &str, age: &str| {
        let part = format!("sex={sex}&age={age}");
        let found = figures(&page, &part).into_iter().find(|(href, _)| href.ends_with(&part));
        found.map_or(0, |it| it.1)
    };
    // Born on 15/11/1994, somebody is thirty on the day; a day younger, not yet.
    assert_eq!((link("male", "60"), link("male", "30-34"), link("male", "u30")), (4, 3, 0));
    assert_eq!((link("female", "45-49"), link("female", "u30")), (5, 3));
    assert_eq!((link("none", "30-34"), link("none", "none")), (1, 1));
    page.assert_shows("chỉ biết năm sinh thì tính từ ngày 01/01");
}

#[tokio::test]
async fn without_names_people_are_told_in_fives() {
    let site = ward_of_many().await;
    let page = site.organisation_officer().await.get(&format!("/units/phuong-a?on={DAY}")).await;
    page.assert_shows("Làm tròn đến 5 người");
    // Seven men and seven women, eighteen in all: told as fives; four of sixty as few.
    page.assert_shows(r#"<tr><td class="num">5</td><th scope="row">Cộng</th><td>10</td>"#);
    assert!(row(&page, "60 trở lên").contains("&#60; 5"));
    page.assert_shows("Sở Y tế");
    page.assert_hides("Trường Lê Bình");
    let path = format!("/units/phuong-a/workplaces?on={DAY}");
    let all = site.organisation_officer().await.get(&path).await;
    all.assert_shows("1 nơi có dưới 5 người");
    all.assert_hides("Trường Lê Bình");
    site.ward_officer()
        .await
        .get("/units/phuong-a/workplaces")
        .await
        .assert_shows("Trường Lê Bình");
    // Where not even the number is told, nothing is told of the people.
    let small = site.organisation_officer().await.get("/units/phuong-b?on=2024-11-15").await;
    small.assert_hides("Sở Y tế");
}

#[tokio::test]
async fn half_years_say_which_cells_met_and_who_came() {
    let site = Site::start().await;
    let (a1, a2) = (site.town.cell_a1, site.town.cell_a2);
    site.seed(async |tx| {
        let here = people(tx, a1, 10).await;
        people(tx, a2, 6).await;
        meeting(tx, a1, "2023-10-01", &here[..2]).await;
        meeting(tx, a1, "2024-05-10", &here[..1]).await;
        meeting(tx, a2, "2024-05-10", &[]).await;
        meeting(tx, a1, "2024-10-10", &here[..5]).await;
        meeting(tx, a2, "2024-11-20", &[]).await;
    })
    .await;
    let page = site.ward_officer().await.get(&format!("/units/phuong-a?on={DAY}")).await;
    page.assert_shows(">1/2</a></dd>");
    page.assert_shows("5 trên 10 lượt phải dự trong kỳ</dt>");
    page.assert_shows(">50,0%</a></dd>");
    page.assert_shows("II/23: 80,0%; I/24: 93,8%; II/24: 50,0%.");
    let first = row(&page, "<th scope=\"row\">I/24</th>");
    assert!(first.contains("2/2") && first.contains("15/16"), "{first}");
    assert!(row(&page, "/units/a1?").contains("10/10/2024"));
    assert!(row(&page, "/units/a2?").contains("Chưa họp"), "the meeting to come has not been held");
    let cell = site.secretary().await.get(&format!("/units/a1?on={DAY}")).await;
    cell.assert_shows(">10/10/2024</a></dd>");
}

/// The names of the units in the table, in its order.
fn names(page: &Page) -> Vec<&str> {
    let table = page.body.split(r#"id="units""#).nth(1).unwrap().split("</table>").next().unwrap();
    let cells = table.split(r#"<th scope="row"><a href="/units/"#).skip(1);
    cells.map(|it| it.split_once("\">").unwrap().1.split("</a>").next().unwrap()).collect()
}

#[tokio::test]
async fn units_stand_in_the_order_that_is_asked_for() {
    let site = Site::start().await;
    site.seed(async |tx| {
        people(tx, site.town.cell_a1, 3).await;
        people(tx, site.town.cell_a2, 9).await;
    })
    .await;
    let officer = site.ward_officer().await;
    let sorted =
        async |sort: &str| officer.get(&format!("/units/phuong-a?on={DAY}&sort={sort}")).await;
    let plain = sorted("").await;
    assert_eq!(names(&plain), ["Tổ dân phố 1", "Tổ dân phố 2"]);
    plain.assert_shows(r#"<th scope="col" aria-sort="ascending">"#);
    let falling = sorted("-members").await;
    assert_eq!(names(&falling), ["Tổ dân phố 2", "Tổ dân phố 1"]);
    falling.assert_shows(r#"<th scope="col" class="num" aria-sort="descending">"#);
    let link = falling.links().find(|it| it.contains("sort=members")).unwrap();
    assert_eq!(names(&officer.get(&link).await), ["Tổ dân phố 1", "Tổ dân phố 2"]);
    for column in ["met", "attendance", "signed", "letters", "given", "nonsense"] {
        sorted(column).await.assert_is(StatusCode::OK);
    }
}

#[tokio::test]
async fn works_say_how_much_of_their_goal_is_there() {
    let site = Site::start().await;
    let cell = site.town.cell_a1;
    site.seed(async |tx| {
        let here = people(tx, cell, 6).await;
        let work = |name: &str, goal, measure: &str, completed: Option<&str>| NewWorkItem {
            id: WorkItemId::new(),
            unit_id: cell,
            code: None,
            kind: WorkKind::Work,
            name: name.to_owned(),
            goal: Some(goal),
            measure: measure.to_owned(),
            started_on: None,
            completed_on: completed.map(day),
            note: String::new(),
        };
        let lane = work("Đường ngõ 3", 2_000_000, "đồng", None);
        let old = work("Nhà văn hóa", 1_000_000, "đồng", Some("2023-05-01"));
        for it in [&lane, &old] {
            contributions::store::add_work(tx, it, clock::now()).await.unwrap();
        }
        for on in ["2023-03-01", "2024-03-01", "2024-12-01"] {
            let mut gift = gift(cell, here[0], on, 500_000);
            gift.work_item_id = Some(lane.id);
            give(tx, &gift).await;
        }
    })
    .await;
    let page = site.ward_officer().await.get(&format!("/units/phuong-a?on={DAY}")).await;
    let lane = row(&page, "Đường ngõ 3");
    assert!(lane.contains("1.000.000\u{a0}đ</a><br><small>trên 2.000.000\u{a0}đ, 50,0%"), "{lane}");
    page.assert_shows("1 công trình, quỹ; 0 đã đạt");
    page.assert_hides("Nhà văn hóa");
}

#[tokio::test]
async fn the_first_day_lies_before_the_second() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    let page = officer.get("/units/phuong-a?on=15/11/2024&from=16/11/2024").await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Chọn ngày trước ngày 15/11/2024");
    assert_eq!(page.field("from"), "16/11/2024");
}

#[tokio::test]
async fn sheets_stand_on_the_page_as_far_as_they_have_come() {
    let (site, _, officer) = sheets::signed().await;
    let page = officer.get("/units/phuong-a?year=2024").await;
    page.assert_is(StatusCode::OK);
    page.assert_shows("<dt>chi bộ đã ký, chờ xác nhận</dt>");
    page.assert_hides(r#"id="hatch""#);
    sheets::take_all(&officer, "confirm").await.leads_to();
    let page = officer.get("/units/phuong-a?year=2024").await;
    page.assert_shows(r#"id="hatch""#);
    page.assert_shows(r#"class="options""#);
    // Without names a handful of sheets is not told by option.
    let city = site.organisation_officer().await.get("/units/phuong-a?year=2024").await;
    city.assert_hides("stack\" width=\"100%\"");
}

#[tokio::test]
async fn letters_that_are_missing_lead_to_their_people() {
    let site = Site::start().await;
    site.seed(async |tx| {
        people(tx, site.town.cell_a1, 7).await;
        let other = person("Võ Bình");
        members::store::add(tx, &other, clock::now()).await.unwrap();
        let home = home(other.id, site.town.cell_a2, "2020-01-01", None);
        members::store::add_residence(tx, &home, clock::now()).await.unwrap();
    })
    .await;
    let page = site.ward_officer().await.get(&format!("/units/phuong-a?on={DAY}")).await;
    let missing = figures(&page, "letter=missing");
    let counts: Vec<i64> = missing.iter().map(|it| it.1).collect();
    assert_eq!(counts, [8, 7, 1, 8]);
}
