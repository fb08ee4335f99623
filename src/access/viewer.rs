//! Who is looking.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;

use crate::access::confirm::Renewed;
use crate::access::deputies::{Acting, Deputy};
use crate::access::figures::Figures;
use crate::access::look::Look;
use crate::access::looks::Looks;
use crate::access::model::{Grant, Right, Role};
use crate::access::tokens::Limits;
use crate::audit::model::Actor;
use crate::clock::Moment;
use crate::error::Error;
use crate::ids::{AccountId, SessionId};

/// The address that a request came from.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// An account that has signed in, with its grants as they stand at this request.
#[derive(Clone, Debug)]
pub struct Viewer {
    pub account_id: AccountId,
    pub login: String,
    pub display_name: String,
    pub grants: Vec<Grant>,
    /// Which of the grants are lent to the account, and by whom.
    pub deputies: Vec<Deputy>,
    /// For whom this request acts.
    pub acting: Acting,
    pub address: String,
    /// The hash of this sign-in's token; empty where a program reads for the account.
    pub session: Vec<u8>,
    /// The id of this sign-in, if it is one.
    pub session_id: Option<SessionId>,
    /// When the password was last given.
    pub confirmed_at: Moment,
    /// Whether a role of the account needs a second factor, and there is none: nothing but the
    /// page that sets one up is open then.
    pub lacks_factor: bool,
    /// The token that took the place of the sign-in's during this request.
    pub renewed: Renewed,
    /// What the token of that program reaches.
    pub limits: Option<Limits>,
    /// Where the registry stood when the request came: see `audit::store::revision`.
    pub revision: i64,
    /// What this request is shown of people.
    pub looks: Looks,
    /// How fresh the figures are that it is shown.
    pub figures: Figures,
    /// How this browser is shown the pages.
    pub look: Look,
}

impl Viewer {
    /// An account for which a program reads, with the rights of the account and never to write.
    pub fn reading_for(
        (account_id, login, display_name): (AccountId, String, String),
        (grants, deputies): (Vec<Grant>, Vec<Deputy>),
        address: &str,
        limits: Limits,
    ) -> Viewer {
        Viewer {
            account_id,
            login,
            display_name,
            grants,
            deputies,
            acting: Acting::default(),
            address: address.to_owned(),
            session: Vec::new(),
            session_id: None,
            // Never: no password was given.
            confirmed_at: Moment(0),
            lacks_factor: false,
            renewed: Renewed::default(),
            limits: Some(limits),
            revision: 0,
            looks: Looks::default(),
            figures: Figures::default(),
            look: Look::default(),
        }
    }

    pub fn actor(&self) -> Actor {
        Actor {
            account_id: Some(self.account_id),
            name: self.signed_name(),
            address: self.address.clone(),
        }
    }

    /// The name under which what is done now is written down: with that of whoever lent the
    /// right, where it is lent.
    pub fn signed_name(&self) -> String {
        self.acting.signed(&self.display_name)
    }

    /// The hash of the token that stands for this sign-in from now on.
    pub fn token_hash(&self) -> &[u8] {
        self.renewed.hash().unwrap_or(&self.session)
    }

    /// Whether some grant of the account has `role`.
    pub fn is(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }

    /// Whether the account is a secretary's and nothing else: the simple mode is for them.
    pub fn keeps_cells_alone(&self) -> bool {
        !self.grants.is_empty() && self.grants.iter().all(|it| it.role == Role::CellSecretary)
    }

    /// Whether a grant for the whole registry has `right`.
    pub fn may_everywhere(&self, right: Right) -> bool {
        let mut whole = self.grants.iter().filter(|grant| grant.unit_id.is_none());
        whole.any(|grant| grant.role.allows(right, false, grant.names))
    }
}

/// Every page but the few of `Need::Anyone` stands behind the sign-in, so that a
/// request without a viewer never reaches a handler that asks for one.
impl<S: Send + Sync> FromRequestParts<S> for Viewer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Viewer, Error> {
        parts.extensions.get::<Viewer>().cloned().ok_or(Error::NotFound)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Viewer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Viewer>, Infallible> {
        Ok(parts.extensions.get::<Viewer>().cloned())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<ClientAddress, Error> {
        let address = parts.extensions.get::<ClientAddress>().copied();
        address.ok_or_else(|| Error::Internal("the server did not say who is calling".into()))
    }
}
