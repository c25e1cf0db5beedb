//! A raw WebSocket peer: it sends what it likes, also what no spore would.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::{PATIENCE, TOKEN};

/// Bytes that a narrow one takes before it reads.
const NARROW: u32 = 8 << 10;

/// See the module.
pub struct Peer {
    /// The socket, for those who want to misuse it.
    pub socket: WebSocketStream<TcpStream>,
}

impl Peer {
    /// Connects to a path, with headers.
    pub async fn connect(
        address: SocketAddr,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Error> {
        let tcp = TcpStream::connect(address).await?;
        Self::over(tcp, address, path, headers).await
    }

    /// The same with room for a few KiB: what it does not read soon waits at the other end.
    pub async fn connect_narrow(
        address: SocketAddr,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Error> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(NARROW)?;
        let tcp = socket.connect(address).await?;
        Self::over(tcp, address, path, headers).await
    }

    async fn over(
        tcp: TcpStream,
        address: SocketAddr,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Error> {
        let mut request = format!("ws://{address}{path}").into_client_request()?;
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(*name, value.parse().expect("a header"));
        }
        Ok(Self {
            socket: client_async(request, tcp).await?.0,
        })
    }

    /// Connects as a spore and says a handshake.
    pub async fn join(address: SocketAddr, hello: &Value) -> Self {
        let mut peer = Self::connect(address, protocol::PATH, &[])
            .await
            .expect("connects");
        peer.say(hello).await;
        peer
    }

    /// Sends JSON.
    pub async fn say(&mut self, message: &Value) {
        self.send(Message::Text(message.to_string().into())).await;
    }

    /// Sends a frame; a closed socket is not an error here.
    pub async fn send(&mut self, frame: Message) {
        drop(
            timeout(PATIENCE, self.socket.send(frame))
                .await
                .expect("sends in time"),
        );
    }

    /// The next text frame as JSON.
    pub async fn hear(&mut self) -> Value {
        loop {
            match timeout(PATIENCE, self.socket.next())
                .await
                .expect("a frame in time")
            {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).expect("JSON"),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("expected a text frame, got {other:?}"),
            }
        }
    }

    /// The next frame of a type, skipping others.
    pub async fn hear_type(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.hear().await;
            if frame["message_type"] == kind || frame["type"] == kind {
                return frame;
            }
        }
    }

    /// What the next frame is, or the code of the close frame.
    pub async fn answer(&mut self) -> String {
        loop {
            match timeout(PATIENCE, self.socket.next())
                .await
                .expect("an answer in time")
            {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).expect("JSON");
                    return frame["message_type"]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned();
                }
                Some(Ok(Message::Close(Some(close)))) => return u16::from(close.code).to_string(),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return "1006".to_owned(),
            }
        }
    }

    /// Waits for the end; the close code, or 1006 when there was no close frame.
    pub async fn end(&mut self) -> (u16, String) {
        loop {
            match timeout(PATIENCE, self.socket.next())
                .await
                .expect("an end in time")
            {
                Some(Ok(Message::Close(Some(close)))) => {
                    return (close.code.into(), close.reason.to_string());
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return (1006, String::new()),
            }
        }
    }

    /// Answers an order as the prototype's spore does.
    pub async fn respond(&mut self, order: &Value, result: Value) {
        let id = &order["payload"]["request_id"];
        self.say(&json!({"message_type": "RESPONSE", "payload": {"message_type": "RESPONSE", "request_id": id,
            "node_id": "whatever", "success": true, "result": result, "error": null, "execution_time": 0.001}}))
            .await;
    }
}

/// A handshake as the prototype's spore sends it.
pub fn hello(id: &str) -> Value {
    json!({"message_type": "HANDSHAKE", "payload": {"message_type": "HANDSHAKE", "node_id": id, "node_name": id,
        "capabilities": {"skills": ["ShellSkill", "FileSkill"], "tags": ["worker"], "cpu_cores": 2, "memory_mb": 1024,
            "has_gpu": false, "has_docker": false, "platform": "linux"},
        "token": TOKEN, "timestamp": "2026-11-23T18:37:41.980732"}, "timestamp": "2026-11-23T18:37:41.980857"})
}

/// The same in our dialect.
pub fn hello_v2(id: &str) -> Value {
    let mut hello = hello(id);
    hello["payload"]["protocol"] = json!(2);
    hello["payload"]["capabilities"]["methods"] = json!([{"skill": "ShellSkill", "method": "run", "title": "Run", "effect": "change", "parameters": {}}]);
    hello["payload"]["capabilities"]["limits"] = json!({"max_executions": 8});
    hello
}
