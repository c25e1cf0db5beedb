//! Where another Nexus is, as an operator writes it, and how it is known. Not here: connections that stay.

use std::fmt;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::tls::client::{self as tls, Fingerprint, Shown, Trust};

/// For one attempt to connect.
pub(super) const CONNECT: Duration = Duration::from_secs(8);
const USUAL_PORT: u16 = 8765;

/// How the other end is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// By its certificate's key, which was compared once. SHA-256.
    Key(Fingerprint),
    /// By the rules of the web: its certificate is good.
    Web,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// A name or an address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is known.
    pub identity: Identity,
}

/// Why there is nobody. Display: a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// It is no address.
    #[error("write the address as host or host:port, such as nexus.example.org:8765")]
    Address,
    /// The token would be readable on the way.
    #[error(
        "a console elsewhere needs TLS, which a Nexus speaks on the same port; leave http:// out"
    )]
    Plain,
    /// Nobody answers.
    #[error(
        "{0} does not answer: {1}; is the Nexus running, and does it listen beyond its own machine (--host, NEXUS_HOST)?"
    )]
    Away(String, String),
}

/// What was seen there before anything was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Where.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The key to compare with what `nexus fingerprint` shows on the other machine.
    pub fingerprint: String,
    /// Its certificate is good by the rules of the web, so nothing has to be compared.
    pub is_good: bool,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&authority(&self.host, self.port))
    }
}

impl Place {
    pub(super) fn trust(&self) -> Trust {
        match self.identity {
            Identity::Key(fingerprint) => Trust::Pinned(fingerprint),
            Identity::Web => Trust::Authorities,
        }
    }
}

/// As it stands in a URL.
pub(super) fn authority(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

/// Reads an address as people write it.
fn read(text: &str) -> Result<(String, u16), PlaceError> {
    let text = text.trim();
    let text = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("wss://"))
        .unwrap_or(text);
    if text.starts_with("http://") || text.starts_with("ws://") {
        return Err(PlaceError::Plain);
    }
    let text = text.split('/').next().unwrap_or_default();
    if let Ok(ip) = text.parse::<std::net::Ipv6Addr>() {
        return Ok((ip.to_string(), USUAL_PORT));
    }
    let uri: http::uri::Authority = text.parse().map_err(|_| PlaceError::Address)?;
    let host = uri.host().trim_matches(['[', ']']);
    if host.is_empty() || text.contains('@') || text.len() > 300 {
        return Err(PlaceError::Address);
    }
    let has_port = text
        .rsplit(']')
        .next()
        .is_some_and(|rest| rest.contains(':'));
    let port = if has_port {
        uri.port_u16().ok_or(PlaceError::Address)?
    } else {
        USUAL_PORT
    };
    Ok((host.to_owned(), port))
}

/// Looks who is there.
pub async fn look(address: &str) -> Result<Seen, PlaceError> {
    let (host, port) = read(address)?;
    let away = |why: String| PlaceError::Away(authority(&host, port), why);
    let socket = timeout(CONNECT, TcpStream::connect((host.as_str(), port))).await;
    let socket = socket
        .map_err(|_| away("no answer in time".to_owned()))?
        .map_err(|error| away(error.to_string()))?;
    let shown = timeout(CONNECT, tls::look(socket, &host)).await;
    let Shown { key, is_good } = shown
        .map_err(|_| away("it says nothing when spoken to with TLS".to_owned()))?
        .map_err(|error| away(error.to_string()))?;
    Ok(Seen {
        host,
        port,
        fingerprint: tls::written(&key),
        is_good,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        let good = [
            ("nexus.example.org", "nexus.example.org", 8765),
            (" https://nexus.example.org:443/ ", "nexus.example.org", 443),
            ("192.0.2.7:9000", "192.0.2.7", 9000),
            ("[2001:db8::1]:9000", "2001:db8::1", 9000),
            ("2001:db8::1", "2001:db8::1", 8765),
        ];
        for (text, host, port) in good {
            assert_eq!(read(text), Ok((host.to_owned(), port)), "{text}");
        }
        for text in [
            "",
            ":1",
            "a b",
            "host:99999",
            "host:x",
            "user@host",
            "ü:1:2",
        ] {
            assert_eq!(read(text), Err(PlaceError::Address), "{text}");
        }
        assert_eq!(read("http://nexus.example.org"), Err(PlaceError::Plain));
    }
}
