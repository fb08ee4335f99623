//! A file on its way out: straight to the browser, or by a job into the registry, from where
//! it is fetched. Either way its rows and its checksum are written down at the end.

use std::fmt::Write as _;
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc::{self, Receiver};

use crate::access::guard::Scope;
use crate::audit;
use crate::audit::model::{Act, Actor};
use crate::clock;
use crate::db::{Db, again, in_time};
use crate::error::Result;
use crate::exports::model::{Export, KEPT, Outcome};
use crate::exports::source::{self, Prepared};
use crate::exports::store;
use crate::ids::ExportId;
use crate::table_file::{self, Chunk, Counter, Format};
use crate::vietnamese::number;

/// What files are counted under, and what whoever takes out too many is told.
pub const COUNTED: (&str, &str) = ("export", "Tài khoản này đã xuất đủ số tệp của một giờ.");

/// A job keeps pieces of about this size.
const PIECE: usize = 256 * 1024;

/// Checks and counts what passes.
#[derive(Default)]
pub struct Passing {
    hash: Sha256,
    bytes: i64,
}

impl Passing {
    pub fn pass(&mut self, piece: &[u8]) {
        self.hash.update(piece);
        self.bytes += i64::try_from(piece.len()).unwrap_or(i64::MAX);
    }

    /// How the file ended; `whole` where nothing is missing.
    pub fn ended(self, counter: &Counter, whole: bool) -> Outcome {
        let digits = self.hash.finalize().iter().fold(String::new(), |mut digits, byte| {
            let Ok(()) = write!(digits, "{byte:02x}") else { return digits };
            digits
        });
        Outcome { written: counter.rows(), bytes: self.bytes, sha256: whole.then_some(digits) }
    }
}

/// Begins to read what was prepared.
pub async fn begin(
    db: Db,
    scope: Scope,
    prepared: Prepared,
    format: Format,
) -> Result<(Receiver<Chunk>, Counter)> {
    let counter = Counter::default();
    let table = prepared.table.clone();
    let fill = |rows| source::fill(db, scope, prepared, rows);
    Ok((table_file::pieces(&table, format, counter.clone(), fill).await?, counter))
}

/// What the trail says before the first byte leaves.
pub fn asked(export: &Export, unit: &str) -> Act {
    let what = export.what.label().to_lowercase();
    let summary = format!(
        "Xuất {what} của {unit} ({}, {}): {} dòng; mục đích: {}",
        export.said,
        Format::read(&export.format).map_or("", Format::label),
        number::grouped(export.expected),
        export.purpose
    );
    Act::new("export.begin", export.id.0, summary).in_unit(export.unit_id)
}

/// Writes down how the file ended.
pub async fn finish(
    db: &Db,
    export: &Export,
    actor: &Actor,
    outcome: &Outcome,
) -> sqlx::Result<()> {
    let now = clock::now();
    let expires_at = export.job.then(|| now.plus_seconds(KEPT));
    let mut tx = db.write().await?;
    if !store::finish(&mut tx, export.id, outcome, (now, expires_at)).await? {
        return Ok(());
    }
    let rows = number::grouped(outcome.written);
    let summary = match &outcome.sha256 {
        Some(sha256) => format!("Tệp {} đã xuất: {rows} dòng, SHA-256 {sha256}", export.file),
        None => format!("Tệp {} bị cắt ngang sau {rows} dòng", export.file),
    };
    let act = Act::new("export.end", export.id.0, summary).in_unit(export.unit_id);
    audit::store::append(&mut tx, actor, act).await?;
    tx.commit().await
}

/// Answers with the file while it is read.
pub async fn stream(
    db: Db,
    scope: Scope,
    prepared: Prepared,
    (export, actor): (Export, Actor),
) -> Result<Response> {
    let format = Format::read(&export.format).unwrap_or(Format::Sheet);
    let (mut pieces, counter) = begin(db.clone(), scope, prepared, format).await?;
    let (sender, mut receiver) = mpsc::channel::<Chunk>(1);
    let answer = attached(&export.file, format);
    tokio::spawn(async move {
        let mut passing = Passing::default();
        let mut whole = true;
        while let Some(piece) = pieces.recv().await {
            match &piece {
                Ok(bytes) => passing.pass(bytes),
                Err(_) => whole = false,
            }
            if sender.send(piece).await.is_err() {
                whole = false;
                break;
            }
        }
        // The reader must not see the end before it is written down.
        let outcome = passing.ended(&counter, whole);
        let ended = again(|| finish(&db, &export, &actor, &outcome)).await;
        if let Err(error) = ended {
            tracing::error!(?error, "the end of a file could not be written down");
        }
    });
    let body = Body::from_stream(stream::poll_fn(move |it| receiver.poll_recv(it)));
    Ok((answer, body).into_response())
}

/// The heads of an answer that is a file.
pub fn attached(file: &str, format: Format) -> [(header::HeaderName, String); 2] {
    [
        (header::CONTENT_TYPE, format.kind().1.to_owned()),
        (header::CONTENT_DISPOSITION, format!(r#"attachment; filename="{file}""#)),
    ]
}

/// Makes the file in the background; the registry keeps it until it expires.
pub fn start_job(db: Db, scope: Scope, prepared: Prepared, (export, actor): (Export, Actor)) {
    tokio::spawn(async move {
        let outcome = work(&db, scope, prepared, &export).await.unwrap_or_else(|error| {
            tracing::error!(?error, "a job failed");
            Outcome { written: 0, bytes: 0, sha256: None }
        });
        let ended = again(|| finish(&db, &export, &actor, &outcome)).await;
        if let Err(error) = ended {
            tracing::error!(?error, "the end of a job could not be written down");
        }
    });
}

async fn work(db: &Db, scope: Scope, prepared: Prepared, export: &Export) -> Result<Outcome> {
    let format = Format::read(&export.format).unwrap_or(Format::Sheet);
    let (mut pieces, counter) = begin(db.clone(), scope, prepared, format).await?;
    let mut passing = Passing::default();
    let (mut number, mut waiting) = (0, Vec::with_capacity(PIECE * 2));
    while let Some(piece) = pieces.recv().await {
        let piece = piece?;
        passing.pass(&piece);
        waiting.extend_from_slice(&piece);
        if waiting.len() >= PIECE {
            again(|| keep(db, export.id, (number, &waiting), &counter)).await?;
            number += 1;
            waiting.clear();
        }
    }
    again(|| keep(db, export.id, (number, &waiting), &counter)).await?;
    Ok(passing.ended(&counter, true))
}

async fn keep(
    db: &Db,
    id: ExportId,
    (number, piece): (i64, &[u8]),
    counter: &Counter,
) -> sqlx::Result<()> {
    let mut tx = db.write().await?;
    store::add_piece(&mut tx, id, (number, piece), counter.rows()).await?;
    tx.commit().await
}

/// The kept file of a job, piece by piece.
pub fn kept(db: Db, id: ExportId) -> Body {
    let pieces = stream::try_unfold((db, 0), move |(db, number)| async move {
        let mut tx = db.read().await.map_err(std::io::Error::other)?;
        let piece = store::piece(&mut tx, id, number).await.map_err(std::io::Error::other)?;
        drop(tx);
        Ok::<_, std::io::Error>(piece.map(|it| (it, (db, number + 1))))
    });
    Body::from_stream(pieces)
}

/// How often expired files are dropped.
const PURGE: Duration = Duration::from_mins(10);
/// What a job that was cut off left behind is dropped after so many seconds.
const LOST: i64 = 2 * KEPT;

/// Drops files that have expired, for as long as the server runs.
pub async fn keep_purging(db: Db) {
    loop {
        if let Err(error) = in_time(purge(&db)).await {
            tracing::error!(?error, "expired files could not be dropped");
        }
        tokio::time::sleep(PURGE).await;
    }
}

async fn purge(db: &Db) -> sqlx::Result<()> {
    let now = clock::now();
    let mut tx = db.write().await?;
    store::purge(&mut tx, now, now.plus_seconds(-LOST)).await?;
    tx.commit().await
}
