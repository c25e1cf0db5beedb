//! Where a connection without TLS will do. Not here: the connections.

use std::net::IpAddr;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// For whoever is told that it will not do.
const REFUSAL: Duration = Duration::from_secs(2);

/// From where connections may come without TLS. Proxies that are trusted may always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Plain {
    /// From nowhere.
    Never,
    /// From this machine.
    Loopback,
    /// From everywhere: whoever is on the way can read and change everything.
    Anywhere,
}

impl Plain {
    pub(super) fn allows(self, from: IpAddr, proxies: &[IpAddr]) -> bool {
        let from = from.to_canonical();
        proxies.contains(&from)
            || match self {
                Self::Never => false,
                Self::Loopback => from.is_loopback(),
                Self::Anywhere => true,
            }
    }
}

/// Says why not, in HTTP, without reading what was asked.
pub(super) async fn refuse(mut socket: TcpStream) {
    let why = "this Nexus speaks TLS: use https:// or wss://. In a network that you trust, NEXUS_PLAIN=anywhere \
               lets others in without.\n";
    let answer = format!(
        "HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{why}",
        why.len()
    );
    let told = async {
        socket.write_all(answer.as_bytes()).await?;
        socket.shutdown().await
    };
    drop(timeout(REFUSAL, told).await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_is_for_this_machine_unless_said_otherwise() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = [ip("10.0.0.9")];
        for (plain, from, allowed) in [
            (Plain::Loopback, "127.0.0.1", true),
            (Plain::Loopback, "::1", true),
            (Plain::Loopback, "::ffff:127.0.0.1", true),
            (Plain::Loopback, "192.168.1.4", false),
            (Plain::Loopback, "::ffff:192.168.1.4", false),
            (Plain::Loopback, "10.0.0.9", true),
            (Plain::Never, "127.0.0.1", false),
            (Plain::Never, "10.0.0.9", true),
            (Plain::Anywhere, "192.168.1.4", true),
        ] {
            assert_eq!(
                plain.allows(ip(from), &proxies),
                allowed,
                "{plain:?} {from}"
            );
        }
    }
}
