//! Opening a connection: name, TCP, TLS, WebSocket upgrade, introduction, each with a limit. The Docker engine is asked
//! meanwhile, for the handshake wants to know.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use protocol::{Address, EXPORTER, Signature, limits};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, http::StatusCode};

use super::flow::{Counted, Flow};
use super::introduction::{Channel, Failed, introduce};
use super::tls::{self, Trust};
use super::{Socket, Wire};
use crate::agent::Ending;
use crate::capabilities::docker_answers;
use crate::doors::{Door, learned};
use crate::membership::Membership;

/// For one address of the host.
const CONNECT: Duration = Duration::from_secs(5);
/// For TLS, and for the upgrade.
const UPGRADE: Duration = Duration::from_secs(10);
/// Small buffers: the library clears the whole read buffer before every read.
const BUFFER: usize = 8 * 1024;

/// How a Nexus is met.
#[derive(Debug, Clone)]
pub(crate) enum Way {
    /// As a member, by keys.
    Member(Membership),
    /// With the shared token, as the prototype does.
    Shared(Address),
}

/// A fresh connection.
pub(crate) struct Dialed {
    pub(crate) socket: Socket,
    pub(crate) flow: Flow,
    pub(crate) has_docker: bool,
    /// Who answered.
    pub(crate) peer: IpAddr,
    /// For the handshake of a member.
    pub(crate) proof: Option<Signature>,
}

/// A connection that was met, and from whom.
struct Met {
    socket: Socket,
    flow: Flow,
    peer: IpAddr,
    proof: Option<Signature>,
}

pub(super) async fn dial(way: Way, door: Door) -> Result<Dialed, Ending> {
    let (met, has_docker) = tokio::join!(meet(&way, &door), docker_answers());
    let Met {
        socket,
        flow,
        peer,
        proof,
    } = met?;
    Ok(Dialed {
        socket,
        flow,
        has_docker,
        peer,
        proof,
    })
}

async fn meet(way: &Way, door: &Door) -> Result<Met, Ending> {
    let address = &door.address;
    let failed = |reason: String| Ending {
        reason: format!("cannot connect to {address}: {reason}"),
        close: None,
    };
    let Way::Member(membership) = way else {
        let flow = Flow::default();
        let opened = open(door, Trust::ByAuthority, &flow).await;
        let (socket, peer, _) = opened.map_err(failed)?;
        return Ok(Met {
            socket,
            flow,
            peer,
            proof: None,
        });
    };
    let mut trust = Trust::ByKey;
    loop {
        let flow = Flow::default();
        let (mut socket, peer, channel) = open(door, trust, &flow).await.map_err(failed)?;
        match introduce(&mut socket, membership, channel).await {
            Ok(proof) => {
                return Ok(Met {
                    socket,
                    flow,
                    peer,
                    proof: Some(proof),
                });
            }
            Err(Failed::NeedsAuthority) => trust = Trust::ByAuthority,
            Err(Failed::Ended(ending)) => {
                return Err(Ending {
                    reason: format!("{address}: {}", ending.reason),
                    ..ending
                });
            }
        }
    }
}

async fn open(door: &Door, trust: Trust, flow: &Flow) -> Result<(Socket, IpAddr, Channel), String> {
    let said = |error: io::Error| error.to_string();
    let address = &door.address;
    let stream = connect(door).await.map_err(said)?;
    let peer = stream.peer_addr().map_err(said)?.ip();
    let stream = Counted::new(stream, flow.clone());
    let (wire, channel): (Box<dyn Wire>, _) = if address.plain {
        (Box::new(stream), Channel::Plain)
    } else {
        let stream = timeout(UPGRADE, tls::connect(stream, &address.host, trust))
            .await
            .map_err(|_| "no answer to the TLS handshake".to_owned())?
            .map_err(|error| format!("TLS: {error}"))?;
        let exported = stream
            .get_ref()
            .1
            .export_keying_material([0; 32], EXPORTER, None);
        let exporter = exported.map_err(|error| error.to_string())?;
        let channel = match trust {
            Trust::ByKey => Channel::Tls(exporter),
            Trust::ByAuthority => Channel::Certified(exporter),
        };
        (Box::new(stream), channel)
    };
    let host = match address.host.parse::<IpAddr>() {
        Ok(IpAddr::V6(ip)) => format!("[{ip}]"),
        Ok(IpAddr::V4(_)) | Err(_) => address.host.clone(),
    };
    // The scheme is for the library only: the bytes go over the wire that is there.
    let url = format!("ws://{host}:{}{}", address.port, protocol::PATH);
    let upgrade = client_async_with_config(url, wire, Some(settings()));
    match timeout(UPGRADE, upgrade).await {
        Ok(Ok((socket, _))) => Ok((Box::new(socket), peer, channel)),
        Ok(Err(Error::Http(answer))) => Err(turned_away(answer.status())),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("no answer to the WebSocket upgrade".to_owned()),
    }
}

/// Every address of the host in turn, each with its own limit, so that a dead one does not eat the others' time.
async fn connect(door: &Door) -> io::Result<TcpStream> {
    let Address { host, port, .. } = &door.address;
    let found = tokio::net::lookup_host((host.as_str(), *port)).await?;
    let may = |found: &SocketAddr| !door.learned || learned::may_lead_to(host, found.ip());
    let addresses: Vec<SocketAddr> = found.filter(may).collect();
    let mut last = io::Error::new(
        io::ErrorKind::NotFound,
        "the host has no address that may be dialed",
    );
    for address in addresses {
        match timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Ok(Err(error)) => last = error,
            Err(_) => {
                last = io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("{address} does not answer"),
                )
            }
        }
    }
    Err(last)
}

fn turned_away(status: StatusCode) -> String {
    let hint = match status.as_u16() {
        403 => " (is the Nexus switched on there? does it want TLS?)",
        404 => " (is that a Nexus?)",
        _ => "",
    };
    format!("the server answers the upgrade with {status}{hint}")
}

fn settings() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_write_buffer_size(limits::FRAME_FROM_SPORE + 2 * BUFFER)
        .max_message_size(Some(limits::FRAME_TO_SPORE))
        .max_frame_size(Some(limits::FRAME_TO_SPORE))
}
