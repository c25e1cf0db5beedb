//! Opening a connection: name, TCP, WebSocket upgrade, each with a limit. The Docker engine is asked meanwhile,
//! for the handshake wants to know.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use protocol::limits;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, http::StatusCode};

use super::Socket;
use crate::agent::Ending;
use crate::capabilities::docker_answers;

/// For one address of the host.
const CONNECT: Duration = Duration::from_secs(5);
/// For the upgrade.
const UPGRADE: Duration = Duration::from_secs(10);
/// Small buffers: the library clears the whole read buffer before every read.
const BUFFER: usize = 8 * 1024;

/// A fresh connection.
pub(crate) struct Dialed {
    pub(crate) socket: Socket,
    pub(crate) has_docker: bool,
}

pub(super) async fn dial(host: String, port: u16) -> Result<Dialed, Ending> {
    let (socket, has_docker) = tokio::join!(open(&host, port), docker_answers());
    Ok(Dialed {
        socket: socket?,
        has_docker,
    })
}

async fn open(host: &str, port: u16) -> Result<Socket, Ending> {
    let bracketed = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    let failed = |error: &dyn std::fmt::Display| Ending {
        reason: format!("cannot connect to {bracketed}:{port}: {error}"),
        refused: false,
    };
    let stream = connect(host, port).await.map_err(|error| failed(&error))?;
    let url = format!("ws://{bracketed}:{port}{}", protocol::PATH);
    let upgrade = client_async_with_config(url, stream, Some(settings()));
    match timeout(UPGRADE, upgrade).await {
        Ok(Ok((socket, _))) => Ok(Box::new(socket)),
        Ok(Err(Error::Http(answer))) => Err(failed(&turned_away(answer.status()))),
        Ok(Err(error)) => Err(failed(&error)),
        Err(_) => Err(failed(&"no answer to the WebSocket upgrade")),
    }
}

/// Every address of the host in turn, each with its own limit, so that a dead one does not eat the others' time.
async fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await?.collect();
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
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
        403 => " (is the Nexus switched on there?)",
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
