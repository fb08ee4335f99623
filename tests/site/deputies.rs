//! "Làm hộ": whoever acts for the secretary of a cell for a time.

use chrono::{Days, NaiveDate};
use futures_util::TryStreamExt as _;
use haichieu::access::deputies::NewDeputy;
use haichieu::access::model::{Grant, Role};
use haichieu::access::session::Token;
use haichieu::access::store;
use haichieu::clock;
use haichieu::db::tables::{Value, tables};
use haichieu::ids::{AccountId, GrantId, UnitId};
use haichieu::vietnamese::day::short;
use reqwest::StatusCode;

use crate::exchange::texts;
use crate::meetings::{meeting_today, people, roll_call, save};
use crate::members::live;
use crate::sheets::{consult, open_year, sheet_of, take_all, write};
use crate::support::{Page, Site, Visitor, visitor};

const PAGE: &str = "/units/a1/deputies";
const MEMBERS: &str = "/units/a1/members";
/// The secretary who is away, and who stands in.
const AWAY: &str = "Trần Thị Bình";
const DEPUTY: &str = "Nguyễn Văn An";

/// Two secretaries of ward A: of cell A1, who is away, and of cell A2, who stands in.
struct Two {
    away: AccountId,
    secretary: Visitor,
    deputy: AccountId,
}

impl Two {
    async fn of(site: &Site) -> Two {
        let away = account(site, "binh.tt", AWAY, site.town.cell_a1).await;
        let deputy = account(site, "an.nv", DEPUTY, site.town.cell_a2).await;
        Two { away, secretary: sign_in(site, away).await, deputy }
    }

    /// Lends the role from one day up to, but not on, another.
    async fn lend(&self, site: &Site, (from_on, to_on): (NaiveDate, NaiveDate)) -> GrantId {
        let (id, account_id) = (GrantId::new(), self.deputy);
        let (role, unit_id) = (Role::CellSecretary, Some(site.town.cell_a1));
        let grant = Grant { id, account_id, role, unit_id, names: false };
        let new =
            NewDeputy { grant, for_account_id: self.away, from_on, to_on, reason: String::new() };
        site.seed(async |tx| store::deputies::add(tx, &new, clock::now()).await.unwrap()).await;
        id
    }
}

/// An account that is the secretary of the cell.
async fn account(site: &Site, login: &str, name: &str, cell: UnitId) -> AccountId {
    let (id, now) = (AccountId::new(), clock::now());
    site.seed(async |tx| {
        store::add(tx, id, login, name, None, now).await.unwrap();
        let (role, unit_id) = (Role::CellSecretary, Some(cell));
        let grant = Grant { id: GrantId::new(), account_id: id, role, unit_id, names: false };
        store::add_grant(tx, &grant, now).await.unwrap();
    })
    .await;
    id
}

async fn sign_in(site: &Site, id: AccountId) -> Visitor {
    let token = Token::new().unwrap();
    site.seed(async |tx| {
        store::add_session(tx, &token.hash, id, "127.0.0.1", clock::now()).await.unwrap();
    })
    .await;
    visitor(&site.root, Some(format!("sid={}", token.text)))
}

/// So many days from today.
fn ahead(days: u64) -> NaiveDate {
    clock::today() + Days::new(days)
}

fn ago(days: u64) -> NaiveDate {
    clock::today() - Days::new(days)
}

/// Names the account with this login for four days, from the page of the cell.
async fn name(visitor: &Visitor, login: &str, more: &[(&str, &str)]) -> Page {
    let id = visitor.get(PAGE).await.field("id");
    let (from_on, last_on) = (short(ahead(0)), short(ahead(3)));
    let form = [
        ("id", id.as_str()),
        ("login", login),
        ("from_on", &from_on),
        ("last_on", &last_on),
        ("reason", "đi công tác"),
    ];
    visitor.post(PAGE, &[&form[..], more].concat()).await
}

#[tokio::test]
async fn what_a_deputy_does_bears_both_names() {
    let site = Site::start().await;
    let two = Two::of(&site).await;
    people(&site, 2).await;
    let before = sign_in(&site, two.deputy).await;
    before.get(MEMBERS).await.assert_is(StatusCode::NOT_FOUND);

    assert_eq!(name(&two.secretary, "an.nv", &[]).await.leads_to(), format!("{PAGE}?done=1"));
    let page = two.secretary.get(PAGE).await;
    page.assert_shows("Đang làm hộ");
    page.assert_shows("đi công tác");
    // The new right begins with a new sign-in.
    before.get("/account").await.leads_to();

    let deputy = sign_in(&site, two.deputy).await;
    let said = format!("Làm hộ {AWAY} đến hết {}", short(ahead(3)));
    deputy.get(MEMBERS).await.assert_shows(&said);
    deputy.get("/account").await.assert_shows(&said);
    let lent = meeting_today(&deputy).await;
    let own = deputy.get("/units/a2/meetings").await;
    own.assert_hides("Làm hộ");
    let both = format!("{DEPUTY}, làm hộ {AWAY}");
    two.secretary.get(&lent).await.assert_shows(&format!("<b>{both}</b>"));

    // What was looked at is noted likewise, also where the page lay ready.
    for _ in 0..2 {
        deputy.get("/units/a1").await.assert_is(StatusCode::OK);
        deputy.get(MEMBERS).await.assert_is(StatusCode::OK);
    }
    site.watch.settle().await;
    let log = site.ward_officer().await.get("/units/a1/access-log").await;
    log.assert_shows(&both);
    assert!(!log.body.replace(&both, "").contains(DEPUTY), "{}", log.body);
}

#[tokio::test]
async fn in_no_table_a_deputy_stands_alone() {
    let site = Site::with_criteria().await;
    let two = Two::of(&site).await;
    live(&site, site.town.cell_a1, "Lê Thị Sen").await;
    open_year(&site.ward_officer().await, "phuong-a").await;
    two.lend(&site, (ago(1), ahead(2))).await;
    let deputy = sign_in(&site, two.deputy).await;
    let at = meeting_today(&deputy).await;
    let roll = roll_call(&deputy, &at).await;
    save(&deputy, &roll, &at, &[("m1", "u")], "save").await.leads_to();
    consult(&deputy).await;
    let sheet = sheet_of(&deputy, "Lê Thị Sen").await;
    write(&deputy, &sheet, 0, "Vận động bà con ngõ 3.").await.leads_to();
    take_all(&deputy, "sign").await.leads_to();
    deputy.export("a1", "members", "", "csv").await.assert_is(StatusCode::OK);
    let id = deputy.get("/units/a1/import").await.field("id");
    let list = "Họ và tên;Năm sinh\nVõ Thị Hoài;1980\n";
    let file = ("moi.csv", list.as_bytes());
    deputy.post_file("/units/a1/import", &[("id", &id)], file).await.leads_to();
    site.watch.settle().await;

    let mut tx = site.db.read().await.unwrap();
    for table in tables(&mut tx).await.unwrap().iter().filter(|it| it.name != "account") {
        let rows: Vec<_> = table.rows(&mut tx).try_collect().await.unwrap();
        let alone = |it: &Value| matches!(it, Value::Text(text) if text == DEPUTY);
        assert!(!rows.iter().flatten().any(alone), "{} in {}", DEPUTY, table.name);
    }
    let sql = "SELECT DISTINCT action FROM audit_entry
               WHERE account_name = 'Nguyễn Văn An, làm hộ Trần Thị Bình' ORDER BY action";
    let done = texts(&mut tx, sql).await;
    for action in ["import.add", "meeting.add", "meeting.roll_call", "view.page"] {
        assert!(done.iter().any(|it| it == action), "{action}: {done:?}");
    }
}

#[tokio::test]
async fn in_the_own_cell_a_deputy_signs_alone() {
    let site = Site::start().await;
    let two = Two::of(&site).await;
    two.lend(&site, (ago(1), ahead(2))).await;
    let deputy = sign_in(&site, two.deputy).await;
    let form = deputy.get("/units/a2/meetings/new").await;
    let (id, day) = (form.field("id"), short(ahead(0)));
    let fields = [("id", id.as_str()), ("kind", "periodic"), ("held_on", &day)];
    let at = deputy.post("/units/a2/meetings", &fields).await.leads_to().to_owned();
    let page = deputy.get(&at).await;
    page.assert_shows(&format!("<b>{DEPUTY}</b>"));
    page.assert_hides("làm hộ");
}

#[tokio::test]
async fn it_holds_on_its_days_and_on_no_other() {
    let site = Site::start().await;
    let two = Two::of(&site).await;
    for (from_on, to_on, status) in [
        (ago(9), ahead(0), StatusCode::NOT_FOUND),
        (ahead(1), ahead(5), StatusCode::NOT_FOUND),
        (ago(3), ahead(1), StatusCode::OK),
    ] {
        two.lend(&site, (from_on, to_on)).await;
        let deputy = sign_in(&site, two.deputy).await;
        assert_eq!(deputy.get(MEMBERS).await.status, status, "{from_on} {to_on}");
    }
    let page = two.secretary.get(PAGE).await;
    for standing in ["Đã hết hạn", "Chưa đến ngày", "Đang làm hộ"] {
        page.assert_shows(standing);
    }
}

#[tokio::test]
async fn taken_back_it_ends_with_the_next_request() {
    let site = Site::start().await;
    let two = Two::of(&site).await;
    let id = two.lend(&site, (ago(1), ahead(2))).await;
    let deputy = sign_in(&site, two.deputy).await;
    deputy.get(MEMBERS).await.assert_is(StatusCode::OK);
    let revoke = format!("/deputies/{id}/revoke");
    deputy.post(&revoke, &[]).await.assert_is(StatusCode::FORBIDDEN);
    for _ in 0..2 {
        two.secretary.post(&revoke, &[]).await.leads_to();
    }
    deputy.get(MEMBERS).await.leads_to();
    let again = sign_in(&site, two.deputy).await;
    again.get(MEMBERS).await.assert_is(StatusCode::NOT_FOUND);
    again.get("/units/a2/members").await.assert_is(StatusCode::OK);
    let page = two.secretary.get(PAGE).await;
    page.assert_shows("Đã thu");
}

#[tokio::test]
async fn a_deputy_has_no_more_than_the_secretary_has() {
    let site = Site::start().await;
    let two = Two::of(&site).await;
    two.lend(&site, (ago(1), ahead(2))).await;
    let deputy = sign_in(&site, two.deputy).await;
    deputy.get(MEMBERS).await.assert_is(StatusCode::OK);
    let disable = async |at| {
        site.seed(async |tx| store::set_disabled(tx, two.away, at).await.unwrap()).await;
    };
    disable(Some(clock::now())).await;
    deputy.get(MEMBERS).await.assert_is(StatusCode::NOT_FOUND);
    disable(None).await;
    deputy.get(MEMBERS).await.assert_is(StatusCode::OK);

    site.seed(async |tx| {
        let (role, unit_id) = (Role::CellSecretary, Some(site.town.cell_a1));
        let own = store::find_grant(tx, two.away, role, unit_id).await.unwrap().unwrap();
        store::revoke_grant(tx, &own, clock::now()).await.unwrap();
    })
    .await;
    deputy.get(MEMBERS).await.assert_is(StatusCode::NOT_FOUND);
    let administrator = site.visitor(Role::Administrator, site.town.ward_a).await;
    administrator.get(PAGE).await.assert_shows("Dừng: người được làm hộ không còn vai trò");
}

#[tokio::test]
async fn a_deputy_names_no_other() {
    let site = Site::start().await;
    let two = Two::of(&site).await;
    two.lend(&site, (ago(1), ahead(2))).await;
    let third = account(&site, "cuc.lt", "Lê Thị Cúc", site.town.cell_a2).await;
    let deputy = sign_in(&site, two.deputy).await;
    deputy.get(PAGE).await.assert_shows("Đang làm hộ người khác thì không cử tiếp được");
    let (id, day) = (GrantId::new().to_string(), short(ahead(1)));
    let form = [("id", id.as_str()), ("login", "cuc.lt"), ("from_on", &day), ("last_on", &day)];
    deputy.post(PAGE, &form).await.assert_is(StatusCode::FORBIDDEN);
    let third = sign_in(&site, third).await;
    third.get(MEMBERS).await.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_wards_administrator_names_one_for_a_secretary() {
    let site = Site::start().await;
    let two = Two::of(&site).await;
    let administrator = site.visitor(Role::Administrator, site.town.ward_a).await;
    let page = name(&administrator, "an.nv", &[]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Chọn bí thư được làm hộ");
    assert_eq!(page.field("login"), "an.nv");
    let away = two.away.to_string();
    name(&administrator, "an.nv", &[("secretary", &away)]).await.leads_to();
    let deputy = sign_in(&site, two.deputy).await;
    deputy.get(MEMBERS).await.assert_shows(&format!("Làm hộ {AWAY}"));
    let account = format!("/administration/accounts/{}", two.deputy);
    let page = administrator.get(&account).await;
    page.assert_shows(&format!("Làm hộ {AWAY} đến hết"));
    page.assert_shows(&format!("Cử {DEPUTY} làm hộ {AWAY}"));
    // The role itself may be given as well.
    let role = [("role", "cell_secretary"), ("unit", "a1")];
    administrator.post(&format!("{account}/grants"), &role).await.leads_to();
    assert_eq!(administrator.get(&account).await.body.matches("/grants/").count(), 3);
}

#[tokio::test]
async fn who_may_not_be_named_is_told_alike() {
    let site = Site::start().await;
    let two = Two::of(&site).await;
    account(&site, "dong.lv", "Lê Văn Đông", site.town.cell_b1).await;
    let officer = account(&site, "giang.ht", "Hồ Thị Giang", site.town.cell_a2).await;
    site.seed(async |tx| {
        let (role, unit_id) = (Role::WardOfficer, Some(site.town.ward_a));
        let id = GrantId::new();
        let grant = Grant { id, account_id: officer, role, unit_id, names: false };
        store::add_grant(tx, &grant, clock::now()).await.unwrap();
    })
    .await;
    let unknown = "Không có tài khoản này trong phường, xã";
    for (login, why) in [
        ("nobody", unknown),
        ("dong.lv", unknown),
        ("giang.ht", "Cán bộ xác nhận phiếu của chi bộ thì không làm hộ"),
        ("binh.tt", "Người này đã là bí thư ở đây"),
        ("", "Tên đăng nhập từ 3 đến 40 ký tự"),
    ] {
        let page = name(&two.secretary, login, &[]).await;
        page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_shows(why);
        page.assert_shows(r#"value="đi công tác""#);
    }
    for (visitor, status) in [
        (site.outsider().await, StatusCode::NOT_FOUND),
        (site.ward_officer().await, StatusCode::FORBIDDEN),
        (site.organisation_officer().await, StatusCode::FORBIDDEN),
    ] {
        visitor.get(PAGE).await.assert_is(status);
    }
}

#[tokio::test]
async fn a_deputy_is_not_made_the_one_who_confirms() {
    let site = Site::start().await;
    let two = Two::of(&site).await;
    name(&two.secretary, "an.nv", &[]).await.leads_to();
    let administrator = site.visitor(Role::Administrator, site.town.ward_a).await;
    let at = format!("/administration/accounts/{}/grants", two.deputy);
    let role = [("role", "ward_officer"), ("unit", "phuong-a")];
    let page = administrator.post(&at, &role).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Người này đang làm hộ bí thư một chi bộ");
    assert_eq!(page.field("unit"), "phuong-a");
    let page = two.secretary.get(PAGE).await;
    let revoke = page.body.split('"').find(|it| it.ends_with("/revoke")).unwrap();
    two.secretary.post(revoke, &[]).await.leads_to();
    administrator.post(&at, &role).await.leads_to();
}

#[tokio::test]
async fn named_and_made_to_confirm_at_once_one_is_refused() {
    let site = Site::start().await;
    let two = Two::of(&site).await;
    let administrator = site.visitor(Role::Administrator, site.town.ward_a).await;
    let at = format!("/administration/accounts/{}/grants", two.deputy);
    let role = [("role", "ward_officer"), ("unit", "phuong-a")];
    let (named, made) =
        tokio::join!(name(&two.secretary, "an.nv", &[]), administrator.post(&at, &role));
    let mut answers = [named.status, made.status];
    answers.sort_unstable();
    assert_eq!(answers, [StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY]);
}

#[tokio::test]
async fn sent_twice_it_is_one_deputy() {
    let site = Site::start().await;
    let two = Two::of(&site).await;
    let id = two.secretary.get(PAGE).await.field("id");
    let (from_on, last_on) = (short(ahead(0)), short(ahead(3)));
    let form =
        [("id", id.as_str()), ("login", "an.nv"), ("from_on", &from_on), ("last_on", &last_on)];
    for page in two.secretary.post_at_once(PAGE, &form, 3).await {
        page.leads_to();
    }
    let page = two.secretary.get(PAGE).await;
    assert_eq!(page.body.matches("/revoke").count(), 1);
    // Another form for the same days is no second grant.
    let page = name(&two.secretary, "an.nv", &[]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows(&format!("{DEPUTY} đã được cử từ"));
}

#[tokio::test]
async fn naming_a_deputy_asks_for_the_password_after_a_while() {
    let site = Site::start().await;
    Two::of(&site).await;
    let password = "con mèo vàng ngủ trưa";
    let (role, cell) = (Role::CellSecretary, site.town.cell_a1);
    let secretary = site.visitor_since(role, cell, (password, 16)).await;
    secretary.get(PAGE).await.assert_shows(r#"name="confirm""#);
    let page = name(&secretary, "an.nv", &[]).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Gõ lại mật khẩu để làm việc này");
    name(&secretary, "an.nv", &[("confirm", password)]).await.leads_to();
}
