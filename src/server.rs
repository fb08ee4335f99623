//! Serving over HTTP with limits on everything that a client can draw out.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use crate::access::viewer::ClientAddress;

/// How long a client may take over the head of a request, which also bounds how long
/// a connection may lie idle between two.
const HEAD: Duration = Duration::from_secs(10);
/// How long requests may take to end once the program is told to stop.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// Open connections; further ones wait to be accepted.
const CONNECTIONS: usize = 1024;

/// Serves until `stop` is done, then lets the requests under way finish, within
/// limits.
pub async fn serve(
    listener: TcpListener,
    site: Router,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let places = std::sync::Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let place = tokio::select! {
            () = &mut stop => break,
            place = places.clone().acquire_owned() => place.map_err(io::Error::other)?,
        };
        let (stream, address) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file handles, or a client gone already: the next may do better.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let (site, watcher) = (site.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _place = place;
            converse(stream, address, site, watcher).await;
        });
    }
    drop(listener);
    if tokio::time::timeout(LAST_WORDS, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections were still open and were cut");
    }
    Ok(())
}

async fn converse(
    stream: TcpStream,
    address: SocketAddr,
    site: Router,
    watcher: hyper_util::server::graceful::Watcher,
) {
    // Small answers leave at once.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "nodelay");
    }
    let service = TowerToHyperService::new(site.map_request(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ClientAddress(address.ip()));
        request
    }));
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD).max_headers(64);
    let connection =
        builder.http1_only().serve_connection(TokioIo::new(stream), service).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
}
