//! Where a request comes from, also behind a proxy.

use std::net::{IpAddr, Ipv6Addr};

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;

use crate::access::viewer::ClientAddress;
use crate::app::App;

/// Behind a proxy, of this machine or one that is named, a request comes from whom the proxy names last; what
/// stands before it in the header, anybody may have written.
pub async fn trace(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ClientAddress>().copied();
    if peer.is_some_and(|it| app.settings.is_proxy(it.0))
        && let Some(client) = forwarded(request.headers())
    {
        request.extensions_mut().insert(ClientAddress(client));
    }
    next.run(request).await
}

fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let line = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    line.rsplit(',').next()?.trim().parse().ok()
}

/// What sign-ins are counted for: a household has a whole /64 of IPv6 addresses.
pub fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(address)) if address.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_hop_is_believed() {
        let mut headers = HeaderMap::new();
        assert_eq!(forwarded(&headers), None);
        headers.append("x-forwarded-for", "10.0.0.1".parse().unwrap());
        headers.append("x-forwarded-for", "6.6.6.6, 192.0.2.7".parse().unwrap());
        assert_eq!(forwarded(&headers), "192.0.2.7".parse().ok());
        headers.append("x-forwarded-for", "unknown".parse().unwrap());
        assert_eq!(forwarded(&headers), None);
    }

    #[test]
    fn neighbours_of_one_network_are_counted_together() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network("::ffff:192.0.2.7"), "::ffff:192.0.2.7");
    }
}
