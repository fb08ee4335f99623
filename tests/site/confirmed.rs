//! Figures that somebody answers for: frozen, and held against the books as they go on.

use chrono::{Days, NaiveDate};
use haichieu::access::model::Role;
use haichieu::db::Tx;
use haichieu::ids::{ConfirmationId, MemberId, MergeId, UnitId};
use haichieu::members::model::{EndReason, ExemptReason};
use haichieu::members::store::Merge;
use haichieu::reports::confirmed::Confirmation;
use haichieu::vietnamese::day as vietnamese_day;
use haichieu::{audit, clock, members, reports};
use reqwest::StatusCode;
use sqlx::Executor;

use crate::statistics::{gift, give, home, meeting, people, person, reorganised};
use crate::support::{Page, Site, Visitor, day};

const ON: &str = "31/12/2024";

/// The form as the preview of the day fills it in.
async fn form(visitor: &Visitor, code: &str, on: &str) -> Vec<(&'static str, String)> {
    let page = visitor.get(&format!("/units/{code}/confirmed/new?on={on}")).await;
    page.assert_is(StatusCode::OK);
    ["id", "on", "seal", "shown"].map(|it| (it, field(&page, it))).to_vec()
}

/// A hidden field: the filter above has one of the same name.
fn field(page: &Page, name: &str) -> String {
    let hidden = page.body.split(r#"type="hidden" name=""#).skip(1);
    let mut values = hidden.filter_map(|it| it.strip_prefix(name)?.strip_prefix(r#"" value=""#));
    let value = values.next().unwrap_or_else(|| panic!("no field {name}:\n{}", page.body));
    value.split('"').next().unwrap().to_owned()
}

async fn send(visitor: &Visitor, code: &str, form: &[(&'static str, String)]) -> Page {
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    visitor.post(&format!("/units/{code}/confirmed"), &form).await
}

/// Confirms the day as a visitor does who looked at it.
pub async fn confirm(visitor: &Visitor, code: &str, on: &str) -> ConfirmationId {
    let form = form(visitor, code, on).await;
    let page = send(visitor, code, &form).await;
    assert!(page.leads_to().starts_with(&format!("/units/{code}/confirmed?on=")));
    form[0].1.parse().unwrap()
}

async fn stored(site: &Site, unit_id: UnitId) -> Vec<Confirmation> {
    let mut tx = site.db.read().await.unwrap();
    reports::store::list(&mut tx, unit_id, 100).await.unwrap()
}

/// Ends the open residence of a member, as a page would.
pub async fn end(tx: &mut Tx, id: MemberId, on: NaiveDate, reason: EndReason) {
    let home = members::store::get_residence(tx, id).await.unwrap();
    members::store::end_residence(tx, home.id, home.version, on, reason).await.unwrap();
}

pub async fn arrive(tx: &mut Tx, cell_id: UnitId, from: &str, name: &str) -> MemberId {
    let member = person(name);
    members::store::add(tx, &member, clock::now()).await.unwrap();
    let home = home(member.id, cell_id, from, None);
    members::store::add_residence(tx, &home, clock::now()).await.unwrap();
    member.id
}

/// The cells of the row with this head, in the table below this caption.
pub fn row(page: &Page, caption: &str, head: &str) -> Vec<String> {
    let table = page.body.split(caption).nth(1).unwrap_or_else(|| panic!("{caption}"));
    let table = table.split("</table>").next().unwrap();
    let row = table.split("<tr").find(|it| it.contains(head));
    let row = row.unwrap_or_else(|| panic!("no row {head} in {table}"));
    let cells = row.split("<td").skip(1).map(|it| {
        let it = it.split_once('>').unwrap().1.split("</td>").next().unwrap();
        it.to_owned()
    });
    cells.collect()
}

#[tokio::test]
async fn what_came_later_is_explained_beside_what_stays() {
    let site = Site::start().await;
    let (cell, other) = (site.town.cell_a1, site.town.cell_a2);
    let ids = site
        .seed(async |tx| {
            let ids = people(tx, cell, 20).await;
            people(tx, other, 7).await;
            meeting(tx, cell, "2024-05-10", &ids[..2]).await;
            ids
        })
        .await;
    let secretary = site.secretary().await;
    confirm(&secretary, "a1", ON).await;
    let before = stored(&site, cell).await.remove(0);
    let page = secretary.get("/units/a1/confirmed").await;
    page.assert_shows("Sổ hiện nay nói đúng như lúc chốt");
    page.assert_hides("Vì sao số đảng viên khác");

    site.seed(async |tx| {
        arrive(tx, cell, "2024-03-01", "Lâm Thị Muộn").await;
        arrive(tx, cell, "2025-03-01", "Hà Văn Sau").await;
        end(tx, ids[0], day("2024-11-01"), EndReason::Deceased).await;
        end(tx, ids[1], day("2025-02-01"), EndReason::Moved).await;
        // Moved away before the day, and changed category before it.
        end(tx, ids[2], day("2024-10-01"), EndReason::Moved).await;
        let away = home(ids[2], other, "2024-10-01", None);
        members::store::add_residence(tx, &away, clock::now()).await.unwrap();
        end(tx, ids[3], day("2024-09-01"), EndReason::Category).await;
        let mut exempt = home(ids[3], cell, "2024-09-01", None);
        exempt.exempt = Some(ExemptReason::Rotated);
        members::store::add_residence(tx, &exempt, clock::now()).await.unwrap();
        give(tx, &gift(cell, ids[4], "2024-06-01", 300_000)).await;
    })
    .await;

    let page = secretary.get("/units/a1/confirmed").await;
    let caption = "Lúc chốt và hiện nay";
    assert_eq!(row(&page, caption, ">Đảng viên<"), ["20", "18", "−2"]);
    assert_eq!(row(&page, caption, ">Được miễn sinh hoạt<"), ["0", "1", "+1"]);
    assert_eq!(row(&page, caption, ">Lượt đóng góp<"), ["0", "1", "+1"]);
    let caption = "Vì sao số đảng viên khác";
    assert_eq!(row(&page, caption, "ghi vào sổ sau khi chốt")[..2], ["+1", "0"]);
    assert_eq!(row(&page, caption, "đã thôi trước ngày ấy")[..2], ["−2", "0"]);
    assert_eq!(row(&page, caption, "Chuyển diện")[..2], ["−1", "+1"]);
    page.assert_shows("Lâm Thị Muộn");
    page.assert_hides("Hà Văn Sau");
    page.assert_shows("+1 lượt, +300.000\u{a0}đ");
    page.assert_hides("Sửa khác");

    // Nothing that was written touched the row that was frozen.
    let after = stored(&site, cell).await.remove(0);
    assert_eq!((before.figures, before.normal), (after.figures, after.normal));
    assert_eq!(before.confirmed_at, after.confirmed_at);
}

#[tokio::test]
async fn the_bridge_adds_up_whatever_is_written_later() {
    let site = Site::start().await;
    let (_, cell) = reorganised(&site).await;
    let (a1, b1) = (site.town.cell_a1, site.town.cell_b1);
    let ids = site
        .seed(async |tx| {
            let mut ids = people(tx, a1, 12).await;
            ids.extend(people(tx, b1, 9).await);
            ids.extend(people(tx, cell, 8).await);
            ids
        })
        .await;
    let officers = [
        ("thanh-pho", site.visitor_who(Role::OrganisationOfficer, site.town.city, true).await),
        ("phuong-a", site.ward_officer().await),
        ("phuong-b", site.visitor(Role::WardOfficer, site.town.ward_b).await),
    ];
    for (code, officer) in &officers {
        confirm(officer, code, ON).await;
    }
    let units = [site.town.cell_a1, site.town.cell_b1, cell];
    // Different things in every round: who comes, who goes, where and when.
    for (round, id) in ids.iter().enumerate().step_by(2) {
        site.seed(async |tx| {
            let reasons = [EndReason::Moved, EndReason::Category, EndReason::Deceased];
            let on = day("2024-06-01") + Days::new(u64::try_from(round).unwrap() * 17);
            let reason = reasons[round / 2 % 3];
            end(tx, *id, on, reason).await;
            let mut next = home(*id, units[round % 3], "2024-06-01", None);
            next.started_on = on;
            if reason == EndReason::Category {
                next.exempt = Some(ExemptReason::Rotated);
            }
            if reason != EndReason::Deceased {
                members::store::add_residence(tx, &next, clock::now()).await.unwrap();
            }
            if round % 4 == 0 {
                arrive(tx, units[round / 4 % 3], "2024-02-01", "Lâm Thị Muộn").await;
            }
        })
        .await;
    }
    let number = |text: &str| -> i64 {
        text.replace('.', "").replace('−', "-").replace('+', "").parse().unwrap()
    };
    for (code, officer) in &officers {
        let page = officer.get(&format!("/units/{code}/confirmed")).await;
        let table = page.body.split("Vì sao số đảng viên khác").nth(1).unwrap();
        let table = table.split("</table>").next().unwrap();
        page.assert_hides("Sửa khác");
        for label in ["Đảng viên", "Được miễn"] {
            let head = format!(r#"<td data-l="{label}" class="num">"#);
            let cells = table.split(&head).skip(1);
            let counts: Vec<i64> = cells.map(|it| number(it.split('<').next().unwrap())).collect();
            let (now, steps) = counts.split_last().unwrap();
            assert!(steps.len() > 2, "{code}: too little happened");
            assert_eq!(steps.iter().sum::<i64>(), *now, "{code}, {label}: {counts:?}");
        }
    }
}

#[tokio::test]
async fn merges_and_what_left_no_trace_have_their_rows() {
    let site = Site::start().await;
    let cell = site.town.cell_a1;
    let today = clock::today();
    let ids = site.seed(async |tx| people(tx, cell, 12).await).await;
    let secretary = site.secretary().await;
    confirm(&secretary, "a1", &vietnamese_day::short(today)).await;
    site.seed(async |tx| {
        let merged = members::store::get_residence(tx, ids[0]).await.unwrap();
        let merge = Merge {
            id: MergeId::new(),
            kept_id: ids[1],
            merged_id: ids[0],
            account_name: String::new(),
            merged_at: clock::now(),
            form_before: "{}".to_owned(),
            form_after: "{}".to_owned(),
            residence_id: Some(merged.id),
            undone_at: None,
        };
        members::store::add_merge(tx, &merge).await.unwrap();
        end(tx, ids[0], today, EndReason::Other).await;
        // As the undoing of an import takes out those whom nothing else speaks of.
        members::store::remove(tx, ids[2]).await.unwrap();
        members::store::remove(tx, ids[3]).await.unwrap();
    })
    .await;
    let page = secretary.get("/units/a1/confirmed").await;
    let caption = "Vì sao số đảng viên khác";
    assert_eq!(row(&page, caption, ">Lúc chốt<")[..2], ["12", "0"]);
    assert_eq!(row(&page, caption, "Gộp hồ sơ trùng")[..2], ["−1", "0"]);
    assert_eq!(row(&page, caption, "Sửa khác")[..2], ["−2", "0"]);
    assert_eq!(row(&page, caption, "Sổ hiện nay")[..2], ["9", "0"]);
    page.assert_shows("không còn dấu từng người");
}

#[tokio::test]
async fn a_form_confirms_once_and_a_day_again_is_a_newer_one() {
    let site = Site::start().await;
    let cell = site.town.cell_a1;
    site.seed(async |tx| people(tx, cell, 12).await).await;
    let secretary = site.secretary().await;
    let first = form(&secretary, "a1", ON).await;
    let typed: Vec<_> = first.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for page in secretary.post_at_once("/units/a1/confirmed", &typed, 4).await {
        page.leads_to();
    }
    let id: ConfirmationId = first[0].1.parse().unwrap();
    let entries = site.seed(async |tx| audit::store::list_of(tx, id.0, 10).await.unwrap()).await;
    assert_eq!(entries.len(), 1);
    assert!(entries[0].summary.contains("Chốt số liệu của chi bộ tổ dân phố 1"));
    assert!(entries[0].summary.contains("31/12/2024: 12 đảng viên"));

    site.seed(async |tx| arrive(tx, cell, "2024-03-01", "Lâm Thị Muộn").await).await;
    confirm(&secretary, "a1", ON).await;
    let rows = stored(&site, cell).await;
    let said: Vec<_> = rows.iter().map(|it| (it.number, it.normal)).collect();
    assert_eq!(said, [(2, 13), (1, 12)]);
    let page = secretary.get("/units/a1/confirmed?on=2024-12-31&number=1").await;
    page.assert_shows("Ngày này đã được chốt lại sau đó");
    let page = secretary.get("/units/a1/confirmed?on=2024-12-31").await;
    page.assert_shows("lần 2");
    for wrong in ["?on=2023-12-31", "?on=hôm qua", "?on=2024-12-31&number=3"] {
        let page = secretary.get(&format!("/units/a1/confirmed{wrong}")).await;
        page.assert_is(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn what_was_not_looked_at_is_not_confirmed() {
    let site = Site::start().await;
    let cell = site.town.cell_a1;
    let ids = site.seed(async |tx| people(tx, cell, 12).await).await;
    let secretary = site.secretary().await;
    let seen = form(&secretary, "a1", ON).await;
    site.seed(async |tx| end(tx, ids[0], day("2024-06-01"), EndReason::Deceased).await).await;
    let page = send(&secretary, "a1", &seen).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("11 đảng viên");
    page.assert_shows("12 đảng viên");
    assert!(stored(&site, cell).await.is_empty());
    // Looked at, the same form is taken.
    let again: Vec<_> = ["id", "on", "seal", "shown"].map(|it| (it, field(&page, it))).to_vec();
    send(&secretary, "a1", &again).await.leads_to();
    assert_eq!(stored(&site, cell).await[0].normal, 11);
    // Somebody else's form of before comes too late.
    let (late, other) = (form(&secretary, "a1", ON).await, site.secretary().await);
    confirm(&other, "a1", ON).await;
    send(&secretary, "a1", &late).await.assert_is(StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_day_that_cannot_be_is_said_so_and_the_text_kept() {
    let site = Site::start().await;
    site.seed(async |tx| people(tx, site.town.cell_a1, 12).await).await;
    let secretary = site.secretary().await;
    confirm(&secretary, "a1", "30/06/2024").await;
    let form = form(&secretary, "a1", ON).await;
    let tomorrow = vietnamese_day::short(clock::today() + Days::new(1));
    let long = "a".repeat(301);
    let cases = [
        (tomorrow.as_str(), "báo cáo", "chưa tới"),
        ("31/12/2023", "báo cáo", "Đã chốt đến 30/06/2024"),
        ("31/2/2024", "báo cáo", "Tháng 2 năm 2024 chỉ có 29 ngày"),
        ("", "báo cáo", "wrong"),
        (ON, &long, "nhiều nhất 300 ký tự"),
    ];
    for (on, note, fault) in cases {
        let mut form = form.clone();
        form[1].1 = on.to_owned();
        form.push(("note", note.to_owned()));
        let page = send(&secretary, "a1", &form).await;
        page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_shows(fault);
        page.assert_shows(&format!(r#"value="{on}""#));
    }
    let page = secretary.get("/units/a1/confirmed/new?on=01/01/2014").await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(stored(&site, site.town.cell_a1).await.len(), 1);
}

#[tokio::test]
async fn each_unit_answers_for_itself_and_is_read_from_above() {
    let site = Site::start().await;
    site.seed(async |tx| {
        people(tx, site.town.cell_a1, 12).await;
        people(tx, site.town.cell_a2, 9).await;
    })
    .await;
    let (secretary, officer) = (site.secretary().await, site.ward_officer().await);
    let city = site.organisation_officer().await;
    confirm(&secretary, "a1", ON).await;
    for (visitor, code) in [(&officer, "a1"), (&city, "phuong-a"), (&city, "a1")] {
        let new = format!("/units/{code}/confirmed/new");
        visitor.get(&new).await.assert_is(StatusCode::FORBIDDEN);
        let form = [("id", ConfirmationId::new().to_string()), ("on", ON.to_owned())];
        send(visitor, code, &form).await.assert_is(StatusCode::FORBIDDEN);
        visitor.get(&format!("/units/{code}/confirmed")).await.assert_is(StatusCode::OK);
    }
    let outsider = site.outsider().await;
    outsider.get("/units/a1/confirmed").await.assert_is(StatusCode::NOT_FOUND);
    outsider.get("/units/a1/confirmed/new").await.assert_is(StatusCode::NOT_FOUND);
    officer.get("/units/a1/confirmed").await.assert_shows("31/12/2024");

    // The ward's table, where a cell has confirmed another number.
    officer.get(&format!("/units/phuong-a/confirmed/new?on={ON}")).await.assert_shows("Khớp");
    site.seed(async |tx| arrive(tx, site.town.cell_a1, "2024-03-01", "Lâm Thị Muộn").await).await;
    confirm(&officer, "phuong-a", ON).await;
    let page = officer.get("/units/phuong-a/confirmed").await;
    page.assert_shows("Đơn vị bên dưới đã chốt con số khác");
    page.assert_shows("12 đảng viên");
    // Who sees no names is told that they differ, not by whom.
    confirm(&city, "thanh-pho", ON).await;
    let page = city.get("/units/phuong-a/confirmed").await;
    page.assert_shows("Đơn vị bên dưới đã chốt con số khác");
    page.assert_hides("12 đảng viên");
}

#[tokio::test]
async fn a_small_difference_points_at_nobody() {
    let site = Site::start().await;
    let cell = site.town.cell_a1;
    let ids = site
        .seed(async |tx| {
            people(tx, site.town.cell_b1, 30).await;
            people(tx, site.town.cell_a2, 30).await;
            people(tx, cell, 20).await
        })
        .await;
    let city = site.organisation_officer().await;
    let secretary = site.secretary().await;
    confirm(&city, "thanh-pho", ON).await;
    confirm(&secretary, "a1", ON).await;
    site.seed(async |tx| {
        end(tx, ids[0], day("2024-06-01"), EndReason::Deceased).await;
        end(tx, ids[1], day("2024-06-01"), EndReason::Deceased).await;
    })
    .await;
    for code in ["thanh-pho", "a1"] {
        let page = city.get(&format!("/units/{code}/confirmed")).await;
        let people = row(&page, "Lúc chốt và hiện nay", ">Đảng viên<");
        assert_eq!(people[1..], ["ẩn", "&#60; 5"], "{code}");
        page.assert_hides("−2");
        page.assert_hides("/members/");
        page.assert_shows("Sổ hiện nay nói khác lúc chốt");
    }
    let page = secretary.get("/units/a1/confirmed").await;
    assert_eq!(row(&page, "Lúc chốt và hiện nay", ">Đảng viên<"), ["20", "18", "−2"]);
}

#[tokio::test]
async fn no_query_changes_what_was_confirmed() {
    let site = Site::start().await;
    site.seed(async |tx| people(tx, site.town.cell_a1, 12).await).await;
    confirm(&site.secretary().await, "a1", ON).await;
    for sql in ["UPDATE confirmed_figures SET normal = 13", "DELETE FROM confirmed_figures"] {
        let mut tx = site.db.write().await.unwrap();
        let done = match &mut tx {
            Tx::Sqlite(tx) => tx.execute(sql).await.map(|_| ()),
            Tx::Postgres(tx) => tx.execute(sql).await.map(|_| ()),
        };
        assert!(done.unwrap_err().to_string().contains("never changed"), "{sql}");
    }
    assert_eq!(stored(&site, site.town.cell_a1).await[0].normal, 12);
}

#[tokio::test]
async fn the_form_carries_no_count_that_the_page_hides() {
    let site = Site::start().await;
    site.seed(async |tx| {
        people(tx, site.town.cell_a1, 20).await;
        for name in ["Hà An", "Hà Bình"] {
            let member = person(name);
            members::store::add(tx, &member, clock::now()).await.unwrap();
            let mut away = home(member.id, site.town.cell_a1, "2020-01-01", None);
            away.exempt = Some(ExemptReason::Rotated);
            members::store::add_residence(tx, &away, clock::now()).await.unwrap();
        }
    })
    .await;
    let form = form(&site.organisation_officer().await, "thanh-pho", ON).await;
    let shown = &form.iter().find(|it| it.0 == "shown").unwrap().1;
    assert!(shown.contains("&#60; 5 được miễn") && !shown.contains("2 được miễn"), "{shown}");
}
