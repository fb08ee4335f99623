//! A secretary who goes away: names a deputy and takes the right back, and is reminded by a
//! calendar and by mail.

use haichieu::access::model::{Grant, Role};
use haichieu::access::store;
use haichieu::clock;
use haichieu::ids::{AccountId, GrantId};
use haichieu::vietnamese::day::short;

use crate::acts::{Actor, fields, pair};
use crate::registry::Registry;
use crate::walk::{Asked, ask};

const LOGIN: &str = "nguoi-lam-ho";
const DEPUTIES: &str = "/units/a1/deputies";
const CALENDARS: &str = "/account/calendars";

pub async fn all(registry: &Registry) -> Vec<Asked> {
    let site = &registry.site;
    let id = AccountId::new();
    site.seed(async |tx| {
        let now = clock::now();
        store::add(tx, id, LOGIN, "Người làm hộ", None, now).await.unwrap();
        let (role, unit_id) = (Role::CellSecretary, Some(site.town.cell_a2));
        let grant = Grant { id: GrantId::new(), account_id: id, role, unit_id, names: false };
        store::add_grant(tx, &grant, now).await.unwrap();
    })
    .await;
    let mut secretary = Actor::new(registry, "secretary", site.secretary().await);
    lend(&mut secretary).await;
    let address = subscribe(&mut secretary).await;
    let stranger = site.stranger();
    let get = stranger.get(&address);
    let whose = ("a telephone", "/calendar/{token}");
    secretary.asked.push(ask(site, whose, "a calendar that opens".to_owned(), get).await);
    let page = secretary.visitor.get(CALENDARS).await;
    let revoke = page.body.split(r#"action="/account/calendars/"#).nth(1).unwrap();
    let revoke = format!("{CALENDARS}/{}", revoke.split('"').next().unwrap());
    secretary.act("revokes the calendar", &revoke, Vec::new()).await;
    secretary.act("is reminded no more", "/account/reminders/off", Vec::new()).await;
    secretary.asked
}

async fn lend(secretary: &mut Actor<'_>) {
    let mut form = fields(&secretary.visitor.get(DEPUTIES).await, &["id"]);
    let today = short(clock::today());
    form.extend([pair("login", LOGIN), pair("from_on", &today), pair("last_on", &today)]);
    secretary.act("names a deputy", DEPUTIES, form).await;
    let page = secretary.visitor.get(DEPUTIES).await;
    let revoke = page.body.split(r#"action="/deputies/"#).nth(1).unwrap();
    let revoke = format!("/deputies/{}", revoke.split('"').next().unwrap());
    secretary.act("takes the right back", &revoke, Vec::new()).await;
}

/// The path of a calendar that was made.
async fn subscribe(secretary: &mut Actor<'_>) -> String {
    let mut form = fields(&secretary.visitor.get(CALENDARS).await, &["id"]);
    form.push(pair("unit", "a1"));
    secretary.act("makes a calendar", CALENDARS, form).await;
    let address = secretary.said().split("/calendar/").nth(1).unwrap().split('<').next().unwrap();
    format!("/calendar/{address}")
}
