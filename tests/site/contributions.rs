//! Works, funds, and what is given to them.

use chrono::{Datelike, Days, NaiveDate};
use haichieu::clock;
use haichieu::ids::{ContributionId, MemberId, ResidenceId, UnitId, WorkItemId};
use haichieu::members::model::{NewMember, NewResidence, ResidenceKind};
use haichieu::vietnamese::day::{self, PartialDay};
use haichieu::vietnamese::name::FullName;
use haichieu::{audit, contributions, members};
use reqwest::StatusCode;

use crate::support::{self, Page, Site, Visitor};

const BOOK: &str = "/units/a1/contributions";
/// What stands between an amount and its đ.
const NBSP: char = '\u{a0}';

fn dong(digits: &str) -> String {
    format!("{digits}{NBSP}đ")
}

/// A member who has lived in the cell since 2020.
async fn resident(site: &Site, cell_id: UnitId, name: &str, born: &str) -> MemberId {
    let id = MemberId::new();
    let member = NewMember {
        id,
        name: FullName::read(name).unwrap(),
        sex: None,
        born: Some(PartialDay::read(born).unwrap()),
        admitted_on: None,
        official_on: None,
        card_number: None,
        phone: None,
        position: String::new(),
        workplace_id: None,
        workplace_cell: String::new(),
    };
    let residence = NewResidence {
        id: ResidenceId::new(),
        member_id: id,
        cell_id,
        letter_id: None,
        address: String::new(),
        household_cluster: String::new(),
        kind: ResidenceKind::Permanent,
        exempt: None,
        started_on: support::day("2020-01-01"),
        ended: None,
    };
    site.seed(async |tx| {
        members::store::add(tx, &member, clock::now()).await.unwrap();
        members::store::add_residence(tx, &residence, clock::now()).await.unwrap();
    })
    .await;
    id
}

fn today() -> String {
    day::short(clock::today())
}

/// Opens a fund in cell A1 with a goal of ten million; its id.
async fn fund(secretary: &Visitor) -> String {
    let form = secretary.get("/units/a1/works/new").await;
    let id = form.field("id");
    let page = secretary
        .post(
            "/units/a1/works",
            &[
                ("id", &*id),
                ("kind", "fund"),
                ("name", "Quỹ khuyến học"),
                ("goal", "10 triệu"),
                ("measure", "đồng"),
            ],
        )
        .await;
    assert_eq!(page.leads_to(), format!("/works/{id}"));
    id
}

/// A contribution as typed: the fields of the form, with other values where the test
/// wants them.
#[derive(Clone)]
pub struct Gift(Vec<(&'static str, String)>);

impl Gift {
    /// 500.000 đ, given today by the person called so.
    pub fn of(giver: &str) -> Gift {
        Gift(vec![
            ("id", ContributionId::new().to_string()),
            ("who", "member".to_owned()),
            ("giver", giver.to_owned()),
            ("kind", "money".to_owned()),
            ("amount", "500.000".to_owned()),
            ("given_on", today()),
            ("action", "save".to_owned()),
        ])
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Gift {
        self.0.retain(|(field, _)| *field != name);
        self.0.push((name, value.to_owned()));
        self
    }

    /// What a browser sends from the form on `page`, after this was typed into it.
    fn answering(self, page: &Page) -> Gift {
        self.with("asked", &page.field("asked"))
    }

    fn id(&self) -> &str {
        &self.0[0].1
    }

    async fn send(&self, visitor: &Visitor) -> Page {
        let form: Vec<_> = self.0.iter().map(|(name, value)| (*name, &**value)).collect();
        visitor.post(BOOK, &form).await
    }

    /// Sends a form that is taken; the address of the entry.
    pub async fn write(&self, visitor: &Visitor) -> String {
        let page = self.send(visitor).await;
        let to = page.leads_to().to_owned();
        to.split('?').next().unwrap().to_owned()
    }
}

/// Cell A1 with one member, its secretary and a fund.
pub async fn cell_with_a_fund() -> (Site, Visitor, String) {
    let site = Site::start().await;
    resident(&site, site.town.cell_a1, "Võ Quốc Huy", "1980").await;
    let secretary = site.secretary().await;
    let fund = fund(&secretary).await;
    (site, secretary, fund)
}

async fn lines(site: &Site) -> i64 {
    site.seed(async |tx| {
        let cell = site.town.cell_a1;
        let filter = contributions::store::filter::Filter::of_days((
            NaiveDate::from_ymd_opt(1900, 1, 1).unwrap(),
            NaiveDate::from_ymd_opt(2101, 1, 1).unwrap(),
        ));
        let totals = contributions::store::book::sums(tx, cell, &filter).await.unwrap();
        totals.iter().map(|it| it.entries).sum()
    })
    .await
}

async fn history(site: &Site, id: &str) -> Vec<String> {
    let id: ContributionId = id.parse().unwrap();
    let entries = site.seed(async |tx| audit::store::list_of(tx, id.0, 10).await.unwrap()).await;
    entries.into_iter().map(|it| it.summary).collect()
}

#[tokio::test]
async fn a_gift_shows_in_the_book_and_on_its_work() {
    let (site, secretary, fund) = cell_with_a_fund().await;
    let gift = Gift::of("huy").with("work", &fund).with("note", "Góp lần một");

    let page = gift.clone().with("action", "check").send(&secretary).await;
    page.assert_is(StatusCode::OK);
    page.assert_shows("Xem lại khoản đóng góp");
    page.assert_shows("năm trăm nghìn đồng");
    page.assert_shows("Võ Quốc Huy");
    assert_eq!(lines(&site).await, 0);

    let page = gift.send(&secretary).await;
    assert_eq!(page.leads_to(), format!("/contributions/{}?done=1", gift.id()));
    let page = secretary.get(page.leads_to()).await;
    page.assert_shows("Đã ghi");
    page.assert_shows("Bí thư chi bộ");
    let book = secretary.get(BOOK).await;
    book.assert_shows("Võ Quốc Huy");
    book.assert_shows(&dong("500.000"));
    let work = secretary.get(&format!("/works/{fund}")).await;
    work.assert_shows(&format!(r#"<span class="count">{}</span>"#, dong("500.000")));
    work.assert_shows("đạt 5,0%");
    work.assert_shows("Cảm ơn 1 đồng&nbsp;chí đã góp tiền");
    secretary.get("/units/a1/works").await.assert_shows(&dong("500.000"));
    let expected = format!("Ghi đóng góp {} của Võ Quốc Huy cho Quỹ khuyến học", dong("500.000"));
    assert_eq!(history(&site, gift.id()).await, [expected]);
}

#[tokio::test]
async fn check_21_money_is_stored_alike() {
    let (_site, secretary, _) = cell_with_a_fund().await;
    for typed in ["1500000", "1.500.000", "1.500.000 đ", "1,5 triệu"] {
        let gift = Gift::of("huy").with("amount", typed).with("confirmed", "1");
        let entry = gift.write(&secretary).await;
        let page = secretary.get(&entry).await;
        page.assert_shows(&dong("1.500.000"));
        page.assert_shows("một triệu năm trăm nghìn đồng");
    }
    secretary.get(BOOK).await.assert_shows(&dong("6.000.000"));
}

#[tokio::test]
async fn check_21_an_ambiguous_amount_is_asked_about() {
    let (site, secretary, _) = cell_with_a_fund().await;
    let page = Gift::of("huy").with("amount", "1.500").send(&secretary).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("<title>Lỗi: Ghi đóng góp");
    page.assert_shows(&format!("Viết rõ 1.500 là {} hay {}", dong("1.500"), dong("1.500.000")));
    page.assert_shows(r#"value="1.500""#);
    Gift::of("huy")
        .with("amount", "-500.000")
        .send(&secretary)
        .await
        .assert_shows("không có dấu trừ");
    assert_eq!(lines(&site).await, 0);
}

#[tokio::test]
async fn check_20_a_day_not_in_the_calendar_comes_back() {
    let (_site, secretary, fund) = cell_with_a_fund().await;
    let page = Gift::of("huy")
        .with("given_on", "31/02/2024")
        .with("work", &fund)
        .with("note", "Góp tại cuộc họp")
        .send(&secretary)
        .await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Sửa ngày góp: tháng 2 năm 2024 chỉ có 29 ngày");
    page.assert_shows(r##"href="#given_on""##);
    assert_eq!(page.field("given_on"), "31/02/2024");
    assert_eq!(page.field("amount"), "500.000");
    assert_eq!(page.field("note"), "Góp tại cuộc họp");
    page.assert_shows(&format!(r#"<option value="{fund}" selected>"#));

    let tomorrow = clock::today() + Days::new(1);
    let page = Gift::of("huy").with("given_on", &day::short(tomorrow)).send(&secretary).await;
    page.assert_shows("chưa tới");
}

#[tokio::test]
async fn namesakes_are_offered_to_choose_among() {
    let (site, secretary, _) = cell_with_a_fund().await;
    resident(&site, site.town.cell_a1, "Đặng Đức Hòa", "1990").await;
    let phan = resident(&site, site.town.cell_a1, "Phan Hồng Hòa", "1975").await;
    resident(&site, site.town.cell_a1, "Bùi Huy Hoàng", "1988").await;
    resident(&site, site.town.cell_b1, "Mai Ngọc Hòa", "1974").await;

    let gift = Gift::of("hoà");
    let page = gift.send(&secretary).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Chọn một trong 2 đồng chí tên hoà");
    page.assert_shows("Đặng Đức Hòa, 1990");
    page.assert_shows("Phan Hồng Hòa, 1975");
    page.assert_hides("Mai Ngọc Hòa");
    page.assert_hides("Bùi Huy Hoàng");

    let chosen = gift.answering(&page).with("member", &phan.to_string());
    let entry = chosen.write(&secretary).await;
    secretary.get(&entry).await.assert_shows("Phan Hồng Hòa");

    // Another name, typed after the choice, is another person.
    let page = Gift::of("huy")
        .with("asked", "hoà")
        .with("member", &phan.to_string())
        .with("giver", "võ huy")
        .with("action", "check")
        .send(&secretary)
        .await;
    page.assert_shows("Võ Quốc Huy");
}

#[tokio::test]
async fn a_name_that_nobody_bears_is_said_to_be_unknown() {
    let (_site, secretary, _) = cell_with_a_fund().await;
    let page = Gift::of("Lê Văn Sửu").send(&secretary).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("không có đồng chí nào tên Lê Văn Sửu");
    // Nobody lived there yet in 2019.
    let page = Gift::of("huy").with("given_on", "01/06/2019").send(&secretary).await;
    page.assert_shows("không có đồng chí nào tên huy ở đây ngày 01/06/2019");
}

#[tokio::test]
async fn check_22_the_same_gift_is_warned_about() {
    let (site, secretary, fund) = cell_with_a_fund().await;
    Gift::of("huy").with("work", &fund).write(&secretary).await;

    let again = Gift::of("huy").with("work", &fund);
    let page = again.clone().with("action", "check").send(&secretary).await;
    page.assert_is(StatusCode::OK);
    page.assert_shows("Có thể ghi trùng");
    let page = again.send(&secretary).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Đánh dấu nếu đây là khoản khác");
    assert_eq!(lines(&site).await, 1);

    let other = Gift::of("huy").with("work", &fund).with("amount", "200k");
    other.clone().with("action", "check").send(&secretary).await.assert_hides("Có thể ghi trùng");
    again.with("confirmed", "1").write(&secretary).await;
    assert_eq!(lines(&site).await, 2);
}

#[tokio::test]
async fn check_22_a_reversal_keeps_both_lines() {
    let (site, secretary, fund) = cell_with_a_fund().await;
    resident(&site, site.town.cell_a1, "Hoàng Thị Linh", "1985").await;
    Gift::of("huy").with("work", &fund).write(&secretary).await;
    let mistake = Gift::of("linh").with("work", &fund).with("amount", "200k");
    let entry = mistake.write(&secretary).await;

    let reverse = format!("{entry}/reverse");
    let form = secretary.get(&reverse).await;
    form.assert_shows(&format!("Hủy khoản {} của Hoàng Thị Linh", dong("200.000")));
    let id = form.field("id");
    let page = secretary.post(&reverse, &[("id", &id), ("reason", " ")]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Ghi lý do hủy");
    let form = [("id", &*id), ("reason", "ghi nhầm người")];
    let page = secretary.post(&reverse, &form).await;
    assert_eq!(page.leads_to(), format!("{entry}?done=reversed"));
    secretary.get(page.leads_to()).await.assert_shows("Đã hủy");

    let work = secretary.get(&format!("/works/{fund}")).await;
    work.assert_shows(r#"<tr class="void">"#);
    work.assert_shows(&format!("\u{2212}{}", dong("200.000")));
    work.assert_shows("ghi nhầm người");
    work.assert_shows(&format!(r#"<span class="count">{}</span>"#, dong("500.000")));
    work.assert_shows("Cảm ơn 1 đồng&nbsp;chí");
    assert_eq!(history(&site, mistake.id()).await.len(), 2);

    // Sent twice it is one; asked for anew it is refused, and so is undoing it.
    assert_eq!(secretary.post(&reverse, &form).await.leads_to(), format!("{entry}?done=reversed"));
    let other = ContributionId::new().to_string();
    let page = secretary.post(&reverse, &[("id", &other), ("reason", "lần nữa")]).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("chỉ hủy được một lần");
    let page = secretary
        .post(&format!("/contributions/{id}/reverse"), &[("id", &other), ("reason", "nhầm")])
        .await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("dòng hủy không hủy được");
    assert_eq!(lines(&site).await, 3);

    // What was cancelled may be written down again: it is no duplicate.
    let anew = Gift::of("linh").with("work", &fund).with("amount", "200k");
    anew.write(&secretary).await;
}

#[tokio::test]
async fn a_group_gives_as_one() {
    let (_site, secretary, fund) = cell_with_a_fund().await;
    let gift = Gift::of("").with("who", "group").with("work", &fund);
    let page = gift.send(&secretary).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Nhập tên tổ đảng");
    gift.with("group", "Tổ đảng ngõ 5").write(&secretary).await;
    let work = secretary.get(&format!("/works/{fund}")).await;
    work.assert_shows("Tổ đảng ngõ 5");
    work.assert_shows("1\u{a0}tổ\u{a0}đảng");
    work.assert_hides("đã góp tiền");
}

#[tokio::test]
async fn labour_is_counted_in_days_and_their_parts() {
    let (_site, secretary, fund) = cell_with_a_fund().await;
    let labour = Gift::of("huy").with("work", &fund).with("kind", "labour").with("amount", "");
    labour.send(&secretary).await.assert_shows("Viết số lượng lớn hơn 0");
    labour.with("quantity", "1,5").write(&secretary).await;
    let goods = Gift::of("huy").with("work", &fund).with("kind", "goods").with("amount", "");
    let goods = goods.with("quantity", "12").with("measure", "bộ đèn");
    goods.send(&secretary).await.assert_shows("Ghi rõ đã góp gì");
    goods.with("note", "Đèn LED").write(&secretary).await;
    let work = secretary.get(&format!("/works/{fund}")).await;
    work.assert_shows("1,5 ngày công, 1\u{a0}người");
    work.assert_shows("12 bộ đèn, 1\u{a0}người");
    let works = secretary.get("/units/a1/works").await;
    works.assert_shows(">12 bộ đèn,</span> ");
    works.assert_shows(">1,5 ngày công</span>");
}

#[tokio::test]
async fn a_form_sent_twice_writes_once() {
    let (site, secretary, _) = cell_with_a_fund().await;
    let gift = Gift::of("huy");
    let first = gift.write(&secretary).await;
    assert_eq!(gift.write(&secretary).await, first);
    assert_eq!(lines(&site).await, 1);
    assert_eq!(history(&site, gift.id()).await.len(), 1);
}

#[tokio::test]
async fn outsiders_find_nothing_and_the_ward_only_reads() {
    let (site, secretary, fund) = cell_with_a_fund().await;
    let entry = Gift::of("huy").with("work", &fund).write(&secretary).await;
    let outsider = site.outsider().await;
    let work = format!("/works/{fund}");
    for path in [&*entry, &*work, BOOK, "/units/a1/works", "/units/a1/contributions/new"] {
        outsider.get(path).await.assert_is(StatusCode::NOT_FOUND);
    }
    Gift::of("huy").with("amount", "?").send(&outsider).await.assert_is(StatusCode::NOT_FOUND);

    let officer = site.ward_officer().await;
    officer.get(&work).await.assert_hides("Ghi đóng góp</a>");
    officer.get(&entry).await.assert_shows("Võ Quốc Huy");
    officer.get("/units/phuong-a/contributions").await.assert_shows("Chi bộ tổ dân phố 1");
    officer.get("/units/phuong-a/works").await.assert_shows("Chi bộ tổ dân phố 1");
    Gift::of("huy").send(&officer).await.assert_is(StatusCode::FORBIDDEN);
    let form = [("id", "x"), ("reason", "y")];
    let page = officer.post(&format!("{entry}/reverse"), &form).await;
    page.assert_is(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn people_and_works_of_another_unit_are_not_found() {
    let (site, secretary, fund) = cell_with_a_fund().await;
    let stranger = resident(&site, site.town.cell_b1, "Mai Ngọc Hòa", "1974").await.to_string();
    let gift = Gift::of("hòa").with("asked", "hòa").with("member", &stranger);
    gift.send(&secretary).await.assert_is(StatusCode::NOT_FOUND);
    let query = format!("/units/a1/contributions/new?member={stranger}");
    secretary.get(&query).await.assert_is(StatusCode::NOT_FOUND);
    let query = format!("/units/a1/contributions/new?work={fund}");
    secretary.get(&query).await.assert_shows(&format!(r#"<option value="{fund}" selected>"#));

    let other = site.outsider().await;
    let id = ContributionId::new().to_string();
    let form = [("id", &*id), ("work", &*fund)];
    other.post("/units/b1/contributions", &form).await.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_work_is_opened_once_and_changed_one_by_one() {
    let (site, secretary, fund) = cell_with_a_fund().await;
    let edit = format!("/works/{fund}/edit");
    let version = secretary.get(&edit).await.field("version");
    let form = |name: &'static str| {
        [
            ("version", version.clone()),
            ("kind", "fund".to_owned()),
            ("name", name.to_owned()),
            ("goal", "1.500".to_owned()),
            ("measure", "ngày".to_owned()),
        ]
    };
    let send = async |form: [(&'static str, String); 5]| {
        secretary.post(&edit, &form.each_ref().map(|(name, value)| (*name, &**value))).await
    };
    assert_eq!(send(form("Quỹ 2026")).await.leads_to(), format!("/works/{fund}"));
    assert_eq!(send(form("Quỹ 2026")).await.leads_to(), format!("/works/{fund}"));
    let page = send(form("Quỹ 2027")).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("Quỹ 2026");
    assert_eq!(page.field("name"), "Quỹ 2027");
    let page = secretary.get(&format!("/works/{fund}")).await;
    page.assert_shows("1.500 ngày");
    page.assert_shows("Sửa quỹ Quỹ 2026");

    let again = [("id", &*fund), ("kind", "fund"), ("name", "Quỹ khác")];
    let page = secretary.post("/units/a1/works", &again).await;
    assert_eq!(page.leads_to(), format!("/works/{fund}"));
    let page = secretary
        .post("/units/a1/works", &[("id", &*WorkItemId::new().to_string()), ("goal", "xyz")])
        .await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Nhập tên công trình, quỹ");
    assert_eq!(page.field("goal"), "xyz");
    site.outsider().await.post(&edit, &again).await.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_book_and_the_list_are_filtered_and_paged() {
    let (site, secretary, fund) = cell_with_a_fund().await;
    secretary.get("/units/a2/works").await.assert_is(StatusCode::NOT_FOUND);
    let empty = site.visitor(haichieu::access::model::Role::CellSecretary, site.town.cell_a2);
    empty.await.get("/units/a2/works").await.assert_shows("Chưa có công trình, quỹ nào");
    secretary.get(BOOK).await.assert_shows("Sổ đóng góp còn trống");
    for n in 1..=51 {
        let gift = Gift::of("huy").with("work", &fund).with("amount", &format!("{n}k"));
        gift.with("given_on", "10/10/2023").write(&secretary).await;
    }
    let labour = Gift::of("huy").with("kind", "labour").with("amount", "");
    labour.with("quantity", "2").write(&secretary).await;

    let page = secretary.get(BOOK).await;
    page.assert_shows("52 dòng");
    page.assert_shows("Trang 1 trên 2");
    let page = secretary.get(&format!("{BOOK}?year=2023&kind=money&work={fund}")).await;
    page.assert_shows("51 dòng");
    page.assert_hides("2 ngày công");
    page.assert_shows(&dong("1.326.000"));
    page.assert_shows("&#38;page=2");
    let page = secretary.get(&format!("{BOOK}?year=2023&kind=money&page=2")).await;
    page.assert_shows("Trang trước");
    page.assert_shows(">Võ Quốc Huy<");
    secretary.get(&format!("{BOOK}?year=2022")).await.assert_shows("Không có khoản nào");
    secretary.get(&format!("/works/{fund}?page=2")).await.assert_shows("Trang trước");

    secretary.get("/units/a1/works?q=KHUYEN").await.assert_shows("Quỹ khuyến học");
    secretary.get("/units/a1/works?kind=work").await.assert_shows("Không tìm thấy");
}

#[tokio::test]
async fn from_the_page_to_check_the_way_back_keeps_all() {
    let (site, secretary, fund) = cell_with_a_fund().await;
    let gift = Gift::of("huy").with("work", &fund).with("note", "Góp lần một");
    let page = gift.clone().with("action", "check").send(&secretary).await;
    let (asked, member) = (page.field("asked"), page.field("member"));
    let page = gift
        .with("asked", &asked)
        .with("member", &member)
        .with("action", "edit")
        .send(&secretary)
        .await;
    page.assert_is(StatusCode::OK);
    page.assert_shows("<title>Ghi đóng góp");
    assert_eq!(page.field("giver"), "huy");
    assert_eq!(page.field("member"), member);
    assert_eq!(page.field("note"), "Góp lần một");
    assert_eq!(lines(&site).await, 0);
}

#[tokio::test]
async fn who_moved_in_later_did_not_give_before() {
    let (_site, secretary, _) = cell_with_a_fund().await;
    let gift = Gift::of("huy");
    let page = gift.clone().with("action", "check").send(&secretary).await;
    let page = gift
        .with("asked", "huy")
        .with("member", &page.field("member"))
        .with("given_on", "01/06/2019")
        .send(&secretary)
        .await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("ngày 01/06/2019 đồng chí Võ Quốc Huy không ở đây");
}

/// Found in the next year, a mistake is cancelled in the year that it was made in.
#[tokio::test]
async fn a_mistake_of_one_year_weighs_on_no_other() {
    let (site, secretary, _) = cell_with_a_fund().await;
    let right = Gift::of("huy").with("given_on", "10/10/2023").with("amount", "90k");
    right.write(&secretary).await;
    let mistake = Gift::of("huy").with("given_on", "11/10/2023").with("amount", "900k");
    let entry = mistake.write(&secretary).await;
    let reverse = format!("{entry}/reverse");
    let id = secretary.get(&reverse).await.field("id");
    let form = [("id", &*id), ("reason", "thừa một số 0")];
    secretary.post(&reverse, &form).await.leads_to();

    let of_year = async |year: i32| {
        let page = secretary.get(&format!("{BOOK}?year={year}")).await;
        (page.body.contains(&dong("90.000")), page.body.contains(&dong("900.000")))
    };
    assert_eq!(of_year(2023).await, (true, true), "both lines stay in the book of the year");
    assert_eq!(of_year(clock::today().year()).await, (false, false));
    let file = secretary.export("a1", "evaluations", "year=2023", "excel-csv").await;
    file.assert_shows("90.000 đ");
    file.assert_hides("990.000");
    let file = secretary.export("a1", "evaluations", "", "excel-csv").await;
    file.assert_hides("900.000");
    let today = day::short(clock::today());
    secretary.get(&entry).await.assert_shows(&format!("Đã hủy ngày {today}"));
    assert_eq!(lines(&site).await, 3);
}
