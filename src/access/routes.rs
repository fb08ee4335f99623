//! The table of pages: an address, what it takes to come in, and who answers.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::http::{Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{self, MethodRouter};
use futures_util::StreamExt as _;

use crate::access::looks::NamesPeople;
use crate::access::model::Right;
use crate::access::viewer::Viewer;
use crate::access::{shelf, tokens};
use crate::app::App;
use crate::error::Error;

/// What it takes to open a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: the door itself.
    Anyone,
    /// A token in force, which programs bear; what it opens, the handler asks `guard::enter`
    /// as pages do.
    Token,
    /// A sign-in; the page shows only what belongs to the account.
    SignedIn,
    /// This right in the unit that the address names, or that owns what it names. The
    /// handler asks `guard::enter` for it; a test walks the table with every role.
    Right(Right),
}

/// A line of the table.
#[derive(Clone, Debug)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub need: Need,
}

/// Routes and their table, which cannot disagree.
#[derive(Default)]
pub struct Routes {
    router: Router<App>,
    table: Vec<Route>,
}

impl Routes {
    pub fn new() -> Routes {
        Routes::default()
    }

    #[must_use]
    pub fn get<H, T>(self, path: &'static str, need: Need, handler: H) -> Routes
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::GET, path, need, routing::get(handler))
    }

    /// A page that depends on nothing but the registry, the day, its address and the viewer's
    /// roles: answered once, it is kept until something is written.
    #[must_use]
    pub fn get_kept<H, T>(self, path: &'static str, need: Need, handler: H) -> Routes
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let handler = routing::get(handler).route_layer(middleware::from_fn(shelf::keep));
        self.add(Method::GET, path, need, handler)
    }

    /// What programs read: whatever else they try is answered 405.
    #[must_use]
    pub fn read<H, T>(self, path: &'static str, need: Need, handler: H) -> Routes
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let handler = routing::get(handler).fallback(async || Error::WrongMethod);
        self.add(Method::GET, path, need, handler)
    }

    #[must_use]
    pub fn post<H, T>(self, path: &'static str, need: Need, handler: H) -> Routes
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::POST, path, need, routing::post(handler))
    }

    /// A form that carries a file of at most `largest` bytes; why a larger one is refused is
    /// told after all of it has come.
    #[must_use]
    pub fn post_file<H, T>(
        self,
        path: &'static str,
        need: Need,
        largest: usize,
        handler: H,
    ) -> Routes
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let hear_out = move |request, next| hear_out(largest, request, next);
        let handler = routing::post(handler)
            .layer(DefaultBodyLimit::max(largest))
            .layer(middleware::from_fn(hear_out));
        self.add(Method::POST, path, need, handler)
    }

    fn add(
        mut self,
        method: Method,
        path: &'static str,
        need: Need,
        handler: MethodRouter<App>,
    ) -> Routes {
        let handler = match need {
            Need::Anyone => handler,
            Need::Token => handler.route_layer(middleware::from_fn(tokens::need)),
            _ => handler.route_layer(middleware::from_fn(behind_the_door)),
        };
        let handler = match need {
            Need::Right(right) if right.names_people() && method == Method::GET => {
                handler.route_layer(middleware::map_response(mark))
            }
            _ => handler,
        };
        self.router = self.router.route(path, handler);
        self.table.push(Route { method, path, need });
        self
    }

    #[must_use]
    pub fn merge(mut self, other: Routes) -> Routes {
        self.router = self.router.merge(other.router);
        self.table.extend(other.table);
        self
    }

    pub fn into_parts(self) -> (Router<App>, Vec<Route>) {
        (self.router, self.table)
    }
}

/// Tells `looks::note` that the page may name people.
async fn mark(mut response: Response) -> Response {
    response.extensions_mut().insert(NamesPeople);
    response
}

/// Sends strangers to the sign-in page, from where they come back.
async fn behind_the_door(request: Request, next: Next) -> Response {
    if let Some(viewer) = request.extensions().get::<Viewer>() {
        let path = request.uri().path();
        let is_set_up = path.starts_with("/account/factor") || path == "/account/confirm";
        if viewer.lacks_factor && !is_set_up {
            return Redirect::to("/account/factor").into_response();
        }
        return next.run(request).await;
    }
    if request.method() != Method::GET {
        // What was typed cannot be carried through the door; the page says what to do.
        return Error::SignedOut.into_response();
    }
    let target = request.uri().path_and_query().map_or("/", |it| it.as_str());
    if target == "/" {
        return Redirect::to("/sign-in").into_response();
    }
    match serde_urlencoded::to_string([("next", target)]) {
        Ok(query) => Redirect::to(&format!("/sign-in?{query}")).into_response(),
        Err(_) => Redirect::to("/sign-in").into_response(),
    }
}

/// Bytes of a file that is refused which are read after all.
const HEARD: usize = 64 * 1024 * 1024;

/// Reads a file that is too large to its end: a connection closed while the rest is on its way
/// takes the words of the refusal with it.
async fn hear_out(largest: usize, request: Request, next: Next) -> Response {
    let told = request.headers().get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok());
    if told.and_then(|it| it.parse::<usize>().ok()).is_none_or(|it| it <= largest) {
        return next.run(request).await;
    }
    let (mut pieces, mut heard) = (request.into_body().into_data_stream(), 0);
    while heard < HEARD
        && let Some(Ok(piece)) = pieces.next().await
    {
        heard += piece.len();
    }
    Error::TooLarge.into_response()
}
