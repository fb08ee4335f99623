//! What happens to a roll before, after and beside its calling: versions, paper, and
//! absences that were announced.

use haichieu::members::model::Category;
use reqwest::StatusCode;

use crate::meetings::{
    in_days, lives_in, marks, meeting_on, meeting_today, people, roll_call, save,
};
use crate::support::{Page, Site, Visitor};

/// Takes a version back, as the button on a page does.
async fn undo(visitor: &Visitor, at: &str, version: &str) -> Page {
    visitor.post(&format!("{at}/roll-call/undo"), &[("version", version)]).await
}

#[tokio::test]
async fn every_save_is_a_numbered_version() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 4).await;
    let at = meeting_today(&secretary).await;
    let page = roll_call(&secretary, &at).await;
    for _ in 0..2 {
        let saved = save(&secretary, &page, &at, &[("m1", "e")], "present-rest").await;
        secretary.get(saved.leads_to()).await.assert_shows("bản thứ 1, người lưu Bí thư");
    }
    let reasons = [("r1", "Ốm"), ("w1", "")];
    secretary.post(&format!("{at}/reasons"), &reasons).await.leads_to();
    let page = roll_call(&secretary, &at).await;
    let saved = save(&secretary, &page, &at, &[("m4", "u")], "save").await;
    secretary.get(saved.leads_to()).await.assert_shows("bản thứ 3, người lưu Bí thư");
    let page = secretary.get(&at).await;
    page.assert_shows(r#"<th scope="row">Bản thứ 3</th>"#);
    page.assert_shows(r#"<th scope="row">Bản thứ 1</th>"#);
    page.assert_hides("Bản thứ 4");
    page.assert_shows(r#"data-l="Số người thay đổi" class="num">4<"#);
}

#[tokio::test]
async fn check_9_undoing_restores_what_was_and_is_a_version() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 4).await;
    let at = meeting_today(&secretary).await;
    let page = roll_call(&secretary, &at).await;
    save(&secretary, &page, &at, &[("m1", "e"), ("m2", "u")], "present-rest").await.leads_to();
    let reasons = [("r1", "Ốm"), ("w1", ""), ("r2", "Quên"), ("w2", "")];
    secretary.post(&format!("{at}/reasons"), &reasons).await.leads_to();
    let page = roll_call(&secretary, &at).await;
    let all = [("m1", "p"), ("m2", "e"), ("m3", "u"), ("m4", "e")];
    let saved = save(&secretary, &page, &at, &all, "save").await;
    let page = secretary.get(saved.leads_to()).await;
    page.assert_shows("Hoàn tác lần lưu này");
    assert_eq!(page.field("version"), "3");

    // Sent twice, it is undone once.
    for _ in 0..2 {
        let undone = undo(&secretary, &at, "3").await;
        assert_eq!(undone.leads_to(), format!("{at}#versions"));
    }
    assert_eq!(marks(&secretary, &at).await, "eupp");
    let page = secretary.get(&at).await;
    page.assert_shows("<b>2/4</b>");
    page.assert_shows(r#"data-l="Lý do">Ốm"#);
    page.assert_shows(r#"data-l="Lý do">Quên"#);
    page.assert_shows("Bản thứ 4, hoàn tác bản thứ 3");
    page.assert_shows("Hoàn tác bản thứ 3 của điểm danh họp định kỳ");
    page.assert_shows("1. Nguyễn Văn An: Có mặt → Có phép (Ốm)");
    page.assert_hides("Bản thứ 5");

    // What was undone can be had again.
    undo(&secretary, &at, "4").await.leads_to();
    assert_eq!(marks(&secretary, &at).await, "peue");
}

#[tokio::test]
async fn undo_is_refused_when_somebody_has_saved_since() {
    let site = Site::start().await;
    let (one, other) = (site.secretary().await, site.secretary().await);
    people(&site, 3).await;
    let at = meeting_today(&one).await;
    let page = roll_call(&one, &at).await;
    save(&one, &page, &at, &[("m1", "p")], "save").await.leads_to();
    let page = roll_call(&other, &at).await;
    save(&other, &page, &at, &[("m2", "u")], "save").await.leads_to();
    let page = undo(&one, &at, "1").await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("<title>Lỗi: Chưa hoàn tác");
    page.assert_shows("Bản thứ 1 không còn là bản cuối");
    page.assert_shows("Bí thư chi bộ lưu bản thứ 2 lúc");
    assert_eq!(marks(&one, &at).await, "pu-");
    undo(&one, &at, "").await.assert_is(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn undoing_the_first_save_leaves_a_roll_not_called() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 2).await;
    let at = meeting_today(&secretary).await;
    let page = roll_call(&secretary, &at).await;
    save(&secretary, &page, &at, &[], "present-rest").await.leads_to();
    undo(&secretary, &at, "1").await.leads_to();
    secretary.get(&at).await.assert_shows("Chưa điểm danh");
    secretary.get("/units/a1/meetings").await.assert_shows("chưa điểm danh");
    assert_eq!(marks(&secretary, &at).await, "--");

    // Taken anew for another day, its numbers are other people's: no undoing across.
    let version = secretary.get(&format!("{at}/edit")).await.field("version");
    let fields = [("version", version.as_str()), ("kind", "periodic"), ("held_on", "01/10/2024")];
    secretary.post(&format!("{at}/edit"), &fields).await.leads_to();
    undo(&secretary, &at, "2").await.assert_is(StatusCode::CONFLICT);
    let page = roll_call(&secretary, &at).await;
    let saved = save(&secretary, &page, &at, &[], "present-rest").await;
    secretary.get(saved.leads_to()).await.assert_shows("bản thứ 3");
}

#[tokio::test]
async fn only_the_secretary_undoes() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 2).await;
    let at = meeting_today(&secretary).await;
    let page = roll_call(&secretary, &at).await;
    save(&secretary, &page, &at, &[], "present-rest").await.leads_to();
    let officer = site.ward_officer().await;
    undo(&officer, &at, "1").await.assert_is(StatusCode::FORBIDDEN);
    let page = officer.get(&at).await;
    page.assert_shows("Bản thứ 1");
    page.assert_hides("Hoàn tác lần lưu này");
    undo(&site.outsider().await, &at, "1").await.assert_is(StatusCode::NOT_FOUND);
    assert_eq!(marks(&secretary, &at).await, "pp");
}

/// Posts the exceptions of a paper roll; `from` is the page that was read last.
async fn exceptions(visitor: &Visitor, at: &str, text: &str, action: &str, from: &Page) -> Page {
    let base = from.field("base");
    let form = [("text", text), ("read", text), ("base", &base), ("action", action)];
    visitor.post(&format!("{at}/roll-call/exceptions"), &form).await
}

#[tokio::test]
async fn a_paper_roll_is_read_back_before_it_is_saved() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 9).await;
    let at = meeting_today(&secretary).await;
    let path = format!("{at}/roll-call/exceptions");
    let page = secretary.get(&path).await;
    page.assert_is(StatusCode::OK);
    page.assert_hides(r#"value="save""#);

    let text = "2 5-6, 9k đi công tác";
    let page = exceptions(&secretary, &at, text, "read", &page).await;
    page.assert_is(StatusCode::OK);
    page.assert_shows("4 đồng chí vắng, theo phần vừa đọc");
    page.assert_shows(r#"<th scope="row">Nguyễn Văn Yến</th>"#);
    page.assert_shows(r#"data-l="Lý do">đi công tác"#);
    page.assert_shows("Lưu 4 người vắng, 5 người có mặt");
    assert_eq!(marks(&secretary, &at).await, "---------");

    // Sent twice, it is one version.
    for _ in 0..2 {
        let saved = exceptions(&secretary, &at, text, "save", &page).await;
        assert_eq!(saved.leads_to(), format!("{at}/roll-call/saved"));
    }
    assert_eq!(marks(&secretary, &at).await, "puppuuppe");
    let page = secretary.get(&at).await;
    page.assert_shows("Bản thứ 1");
    page.assert_hides("Bản thứ 2");
    page.assert_shows("Nhập điểm danh giấy họp định kỳ");
    page.assert_shows("9. Nguyễn Văn Yến: Chưa đánh dấu → Có phép (đi công tác)");
}

#[tokio::test]
async fn what_cannot_be_read_off_paper_is_told() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 3).await;
    let at = meeting_today(&secretary).await;
    let page = secretary.get(&format!("{at}/roll-call/exceptions")).await;
    for action in ["read", "save"] {
        let page = exceptions(&secretary, &at, "2k, 7 <x>", action, &page).await;
        page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_shows("<title>Lỗi: Nhập điểm danh giấy");
        page.assert_shows("“7 &#60;x&#62;”: Có lý do thì viết k sau số");
        page.assert_shows("2k, 7 &#60;x&#62;</textarea>");
        page.assert_shows(r#"<th scope="row">Nguyễn Văn Ánh</th>"#);
        page.assert_hides(r#"value="save""#);
    }
    let page = exceptions(&secretary, &at, "9", "read", &page).await;
    page.assert_shows("“9”: Danh sách chỉ có số từ 1 đến 3");
    assert_eq!(marks(&secretary, &at).await, "---");
}

#[tokio::test]
async fn exceptions_over_somebody_elses_save_are_shown_again() {
    let site = Site::start().await;
    let (one, other) = (site.secretary().await, site.secretary().await);
    people(&site, 3).await;
    let at = meeting_today(&one).await;
    let page = one.get(&format!("{at}/roll-call/exceptions")).await;
    let read = exceptions(&one, &at, "2", "read", &page).await;
    let roll = roll_call(&other, &at).await;
    save(&other, &roll, &at, &[("m2", "p"), ("m3", "e")], "save").await.leads_to();
    let page = exceptions(&one, &at, "2", "save", &read).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("Chưa lưu: có người vừa lưu trước");
    page.assert_shows(r#"data-l="Đang ghi">Có mặt"#);
    assert_eq!(marks(&one, &at).await, "-pe");
    exceptions(&one, &at, "2", "save", &page).await.leads_to();
    assert_eq!(marks(&one, &at).await, "pue");
}

#[tokio::test]
async fn a_text_changed_after_it_was_read_is_read_again() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 3).await;
    let at = meeting_today(&secretary).await;
    let path = format!("{at}/roll-call/exceptions");
    let page = secretary.get(&path).await;
    let base = exceptions(&secretary, &at, "2", "read", &page).await.field("base");
    let form = [("text", "3"), ("read", "2"), ("base", &base), ("action", "save")];
    let page = secretary.post(&path, &form).await;
    page.assert_is(StatusCode::OK);
    page.assert_shows(r#"<th scope="row">Nguyễn Văn Ân</th>"#);
    assert_eq!(marks(&secretary, &at).await, "---");
}

#[tokio::test]
async fn the_roll_is_printed_even_before_its_day() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 3).await;
    let at = meeting_on(&secretary, &in_days(3)).await;
    let page = secretary.get(&format!("{at}/roll-call/print")).await;
    page.assert_is(StatusCode::OK);
    page.assert_shows("ĐẢNG BỘ PHƯỜNG AN BÌNH");
    page.assert_shows("<b>CHI BỘ TỔ DÂN PHỐ 1</b>");
    page.assert_shows("ĐẢNG CỘNG SẢN VIỆT NAM");
    page.assert_shows("<em>An Bình, ngày ");
    page.assert_shows(&format!("Danh sách tạm: theo những người cư trú ngày {}", in_days(0)));
    page.assert_shows(r#"<td class="c">3</td><td>Nguyễn Văn Ân</td>"#);

    let at = meeting_today(&secretary).await;
    let roll = roll_call(&secretary, &at).await;
    save(&secretary, &roll, &at, &[("m2", "u")], "present-rest").await.leads_to();
    let page = site.ward_officer().await.get(&format!("{at}/roll-call/print")).await;
    page.assert_hides("Danh sách tạm");
    page.assert_shows("Phải dự 3 đồng chí; có mặt 2, vắng có lý do 0, vắng không lý do 1.");
    let crosses = |column: &str| page.body.matches(&format!(r#"data-l="{column}">x</td>"#)).count();
    assert_eq!((crosses("Có mặt"), crosses("Vắng không lý do")), (2, 1));
    let outsider = site.outsider().await;
    for path in ["roll-call/print", "minutes"] {
        outsider.get(&format!("{at}/{path}")).await.assert_is(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn an_announced_absence_is_shown_and_marks_nobody() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 2).await;
    let ill = lives_in(&site, site.town.cell_a1, "Võ Thị Ý", "2020-01-01", Category::Normal).await;
    let at = meeting_today(&secretary).await;
    let (path, ill) = (format!("{at}/absences"), ill.to_string());
    let page = secretary.post(&path, &[("member", "x"), ("reason", "")]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("<title>Lỗi: Báo vắng");
    page.assert_shows("Chọn đồng chí báo vắng trong danh sách");
    let page = secretary.post(&path, &[("member", &ill), ("reason", "")]).await;
    page.assert_shows(&format!(r#"value="{ill}" selected"#));
    for _ in 0..2 {
        let form = [("member", ill.as_str()), ("reason", "Đi  viện")];
        assert_eq!(secretary.post(&path, &form).await.leads_to(), path);
    }
    secretary.get(&path).await.assert_shows("1 đồng chí đã báo vắng");
    let page = secretary.get(&at).await;
    assert_eq!(page.body.matches("Ghi báo vắng họp định kỳ").count(), 1);
    page.assert_shows("Võ Thị Ý: (trống) → Đi viện");

    let page = roll_call(&secretary, &at).await;
    page.assert_shows("Đã báo vắng: Đi viện");
    page.assert_hides("checked");
    let saved = save(&secretary, &page, &at, &[("m3", "e")], "present-rest").await;
    let page = secretary.get(saved.leads_to()).await;
    assert_eq!((page.field("r3"), page.field("w3")), ("Đi viện".to_owned(), String::new()));
    // The roll was called: there is nothing to announce any more.
    let form = [("member", ill.as_str()), ("reason", "Ốm")];
    secretary.post(&path, &form).await.assert_is(StatusCode::CONFLICT);
}

#[tokio::test]
async fn an_announced_absence_is_taken_back() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let one = lives_in(&site, site.town.cell_a1, "Võ Thị Ý", "2020-01-01", Category::Normal).await;
    let at = meeting_on(&secretary, &in_days(3)).await;
    let (path, one) = (format!("{at}/absences"), one.to_string());
    secretary.post(&path, &[("member", &one), ("reason", "Ốm")]).await.leads_to();
    let officer = site.ward_officer().await;
    let remove = format!("{path}/remove");
    officer.post(&remove, &[("member", &one)]).await.assert_is(StatusCode::FORBIDDEN);
    for _ in 0..2 {
        assert_eq!(secretary.post(&remove, &[("member", &one)]).await.leads_to(), path);
    }
    secretary.get(&path).await.assert_shows("Chưa có ai báo vắng");
    let page = secretary.get(&at).await;
    assert_eq!(page.body.matches("Bỏ báo vắng họp định kỳ").count(), 1);
    // Somebody of another cell cannot be noted here.
    let other =
        lives_in(&site, site.town.cell_a2, "Lê Văn Xa", "2020-01-01", Category::Normal).await;
    let form = [("member", &*other.to_string()), ("reason", "Ốm")];
    secretary.post(&path, &form).await.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_minutes_name_the_absent_and_the_guests() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    people(&site, 4).await;
    let at = meeting_today(&secretary).await;
    let page = secretary.get(&format!("{at}/minutes")).await;
    page.assert_shows("Có mặt: ........");
    let roll = roll_call(&secretary, &at).await;
    save(&secretary, &roll, &at, &[("m1", "e"), ("m2", "u")], "present-rest").await.leads_to();
    let reasons = [("r1", "Ốm"), ("w1", "")];
    secretary.post(&format!("{at}/reasons"), &reasons).await.leads_to();
    let id = secretary.get(&at).await.field("id");
    let guest = [("id", id.as_str()), ("name", "Lê Thị Khách"), ("note", "Mặt trận phường")];
    secretary.post(&format!("{at}/guests"), &guest).await.leads_to();
    let page = secretary.get(&format!("{at}/minutes")).await;
    page.assert_shows("<h1>BIÊN BẢN</h1>");
    page.assert_shows("Đảng viên phải dự: 4. Có mặt: 2, đạt 50,0%.");
    page.assert_shows("Vắng có lý do: 1, gồm Nguyễn Văn An (Ốm).");
    page.assert_shows("Vắng không lý do: 1, gồm Nguyễn Văn Ánh.");
    page.assert_shows("Khách dự: Lê Thị Khách, Mặt trận phường.");
    page.assert_shows("NGƯỜI GHI BIÊN BẢN");
}
