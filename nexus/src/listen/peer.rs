//! Who is at the other end of a connection, as far as the connection itself tells. Not here: who that is, see
//! [`crate::session`] and [`crate::rest`].

use std::net::SocketAddr;

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    /// The real client.
    pub(crate) address: SocketAddr,
    /// Over TLS, as far as we know.
    pub(crate) secure: bool,
    /// The exporter of the TLS connection (RFC 9266), when it ends here.
    pub(crate) channel: Option<[u8; 32]>,
}
