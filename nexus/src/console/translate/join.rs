//! The line that lets another machine in. Not here: what a spore does with it, and what a join code is.

use crate::trust::NewJoinCode;
use crate::{Joining, MadeJoinCode};

use super::join_code;
use crate::console::view::trust::{JoinLine, JoinSystem, JoinView};

/// Name of the container image, as `deploy/` builds it.
const IMAGE: &str = "nexus-spore";
/// How long a line that is shown can be used, seconds.
const LASTS: u64 = 3600;

/// What a window asks for when it shows how to join: one machine, soon.
pub(crate) fn one_machine_soon() -> NewJoinCode {
    NewJoinCode {
        label: "from the window".to_owned(),
        ttl_seconds: LASTS,
        ..NewJoinCode::default()
    }
}

/// What to type elsewhere.
pub(crate) fn join(joining: &Joining, made: &MadeJoinCode) -> JoinView {
    let addresses = joining
        .addresses()
        .iter()
        .map(ToString::to_string)
        .collect();
    JoinView {
        lines: lines(&made.code.to_string(), joining.is_reachable()),
        reachable: joining.is_reachable(),
        addresses,
        fingerprint: joining.fingerprint(),
        code: join_code(&made.info),
    }
}

/// A code is one word of letters, digits, `-` and `_`: no shell finds anything to do in it.
fn lines(code: &str, reachable: bool) -> Vec<JoinLine> {
    // A container's own loopback is not this machine's.
    let network = if reachable { "" } else { "--network host " };
    let container = format!(
        "docker run -d --restart unless-stopped -v nexus-spore:/data {network}-e SPORE_JOIN_CODE={code} {IMAGE}"
    );
    [
        (JoinSystem::Linux, format!("spore join {code}")),
        (JoinSystem::Macos, format!("spore join {code}")),
        (JoinSystem::Windows, format!(".\\spore.exe join {code}")),
        (JoinSystem::Docker, container),
    ]
    .map(|(system, line)| JoinLine { system, line })
    .into()
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn a_line_is_the_code_and_little_else() {
        let shown = lines("nxj_abc", false);
        assert_eq!(shown.first().unwrap().line, "spore join nxj_abc");
        assert!(shown.last().unwrap().line.contains("--network host"));
        assert!(
            !lines("nxj_abc", true)
                .last()
                .unwrap()
                .line
                .contains("--network")
        );
    }
}
