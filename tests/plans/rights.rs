//! What people may ask of what is held about them, and forgetting those who left long ago.

use haichieu::clock;
use haichieu::ids::{DataRequestId, RestrictionId};
use haichieu::vietnamese::day::short;

use crate::acts::{Actor, Form, fields, pair};
use crate::registry::Registry;
use crate::walk::Asked;

/// A request comes, is put off, answered and closed; what is held is handed out; somebody is
/// restricted for a while; a record is corrected; those who left long ago are proposed, and
/// forgotten.
pub async fn all(registry: &Registry) -> Vec<Asked> {
    let site = &registry.site;
    let mut officer = Actor::new(registry, "ward officer", site.ward_officer().await);
    let mut other = Actor::new(registry, "another officer", site.ward_officer().await);
    answer(registry, &mut officer).await;
    hand_out(registry, &mut officer).await;
    restrict(registry, &mut officer).await;
    correct(registry, &mut officer).await;
    forget(&mut officer, &mut other).await;
    officer.asked.into_iter().chain(other.asked).collect()
}

async fn answer(registry: &Registry, officer: &mut Actor<'_>) {
    let at = format!("/members/{}/data-requests", registry.objects.member);
    let form = vec![
        pair("id", &DataRequestId::new().to_string()),
        pair("kind", "correction"),
        pair("text", "Sửa chức vụ."),
        pair("received_on", &short(clock::today())),
    ];
    officer.act("writes a request down", &at, form).await;
    let at = format!("/data-requests/{}", registry.objects.data_request);
    for (what, step) in
        [("puts it off", "extend"), ("answers it", "answer"), ("has done it", "done")]
    {
        let mut form = fields(&officer.visitor.get(&at).await, &["version"]);
        form.push(pair("step", step));
        form.push(pair("what", "Đã trao đổi."));
        form.push(pair("on", &short(clock::today())));
        officer.act(what, &at, form).await;
    }
    officer.open("/data-requests/{id}", &at).await;
    officer.open("/units/{code}/data-requests", "/units/phuong-a/data-requests?page=2").await;
}

async fn hand_out(registry: &Registry, officer: &mut Actor<'_>) {
    let at = format!("/members/{}/data", registry.objects.member);
    for (what, format) in [("prints what is held", "paper"), ("takes what is held", "json")] {
        let form = vec![pair("purpose", "theo yêu cầu"), pair("format", format)];
        officer.act(what, &at, form).await;
    }
}

async fn restrict(registry: &Registry, officer: &mut Actor<'_>) {
    let member = registry.objects.member;
    let at = format!("/members/{member}/restriction");
    let id = RestrictionId::new().to_string();
    let form = |reason: &str| vec![pair("id", &id), pair("reason", reason)];
    officer.act("restricts somebody", &at, form("theo yêu cầu")).await;
    officer.open("/members/{id}", &format!("/members/{member}")).await;
    officer.open("/units/{code}/members", "/units/phuong-a/members").await;
    officer.act("restricts them no more", &at, form("hết lý do")).await;
}

async fn correct(registry: &Registry, officer: &mut Actor<'_>) {
    let at = format!("/members/{}/edit", registry.objects.member);
    let page = officer.visitor.get(&at).await;
    let kept = ["version", "residence_id", "residence_version", "full_name"];
    let mut form = fields(&page, &kept);
    form.push(pair("sex", "female"));
    form.push(pair("residence_kind", "permanent"));
    form.push(pair("position", "Kế toán trưởng"));
    officer.act("corrects a record", &at, form).await;
}

async fn forget(officer: &mut Actor<'_>, other: &mut Actor<'_>) {
    let settings = officer.visitor.get("/units/phuong-a/settings").await;
    let mut form = fields(&settings, &["version"]);
    form.push(pair("data_keep_years", "5"));
    officer.act("settles how long records stay", "/units/phuong-a/settings", form).await;
    let (route, at) = ("/units/{code}/retention", "/units/phuong-a/retention");
    officer.open(route, at).await;
    let form = word(officer).await;
    officer.act("proposes to forget", at, form).await;
    officer.open(route, at).await;
    let form = word(officer).await;
    officer.act("drops the proposal", &format!("{at}/drop"), form).await;
    let form = word(officer).await;
    officer.act("proposes again", at, form).await;
    let form = word(other).await;
    other.act("forgets those who left", &format!("{at}/confirm"), form).await;
    other.open(route, &format!("{at}?done=1")).await;
}

/// The proposal of the page, and the word for what cannot be taken back.
async fn word(actor: &Actor<'_>) -> Form {
    let mut form = fields(&actor.visitor.get("/units/phuong-a/retention").await, &["id"]);
    form.push(pair("word", "ẩn danh"));
    form
}
