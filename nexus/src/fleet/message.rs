//! What instances say to each other over the bus. JSON, so that instances of two versions understand each other: what one
//! does not know it leaves out, a kind that it does not know it answers with [`Reply::Unknown`].
//! Not here: sealing, and what becomes of it.

use axum::body::Bytes;
use protocol::Running;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Epoch, InstanceId};

/// From whom, and what.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Letter {
    pub(crate) from: InstanceId,
    #[serde(flatten)]
    pub(crate) says: Says,
}

/// A node in one of its placements.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Placed {
    pub(crate) node: String,
    pub(crate) epoch: Epoch,
}

/// What one says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "says", rename_all = "snake_case")]
pub(crate) enum Says {
    /// "I want to use these nodes that you hold." Answer: [`Reply::Open`].
    Open { nodes: Vec<Placed> },
    /// "These executions that your spore brought back are mine."
    Mine { at: Placed, ids: Vec<Uuid> },
    /// Frames for a spore, in order.
    Orders { at: Placed, frames: Vec<String> },
    /// Frames of spores, in order, for the instance that asked for them.
    Frames { frames: Vec<(Placed, String)> },
    /// What is not known to this version.
    #[serde(other)]
    Unknown,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub(crate) enum Reply {
    Done,
    /// For each node, what its spore brought back and nobody owns yet; none when it is not here in that placement.
    Open {
        nodes: Vec<Option<Vec<Running>>>,
    },
    /// The node is not here in this placement (any more).
    NotHere,
    /// Said something that is not understood.
    #[serde(other)]
    Unknown,
}

impl Letter {
    pub(crate) fn bytes(&self) -> Bytes {
        // A struct of strings and numbers: it cannot fail to serialise.
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}

impl Reply {
    pub(crate) fn bytes(&self) -> Bytes {
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}
