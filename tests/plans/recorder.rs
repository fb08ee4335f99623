//! Every statement that sqlx says it has run, while somebody listens.

use std::sync::{Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// None while nobody listens.
static HEARD: Mutex<Option<Vec<String>>> = Mutex::new(None);

/// What no page asks for: a transaction, what a new connection is told or wants to know, and
/// once a minute that somebody was seen.
const NOT_ASKED: [&str; 8] = [
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "PRAGMA",
    "SET ",
    "SELECT pg_type.oid",
    "UPDATE session SET seen_at",
    "UPDATE api_token SET used_at",
];

struct Recorder;

/// A short statement is the event's summary; a longer one stands beside it, whole.
#[derive(Default)]
struct Statement {
    summary: String,
    whole: String,
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.trim().clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut statement = Statement::default();
        event.record(&mut statement);
        let Statement { summary, whole } = statement;
        let sql = if whole.is_empty() { summary } else { whole };
        let words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
        if NOT_ASKED.iter().any(|it| words.starts_with(it)) {
            return;
        }
        if let Some(heard) = HEARD.lock().unwrap().as_mut() {
            heard.push(words);
        }
    }
}

/// Listens from now on.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let queries = Targets::new().with_target("sqlx::query", Level::DEBUG);
        let subscriber = tracing_subscriber::registry().with(Recorder.with_filter(queries));
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    *HEARD.lock().unwrap() = Some(Vec::new());
}

/// What was heard since, in its order; nobody listens any more.
pub fn heard() -> Vec<String> {
    HEARD.lock().unwrap().take().unwrap_or_default()
}
