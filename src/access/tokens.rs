//! Tokens with which another program reads for an account: never more than the account
//! itself may see at that moment, and nothing that writes.

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;

use crate::access::model::Right;
use crate::access::session::{self, Token};
use crate::access::viewer::{ClientAddress, Viewer};
use crate::access::{store, throttle};
use crate::app::App;
use crate::clock::{self, Moment};
use crate::db::again;
use crate::error::{Error, Result};
use crate::ids::{AccountId, TokenId, UnitId};
use crate::organisation::tree::Ancestor;
use crate::words::words;

/// What every token begins with, so that one left lying about is known for what it is.
const MARK: &str = "hc_";
/// Characters of a token that its owner recognises it by; the rest still holds more than
/// 200 random bits.
const PREFIX: usize = 9;
/// How far `used_at` may lag behind, in seconds, so that reading does not mean writing.
const USED_EVERY: i64 = 3600;
/// A token opens nothing later than so many days from now.
pub const LONGEST: u64 = 366;
/// Tokens in force that one account may have.
pub const MOST: i64 = 20;

words! {
    /// What a token opens, of what its account may see.
    Reach {
        Counts = "counts", "Chỉ số liệu";
        Exports = "counts_and_exports", "Số liệu và tệp xuất";
    }
}

impl Reach {
    fn opens(self, right: Right) -> bool {
        match self {
            Reach::Counts => right == Right::SeeCounts,
            Reach::Exports => {
                matches!(right, Right::SeeCounts | Right::SeeNames | Right::ExportNames)
            }
        }
    }
}

words! {
    Standing {
        InForce = "in_force", "Đang dùng được";
        Expired = "expired", "Đã hết hạn";
        Revoked = "revoked", "Đã thu hồi";
    }
}

/// A token as it is kept: without the token itself.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ApiToken {
    pub id: TokenId,
    pub account_id: AccountId,
    /// `hc_Ab3dEf`, its first characters.
    pub prefix: String,
    pub name: String,
    pub reach: Reach,
    /// The only unit, with those below it, that it opens.
    pub unit_id: Option<UnitId>,
    pub created_at: Moment,
    /// The last day on which it opens anything.
    pub last_on: NaiveDate,
    /// When it was last used, to the hour.
    pub used_at: Option<Moment>,
    pub revoked_at: Option<Moment>,
}

impl ApiToken {
    pub fn standing(&self, today: NaiveDate) -> Standing {
        if self.revoked_at.is_some() {
            Standing::Revoked
        } else if self.last_on < today {
            Standing::Expired
        } else {
            Standing::InForce
        }
    }
}

/// What a token takes away from the rights of its account.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub reach: Reach,
    pub unit_id: Option<UnitId>,
}

impl Limits {
    /// Whether it leaves `right` in a unit with these above it, itself included.
    pub fn reach(self, right: Right, above: &[Ancestor]) -> bool {
        let within = self.unit_id.is_none_or(|id| above.iter().any(|it| it.ancestor_id == id));
        within && self.reach.opens(right)
    }
}

/// A new token, and the characters that it is recognised by.
pub fn draw() -> Result<(Token, String)> {
    let text = format!("{MARK}{}", Token::new()?.text);
    let (hash, prefix) = (session::hash(&text), text.chars().take(PREFIX).collect());
    Ok((Token { text, hash }, prefix))
}

/// Whether programs read this address, and not people.
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// Why the token that came with a request opens nothing.
#[derive(Clone, Copy)]
struct Refused(&'static str);

/// Finds out for whom a program reads, and hands that viewer on with the request and back
/// with the answer.
pub async fn identify(
    app: &App,
    address: ClientAddress,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(typed) = bearer(request.headers()) else { return next.run(request).await };
    let address = address.0.to_string();
    match again(|| viewer(app, typed, &address)).await {
        Ok(Ok(viewer)) => {
            request.extensions_mut().insert(viewer.clone());
            let mut response = next.run(request).await;
            response.extensions_mut().insert(viewer);
            response
        }
        Ok(Err(refused)) => match throttle::count_token(&app.db, &address).await {
            Ok(Ok(())) => {
                request.extensions_mut().insert(refused);
                next.run(request).await
            }
            Ok(Err(wait)) => Error::TooMany(wait.unsigned_abs()).into_response(),
            Err(error) => Error::from(error).into_response(),
        },
        Err(error) => Error::from(error).into_response(),
    }
}

async fn viewer(app: &App, typed: &str, address: &str) -> sqlx::Result<Result<Viewer, Refused>> {
    let mut tx = app.db.read().await?;
    let Some(found) = store::tokens::find_by_hash(&mut tx, &session::hash(typed)).await? else {
        return Ok(Err(Refused("Mã truy cập không đúng.")));
    };
    let (token, now) = (found.token, clock::now());
    match token.standing(now.day()) {
        Standing::Revoked => return Ok(Err(Refused("Mã truy cập này đã bị thu hồi."))),
        Standing::Expired => return Ok(Err(Refused("Mã truy cập này đã hết hạn. Tạo mã mới."))),
        Standing::InForce => {}
    }
    if found.disabled_at.is_some() {
        return Ok(Err(Refused("Tài khoản của mã truy cập này đã bị khóa.")));
    }
    if store::factors::lacks(&mut tx, token.account_id, now.day()).await? {
        return Ok(Err(Refused("Tài khoản của mã truy cập này chưa bật bảo vệ hai bước.")));
    }
    let (grants, deputies) = store::deputies::held(&mut tx, token.account_id, now.day()).await?;
    drop(tx);
    if token.used_at.is_none_or(|it| now.seconds_since(it) >= USED_EVERY) {
        // Who only reads must not have to wait until somebody can write.
        if let Err(error) = used(app, token.id, now).await {
            tracing::warn!(%error, "the last use of a token was not noted");
        }
    }
    // The trail names the token wherever it names who acted.
    let display_name =
        format!("{} (mã truy cập {}, “{}”)", found.display_name, token.prefix, token.name);
    let reader = (token.account_id, found.login, display_name);
    let limits = Limits { reach: token.reach, unit_id: token.unit_id };
    Ok(Ok(Viewer::reading_for(reader, (grants, deputies), address, limits)))
}

async fn used(app: &App, id: TokenId, now: Moment) -> sqlx::Result<()> {
    let mut tx = app.db.write().await?;
    store::tokens::see(&mut tx, id, now).await?;
    tx.commit().await
}

/// Lets nobody on without a token in force.
pub async fn need(request: Request, next: Next) -> Response {
    if request.extensions().get::<Viewer>().is_some() {
        return next.run(request).await;
    }
    let refused = request.extensions().get::<Refused>();
    let why = refused.map_or("Gửi kèm mã truy cập: Authorization: Bearer hc_…", |it| it.0);
    Error::NoToken(why).into_response()
}

/// The token of `Authorization: Bearer …` (RFC 6750, section 2.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let line = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = line.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::model::Role;

    #[test]
    fn no_token_opens_what_writes() {
        let all = Role::ALL.map(|role| {
            let rights = [
                Right::KeepMembers,
                Right::KeepMeetings,
                Right::KeepContributions,
                Right::KeepEvaluations,
                Right::ConfirmEvaluations,
                Right::OpenEvaluations,
                Right::KeepSettings,
                Right::KeepUnits,
                Right::KeepAccounts,
            ];
            let held = rights.into_iter().filter(|it| role.allows(*it, false, true));
            held.map(|right| Reach::ALL.iter().any(|reach| reach.opens(right))).collect::<Vec<_>>()
        });
        assert!(all.iter().all(|it| !it.is_empty() && it.iter().all(|opens| !opens)), "{all:?}");
    }

    #[test]
    fn a_token_is_known_by_its_mark() {
        let (token, prefix) = draw().unwrap();
        assert!(token.text.starts_with(&prefix) && prefix.starts_with("hc_"), "{prefix}");
        assert_eq!((token.text.len(), prefix.len()), (46, PREFIX));
        assert_eq!(token.hash, session::hash(&token.text));
    }

    #[test]
    fn only_a_bearer_brings_a_token() {
        let of = |line: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, line.parse().unwrap());
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(of("Bearer hc_a"), Some("hc_a".to_owned()));
        assert_eq!(of("bearer  hc_a"), Some("hc_a".to_owned()));
        assert_eq!(of("Basic hc_a"), None);
        assert_eq!(of("hc_a"), None);
    }
}
