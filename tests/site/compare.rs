//! Two days, or two units, side by side.

use haichieu::members::model::EndReason;
use haichieu::{clock, members};
use reqwest::StatusCode;

use crate::confirmed::{arrive, end, row};
use crate::statistics::{gift, give, meeting, people};
use crate::support::{Site, day};

/// Ward A with twenty people in its first cell, and thirty in its second.
async fn town() -> Site {
    let site = Site::start().await;
    let (a1, a2) = (site.town.cell_a1, site.town.cell_a2);
    site.seed(async |tx| {
        let ids = people(tx, a1, 20).await;
        people(tx, a2, 30).await;
        meeting(tx, a1, "2024-05-10", &ids[..3]).await;
        give(tx, &gift(a1, ids[0], "2024-09-01", 250_000)).await;
        end(tx, ids[0], day("2024-10-01"), EndReason::Moved).await;
        arrive(tx, a1, "2024-08-01", "Lâm Thị Muộn").await;
        arrive(tx, a1, "2024-08-01", "Hà Văn Sau").await;
        arrive(tx, a1, "2024-08-01", "Hồ Văn Đến").await;
    })
    .await;
    site
}

const DAYS: &str = "on=31/12/2024&against=30/06/2024";

#[tokio::test]
async fn two_days_of_a_unit_stand_side_by_side() {
    let site = town().await;
    let page = site.ward_officer().await.get(&format!("/units/phuong-a/compare?{DAYS}")).await;
    page.assert_is(StatusCode::OK);
    let caption = "30/06/2024 và 31/12/2024";
    assert_eq!(row(&page, caption, ">Đảng viên<"), ["50", "52", "+2"]);
    assert_eq!(row(&page, caption, ">Cuộc họp<"), ["1", "1", "0"]);
    assert_eq!(row(&page, caption, ">Có mặt<"), ["17", "17", "0"]);
    assert_eq!(row(&page, caption, ">Lượt đóng góp<"), ["0", "1", "+1"]);
    let money = row(&page, caption, ">Đóng góp bằng tiền<");
    assert_eq!(money, ["0\u{a0}đ", "250.000\u{a0}đ", "+250.000\u{a0}đ"]);
    let caption = "Đảng viên theo đơn vị bên dưới";
    assert_eq!(row(&page, caption, ">Tổ dân phố 1<"), ["20", "22", "+2"]);
    assert_eq!(row(&page, caption, ">Cộng<"), ["50", "52", "+2"]);
}

#[tokio::test]
async fn without_names_two_days_point_at_nobody() {
    let site = town().await;
    let officer = site.organisation_officer().await;
    for code in ["thanh-pho", "phuong-a", "a1"] {
        let page = officer.get(&format!("/units/{code}/compare?{DAYS}")).await;
        let members = row(&page, "30/06/2024 và 31/12/2024", ">Đảng viên<");
        assert_eq!(members[1..], ["ẩn", "&#60; 5"], "{code}");
        page.assert_hides(">+2<");
    }
    // Many at once point at nobody.
    site.seed(async |tx| {
        for _ in 0..9 {
            arrive(tx, site.town.cell_a1, "2024-08-01", "Lâm Thị Muộn").await;
        }
    })
    .await;
    let page = officer.get(&format!("/units/phuong-a/compare?{DAYS}")).await;
    assert_eq!(row(&page, "30/06/2024 và 31/12/2024", ">Đảng viên<"), ["50", "61", "+11"]);
}

#[tokio::test]
async fn two_units_are_compared_by_whoever_sees_both() {
    let site = town().await;
    let officer = site.ward_officer().await;
    let page = officer.get("/units/a1/compare?with=a2&on=31/12/2024").await;
    let caption = "Chi bộ tổ dân phố 1 và Chi bộ tổ dân phố 2";
    assert_eq!(row(&page, caption, ">Đảng viên<"), ["22", "30", "+8"]);
    page.assert_shows(r#"<option value="a2" selected>"#);
    let secretary = site.secretary().await;
    for (visitor, with) in [(&officer, "b1"), (&officer, "không-có"), (&secretary, "a2")] {
        let page = visitor.get(&format!("/units/a1/compare?with={with}")).await;
        page.assert_is(StatusCode::NOT_FOUND);
    }
    // Whoever sees one unit alone is offered no other.
    let page = secretary.get("/units/a1/compare").await;
    page.assert_is(StatusCode::OK);
    page.assert_hides("<select");
    site.outsider().await.get("/units/a1/compare").await.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn days_that_cannot_be_read_come_back_as_typed() {
    let site = town().await;
    let officer = site.ward_officer().await;
    let page = officer.get("/units/phuong-a/compare?on=31/2/2024&against=1/1/2099").await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Tháng 2 năm 2024 chỉ có 29 ngày");
    page.assert_shows("Ngày này chưa tới");
    page.assert_shows(r#"value="31/2/2024""#);
    // What was left empty is today, and the end of the half-year before.
    let page = officer.get("/units/phuong-a/compare").await;
    let today = haichieu::vietnamese::day::short(clock::today());
    page.assert_shows(&format!(r#"value="{today}""#));
    let mut tx = site.db.read().await.unwrap();
    let heads =
        members::store::headcount(&mut tx, site.town.cell_a2, clock::today()).await.unwrap();
    let line = row(&page, "Đảng viên theo đơn vị bên dưới", ">Tổ dân phố 2<");
    assert_eq!(line[1], heads.normal.to_string());
}
