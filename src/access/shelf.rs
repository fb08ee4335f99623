//! Pages kept as they were answered, until something is written.
//!
//! A kept page is handed to the same account with the same roles on the same day, as long as
//! nobody has changed the registry (`audit::store::revision`): what it tells is then
//! what it would tell if it were made anew. All that stands around the handler, the sign-in,
//! the limits, the note of a look, is done each time.
//!
//! The page of a unit so large that counting takes long says when it was made. It is handed
//! out for a while longer, and made anew beside the requests meanwhile.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::access::confirm;
use crate::access::deputies::Acting;
use crate::access::looks::{Looks, Seen};
use crate::access::viewer::Viewer;
use crate::clock;
use crate::error::Error;
use crate::packing::{Coding, Effort};

/// Bytes of all pages that are kept, and of one of them before it is compressed.
const MOST: usize = 16 * 1024 * 1024;
const LARGEST: usize = 1024 * 1024;
/// How long a page is waited for; the program goes on making it.
const PATIENCE: Duration = Duration::from_secs(20);
/// Since so long somebody else is making a page that it is not made twice.
const LONG: Duration = Duration::from_secs(5);
/// A page that says when it was made is made anew at most so often, and at most for one part
/// in so many of the time.
const OFTEN: Duration = Duration::from_mins(1);
const SHARE: u32 = 10;
/// Below this, compressing saves no packet.
const SMALL: usize = 1024;

/// On the answer of a page that says when it was made: it may be handed out although something
/// was written since.
#[derive(Clone, Copy)]
pub struct SaysWhen;

/// The pages that are kept by this process.
#[derive(Clone, Default)]
pub struct Shelf(Arc<Mutex<Pages>>);

#[derive(Default)]
struct Pages {
    kept: HashMap<String, Page>,
    bytes: usize,
    /// Counts up with each use: who was used longest ago goes first.
    uses: u64,
    /// Those that are being made, since when.
    making: HashMap<String, Instant>,
}

#[derive(Clone)]
struct Page {
    revision: i64,
    body: Bytes,
    content_type: Option<HeaderValue>,
    coding: Coding,
    seen: Seen,
    /// For whom it was opened, where that was somebody else.
    acting: Acting,
    /// When a page that says so is due to be made anew; nothing on others.
    due: Option<Instant>,
    used: u64,
}

impl Page {
    /// Who looks at a page that is kept has seen what it shows, in the same right as when it
    /// was made.
    fn shown_to(&self, viewer: &Viewer) {
        viewer.looks.again(self.seen);
        if let Some(for_name) = self.acting.for_name() {
            viewer.acting.begin(for_name);
        }
    }

    fn response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        let headers = response.headers_mut();
        if let Some(content_type) = self.content_type {
            headers.insert(header::CONTENT_TYPE, content_type);
        }
        if let Some(name) = self.coding.name() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        response
    }
}

/// What is there of a page.
enum Found {
    /// It tells what is so.
    Fresh(Page),
    /// It tells what was so, and when.
    Late(Page),
    Nothing,
}

impl Pages {
    fn find(&mut self, key: &str, revision: i64) -> Found {
        self.uses += 1;
        let Some(page) = self.kept.get_mut(key) else { return Found::Nothing };
        page.used = self.uses;
        match page.due {
            _ if page.revision == revision => Found::Fresh(page.clone()),
            Some(_) => Found::Late(page.clone()),
            None => Found::Nothing,
        }
    }

    fn put(&mut self, key: String, page: Page, most: usize) {
        self.uses += 1;
        self.bytes += page.body.len();
        let page = Page { used: self.uses, ..page };
        if let Some(before) = self.kept.insert(key, page) {
            self.bytes -= before.body.len();
        }
        while self.bytes > most {
            let oldest = self.kept.iter().min_by_key(|(_, page)| page.used);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else { break };
            if let Some(gone) = self.kept.remove(&oldest) {
                self.bytes -= gone.body.len();
            }
        }
    }
}

/// Who makes a page: nobody else does meanwhile.
struct Maker {
    shelf: Shelf,
    key: String,
}

impl Drop for Maker {
    fn drop(&mut self) {
        self.shelf.pages().making.remove(&self.key);
    }
}

impl Maker {
    /// Makes a page, and keeps it where it may be kept.
    async fn make(self, viewer: Viewer, request: Request, next: Next) -> Response {
        let coding = Coding::of(request.headers());
        let began = Instant::now();
        let response = next.run(request).await;
        let says_when = response.extensions().get::<SaysWhen>().is_some();
        // What a second server told may lag behind the revision, which is the first one's.
        let may_keep = response.status() == StatusCode::OK
            && viewer.figures.fresh_to().is_none()
            && response.body().size_hint().exact().is_some_and(|it| it <= LARGEST as u64);
        if !may_keep {
            return response;
        }
        let (parts, body) = response.into_parts();
        let Ok(body) = to_bytes(body, LARGEST).await else {
            return Error::Internal("a page that was made could not be read".into())
                .into_response();
        };
        let coding = if body.len() < SMALL { Coding::Plain } else { coding };
        let page = Page {
            // What was read behind this moment may be newer, and then the number is so as well.
            revision: viewer.revision,
            coding,
            body: coding.pack(&body, Effort::Short).into(),
            content_type: parts.headers.get(header::CONTENT_TYPE).cloned(),
            seen: viewer.looks.seen(),
            acting: viewer.acting,
            due: says_when.then(|| Instant::now() + OFTEN.max(began.elapsed() * SHARE)),
            used: 0,
        };
        self.shelf.pages().put(self.key.clone(), page.clone(), MOST);
        page.response()
    }
}

impl Shelf {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing where somebody else is making the page; since when.
    fn begin(&self, key: String) -> Result<Maker, Instant> {
        let mut pages = self.pages();
        if let Some(since) = pages.making.get(&key) {
            return Err(*since);
        }
        pages.making.insert(key.clone(), Instant::now());
        drop(pages);
        Ok(Maker { shelf: self.clone(), key })
    }
}

/// Answers with the page that is kept; otherwise makes it.
///
/// A page is made in a task of its own: whoever stops waiting finds it there the next time.
pub async fn keep(mut request: Request, next: Next) -> Response {
    let viewer = request.extensions().get::<Viewer>().cloned();
    let key = viewer.as_ref().and_then(|it| key(it, &request));
    let shelf = request.extensions().get::<Shelf>().cloned();
    let Some(((viewer, key), shelf)) = viewer.zip(key).zip(shelf) else {
        return next.run(request).await;
    };
    let found = shelf.pages().find(&key, viewer.revision);
    match found {
        Found::Fresh(page) => {
            page.shown_to(&viewer);
            page.response()
        }
        Found::Late(page) => {
            page.shown_to(&viewer);
            let is_due = page.due.is_some_and(|it| it <= Instant::now());
            if is_due && let Ok(maker) = shelf.begin(key) {
                // What is made beside this request is no look of its own.
                let viewer = Viewer { looks: Looks::default(), ..viewer };
                request.extensions_mut().insert(viewer.clone());
                tokio::spawn(maker.make(viewer, request, next));
            }
            page.response()
        }
        Found::Nothing => match shelf.begin(key) {
            Ok(maker) => {
                let making = tokio::spawn(maker.make(viewer, request, next));
                match tokio::time::timeout(PATIENCE, making).await {
                    Ok(Ok(response)) => response,
                    Ok(Err(error)) => Error::Internal(error.into()).into_response(),
                    Err(_) => Error::Counting.into_response(),
                }
            }
            Err(since) if since.elapsed() > LONG => Error::Counting.into_response(),
            Err(_) => next.run(request).await,
        },
    }
}

/// All that a kept page depends on, besides the registry; nothing for what is never kept.
fn key(viewer: &Viewer, request: &Request) -> Option<String> {
    let is_page = request.method() == Method::GET;
    if !is_page || viewer.lacks_factor || viewer.limits.is_some() {
        return None;
    }
    let address = request.uri().path_and_query()?;
    let Viewer { account_id, display_name, grants, look, .. } = viewer;
    let (day, asks) = (clock::today(), confirm::needed(viewer));
    let coding = Coding::of(request.headers());
    Some(format!(
        "{address}\n{day} {coding:?} {asks} {account_id} {display_name}\n{look:?} {grants:?}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(revision: i64, bytes: usize) -> Page {
        Page {
            revision,
            body: Bytes::from(vec![b'x'; bytes]),
            content_type: None,
            coding: Coding::Plain,
            seen: Seen::default(),
            acting: Acting::default(),
            due: None,
            used: 0,
        }
    }

    #[test]
    fn a_page_is_handed_out_until_something_was_written() {
        let mut pages = Pages::default();
        pages.put("a".to_owned(), page(7, 10), 100);
        assert!(matches!(pages.find("a", 7), Found::Fresh(_)));
        assert!(matches!(pages.find("a", 8), Found::Nothing));
        assert!(matches!(pages.find("b", 7), Found::Nothing));
        pages.put("a".to_owned(), page(8, 20), 100);
        assert!(matches!(pages.find("a", 8), Found::Fresh(_)));
        assert_eq!(pages.bytes, 20);
    }

    #[test]
    fn a_page_that_says_when_it_was_made_is_handed_out_late() {
        let mut pages = Pages::default();
        pages.put("a".to_owned(), Page { due: Some(Instant::now()), ..page(7, 10) }, 100);
        assert!(matches!(pages.find("a", 7), Found::Fresh(_)));
        assert!(matches!(pages.find("a", 8), Found::Late(_)));
    }

    #[test]
    fn a_page_is_made_by_one_at_a_time() {
        let shelf = Shelf::default();
        let maker = shelf.begin("a".to_owned());
        assert!(maker.is_ok() && shelf.begin("a".to_owned()).is_err());
        assert!(shelf.begin("b".to_owned()).is_ok());
        drop(maker);
        assert!(shelf.begin("a".to_owned()).is_ok());
    }

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let mut pages = Pages::default();
        for key in ["a", "b", "c"] {
            pages.put(key.to_owned(), page(1, 40), 120);
        }
        pages.find("a", 1);
        pages.put("d".to_owned(), page(1, 60), 120);
        let mut kept: Vec<&str> = pages.kept.keys().map(String::as_str).collect();
        kept.sort_unstable();
        assert_eq!((kept, pages.bytes), (vec!["a", "d"], 100));
    }
}
