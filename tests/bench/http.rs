//! As many HTTP requests as a server takes: keep-alive connections, one request at a time on each.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::rows::Load;

/// Asks for `span` over `at_once` connections. `{}` in the path becomes a node's number, 0 to 99 in turn.
pub(crate) async fn load(
    address: SocketAddr,
    path: &str,
    token: &str,
    at_once: usize,
    span: Duration,
) -> Load {
    // A short run first, so that nobody measures cold caches.
    round(address, path, token, at_once, span / 6).await;
    let started = Instant::now();
    let micros = round(address, path, token, at_once, span).await;
    Load::new(started.elapsed(), micros, None)
}

async fn round(
    address: SocketAddr,
    path: &str,
    token: &str,
    at_once: usize,
    span: Duration,
) -> Vec<u32> {
    let mut clients = JoinSet::new();
    for client in 0..at_once {
        let requests: Vec<_> = (0..100)
            .map(|node| request(address, path, token, node))
            .collect();
        clients.spawn(async move { ask(address, &requests, client, span).await });
    }
    clients.join_all().await.concat()
}

async fn ask(address: SocketAddr, requests: &[Vec<u8>], first: usize, span: Duration) -> Vec<u32> {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.set_nodelay(true).unwrap();
    let (mut micros, mut buffer) = (Vec::new(), vec![0; 16 * 1024]);
    let end = Instant::now() + span;
    for request in requests.iter().cycle().skip(first) {
        let asked = Instant::now();
        if asked >= end {
            break;
        }
        socket.write_all(request).await.unwrap();
        answered(&mut socket, &mut buffer).await;
        micros.push(u32::try_from(asked.elapsed().as_micros()).unwrap());
    }
    micros
}

async fn answered(socket: &mut TcpStream, buffer: &mut [u8]) {
    let mut filled = 0;
    loop {
        let read = socket.read(&mut buffer[filled..]).await.unwrap();
        assert!(read > 0, "the server hung up");
        filled += read;
        let text = std::str::from_utf8(&buffer[..filled]).unwrap();
        let Some(head) = text.find("\r\n\r\n") else {
            continue;
        };
        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
        let length = text[..head]
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .unwrap();
        if filled >= head + 4 + length.parse::<usize>().unwrap() {
            return;
        }
    }
}

fn request(address: SocketAddr, path: &str, token: &str, node: usize) -> Vec<u8> {
    let path = path.replace("{}", &node.to_string());
    let body = r#"{"skill_name":"ShellSkill","method_name":"run","parameters":{"command":"echo hello"},"timeout":30}"#;
    format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
