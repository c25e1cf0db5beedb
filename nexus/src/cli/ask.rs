//! One request to the Nexus that runs on this machine with the same data directory. Not here: what is asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use nexus::Config;
use serde_json::Value;

use super::Problems;

const CONNECT: Duration = Duration::from_secs(3);
const ANSWER: Duration = Duration::from_secs(30);
/// Longest head of an answer, bytes.
const HEAD: usize = 16 << 10;
/// Largest answer that is read.
const LARGEST: u64 = 64 << 20;

/// Whether a Nexus listens where this configuration says.
pub(super) fn is_running(config: &Config) -> bool {
    TcpStream::connect_timeout(&address(config), CONNECT).is_ok()
}

/// The answer's JSON, or what went wrong. Over loopback, so without TLS.
pub(super) fn ask(
    config: &Config,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, Problems> {
    let mut answer = String::new();
    send(config, method, path, body)?
        .take(LARGEST)
        .read_to_string(&mut answer)
        .map_err(|error| silent(config, &error))?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(odd)?;
    read(head, body)
}

/// Copies what is answered, however much it is.
pub(super) fn copy(config: &Config, path: &str, to: &mut impl Write) -> Result<(), Problems> {
    let failed = |error: std::io::Error| silent(config, &error);
    let mut answer = BufReader::new(send(config, "GET", path, None)?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if answer.read_line(&mut head).map_err(failed)? == 0 || head.len() > HEAD {
            return Err(odd());
        }
    }
    if status(&head) != Some(200) {
        let mut body = String::new();
        let read_all = answer.take(LARGEST).read_to_string(&mut body);
        read_all.map_err(failed)?;
        return read(&head, &body).map(drop);
    }
    std::io::copy(&mut answer, to).map_err(failed).map(drop)
}

fn send(
    config: &Config,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<TcpStream, Problems> {
    let address = address(config);
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
    let sent = || {
        let mut socket = TcpStream::connect_timeout(&address, CONNECT)?;
        socket.set_read_timeout(Some(ANSWER))?;
        socket.write_all(request.as_bytes())?;
        Ok(socket)
    };
    sent().map_err(|error: std::io::Error| silent(config, &error))
}

fn address(config: &Config) -> SocketAddr {
    let host = if config.host.is_unspecified() {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    } else {
        config.host
    };
    SocketAddr::new(host, config.port)
}

fn silent(config: &Config, error: &std::io::Error) -> Problems {
    let address = address(config);
    vec![format!(
        "no Nexus answers at {address}: {error}; start it with `nexus serve`"
    )]
}

fn odd() -> Problems {
    vec!["what listens there does not answer as a Nexus does".to_owned()]
}

fn status(head: &str) -> Option<u16> {
    head.split(' ').nth(1).and_then(|code| code.parse().ok())
}

fn read(head: &str, body: &str) -> Result<Value, Problems> {
    let body: Value = serde_json::from_str(body).map_err(|_| odd())?;
    match status(head) {
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
