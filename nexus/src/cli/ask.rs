//! One request to the Nexus that runs on this machine with the same data directory. Not here: what is asked.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use nexus::Config;
use serde_json::Value;

use super::Problems;

const CONNECT: Duration = Duration::from_secs(3);
const ANSWER: Duration = Duration::from_secs(30);
/// Largest answer that is read.
const LARGEST: u64 = 64 << 20;

/// The answer's JSON, or what went wrong. Over loopback, so without TLS.
pub(super) fn ask(
    config: &Config,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, Problems> {
    let host = if config.host.is_unspecified() {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    } else {
        config.host
    };
    let address = SocketAddr::new(host, config.port);
    let file = config.api_token_file();
    let token = std::fs::read_to_string(&file).map_err(|error| {
        vec![format!(
            "{}: {error}; does a Nexus run here, as this user?",
            file.display()
        )]
    })?;
    let body = body.map(Value::to_string).unwrap_or_default();
    // HTTP/1.0: the answer ends where the connection does.
    let request = format!(
        "{method} {path} HTTP/1.0\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        token.trim(),
        body.len()
    );
    let answer = exchange(address, &request).map_err(|error| {
        vec![format!(
            "no Nexus answers at {address}: {error}; start it with `nexus serve`"
        )]
    })?;
    read(&answer)
}

fn exchange(address: SocketAddr, request: &str) -> std::io::Result<String> {
    let mut socket = TcpStream::connect_timeout(&address, CONNECT)?;
    socket.set_read_timeout(Some(ANSWER))?;
    socket.write_all(request.as_bytes())?;
    let mut answer = String::new();
    socket.take(LARGEST).read_to_string(&mut answer)?;
    Ok(answer)
}

fn read(answer: &str) -> Result<Value, Problems> {
    let odd = || vec!["what listens there does not answer as a Nexus does".to_owned()];
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(odd)?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse::<u16>().ok());
    let body: Value = serde_json::from_str(body).map_err(|_| odd())?;
    match status {
        Some(200..=299) => Ok(body),
        _ => {
            let detail = body.get("detail").map(|detail| {
                detail
                    .as_str()
                    .map_or_else(|| detail.to_string(), str::to_owned)
            });
            Err(vec![detail.unwrap_or_else(|| {
                head.lines().next().unwrap_or_default().to_owned()
            })])
        }
    }
}
