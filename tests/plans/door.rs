//! Coming in with a code after the password, and what is done with the second factor.

use haichieu::access::{self, factor, password};
use haichieu::clock;
use haichieu::ids::AccountId;

use crate::acts::{Actor, Form, pair};
use crate::registry::Registry;
use crate::walk::Asked;

const LOGIN: &str = "suu.lv";
const PASSWORD: &str = "con mèo vàng ngủ trưa";

/// Switches a second factor on, comes in with it, and switches it off with a code on paper.
pub async fn with_a_code(registry: &Registry) -> Vec<Asked> {
    let site = &registry.site;
    let (id, now) = (AccountId::new(), clock::now());
    let hash = password::hash(PASSWORD.to_owned()).await.unwrap();
    site.seed(async |tx| {
        access::store::add(tx, id, LOGIN, "Lê Văn Sửu", Some(&hash), now).await.unwrap();
    })
    .await;
    let mut actor = Actor::new(registry, "with a code", site.stranger());
    actor.renew("gives the password", "/sign-in", password_form()).await;
    actor.act("draws a secret", "/account/factor/start", Vec::new()).await;
    actor.open("/account/factor", "/account/factor").await;
    let secret = spelled(actor.said());
    actor.renew("gives the first code", "/account/factor/on", code_form(&secret, 0)).await;
    actor.open("/account/factor", "/account/factor").await;
    actor.renew("gives the password, and waits", "/sign-in", password_form()).await;
    actor.open("/sign-in/code", "/sign-in/code").await;
    // The code of the first step was used.
    actor.renew("gives the code", "/sign-in/code", code_form(&secret, 1)).await;
    actor.act("has other codes on paper", "/account/factor/codes", Vec::new()).await;
    let on_paper = actor.said().split("<li><code>").nth(1).unwrap();
    let on_paper = vec![pair("code", on_paper.split('<').next().unwrap())];
    actor.open("/account/factor/off", "/account/factor/off").await;
    actor.renew("switches it off", "/account/factor/off", on_paper).await;
    actor.asked
}

fn password_form() -> Form {
    vec![pair("login", LOGIN), pair("password", PASSWORD)]
}

/// The code that the telephone shows, so many steps from now.
fn code_form(secret: &[u8; 20], steps: i64) -> Form {
    let code = factor::code_at(secret, clock::now().plus_seconds(30 * steps)).unwrap();
    vec![pair("code", &code), pair("next", "/account")]
}

/// The secret that the page spells.
fn spelled(page: &str) -> [u8; 20] {
    let letters = page.split(r#"<code id="letters">"#).nth(1).unwrap();
    let letters = letters.split('<').next().unwrap().replace(' ', "");
    let bytes = totp_rs::Secret::try_from_base32(letters).unwrap();
    bytes.as_ref().try_into().unwrap()
}
