//! What instances say to each other over the bus. JSON, so that instances of two versions understand each other: what one
//! does not know it leaves out, a kind that it does not know it answers with [`Reply::Unknown`]. After the JSON, which has no
//! line break, may come a line break and a piece of something larger.
//! Not here: sealing, and what becomes of it.

use axum::body::Bytes;
use protocol::Running;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ask::Question;
use super::{Epoch, InstanceId};
use crate::job::JobInfo;

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
    /// A part of a letter that is larger than the engine takes; the piece follows. Answer: [`Reply::Done`], and to the last
    /// one what the whole letter is answered.
    Part(Part),
    /// "Go on with your answer from here." Answer: [`Reply::Part`].
    Rest(Part),
    /// "I have told the ledger how executions ended of this job, which is yours by now."
    Look { job: Uuid },
    /// "So my jobs stand." Told to all; nobody answers.
    Jobs { jobs: Vec<JobInfo> },
    /// What people want to know of this instance, or do with what is its own. Answer: not a [`Reply`], see [`super::ask`].
    Ask { question: Question },
    /// What is not known to this version.
    #[serde(other)]
    Unknown,
}

/// Where a piece belongs, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// Which letter or answer; made anew for each.
    pub(crate) of: Uuid,
    pub(crate) at: usize,
    pub(crate) total: usize,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub(crate) enum Reply {
    Done,
    /// For each node, what its spore brought back and nobody owns yet; none when it is not here in that placement.
    Open {
        nodes: Vec<Option<Vec<Running>>>,
    },
    /// The node is not here in this placement (any more); or, when no node was named, what you knew of mine is not true any
    /// more: open them again.
    NotHere,
    /// There is no room for so large a letter now.
    Later,
    /// A part that belongs to nothing that is known here (any more).
    Lost,
    /// A part of the answer; the piece follows.
    Part(Part),
    /// Said something that is not understood.
    #[serde(other)]
    Unknown,
}

impl Letter {
    pub(crate) fn bytes(&self) -> Bytes {
        with_piece(self, &[])
    }

    /// A letter, and the piece that came with it.
    pub(crate) fn read(message: &Bytes) -> Option<(Self, Bytes)> {
        read(message)
    }
}

impl Says {
    /// Frames of spores, or for them, that are in it.
    pub(crate) fn frames(&self) -> u64 {
        let frames = match self {
            Self::Orders { frames, .. } => frames.len(),
            Self::Frames { frames } => frames.len(),
            Self::Open { .. }
            | Self::Mine { .. }
            | Self::Look { .. }
            | Self::Jobs { .. }
            | Self::Ask { .. }
            | Self::Part(_)
            | Self::Rest(_)
            | Self::Unknown => 0,
        };
        frames as u64
    }
}

impl Reply {
    pub(crate) fn bytes(&self) -> Bytes {
        with_piece(self, &[])
    }

    /// An answer, and the piece that came with it.
    pub(crate) fn read(message: &Bytes) -> Option<(Self, Bytes)> {
        read(message)
    }
}

/// A letter from this instance, with a piece of something larger or without.
pub(crate) fn letter(from: InstanceId, says: &Says, piece: &[u8]) -> Bytes {
    #[derive(Serialize)]
    struct Said<'a> {
        from: InstanceId,
        #[serde(flatten)]
        says: &'a Says,
    }
    with_piece(&Said { from, says }, piece)
}

/// Something, and a piece that belongs to it.
pub(crate) fn with_piece(said: &impl Serialize, piece: &[u8]) -> Bytes {
    // A struct of strings and numbers: it cannot fail to serialise.
    let mut bytes = serde_json::to_vec(said).unwrap_or_default();
    if !piece.is_empty() {
        bytes.push(b'\n');
        bytes.extend_from_slice(piece);
    }
    bytes.into()
}

fn read<T: DeserializeOwned>(message: &Bytes) -> Option<(T, Bytes)> {
    let end = message.iter().position(|&byte| byte == b'\n');
    let (head, piece) = match end {
        Some(end) => (&message[..end], message.slice(end + 1..)),
        None => (&message[..], Bytes::new()),
    };
    Some((serde_json::from_slice(head).ok()?, piece))
}
