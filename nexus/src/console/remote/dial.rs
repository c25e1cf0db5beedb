//! Opening the connection to another Nexus: TCP, TLS with the right key, WebSocket, the token, its welcome.

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::Welcome;
use super::place::{CONNECT, Place};
use crate::secret::Secret;
use crate::tls::client as tls;

/// A snapshot of a large swarm comes as one frame.
const LARGEST: usize = 256 << 20;

pub(super) type Socket = WebSocketStream<TlsStream<TcpStream>>;

/// Why there is no connection.
pub(super) enum Failed {
    /// It may work later.
    Away(String),
    /// It will not.
    Refused(String),
}

#[derive(Deserialize)]
struct First {
    welcome: Welcome,
}

pub(super) async fn dial(place: &Place, token: &Secret) -> Result<(Socket, Welcome), Failed> {
    let away = |why: String| Failed::Away(why);
    let silent = |_| Failed::Away("no answer in time".to_owned());
    let at = (place.host.as_str(), place.port);
    let stream = timeout(CONNECT, TcpStream::connect(at))
        .await
        .map_err(silent)?;
    let stream = stream.map_err(|error| away(error.to_string()))?;
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot switch Nagle's algorithm off");
    }
    let secured = timeout(CONNECT, tls::connect(stream, &place.host, &place.trust())).await;
    let stream = secured.map_err(silent)?.map_err(|error| {
        // Another key than the one that was compared: not to be tried again and again.
        if error.kind() == std::io::ErrorKind::InvalidData {
            Failed::Refused(error.to_string())
        } else {
            Failed::Away(error.to_string())
        }
    })?;
    let url = format!("wss://{place}/console/socket");
    let settings = WebSocketConfig::default()
        .max_message_size(Some(LARGEST))
        .max_frame_size(Some(LARGEST));
    let upgrade = timeout(
        CONNECT,
        client_async_with_config(url, stream, Some(settings)),
    )
    .await;
    let (mut socket, _) = upgrade
        .map_err(silent)?
        .map_err(|error| away(error.to_string()))?;
    let first = serde_json::json!({ "token": token.reveal() }).to_string();
    let said = socket.send(Message::Text(first.into())).await;
    said.map_err(|error| away(error.to_string()))?;
    loop {
        let next = timeout(CONNECT, socket.next()).await.map_err(silent)?;
        match next {
            Some(Ok(Message::Text(text))) => {
                let first: First = serde_json::from_str(&text).map_err(|_| {
                    Failed::Refused("this is no Nexus, or one of another version".to_owned())
                })?;
                return Ok((socket, first.welcome));
            }
            Some(Ok(Message::Close(Some(frame)))) if u16::from(frame.code) == 1008 => {
                return Err(Failed::Refused(frame.reason.to_string()));
            }
            Some(Ok(Message::Close(frame))) => {
                return Err(away(
                    frame.map_or_else(String::new, |frame| frame.reason.to_string()),
                ));
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(away(error.to_string())),
            None => return Err(away("the other end hung up".to_owned())),
        }
    }
}
