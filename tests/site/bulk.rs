//! What a whole cell gives for one work, written down from one page; and the thanks.

use haichieu::contributions::model::{NewWorkItem, WorkKind};
use haichieu::ids::{MemberId, OpinionId, UnitId, WorkItemId};
use haichieu::opinions::model::NewOpinion;
use haichieu::vietnamese::day as days;
use haichieu::{clock, contributions, members, opinions};
use reqwest::StatusCode;

use crate::statistics::{home, person};
use crate::support::{Page, Site, Visitor};

const PAGE: &str = "/units/a1/contributions/bulk";

/// Cell A1 with three people, and a fund.
struct Cell {
    site: Site,
    secretary: Visitor,
    people: [MemberId; 3],
    fund: WorkItemId,
}

impl Cell {
    async fn build() -> Cell {
        let site = Site::start().await;
        let names = ["Nguyễn Văn An", "Lê Thị Bình", "Trần Văn Cảnh"];
        let (cell, fund) = (site.town.cell_a1, WorkItemId::new());
        let new = names.map(person);
        site.seed(async |tx| {
            for member in &new {
                members::store::add(tx, member, clock::now()).await.unwrap();
                let home = home(member.id, cell, "2020-01-01", None);
                members::store::add_residence(tx, &home, clock::now()).await.unwrap();
            }
            let work = work(fund, cell);
            contributions::store::add_work(tx, &work, clock::now()).await.unwrap();
        })
        .await;
        let secretary = site.secretary().await;
        Cell { site, secretary, people: new.map(|it| it.id), fund }
    }

    /// What a browser sends from the page, with these amounts typed.
    async fn fields(&self, amounts: &[(usize, &str)], more: &[(&str, &str)]) -> Fields {
        let id = self.secretary.get(PAGE).await.field("id");
        let mut fields = vec![
            ("id".to_owned(), id),
            ("work".to_owned(), self.fund.to_string()),
            ("given_on".to_owned(), days::short(clock::today())),
        ];
        let typed = amounts.iter().map(|(at, typed)| (format!("a-{}", self.people[*at]), *typed));
        fields.extend(typed.map(|(name, typed)| (name, typed.to_owned())));
        fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Fields(fields)
    }

    async fn send(&self, fields: &Fields) -> Page {
        self.secretary.post(PAGE, &fields.pairs()).await
    }
}

struct Fields(Vec<(String, String)>);

impl Fields {
    fn with(mut self, name: &str, value: &str) -> Fields {
        self.0.retain(|(field, _)| field != name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    fn pairs(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value)).collect()
    }
}

fn work(id: WorkItemId, unit_id: UnitId) -> NewWorkItem {
    NewWorkItem {
        id,
        unit_id,
        code: None,
        kind: WorkKind::Fund,
        name: "Quỹ khuyến học".to_owned(),
        goal: Some(10_000_000),
        measure: "đồng".to_owned(),
        started_on: None,
        completed_on: None,
        note: String::new(),
    }
}

#[tokio::test]
async fn everybody_gives_alike_but_for_the_exceptions() {
    let cell = Cell::build().await;
    let fields = cell.fields(&[(1, "500k")], &[("each", "200.000"), ("action", "fill")]).await;
    let page = cell.send(&fields).await;
    page.assert_is(StatusCode::OK);
    let filled = cell.people.map(|id| page.field(&format!("a-{id}")));
    assert_eq!(filled, ["200.000", "500k", "200.000"]);

    let amounts: Vec<_> = filled.iter().map(String::as_str).enumerate().collect();
    let fields = cell.fields(&amounts, &[("each", "200.000"), ("action", "check")]).await;
    let page = cell.send(&fields).await;
    page.assert_shows("3 trên 3 đồng chí");
    page.assert_shows("chín trăm nghìn đồng");
    page.assert_shows("1 người góp khác mức chung");
    page.assert_shows("<li>Lê Thị Bình: 500.000");
    cell.secretary.get("/units/a1/contributions").await.assert_shows("Sổ đóng góp còn trống");

    let fields = fields.with("action", "save");
    let there = cell.send(&fields).await;
    let page = cell.secretary.get(there.leads_to()).await;
    page.assert_shows("3 khoản, 900.000\u{a0}đ");
    for again in cell.secretary.post_at_once(PAGE, &fields.pairs(), 4).await {
        assert_eq!(again.leads_to(), there.leads_to());
    }
    let work = cell.secretary.get(&format!("/works/{}", cell.fund)).await;
    work.assert_shows("Sổ ghi, 3 dòng");
    work.assert_shows("Ghi một lần 3 khoản cho Quỹ khuyến học: 900.000");
    // Each entry has a history of its own, and can be cancelled alone.
    let entry = work.links().find(|it| it.starts_with("/contributions/")).unwrap();
    cell.secretary.get(&entry).await.assert_shows("Ghi đóng góp");
    // Who has given is not asked to give again.
    let fields = cell.fields(&[], &[("each", "200k"), ("action", "fill")]).await;
    let page = cell.send(&fields).await;
    assert_eq!(cell.people.map(|id| page.field(&format!("a-{id}"))), ["", "", ""]);
    page.assert_shows("Đã góp 500.000");
}

#[tokio::test]
async fn sent_several_times_at_once_it_writes_once() {
    let cell = Cell::build().await;
    let fields = cell.fields(&[(0, "1tr"), (2, "2tr")], &[("action", "save")]).await;
    let pages = cell.secretary.post_at_once(PAGE, &fields.pairs(), 6).await;
    for page in &pages {
        assert_eq!(page.leads_to(), pages[0].leads_to());
    }
    let page = cell.secretary.get(pages[0].leads_to()).await;
    page.assert_shows("2 khoản, 3.000.000");
    let work = cell.secretary.get(&format!("/works/{}", cell.fund)).await;
    work.assert_shows("Sổ ghi, 2 dòng");
}

#[tokio::test]
async fn what_cannot_be_read_is_asked_beside_its_name() {
    let cell = Cell::build().await;
    let amounts = [(0, "1.500"), (1, "-5"), (2, "200k")];
    let fields = cell.fields(&amounts, &[("action", "save")]).await.with("given_on", "31/02/2024");
    let page = cell.send(&fields).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("<title>Lỗi: ");
    page.assert_shows("còn 3 chỗ cần sửa");
    page.assert_shows("Nguyễn Văn An: Viết rõ 1.500 là");
    page.assert_shows("không có dấu trừ");
    page.assert_shows(&format!(r##"href="#a-{}""##, cell.people[1]));
    assert_eq!(page.field(&format!("a-{}", cell.people[2])), "200k");
    assert_eq!(page.field("given_on"), "31/02/2024");
    let page = cell.send(&cell.fields(&[], &[("action", "check")]).await).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Nhập số tiền của ít nhất một đồng chí");
}

#[tokio::test]
async fn check_22_an_entry_that_stands_there_already_is_asked_about() {
    let cell = Cell::build().await;
    let amounts = [(0, "200k"), (1, "300k")];
    cell.send(&cell.fields(&amounts, &[("action", "save")]).await).await.leads_to();

    let fields = cell.fields(&[(0, "200k"), (2, "200k")], &[("action", "save")]).await;
    let page = cell.send(&fields).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("1 dòng có thể ghi trùng");
    page.assert_shows("Chọn ghi hay bỏ với từng dòng có thể trùng");
    let answer = format!("d-{}", cell.people[0]);
    let there = cell.send(&fields.with(&answer, "drop")).await;
    cell.secretary.get(there.leads_to()).await.assert_shows("1 khoản, 200.000");

    let fields = cell.fields(&[(0, "200k")], &[("action", "save")]).await;
    let there = cell.send(&fields.with(&answer, "keep")).await;
    cell.secretary.get(there.leads_to()).await.assert_shows("1 khoản, 200.000");
    let work = cell.secretary.get(&format!("/works/{}", cell.fund)).await;
    work.assert_shows(r#"<span class="count">900.000"#);
}

#[tokio::test]
async fn nobody_who_lives_elsewhere_is_written_down() {
    let cell = Cell::build().await;
    let stranger = person("Hoàng Phủ Yến");
    let b1 = cell.site.town.cell_b1;
    cell.site
        .seed(async |tx| {
            members::store::add(tx, &stranger, clock::now()).await.unwrap();
            let home = home(stranger.id, b1, "2020-01-01", None);
            members::store::add_residence(tx, &home, clock::now()).await.unwrap();
        })
        .await;
    let fields = cell.fields(&[(0, "200k")], &[("action", "save")]).await;
    let page = cell.send(&fields.with(&format!("a-{}", stranger.id), "200k")).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("1 người đã nhập tiền không ở chi bộ ngày này");
    page.assert_hides("Hoàng Phủ Yến");
    // Nor is a work of another cell.
    let other = WorkItemId::new();
    cell.site
        .seed(async |tx| {
            contributions::store::add_work(tx, &work(other, b1), clock::now()).await.unwrap();
        })
        .await;
    let fields = cell.fields(&[(0, "200k")], &[("action", "save")]).await;
    let page = cell.send(&fields.with("work", &other.to_string())).await;
    page.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_thanks_tell_amounts_only_where_the_cell_says_so() {
    let cell = Cell::build().await;
    let amounts = [(0, "200k"), (2, "500k"), (1, "300k")];
    cell.send(&cell.fields(&amounts, &[("action", "save")]).await).await.leads_to();
    let path = format!("/works/{}/thanks", cell.fund);
    let page = cell.secretary.get(&path).await;
    page.assert_shows("<h1>BẢNG GHI ƠN</h1>");
    page.assert_shows("3 đồng chí");
    page.assert_hides("500.000");
    let order = ["Nguyễn Văn An", "Lê Thị Bình", "Trần Văn Cảnh"].map(|it| page.body.find(it));
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{order:?}");

    let settings = "/units/a1/settings";
    let version = cell.secretary.get(settings).await.field("version");
    let form = [("version", version.as_str()), ("thanks_with_amounts", "yes")];
    cell.secretary.post(settings, &form).await.leads_to();
    cell.secretary.get(&path).await.assert_shows("500.000");
}

/// The minutes hold what was said, what was answered and what was given.
#[tokio::test]
async fn the_minutes_announce_what_was_given_and_said() {
    let cell = Cell::build().await;
    let form = cell.secretary.get("/units/a1/meetings/new").await;
    let id = form.field("id");
    let fields = [
        ("id", id.as_str()),
        ("kind", "periodic"),
        ("held_on", &days::short(clock::today())),
        ("place", "Nhà văn hóa"),
    ];
    let there = cell.secretary.post("/units/a1/meetings", &fields).await.leads_to().to_owned();
    let meeting = there.split('?').next().unwrap().to_owned();
    let minutes = format!("{meeting}/minutes");
    let page = cell.secretary.get(&minutes).await;
    page.assert_shows("3. Ý kiến, hiến kế tại cuộc họp: không có.");
    page.assert_shows("4. Đóng góp được công bố: không có.");

    let amounts = [(0, "200k"), (2, "500k")];
    cell.send(&cell.fields(&amounts, &[("action", "save")]).await).await.leads_to();
    let opinion = NewOpinion {
        id: OpinionId::new(),
        unit_id: cell.site.town.cell_a1,
        meeting_id: meeting.rsplit('/').next().map(|it| it.parse().unwrap()),
        member_id: Some(cell.people[1]),
        raised_on: clock::today(),
        topic: "Đèn ngõ 3".to_owned(),
        text: "Đèn hỏng hai tuần.".to_owned(),
    };
    let add = async |tx: &mut _| opinions::store::add(tx, &opinion, clock::now()).await.unwrap();
    cell.site.seed(add).await;
    let page = cell.secretary.get(&minutes).await;
    page.assert_shows("Lê Thị Bình: Đèn ngõ 3. Đèn hỏng hai tuần.");
    page.assert_shows("Quỹ khuyến học: 700.000\u{a0}đ, 2 lượt góp (Bảy trăm nghìn đồng)");
    page.assert_hides("500.000");
}
