//! The fleet's last day: once a minute how every node stood, and between two minutes who fell silent and who came back.
//!
//! - [`pack`]: 256 nodes of one minute in a few hundred bytes.
//! - [`sampler`]: when a sample is taken, and what happened since the last one. The hub owns it.
//! - [`fold`]: rows put together for people. Pure.
//! - [`ask`]: what may be asked of it, and by whom.
//!
//! Nobody waits for a sample, and what cannot be kept is left out and counted. Not here: rows on the disk
//! ([`crate::store`]), and outputs or results of what ran, which are kept with the executions.

pub(crate) mod ask;
pub(crate) mod fold;
mod pack;
mod sampler;

pub use ask::{FleetThen, HistoryError, JobThen, NodePast, NodeThen, Timeline};
pub use fold::{Bucket, Span};
pub(crate) use pack::{BLOCK, pack, pick, unpack};
pub use sampler::{Deeds, Sample};
pub(crate) use sampler::{Sampler, millis};

use crate::model::{Ordinal, Phase};
use crate::state::Node;

/// A node whose memory is fuller than this needs a look.
pub(crate) const MEMORY_FULL: f64 = 0.95;

/// How a node stood. The number is what is written, and is never given another meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Stood {
    /// It was not known, or not any more.
    #[default]
    Absent = 0,
    /// Online, with nothing to do.
    Idle = 1,
    /// Online, with tasks.
    Busy = 2,
    /// Online, and in need of a look.
    Degraded = 3,
    /// Not reachable.
    Offline = 4,
    /// Silent for longer than it should be.
    Suspect = 5,
}

impl Stood {
    /// The number as written; one that nobody knows is nobody.
    pub(crate) fn from_byte(byte: u8) -> Self {
        match byte {
            1 => Self::Idle,
            2 => Self::Busy,
            3 => Self::Degraded,
            4 => Self::Offline,
            5 => Self::Suspect,
            _ => Self::Absent,
        }
    }

    /// As told everywhere.
    pub fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Idle => "idle",
            Self::Busy => "busy",
            Self::Degraded => "degraded",
            Self::Offline => "offline",
            Self::Suspect => "suspect",
        }
    }
}

impl From<Phase> for Stood {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Online => Self::Idle,
            Phase::Suspect => Self::Suspect,
            Phase::Offline => Self::Offline,
        }
    }
}

/// One node at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    /// How it stood.
    pub stood: Stood,
    /// 0..=255 for 0..=1.
    pub cpu: u8,
    /// 0..=255 for 0..=1.
    pub memory: u8,
    /// Active ones.
    pub tasks: u16,
}

impl Reading {
    pub(crate) fn of(node: &Node) -> Self {
        if node.removed {
            return Self::default();
        }
        let tasks = u16::try_from(node.active_tasks()).unwrap_or(u16::MAX);
        let stood = match node.phase {
            Phase::Online if node.memory >= MEMORY_FULL => Stood::Degraded,
            Phase::Online if tasks > 0 => Stood::Busy,
            Phase::Online | Phase::Suspect | Phase::Offline => node.phase.into(),
        };
        if stood == Stood::Offline {
            return Self {
                stood,
                ..Self::default()
            };
        }
        Self {
            stood,
            cpu: byte(node.cpu),
            memory: byte(node.memory),
            tasks,
        }
    }

    /// 0..=1.
    pub fn cpu(self) -> f64 {
        share(self.cpu)
    }

    /// 0..=1.
    pub fn memory(self) -> f64 {
        share(self.memory)
    }
}

/// A node stands otherwise than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Milliseconds since 1970.
    pub at: i64,
    /// The node's place.
    pub node: Ordinal,
    /// From then on. `Idle` says no more than that it was online.
    pub stood: Stood,
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a byte holds; NaN is 0"
)]
fn byte(share: f64) -> u8 {
    (share.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// With the digits that anybody can see.
fn share(byte: u8) -> f64 {
    (f64::from(byte) / 255.0 * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests;
