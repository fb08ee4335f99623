//! Slips of paper for those who have no password yet: each a one-time link, and how to use it.

use std::collections::HashSet;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};

use super::accounts::{LINK_HOLDS, administered, need_administrator};
use crate::access::confirm;
use crate::access::frame::{Frame, Place};
use crate::access::model::Account;
use crate::access::routes::{Need, Routes};
use crate::access::session::Token;
use crate::access::store::{self, NamedGrant};
use crate::access::viewer::Viewer;
use crate::app::App;
use crate::audit;
use crate::audit::model::Act;
use crate::clock::{self, Moment};
use crate::db::Tx;
use crate::error::Result;
use crate::faults::Faults;
use crate::qr::{self, Qr};
use crate::web::Form;

/// Slips of one print: fifty pages.
const MOST: usize = 200;

pub fn routes() -> Routes {
    let need = Need::SignedIn;
    Routes::new().get("/administration/slips", need, choose).post(
        "/administration/slips",
        need,
        print,
    )
}

type Waiting = Vec<(Account, Vec<NamedGrant>)>;

#[derive(Template)]
#[template(path = "administration/slips.html")]
struct ChoosePage {
    frame: Frame,
    waiting: Waiting,
    /// How many more wait than one print holds.
    more: usize,
    faults: Faults,
}

#[derive(Template)]
#[template(path = "administration/slips_paper.html")]
struct PaperPage {
    slips: Vec<Slip>,
    /// Where the site is reached.
    origin: String,
    until: Moment,
}

struct Slip {
    account: Account,
    grants: Vec<NamedGrant>,
    link: String,
    qr: Option<Qr>,
}

/// The open accounts without a password that the viewer administers, as many as one print
/// holds, and how many more there are.
async fn waiting(tx: &mut Tx, viewer: &Viewer) -> Result<(Waiting, usize)> {
    let mut waiting = administered(tx, viewer).await?;
    let waits = |it: &Account| it.password_hash.is_none() && it.disabled_at.is_none();
    waiting.retain(|(it, _)| waits(it) && it.id != viewer.account_id);
    let more = waiting.len().saturating_sub(MOST);
    waiting.truncate(MOST);
    Ok((waiting, more))
}

async fn choose(State(app): State<App>, viewer: Viewer) -> Result<Html<String>> {
    need_administrator(&viewer)?;
    let (waiting, more) = waiting(&mut app.db.read().await?, &viewer).await?;
    let frame = Frame::bare(&viewer, Place::Accounts);
    Ok(Html(ChoosePage { frame, waiting, more, faults: Faults::default() }.render()?))
}

/// Makes a link for each that was chosen; those made before lose their force. They are shown
/// once, on the page that is printed.
async fn print(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    need_administrator(&viewer)?;
    let all =
        |name: &'static str| fields.iter().filter(move |it| it.0 == name).map(|it| it.1.as_str());
    let chosen: HashSet<&str> = all("account").collect();
    let mut faults = Faults::default();
    confirm::check(&app, &viewer, all(confirm::FIELD).next().unwrap_or_default(), &mut faults)
        .await?;
    let mut tx = app.db.write().await?;
    let (mut waiting, more) = waiting(&mut tx, &viewer).await?;
    if !waiting.iter().any(|(it, _)| chosen.contains(&*it.id.to_string())) {
        faults.add("accounts", "Chọn ít nhất một người để in phiếu");
    }
    if !faults.is_empty() {
        let frame = Frame::bare(&viewer, Place::Accounts);
        let page = ChoosePage { frame, waiting, more, faults };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    }
    waiting.retain(|(it, _)| chosen.contains(&*it.id.to_string()));
    let (origin, now) = (app.origin(&headers), clock::now());
    let until = now.plus_seconds(LINK_HOLDS);
    let mut slips = Vec::new();
    // Three statements for each slip: each is an act on an account of its own.
    for (account, grants) in waiting {
        let token = Token::new()?;
        store::void_links(&mut tx, Some(account.id), now).await?;
        store::add_link(&mut tx, &token.hash, Some(account.id), now, until).await?;
        let done = format!("Cấp đường dẫn đặt mật khẩu cho {}, để in phiếu", account.login);
        let act = Act::new("account.link", account.id.0, done);
        audit::store::append(&mut tx, &viewer.actor(), act).await?;
        let link = format!("{origin}/links/{}", token.text);
        slips.push(Slip { qr: qr::draw(&link), account, grants, link });
    }
    tx.commit().await?;
    Ok(Html(PaperPage { slips, origin, until }.render()?).into_response())
}
