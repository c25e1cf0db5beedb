//! From what the Nexus says to what the window understands, and back. Not here: when it is said.

mod approval;
mod execution;
mod join;
mod node;
mod policy;
mod proof;
mod trust;

use nexus::Acceptance;
use nexus::audit::ExportError;
use nexus::model::{GroupInfo, Snapshot};
use nexus::state::CancelError;
use nexus::store::StoreError;

pub use approval::{answer, answers, approval, new_rule, rule};
pub use execution::{execution, fanout, id, output, submission, whole_output};
pub use join::{join, one_machine_soon};
pub use node::{degraded, node, vitals};
pub use policy::policy;
pub use proof::{audit_page, audit_query, verdict};
pub use trust::{join_code, made_token, new_join_code, new_token, token, trust, waiting};

use crate::swarm::Link;
use crate::view::{BridgeError, DiscView, FeedEvent, GroupView, NexusView};

/// Everything as of now.
pub fn snapshot(snapshot: &Snapshot, link: &Link) -> FeedEvent {
    FeedEvent::Snapshot {
        nexus: nexus(link),
        groups: groups(&snapshot.groups),
        nodes: snapshot.nodes.iter().map(node).collect(),
        executions: snapshot
            .executions
            .iter()
            .map(|info| execution(info))
            .collect(),
        waiting: snapshot.waiting.iter().map(waiting).collect(),
        codes: snapshot.join_codes.iter().map(join_code).collect(),
        approvals: snapshot.approvals.iter().map(approval).collect(),
    }
}

/// The groups of the map. The home system is round the core and needs no name.
pub fn groups(groups: &[GroupInfo]) -> Vec<GroupView> {
    groups
        .iter()
        .map(|group| GroupView {
            index: group.index,
            key: group.key.clone(),
            label: label(&group.key),
            discs: group
                .discs
                .iter()
                .map(|disc| DiscView {
                    x: disc.x,
                    y: disc.y,
                    r: disc.r,
                })
                .collect(),
        })
        .collect()
}

fn nexus(link: &Link) -> NexusView {
    NexusView {
        id: link.name.clone(),
        name: link.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        address: link.address.to_string(),
        exposed: !link.address.ip().is_loopback(),
    }
}

/// `new-york` is written New York on the map.
fn label(key: &str) -> String {
    if key.is_empty() {
        return "Home".to_owned();
    }
    let words = key.split(['-', '_', ' ']).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).collect()
        })
    };
    words.map(capital).collect::<Vec<_>>().join(" ")
}

/// Why the Nexus says no, on its way to the window.
pub struct Refusal(BridgeError);

impl From<Refusal> for BridgeError {
    fn from(refusal: Refusal) -> Self {
        refusal.0
    }
}

impl From<Acceptance> for Refusal {
    fn from(error: Acceptance) -> Self {
        Self(BridgeError::new(error.code(), error.to_string()))
    }
}

impl From<CancelError> for Refusal {
    fn from(error: CancelError) -> Self {
        let code = match &error {
            CancelError::NotFound(_) => "not_found",
            CancelError::Over { .. } => "over",
            CancelError::Unsupported(_) => "unsupported",
        };
        Self(BridgeError::new(code, error.to_string()))
    }
}

impl From<ExportError> for Refusal {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Unrecorded(error) => {
                Self(BridgeError::new("unrecorded", error.to_string()))
            }
            ExportError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self(BridgeError::new("store", error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn keys_become_names() {
        assert_eq!(super::label("new-york"), "New York");
        assert_eq!(super::label("łódź"), "Łódź");
        assert_eq!(super::label(""), "Home");
    }
}
