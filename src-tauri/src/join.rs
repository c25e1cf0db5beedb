//! The line that starts a spore on another machine. Not here: what a spore does with it.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use crate::view_settings::{JoinLine, JoinSystem, JoinView};

/// Name of the container image, as `deploy/` builds it.
const IMAGE: &str = "nexus-spore";

/// What to type elsewhere, given where the Nexus listens.
pub fn view(listening: SocketAddr, token: &str) -> JoinView {
    let reachable = !listening.ip().is_loopback();
    let addresses: Vec<String> = match listening.ip() {
        ip if ip.is_unspecified() => outward_addresses().iter().map(IpAddr::to_string).collect(),
        ip => vec![ip.to_string()],
    };
    let host = addresses
        .first()
        .cloned()
        .unwrap_or_else(|| "127.0.0.1".to_owned());
    let port = listening.port().to_string();
    let lines = lines(
        &[
            ("SPORE_NEXUS_HOST", &host),
            ("SPORE_NEXUS_PORT", &port),
            ("SPORE_SHARED_TOKEN", token),
        ],
        reachable,
    );
    JoinView {
        lines,
        reachable,
        addresses,
    }
}

fn lines(settings: &[(&str, &str)], reachable: bool) -> Vec<JoinLine> {
    let shell: String = settings
        .iter()
        .map(|(name, value)| format!("{name}={} ", quoted(value)))
        .collect();
    let powershell: String = settings
        .iter()
        .map(|(name, value)| format!("$env:{name}='{}'; ", value.replace('\'', "''")))
        .collect();
    let docker: String = settings
        .iter()
        .map(|(name, value)| format!("-e {name}={} ", quoted(value)))
        .collect();
    // A container's own loopback is not this machine's.
    let network = if reachable { "" } else { "--network host " };
    [
        (JoinSystem::Linux, format!("{shell}spore")),
        (JoinSystem::Macos, format!("{shell}spore")),
        (JoinSystem::Windows, format!("{powershell}.\\spore.exe")),
        (
            JoinSystem::Docker,
            format!("docker run -d --restart unless-stopped {network}{docker}{IMAGE}"),
        ),
    ]
    .map(|(system, line)| JoinLine { system, line })
    .into()
}

/// For a POSIX shell: as it is when nothing in it is special.
fn quoted(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._:-/@%+=".contains(c);
    if !value.is_empty() && value.chars().all(is_plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// The addresses that this machine has towards others. Asking for a route sends nothing.
fn outward_addresses() -> Vec<IpAddr> {
    let towards = |from: &str, to: &str| {
        let socket = UdpSocket::bind(from).ok()?;
        socket.connect(to).ok()?;
        Some(socket.local_addr().ok()?.ip())
    };
    let found = [
        towards("0.0.0.0:0", "192.0.2.1:9"),
        towards("[::]:0", "[2001:db8::1]:9"),
    ];
    found
        .into_iter()
        .flatten()
        .filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{quoted, view};

    #[test]
    fn a_loopback_line_works_on_this_machine_and_says_so() {
        let join = view("127.0.0.1:8765".parse().unwrap(), "abc");
        assert!(!join.reachable);
        let line = &join.lines.first().unwrap().line;
        assert_eq!(
            line,
            "SPORE_NEXUS_HOST=127.0.0.1 SPORE_NEXUS_PORT=8765 SPORE_SHARED_TOKEN=abc spore"
        );
        assert!(join.lines.last().unwrap().line.contains("--network host"));
    }

    #[test]
    fn an_odd_token_stays_one_word() {
        let join = view("192.0.2.7:1".parse().unwrap(), "a b'c$(d)");
        assert!(
            join.lines
                .first()
                .unwrap()
                .line
                .ends_with(r"SPORE_SHARED_TOKEN='a b'\''c$(d)' spore")
        );
        assert!(
            join.lines
                .get(2)
                .unwrap()
                .line
                .contains("$env:SPORE_SHARED_TOKEN='a b''c$(d)'; ")
        );
        assert_eq!(quoted(""), "''");
    }
}
