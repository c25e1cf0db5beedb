//! Connections before they are requests: one port that takes TLS, and plain HTTP where that is allowed. Whoever connects has
//! little time to say something, and there is room for only so many. Not here: what is asked, and by whom.

mod allowance;
mod flow;
mod gauge;
mod peer;
mod plain;
mod shares;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ProtocolVersion, ServerConfig};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

pub(crate) use allowance::Allowance;
pub(crate) use flow::Flow;
use flow::Seated;
use gauge::Gauged;
pub(crate) use peer::Peer;
pub use plain::Plain;
pub(crate) use shares::{Share, Shares};

/// For the first byte, which says whether it is TLS.
const FIRST_BYTE: Duration = Duration::from_secs(5);
/// For a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// For the head of a request, also the first one.
const HEAD: Duration = Duration::from_secs(15);
/// TLS handshakes at once, in all and from one address; each costs a good part of a millisecond of one core, and when thousands
/// come back together, the first ones are to be done before the last ones begin.
const HANDSHAKES: (usize, usize) = (256, 64);
/// For how long a handshake counts among them: who is slow must not keep neighbours from their turn.
const TURN: Duration = Duration::from_secs(1);
/// After an accept that failed because there are no descriptors left.
const PAUSE: Duration = Duration::from_millis(50);
/// The first byte of a TLS record that begins a handshake (RFC 8446, section 5.1).
const TLS: u8 = 0x16;

/// What all listeners of a Nexus share.
pub(crate) struct Entrance {
    tls: TlsAcceptor,
    plain: Plain,
    proxies: Vec<IpAddr>,
    handshakes: Shares,
    connections: Shares,
}

impl Entrance {
    /// `most` connections at once, half of them from one address unless it is a trusted proxy's or of this machine.
    pub(crate) fn new(
        tls: Arc<ServerConfig>,
        plain: Plain,
        proxies: Vec<IpAddr>,
        most: usize,
    ) -> Self {
        Self {
            tls: TlsAcceptor::from(tls),
            plain,
            proxies,
            handshakes: Shares::new(HANDSHAKES.0, HANDSHAKES.1),
            connections: Shares::new(most, most / 2),
        }
    }

    /// Serves one listener until told to stop; then requests under way may end.
    pub(crate) async fn serve(
        self: Arc<Self>,
        listener: TcpListener,
        router: Router,
        stopping: CancellationToken,
    ) {
        let conversations = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stopping.cancelled() => break,
            };
            match accepted {
                Ok((socket, address)) => {
                    // No room: closing at once is the cheapest answer.
                    let Some(place) = self.place(address.ip()) else {
                        continue;
                    };
                    let (entrance, router) = (Arc::clone(&self), router.clone());
                    let stopping = stopping.clone();
                    conversations.spawn(async move {
                        let seated = Seated {
                            flow: Flow::default(),
                            _place: place,
                        };
                        let socket = (socket, address);
                        entrance.receive(socket, seated, router, stopping).await;
                    });
                }
                Err(error) => {
                    tracing::debug!(%error, "cannot accept a connection");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        drop(listener);
        conversations.close();
        conversations.wait().await;
    }

    /// Whoever is on this machine may have all there is, as a proxy may: it could do worse.
    fn place(&self, from: IpAddr) -> Option<Share> {
        let from = from.to_canonical();
        let may_have_all = from.is_loopback() || self.proxies.contains(&from);
        self.connections.try_take((!may_have_all).then_some(from))
    }

    async fn receive(
        &self,
        (socket, address): (TcpStream, SocketAddr),
        seated: Seated,
        router: Router,
        stopping: CancellationToken,
    ) {
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!(%error, "cannot switch Nagle's algorithm off");
        }
        let flow = seated.flow.clone();
        let mut first = [0];
        match timeout(FIRST_BYTE, socket.peek(&mut first)).await {
            Ok(Ok(1)) if first == [TLS] => {
                let socket = (Gauged::new(socket, seated), flow);
                self.receive_tls(socket, address, router, stopping).await;
            }
            Ok(Ok(1)) if self.plain.allows(address.ip(), &self.proxies) => {
                let peer = Peer::new(address, false, None, flow);
                let socket = Gauged::new(socket, seated);
                self.converse(socket, peer, router, stopping).await;
            }
            Ok(Ok(1)) => plain::refuse(socket).await,
            Ok(_) | Err(_) => {}
        }
    }

    async fn receive_tls(
        &self,
        (socket, flow): (Gauged<TcpStream, Seated>, Flow),
        address: SocketAddr,
        router: Router,
        stopping: CancellationToken,
    ) {
        let Some(turn) = self.handshakes.take(address.ip()).await else {
            return;
        };
        let mut shaking = std::pin::pin!(timeout(HANDSHAKE, self.tls.accept(socket)));
        let early = timeout(TURN, shaking.as_mut()).await;
        drop(turn);
        let accepted = match early {
            Ok(accepted) => accepted,
            Err(_) => shaking.await,
        };
        let Ok(Ok(stream)) = accepted else { return };
        let connection = stream.get_ref().1;
        // Older versions have no exporter that says all about a connection (RFC 9266, section 4.2).
        let channel = if connection.protocol_version() == Some(ProtocolVersion::TLSv1_3) {
            let exported = connection.export_keying_material([0; 32], protocol::EXPORTER, None);
            exported.ok()
        } else {
            None
        };
        let peer = Peer::new(address, true, channel, flow);
        self.converse(stream, peer, router, stopping).await;
    }

    async fn converse<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        &self,
        stream: S,
        peer: Peer,
        router: Router,
        stopping: CancellationToken,
    ) {
        let stream = Gauged::new(stream, peer.allowance.clone());
        let service = hyper::service::service_fn(|mut request: hyper::Request<Incoming>| {
            let peer = peer.of_request(&request, &self.proxies);
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().call(request.map(Body::new))
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stopping.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(peer = %peer.address, %error, "a connection ended badly");
        }
    }
}
