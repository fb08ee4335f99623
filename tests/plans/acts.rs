//! What people do to many rows at once, from the pages that offer it.

use std::ops::Range;

use chrono::{Datelike, Days};
use haichieu::access::model::Role;
use haichieu::audit::model::Actor as Clerk;
use haichieu::ids::{
    ConfirmationId, ContributionId, MemberId, OpinionId, ReorganisationId, UnitId,
};
use haichieu::organisation::model::UnitKind;
use haichieu::reorganisations::model::{NewReorganisation, NewUnitSpec, Part, Step, Target};
use haichieu::vietnamese::day::short;
use haichieu::{clock, reorganisations};
use reqwest::StatusCode;

use crate::objects::CANARY;
use crate::recorder;
use crate::registry::Registry;
use crate::support::{Page, Visitor};
use crate::walk::{Asked, ask, heard_at_rest};
use crate::{absent, door, rights, summed_up};

/// Somebody who acts, and what the database was asked for it so far.
pub struct Actor<'a> {
    registry: &'a Registry,
    who: &'static str,
    pub visitor: Visitor,
    pub asked: Vec<Asked>,
}

pub type Form = Vec<(String, String)>;

impl<'a> Actor<'a> {
    pub fn new(registry: &'a Registry, who: &'static str, visitor: Visitor) -> Actor<'a> {
        Actor { registry, who, visitor, asked: Vec::new() }
    }

    /// Opens a page of the table of routes.
    pub async fn open(&mut self, route: &'static str, path: &str) {
        let get = self.visitor.get(path);
        let asked = ask(&self.registry.site, (self.who, route), path.to_owned(), get).await;
        // Ids differ from registry to registry.
        let page = format!("{route}, {} acts later", self.asked.len());
        self.asked.push(Asked { page, ..asked });
        self.expect(route, 200..300);
    }

    /// Posts a form whose answer gives other cookies, which are the browser's from now on.
    pub async fn renew(&mut self, what: &str, path: &str, form: Form) {
        let mut given = None;
        let post = async {
            let page = post(&self.visitor, path, &form).await;
            given = Some(self.visitor.with_all_cookies_of(&page));
            page
        };
        let asked = ask(&self.registry.site, (self.who, ""), what.to_owned(), post).await;
        self.asked.push(asked);
        self.expect(what, 200..400);
        self.visitor = given.unwrap();
    }

    /// What the last answer said.
    pub fn said(&self) -> &str {
        &self.asked.last().unwrap().body
    }

    fn expect(&self, what: &str, answers: Range<u16>) {
        let Asked { status, body, .. } = self.asked.last().unwrap();
        assert!(answers.contains(&status.as_u16()), "{what}: {status}\n{body}");
    }

    /// Posts a form, which is taken; `what` is said of it.
    pub async fn act(&mut self, what: &str, path: &str, form: Form) {
        self.look(what, path, form).await;
        self.expect(what, 200..400);
    }

    /// Posts a form, which may come back with a question.
    async fn look(&mut self, what: &str, path: &str, form: Form) {
        let post = post(&self.visitor, path, &form);
        let asked = ask(&self.registry.site, (self.who, ""), what.to_owned(), post).await;
        assert!(!asked.status.is_server_error(), "{what}: {}", asked.body);
        self.asked.push(asked);
    }
}

async fn post(visitor: &Visitor, path: &str, form: &[(String, String)]) -> Page {
    let pairs: Vec<(&str, &str)> = form.iter().map(|(name, it)| (&**name, &**it)).collect();
    visitor.post(path, &pairs).await
}

/// Calls a roll, gives letters to a cell, opens a year, marks, signs and confirms its sheets,
/// writes down what everybody gave and some said, takes lists out and brings one in: whose
/// address comes with what was asked.
pub async fn first(registry: &Registry) -> (Vec<Asked>, String) {
    let site = &registry.site;
    let visitor = site.secretary().await;
    let mut secretary = Actor::new(registry, "secretary", visitor);
    let visitor = site.ward_officer().await;
    let mut officer = Actor::new(registry, "ward officer", visitor);
    let visitor = site.visitor_who(Role::OrganisationOfficer, site.town.city, true).await;
    let mut city = Actor::new(registry, "city, names", visitor);
    call_the_roll(&mut secretary).await;
    assign_letters(&mut officer).await;
    open_a_year(&mut city).await;
    comment(&mut secretary, &mut officer).await;
    give(&mut secretary).await;
    take_out(&mut officer).await;
    write_alike(&mut secretary, &mut officer).await;
    let list = bring_in(&mut secretary).await;
    let by_code = door::with_a_code(registry).await;
    let asked = [secretary.asked, officer.asked, city.asked, by_code];
    (asked.into_iter().flatten().collect(), list)
}

/// What ends what the pages were to show: sheets are sent, the list is taken out again.
pub async fn last(registry: &Registry, list: &str) -> Vec<Asked> {
    let visitor = registry.site.secretary().await;
    let mut secretary = Actor::new(registry, "secretary", visitor);
    secretary.act("takes the list back", &format!("{list}/undo"), Vec::new()).await;
    let visitor = registry.site.ward_officer().await;
    let mut officer = Actor::new(registry, "ward officer", visitor);
    let year = clock::today().year().to_string();
    let at = "/units/a2/evaluations/sheets";
    let page = officer.visitor.get(&format!("{at}?year={year}&state=confirmed")).await;
    let mut form = vec![pair("year", &year), pair("workplace", ""), pair("how", "post")];
    form.extend(fields(&page, &["count"]));
    form.push(pair("on", &short(clock::today())));
    officer.act("sends all", "/units/a2/evaluations/sent", form).await;
    let mut asked: Vec<Asked> = [secretary.asked, officer.asked].into_iter().flatten().collect();
    asked.extend(rights::all(registry).await);
    asked.extend(absent::all(registry).await);
    asked.push(reorganise(registry).await);
    asked.push(summed_up::walk(registry).await);
    asked
}

/// A cell is divided tomorrow, and then is not: drafted, looked at, applied, and taken back.
async fn reorganise(registry: &Registry) -> Asked {
    let (site, id, now) = (&registry.site, ReorganisationId::new(), clock::now());
    let part = |target: Target| Part {
        target,
        children: Vec::new(),
        clusters: Vec::new(),
        members: Vec::new(),
        takes_rest: false,
        successor: false,
    };
    let new = NewUnitSpec {
        id: UnitId::new(),
        code: "a1-moi".to_owned(),
        name: "Chi bộ tổ dân phố 1 mới".to_owned(),
        kind: UnitKind::Cell,
        official_code: None,
        parent: Some("phuong-a".to_owned()),
    };
    let parts = vec![
        Part {
            clusters: vec!["Tổ 1".to_owned()],
            members: vec![registry.objects.member],
            successor: true,
            ..part(Target::New(new))
        },
        Part { takes_rest: true, ..part(Target::Code("a2".to_owned())) },
    ];
    let steps = [Step::Split { source: "a1".to_owned(), parts, goes_on: false }];
    let draft = NewReorganisation {
        id,
        unit_id: None,
        legal_reference: "Nghị quyết 1".to_owned(),
        effective_on: clock::today() + Days::new(1),
    };
    recorder::listen();
    site.seed(async |tx| {
        reorganisations::store::add(tx, &draft, "Người soạn", now).await.unwrap();
        reorganisations::store::set_steps(tx, id, 1, &steps).await.unwrap();
        let drafted = reorganisations::store::get(tx, id).await.unwrap();
        let clerk = Clerk::command_line();
        reorganisations::preview(tx, &drafted).await.unwrap();
        reorganisations::apply(tx, &clerk, id, drafted.version, now).await.unwrap();
        let applied = reorganisations::store::get(tx, id).await.unwrap();
        reorganisations::undo(tx, &clerk, id, applied.version, now).await.unwrap();
    })
    .await;
    let page = "divides a cell, and takes it back".to_owned();
    let (who, route, status) = ("administrator", "", StatusCode::OK);
    Asked { who, route, page, status, body: String::new(), statements: heard_at_rest(site).await }
}

async fn call_the_roll(secretary: &mut Actor<'_>) {
    let at = format!("/meetings/{}/roll-call", secretary.registry.objects.meeting);
    let page = secretary.visitor.get(&at).await;
    let mut form = fields(&page, &["roll", "was", "key"]);
    form.push(pair("action", "present-rest"));
    secretary.act("calls the roll", &at, form).await;
}

async fn assign_letters(officer: &mut Actor<'_>) {
    let list = officer.visitor.get("/units/phuong-a/letters?state=received").await;
    let mut form: Form = values(&list, "letter").map(|it| pair("letter", &it)).collect();
    assert!(form.len() > 3, "{}", list.body);
    // One waits on, for whoever looks at the list later: an empty one is no look at anybody.
    form.pop();
    form.push(pair("step", "assign"));
    form.push(pair("on", &short(clock::today())));
    form.push(pair("cell_id", &officer.registry.site.town.cell_a2.to_string()));
    officer.act("assigns letters", "/units/phuong-a/letters/steps", form).await;
}

/// The year before, which nobody has opened yet.
async fn open_a_year(city: &mut Actor<'_>) {
    let year = clock::today().year() - 1;
    for (what, step) in [("looks at a year", ""), ("opens a year", "save")] {
        let mut form = vec![pair("year", &year.to_string()), pair("step", step)];
        form.push(pair("reference_on", &format!("31/12/{year}")));
        form.extend(["sign_by", "return_by", "version"].map(|it| pair(it, "")));
        city.act(what, "/units/thanh-pho/evaluations/open", form).await;
    }
}

async fn comment<'a>(secretary: &mut Actor<'a>, officer: &mut Actor<'a>) {
    let this = clock::today().year().to_string();
    let last = (clock::today().year() - 1).to_string();
    let at = "/units/a1/evaluations/grid";
    let grid = secretary.visitor.get(&format!("{at}?year={last}&criterion=1")).await;
    let mut form = fields(&grid, &["id", "year", "criterion", "option"]);
    form.push(pair("whom", "others"));
    secretary.act("marks all", at, form).await;
    let at = format!("/markings/{}/undo", grid.field("id"));
    secretary.act("takes the marks back", &at, Vec::new()).await;
    for (actor, what, at) in [
        (&mut *secretary, "signs all", "/units/a1/evaluations/sign"),
        (&mut *officer, "confirms all", "/units/a2/evaluations/confirm"),
    ] {
        let page = actor.visitor.get(&format!("{at}?year={this}")).await;
        let form = vec![pair("year", &this), pair("version", &page.field("version"))];
        actor.act(what, at, form).await;
    }
}

/// The same from everybody in the cell.
async fn give(secretary: &mut Actor<'_>) {
    let at = "/units/a1/contributions/bulk";
    let work = secretary.registry.objects.work.to_string();
    let page = secretary.visitor.get(&format!("{at}?work={work}")).await;
    let mut form = vec![pair("id", &page.field("id")), pair("work", &work)];
    form.push(pair("given_on", &short(clock::today())));
    form.push(pair("each", "200.000"));
    for part in page.body.split(r#"name="a-"#).skip(1) {
        let id: MemberId = part.split('"').next().unwrap().parse().unwrap();
        form.push((format!("a-{id}"), "200.000".to_owned()));
    }
    form.push(pair("action", "save"));
    secretary.act("writes gifts down", at, form).await;
}

async fn take_out(officer: &mut Actor<'_>) {
    for what in ["members", "evaluations", "attendance", "contributions", "statistics", "report"] {
        let at = "/units/phuong-a/exports";
        let page = officer.visitor.get(&format!("{at}?what={what}")).await;
        let format = if what == "report" { "xlsx" } else { "csv" };
        let form = vec![
            pair("id", &page.field("id")),
            pair("what", what),
            pair("query", ""),
            pair("purpose", "nộp đảng ủy phường"),
            pair("format", format),
        ];
        officer.act(&format!("takes out {what}"), at, form).await;
    }
}

/// What is held against what is there before it is written: somebody of a known telephone and
/// card, a gift given twice, an opinion of somebody called by a name that many have.
async fn write_alike(secretary: &mut Actor<'_>, officer: &mut Actor<'_>) {
    let (today, objects) = (short(clock::today()), &secretary.registry.objects);
    let cell = officer.registry.site.town.cell_a1.to_string();
    let form = [
        ("id", &*MemberId::new().to_string()),
        ("full_name", CANARY),
        ("sex", "female"),
        ("cell_id", &cell),
        ("phone", "0912000001"),
        ("card_number", "12345678"),
        ("residence_kind", "permanent"),
        ("category", "normal"),
        ("started_on", "01/02/2024"),
    ];
    let form = form.iter().map(|(name, it)| pair(name, it)).collect();
    officer.look("writes somebody down", "/units/phuong-a/members", form).await;
    let form = [
        ("id", &*ContributionId::new().to_string()),
        ("work", &*objects.work.to_string()),
        ("who", "member"),
        ("giver", CANARY),
        ("member", &*objects.member.to_string()),
        ("asked", CANARY),
        ("given_on", &today),
        ("kind", "money"),
        ("amount", "500.000"),
        ("action", "save"),
    ];
    let form = form.iter().map(|(name, it)| pair(name, it)).collect();
    secretary.look("writes a gift down", "/units/a1/contributions", form).await;
    let form = [
        ("id", &*OpinionId::new().to_string()),
        ("who", "member"),
        ("name", CANARY),
        ("raised_on", &today),
        ("topic", "Đèn đường"),
        ("text", "Ngõ 3 tối."),
    ];
    let form = form.iter().map(|(name, it)| pair(name, it)).collect();
    secretary.look("writes an opinion down", "/units/a1/opinions", form).await;
    let form = vec![pair("id", &ConfirmationId::new().to_string()), pair("on", &today)];
    secretary.look("confirms figures", "/units/a1/confirmed", form).await;
    for (what, step) in [("forwards an opinion", "forward"), ("answers it", "answer")] {
        let at = format!("/opinions/{}/{step}", objects.opinion);
        let page = secretary.visitor.get(&at).await;
        let mut form = fields(&page, &["version", "on"]);
        form.push(pair("what", "Đảng ủy phường"));
        secretary.act(what, &at, form).await;
    }
}

/// A list of new people, as long as the cell of the registry is large; its address.
async fn bring_in(secretary: &mut Actor<'_>) -> String {
    let at = "/units/a1/import";
    let id = secretary.visitor.get(at).await.field("id");
    let lines = (0..secretary.registry.people).map(|number| {
        let (given, year) = (["Sâm", "Sen"][number % 2], 30 + number % 60);
        format!("{number},Cao Thị {given},19{year}\n")
    });
    let list: String = ["TT,Họ và tên,Năm sinh\n".to_owned()].into_iter().chain(lines).collect();
    let file = ("danh-sach.csv", list.as_bytes());
    let there = secretary.visitor.post_file(at, &[("id", &id)], file).await;
    let there = there.leads_to().to_owned();
    let page = secretary.visitor.get(&there).await;
    let mut form = fields(&page, &["fate", "page", "writable", "started_on"]);
    form.push(pair("action", "apply"));
    secretary.act("writes a list down", &there, form).await;
    there
}

pub fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

pub fn fields(page: &Page, names: &[&str]) -> Form {
    names.iter().map(|it| pair(it, &page.field(it))).collect()
}

/// The values of all fields called `name`.
fn values(page: &Page, name: &str) -> impl Iterator<Item = String> {
    let mark = format!(r#"name="{name}""#);
    let tags = page.body.split('<').filter(move |tag| tag.contains(&mark));
    tags.filter_map(|tag| tag.split(r#"value=""#).nth(1)?.split('"').next().map(str::to_owned))
}
