//! Who is at the other end of a connection, as far as the connection itself tells. Not here: who that is, see
//! [`crate::session`] and [`crate::rest`].

use std::net::{IpAddr, SocketAddr};

use hyper::{HeaderMap, Request};

use super::{Allowance, Flow};

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    /// The real client, also behind a trusted proxy.
    pub(crate) address: SocketAddr,
    /// Over TLS, to here or to a trusted proxy.
    pub(crate) secure: bool,
    /// The exporter of the TLS connection (RFC 9266), when it ends here.
    pub(crate) channel: Option<[u8; 32]>,
    /// On this machine, as far as anybody can tell.
    pub(crate) local: bool,
    /// How much it may still send.
    pub(crate) allowance: Allowance,
    /// What went over its connection.
    pub(crate) flow: Flow,
}

impl Peer {
    pub(super) fn new(
        address: SocketAddr,
        secure: bool,
        channel: Option<[u8; 32]>,
        flow: Flow,
    ) -> Self {
        Self {
            address,
            secure,
            channel,
            local: address.ip().to_canonical().is_loopback(),
            allowance: Allowance::default(),
            flow,
        }
    }

    /// What one request tells beside: a trusted proxy tells of its client. Nobody else is believed; but whoever tells of
    /// somebody else is not local.
    pub(super) fn of_request<B>(&self, request: &Request<B>, proxies: &[IpAddr]) -> Self {
        let mut peer = self.clone();
        // Bodies of requests have limits of their own.
        if request.uri().path() == protocol::PATH {
            peer.allowance.restrict();
        } else {
            peer.allowance.lift();
        }
        let headers = request.headers();
        let forwarded = ["forwarded", "x-forwarded-for", "x-real-ip"];
        if forwarded.iter().any(|name| headers.contains_key(*name)) {
            peer.local = false;
        }
        if proxies.contains(&peer.address.ip().to_canonical()) {
            peer.local = false;
            if let Some(client) = client(headers, proxies) {
                peer.address = SocketAddr::new(client, 0);
            }
            peer.secure |= headers
                .get("x-forwarded-proto")
                .is_some_and(|scheme| scheme == "https" || scheme == "wss");
        }
        peer
    }
}

/// The last one that is no proxy of ours; what stands before it, the client could have written itself.
fn client(headers: &HeaderMap, proxies: &[IpAddr]) -> Option<IpAddr> {
    let lines = headers.get_all("x-forwarded-for");
    let lines: Vec<_> = lines.iter().filter_map(|line| line.to_str().ok()).collect();
    let mut hops = lines.iter().flat_map(|line| line.split(',')).map(str::trim);
    while let Some(hop) = hops.next_back() {
        let ip: IpAddr = hop.parse().ok()?;
        if !proxies.contains(&ip.to_canonical()) {
            return Some(ip);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(from: &str, headers: &[(&str, &str)]) -> Peer {
        let proxies = ["10.0.0.9".parse().unwrap()];
        let mut request = Request::builder().uri("/api/v1/nodes");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let address = SocketAddr::new(from.parse().unwrap(), 5);
        let peer = Peer::new(address, false, None, Flow::default());
        peer.of_request(&request.body(()).unwrap(), &proxies)
    }

    #[test]
    fn only_a_trusted_proxy_speaks_for_others() {
        let peer = seen("127.0.0.1", &[]);
        assert!(peer.local && !peer.secure);
        let peer = seen("127.0.0.1", &[("x-forwarded-for", "127.0.0.1")]);
        assert!(!peer.local, "a proxy on this machine makes nobody local");
        let lied = [
            ("x-forwarded-for", "127.0.0.1"),
            ("x-forwarded-proto", "https"),
        ];
        let peer = seen("10.0.0.7", &lied);
        assert_eq!(peer.address.ip().to_string(), "10.0.0.7");
        assert!(!peer.secure && !peer.local);
        let peer = seen("10.0.0.9", &lied);
        assert!(peer.secure && !peer.local);
        let told = [("x-forwarded-for", "127.0.0.1, 192.0.2.4, 10.0.0.9")];
        assert_eq!(
            seen("10.0.0.9", &told).address.ip().to_string(),
            "192.0.2.4"
        );
        let odd = [("x-forwarded-for", "192.0.2.4, nonsense")];
        assert_eq!(seen("10.0.0.9", &odd).address.ip().to_string(), "10.0.0.9");
        assert!(!seen("::ffff:127.0.0.1", &[("forwarded", "for=1")]).local);
        assert!(seen("::ffff:127.0.0.1", &[]).local);
    }
}
