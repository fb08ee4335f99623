//! The same form several times at once: it writes once, and every sending is answered as
//! the first was.

use haichieu::ids::{MemberId, ResidenceId, UnitId};
use haichieu::members::model::{NewResidence, ResidenceKind};
use haichieu::{audit, clock, members};
use reqwest::StatusCode;

use crate::statistics::person;
use crate::support::{Page, Site, Visitor, day};

const TIMES: usize = 6;

/// The fields of a form, and what is typed into them.
type Typed<'a> = Vec<(&'a str, &'a str)>;

async fn live(site: &Site, cell_id: UnitId) -> MemberId {
    let member = person("Trần Thị Hạnh");
    let home = NewResidence {
        id: ResidenceId::new(),
        member_id: member.id,
        cell_id,
        letter_id: None,
        address: "Số 14, ngõ 3".to_owned(),
        household_cluster: String::new(),
        kind: ResidenceKind::Permanent,
        exempt: None,
        started_on: day("2019-03-01"),
        ended: None,
    };
    site.seed(async |tx| {
        members::store::add(tx, &member, clock::now()).await.unwrap();
        members::store::add_residence(tx, &home, clock::now()).await.unwrap();
    })
    .await;
    member.id
}

/// Fills the hidden fields in from the page of the form, and posts it many times.
async fn at_once(
    visitor: &Visitor,
    (page, path): (&str, &str),
    hidden: &[&str],
    typed: &[(&str, &str)],
) -> Vec<Page> {
    let form = visitor.get(page).await;
    form.assert_is(StatusCode::OK);
    let hidden: Vec<_> = hidden.iter().map(|name| (*name, form.field(name))).collect();
    let hidden = hidden.iter().map(|(name, value)| (*name, value.as_str()));
    let fields: Vec<_> = hidden.chain(typed.iter().copied()).collect();
    visitor.post_at_once(path, &fields, TIMES).await
}

async fn acts(site: &Site, id: uuid::Uuid) -> usize {
    site.seed(async |tx| audit::store::list_of(tx, id, 100).await.unwrap().len()).await
}

fn assert_all_lead_to(pages: &[Page], there: &str) {
    for page in pages {
        assert_eq!(page.leads_to(), there);
    }
}

#[tokio::test]
async fn changes_of_a_member() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    let id = live(&site, site.town.cell_a1).await;
    let member = format!("/members/{id}");
    let cell = site.town.cell_a2.to_string();
    let of_residence = ["id", "residence_id", "version"];
    let forms: [(&str, &[&str], Typed); 4] = [
        (
            "edit",
            &["version", "residence_id", "residence_version"],
            vec![
                ("full_name", "Trần Thị Hạnh"),
                ("sex", "female"),
                ("born", "1979"),
                ("address", "Số 15"),
                ("residence_kind", "permanent"),
            ],
        ),
        (
            "category",
            &of_residence,
            vec![("on", "01/02/2024"), ("exempt_reason", "b"), ("step", "save")],
        ),
        (
            "move",
            &of_residence,
            vec![
                ("cell_id", &cell),
                ("on", "01/03/2024"),
                ("residence_kind", "temporary"),
                ("step", "save"),
            ],
        ),
        (
            "leave",
            &of_residence[1..],
            vec![("on", "01/04/2024"), ("reason", "moved"), ("step", "save")],
        ),
    ];
    for (done, (verb, hidden, typed)) in forms.into_iter().enumerate() {
        let path = format!("{member}/{verb}");
        let pages = at_once(&officer, (&path, &path), hidden, &typed).await;
        assert_all_lead_to(&pages, &member);
        assert_eq!(acts(&site, id.0).await, done + 1, "{verb} was written once");
    }
}

#[tokio::test]
async fn letters() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    let id = live(&site, site.town.cell_a1).await;
    let member = format!("/members/{id}");
    let (form, path) = (format!("{member}/letters/new"), format!("{member}/letters"));
    let pages = at_once(&officer, (&form, &path), &["id"], &[("number", "112-GGT/ĐU")]).await;
    assert_all_lead_to(&pages, &member);
    let page = officer.get(&member).await;
    let edit = page.links().find(|it| it.starts_with("/letters/")).unwrap();
    let typed = [("number", "113-GGT/ĐU"), ("received_on", "01/03/2024")];
    let pages = at_once(&officer, (&edit, &edit), &["version"], &typed).await;
    assert_all_lead_to(&pages, &member);
    assert_eq!(acts(&site, id.0).await, 2);
}

#[tokio::test]
async fn a_work_and_its_values_spelled_otherwise() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let new = "/units/a1/works/new";
    let typed = [("kind", "fund"), ("name", "Quỹ khuyến học"), ("goal", "10 triệu")];
    let id = secretary.get(new).await.field("id");
    let fields = [&[("id", id.as_str())][..], &typed].concat();
    let work = format!("/works/{id}");
    let pages = secretary.post_at_once("/units/a1/works", &fields, TIMES).await;
    assert_all_lead_to(&pages, &work);

    let edit = format!("{work}/edit");
    let version = secretary.get(&edit).await.field("version");
    let form = |goal| [("version", version.as_str()), typed[0], typed[1], ("goal", goal)];
    let pages = secretary.post_at_once(&edit, &form("20 triệu"), TIMES).await;
    assert_all_lead_to(&pages, &work);
    assert_eq!(secretary.post(&edit, &form("20.000.000 đ")).await.leads_to(), work);
    secretary.post(&edit, &form("30 triệu")).await.assert_is(StatusCode::CONFLICT);
}

#[tokio::test]
async fn what_an_administrator_does() {
    let site = Site::start().await;
    let admin = site.administrator().await;
    let edit = "/administration/units/phuong-a/edit";
    let typed = [("name", "Phường Thành Sen"), ("from_on", "01/07/2025")];
    let pages = at_once(&admin, (edit, edit), &["version"], &typed).await;
    assert_all_lead_to(&pages, "/administration/units/phuong-a");
    assert_eq!(acts(&site, site.town.ward_a.0).await, 1);

    let new = "/administration/units/new?parent=phuong-a";
    let typed = [
        ("parent", "phuong-a"),
        ("name", "Chi bộ tổ dân phố 3"),
        ("kind", "cell"),
        ("code", "a3"),
        ("from_on", "01/02/2020"),
    ];
    let pages = at_once(&admin, (new, "/administration/units"), &["id"], &typed).await;
    assert_all_lead_to(&pages, "/administration/units/a3");

    let accounts = "/administration/accounts";
    let typed = [
        ("login", "suu.lv"),
        ("display_name", "Lê Văn Sửu"),
        ("role", "cell_secretary"),
        ("unit", "a1"),
    ];
    let new = format!("{accounts}/new");
    let pages = at_once(&admin, (&new, accounts), &["id"], &typed).await;
    let account = pages[0].leads_to().to_owned();
    assert_all_lead_to(&pages, &account);
    let page = admin.get(&account).await;
    let revoke = page.body.split(r#"action="/administration/grants/"#).nth(1).unwrap();
    let revoke = format!("/administration/grants/{}", revoke.split('"').next().unwrap());
    let pages = admin.post_at_once(&revoke, &[], TIMES).await;
    assert_all_lead_to(&pages, &account);
    let pages = admin.post_at_once(&format!("{account}/disable"), &[], TIMES).await;
    assert_all_lead_to(&pages, &account);
    let id = account.rsplit('/').next().unwrap().parse().unwrap();
    assert_eq!(acts(&site, id).await, 3, "added, revoked, disabled: once each");
}

#[tokio::test]
async fn meetings_opinions_and_settings() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    let typed = [("kind", "periodic"), ("held_on", "01/11/2024"), ("place", "Nhà văn hóa")];
    let new = ("/units/a1/meetings/new", "/units/a1/meetings");
    let pages = at_once(&secretary, new, &["id"], &typed).await;
    let meeting = pages[0].leads_to().to_owned();
    assert_all_lead_to(&pages, &meeting);
    let edit = format!("{meeting}/edit");
    let typed = [typed[0], typed[1], ("place", "Trường học")];
    let pages = at_once(&secretary, (&edit, &edit), &["version"], &typed).await;
    assert_all_lead_to(&pages, &meeting);

    let typed = [
        ("who", "anonymous"),
        ("topic", "Đèn đường"),
        ("text", "Ngõ 3 tối"),
        ("raised_on", "02/11/2024"),
    ];
    let new = ("/units/a1/opinions/new", "/units/a1/opinions");
    let pages = at_once(&secretary, new, &["id", "asked"], &typed).await;
    let opinion = pages[0].leads_to().to_owned();
    assert_all_lead_to(&pages, &opinion);
    let edit = format!("{opinion}/edit");
    let typed = [typed[0], typed[1], ("text", "Ngõ 3 rất tối"), typed[3]];
    let pages = at_once(&secretary, (&edit, &edit), &["version", "asked"], &typed).await;
    assert_all_lead_to(&pages, &opinion);
    let forward = format!("{opinion}/forward");
    let typed = [("what", "UBND phường"), ("on", "03/11/2024")];
    let pages = at_once(&secretary, (&forward, &forward), &["version"], &typed).await;
    assert_all_lead_to(&pages, &opinion);
    let id = opinion.rsplit('/').next().unwrap().parse().unwrap();
    assert_eq!(acts(&site, id).await, 3, "written, mended, forwarded: once each");

    let settings = "/units/a1/settings";
    let typed = [("thanks_with_amounts", "yes")];
    let pages = at_once(&secretary, (settings, settings), &["version"], &typed).await;
    assert_all_lead_to(&pages, "/units/a1/settings?done=1");
    assert_eq!(acts(&site, site.town.cell_a1.0).await, 1);
}
