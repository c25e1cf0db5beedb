//! Why something is not even tried. Not here: why it failed when it was.

use uuid::Uuid;

use crate::approval::{Approval, ApprovalError};
use crate::audit::{Digest, Unrecorded};
use crate::target::SavedError;

/// Why something is not even tried. Display: a sentence for people.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SubmitError {
    /// The id was used before.
    #[error("execution {0} exists already; use a new id for a new execution")]
    Duplicate(Uuid),
    /// Nobody has ever seen it.
    #[error("node {0} does not exist; GET /api/v1/nodes lists those that do")]
    UnknownNode(String),
    /// Some of several nodes that were named.
    #[error("{}{} do not exist; GET /api/v1/nodes lists those that do", .missing.join(", "), and_more(*.more))]
    UnknownNodes {
        /// The first of them.
        missing: Vec<String>,
        /// How many others.
        more: usize,
    },
    /// Nobody is meant; how many nodes there are for the asker.
    #[error(
        "no node is meant, and nobody is not everybody; there are {0} nodes: write `*` for all of them, or `tag:…`, `name-*`, node ids"
    )]
    NoTargets(usize),
    /// A saved group in an expression makes no sense.
    #[error(transparent)]
    Saved(#[from] SavedError),
    /// It cannot be reached.
    #[error("node {0} is offline; start its spore or check its connection")]
    Offline(String),
    /// It does not have the method.
    #[error("node {node} does not offer {call}; it offers {offers}")]
    Unsupported {
        /// The node.
        node: String,
        /// What was asked for.
        call: String,
        /// What it has.
        offers: String,
    },
    /// The parameters would kill or overwhelm it.
    #[error("the parameters are too large for node {node}: {bytes} bytes, it takes {limit}")]
    TooLarge {
        /// The node.
        node: String,
        /// What was asked for.
        bytes: usize,
        /// What it takes.
        limit: usize,
    },
    /// Too many are waiting.
    #[error("{0} has too many executions waiting; try again when some have ended")]
    Busy(String),
    /// No node is eligible.
    #[error("{}", .0.reason)]
    NoCandidate(Box<super::Placement>),
    /// The node came in with the shared token, and that is not enough for this.
    #[error(
        "node {node} came in with the shared token, and {call} is not among NEXUS_SHARED_TOKEN_CALLS; let it join with a code"
    )]
    SharedToken {
        /// The node.
        node: String,
        /// What was asked for.
        call: String,
    },
    /// Some of several nodes cannot take it, so none of them was asked.
    #[error("{} of the nodes cannot take it, so none was asked: {}", .0.len(), .0.first().map(|(_, why)| why.to_string()).unwrap_or_default())]
    Targets(Vec<(String, Self)>),
    /// The set is not the one that was shown.
    #[error("the nodes that are meant are others by now: {count}; look at them again")]
    TargetsChanged {
        /// Of the set as it is now.
        sha256: Digest,
        /// How many they are now.
        count: usize,
    },
    /// The number of nodes was not said, or is another one.
    #[error("this may destroy something on {0} nodes; say so with confirm_count: {0}")]
    ConfirmCount(usize),
    /// The id or the dedupe key belongs to something else.
    #[error("job {0} has this id or dedupe_key and is another one; use a new one")]
    OtherJob(Uuid),
    /// The id or the dedupe key belongs to a job that was over long ago.
    #[error("job {0} has this id or dedupe_key already")]
    KnownJob(Uuid),
    /// The fleet is stopped.
    #[error("{0} stopped the fleet; nothing is begun until it is released (DELETE /api/v1/stop)")]
    Held(String),
    /// They make no sense together.
    #[error("{0}")]
    BadTargets(String),
    /// A rule wants a second yes first.
    #[error("approval {} is needed first, by rule {:?}", .0.id, .0.rules.first().map(|(_, name)| name.as_str()).unwrap_or_default())]
    NeedsApproval(Box<Approval>),
    /// A rule wants a second yes, which nobody gives for a look.
    #[error("rule {rule:?} wants a second yes for {call}; run it instead of looking")]
    Guarded {
        /// The rule.
        rule: String,
        /// What was to be looked at.
        call: String,
    },
    /// The approval does not do.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// All nodes that could take it need a second yes, which is given to named nodes only.
    #[error(
        "rule {0:?} wants a second yes for the nodes that could take it; name them in node_ids"
    )]
    NameNodes(String),
    /// Nothing is done of which nothing is known afterwards.
    #[error(transparent)]
    Unrecorded(#[from] Unrecorded),
}

impl SubmitError {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Duplicate(_) => "duplicate",
            Self::UnknownNode(_) | Self::UnknownNodes { .. } => "unknown_node",
            Self::NoTargets(_) => "no_targets",
            Self::Saved(SavedError::Unknown { .. }) => "unknown_group",
            Self::Saved(_) => "invalid",
            Self::Offline(_) => "offline",
            Self::Unsupported { .. } => "unsupported",
            Self::TooLarge { .. } => "too_large",
            Self::Busy(_) => "busy",
            Self::NoCandidate(_) => "no_candidate",
            Self::SharedToken { .. } => "shared_token",
            Self::Targets(_) => "targets",
            Self::TargetsChanged { .. } => "targets_changed",
            Self::ConfirmCount(_) => "confirm_count",
            Self::OtherJob(_) | Self::KnownJob(_) => "duplicate",
            Self::Held(_) => "held",
            Self::BadTargets(_) => "invalid",
            Self::NeedsApproval(_) | Self::NameNodes(_) | Self::Guarded { .. } => {
                "approval_required"
            }
            Self::Approval(ApprovalError::Unknown(_)) => "approval_unknown",
            Self::Approval(_) => "approval_refused",
            Self::Unrecorded(_) => "unrecorded",
        }
    }
}

fn and_more(count: usize) -> String {
    if count == 0 {
        return String::new();
    }
    format!(" and {count} more")
}
