//! Serving over HTTP with limits on everything that a client can draw out.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::access::address::network;
use crate::access::viewer::ClientAddress;

pub mod tls;

/// How long a client may take over the head of a request, which also bounds how long
/// a connection may lie idle between two.
const HEAD: Duration = Duration::from_secs(10);
/// How long requests may take to end once the program is told to stop.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// Open connections; further ones wait to be accepted.
const CONNECTIONS: usize = 1024;
/// Those of one address: whoever holds them all keeps half of the places from nobody. A proxy
/// speaks for everybody, and may have all of them.
const SHARE: usize = CONNECTIONS / 2;

/// The connections that each address has open.
#[derive(Clone, Default)]
struct Shares(Arc<Mutex<HashMap<String, usize>>>);

/// A place of an address, given back when it is dropped.
struct Share {
    shares: Shares,
    address: String,
}

impl Shares {
    fn open(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// None where the address has its `share` already.
    fn take(&self, address: IpAddr, share: usize) -> Option<Share> {
        let address = network(&address.to_string());
        let mut shares = self.open();
        let open = shares.entry(address.clone()).or_default();
        if *open >= share {
            return None;
        }
        *open += 1;
        Some(Share { shares: self.clone(), address })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut shares = self.shares.open();
        if let Some(open) = shares.get_mut(&self.address) {
            *open -= 1;
            if *open == 0 {
                shares.remove(&self.address);
            }
        }
    }
}

/// Serves until `stop` is done, then lets the requests under way finish, within
/// limits. Over TLS, a handshake has as long as the head of a request.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    site: Router,
    is_proxy: impl Fn(IpAddr) -> bool,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let (places, shares) = (Arc::new(Semaphore::new(CONNECTIONS)), Shares::default());
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
        let share = if is_proxy(address.ip()) { CONNECTIONS } else { SHARE };
        let Some(share) = shares.take(address.ip(), share) else {
            tracing::debug!("an address has all the connections that are its share");
            continue;
        };
        let (site, tls, watcher) = (site.clone(), tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _place = (place, share);
            // Small answers leave at once.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "nodelay");
            }
            let Some(tls) = tls else { return converse(stream, address, site, watcher).await };
            match tokio::time::timeout(HEAD, tls.accept(stream)).await {
                Ok(Ok(stream)) => converse(stream, address, site, watcher).await,
                Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
                Err(_) => tracing::debug!("a handshake took too long"),
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(LAST_WORDS, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections were still open and were cut");
    }
    Ok(())
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    address: SocketAddr,
    site: Router,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let service = TowerToHyperService::new(site.map_request(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ClientAddress(address.ip()));
        request
    }));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_headers(64)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_takes_half_of_the_places_and_gives_them_back() {
        let (shares, greedy) = (Shares::default(), IpAddr::from([192, 0, 2, 1]));
        let mut taken: Vec<Share> = (0..SHARE).filter_map(|_| shares.take(greedy, SHARE)).collect();
        assert_eq!(taken.len(), SHARE);
        assert!(shares.take(greedy, SHARE).is_none());
        assert!(shares.take(greedy, CONNECTIONS).is_some(), "a proxy has more");
        assert!(shares.take(IpAddr::from([192, 0, 2, 2]), SHARE).is_some());
        taken.pop();
        taken.extend(shares.take(greedy, SHARE));
        assert_eq!(taken.len(), SHARE);
        drop(taken);
        assert!(shares.open().is_empty(), "nothing is kept of who is gone");
    }
}
