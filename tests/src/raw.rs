//! A raw connection: bytes as they are, HTTP that no client would send, WebSocket frames that no library would make.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::PATIENCE;

/// See the module.
pub struct Raw {
    /// The connection, for those who want to hold it.
    pub stream: TcpStream,
}

impl Raw {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("connects");
        Self { stream }
    }

    /// Connects from another address of this machine, e.g. 127.0.0.2; Linux has all of 127.0.0.0/8.
    pub async fn connect_from(address: SocketAddr, from: IpAddr) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(from, 0))?;
        let stream = socket.connect(address).await?;
        Ok(Self { stream })
    }

    /// Connects and becomes a WebSocket; the answer's head.
    pub async fn upgrade(address: SocketAddr, path: &str, more: &str) -> (Self, String) {
        let mut raw = Self::connect(address).await;
        let head = raw.become_socket(path, more).await;
        (raw, head)
    }

    /// Asks for a WebSocket, with more header lines; the answer's head.
    pub async fn become_socket(&mut self, path: &str, more: &str) -> String {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
        );
        self.write(request.as_bytes()).await;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let byte = timeout(PATIENCE, self.stream.read_u8()).await;
            head.push(byte.expect("an answer in time").expect("an answer"));
        }
        String::from_utf8(head).expect("text")
    }

    /// Sends bytes; a closed connection is not an error here.
    pub async fn write(&mut self, bytes: &[u8]) {
        drop(
            timeout(PATIENCE, self.stream.write_all(bytes))
                .await
                .expect("takes it or closes"),
        );
    }

    /// Sends one masked frame; the first byte holds FIN, RSV1 to 3 and the opcode.
    pub async fn frame(&mut self, first: u8, payload: &[u8]) {
        let mut bytes = header(first, payload.len() as u64);
        // A mask of zeros leaves the bytes as they are.
        bytes.extend([0; 4]);
        bytes.extend(payload);
        self.write(&bytes).await;
    }

    /// Everything until the other side closes; empty too when it resets.
    pub async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let read = timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await;
        drop(read.expect("it closes in time"));
        rest
    }

    /// The status of one answer to what was sent; none when it just closed.
    pub async fn status(&mut self) -> Option<u16> {
        let mut head = [0; 12];
        let read = timeout(PATIENCE, self.stream.read_exact(&mut head)).await;
        read.expect("an answer or an end in time").ok()?;
        std::str::from_utf8(head.get(9..)?).ok()?.parse().ok()
    }
}

/// The head of a masked frame of this length, without the mask.
pub fn header(first: u8, length: u64) -> Vec<u8> {
    let mut bytes = vec![first];
    if length < 126 {
        bytes.push(0x80 | length.to_le_bytes()[0]);
    } else if let Ok(short) = u16::try_from(length) {
        bytes.push(0x80 | 126);
        bytes.extend(short.to_be_bytes());
    } else {
        bytes.push(0x80 | 127);
        bytes.extend(length.to_be_bytes());
    }
    bytes
}
