//! One node's record. It outlives every session. Not here: the rules by which it changes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use protocol::{Capabilities, Version};
use uuid::Uuid;

use super::loads::Told;
use crate::fleet::InstanceId;
use crate::model::{Disk, ExecutionState, NodeFacts, NodeInfo, Ordinal, Phase, SessionId};
use crate::target::{Facts, Live};

/// What the newest execution weighs among all that ended on a node.
const NEWEST: f64 = 0.1;

/// See the module.
#[derive(Debug)]
pub struct Node {
    /// See [`Ordinal`].
    pub ordinal: Ordinal,
    /// What changes only with a handshake or an announcement.
    pub facts: Arc<NodeFacts>,
    /// Forgotten by the operator; only its place on the map is left.
    pub removed: bool,
    /// Its live session.
    pub session: Option<SessionId>,
    /// The instance that holds its socket; none when that is this one, or nobody.
    pub via: Option<InstanceId>,
    /// Reachability.
    pub phase: Phase,
    /// 0..=1.
    pub cpu: f64,
    /// 0..=1.
    pub memory: f64,
    /// Its fullest disk, if this session has told it.
    pub disk: Option<Disk>,
    /// A heartbeat of this session has told CPU and memory; before, they are 0.
    pub measured: bool,
    /// What other instances can have heard of its load.
    pub told: Told,
    /// As the node says; the Nexus knows better what it sent since.
    pub reported_tasks: u32,
    /// When another instance told of it; none once it had a session here or there.
    pub met: Option<Duration>,
    /// Last sign of life, since the start of the Nexus.
    pub heard: Duration,
    /// A ping is out since then.
    pub pinged: Option<Duration>,
    /// Round trip of the last ping.
    pub latency: Option<Duration>,
    /// Last frame.
    pub last_seen: SystemTime,
    /// Last handshake or heartbeat.
    pub last_heartbeat: SystemTime,
    /// Sent, and not over as far as we know.
    pub in_flight: BTreeSet<Uuid>,
    /// Waiting to be sent.
    pub queue: VecDeque<Uuid>,
    /// Executions that are sent as soon as they are on disk.
    pub reserved: u32,
    /// Resources in use, e.g. `gpu`, by how many executions.
    pub resources_used: BTreeMap<String, u32>,
    /// How often executions succeeded on it of late, 0..=1.
    pub success: f64,
    /// How often it announced itself anew since when.
    pub announced: (Duration, u32),
}

impl Node {
    /// As others see it.
    pub fn info(&self) -> NodeInfo {
        NodeInfo {
            facts: Arc::clone(&self.facts),
            ordinal: self.ordinal,
            phase: self.phase,
            cpu: self.cpu,
            memory: self.memory,
            measured: self.measured,
            disk: self.disk.clone(),
            active_tasks: self.active_tasks(),
            last_seen: self.last_seen,
            last_heartbeat: self.last_heartbeat,
            latency: self.latency,
            via: self.via,
        }
    }

    /// What target expressions see of it.
    pub fn target_facts(&self) -> Facts<'_> {
        let live = Live {
            cpu: self.measured.then_some(self.cpu),
            memory: self.measured.then_some(self.memory),
            tasks: self.active_tasks(),
        };
        Facts::of(&self.facts, self.phase, live)
    }

    /// What it announced.
    pub fn capabilities(&self) -> &Capabilities {
        &self.facts.capabilities
    }

    /// Whether it can be reached.
    pub fn is_online(&self) -> bool {
        self.phase != Phase::Offline
    }

    /// Whether it carries the tag.
    pub fn has_tag(&self, tag: &str) -> bool {
        self.capabilities().tags.iter().any(|own| own == tag)
    }

    /// The larger of what the node says and what the Nexus sent it: heartbeats are seconds old.
    pub fn active_tasks(&self) -> u32 {
        let sent = u32::try_from(self.in_flight.len() + self.queue.len()).unwrap_or(u32::MAX);
        self.reported_tasks.max(sent.saturating_add(self.reserved))
    }

    /// An execution of its is over. What says nothing about the node does not count.
    pub(super) fn count(&mut self, ended: ExecutionState) {
        let good = match ended {
            ExecutionState::Succeeded => 1.0,
            ExecutionState::Failed | ExecutionState::TimedOut | ExecutionState::Unknown => 0.0,
            ExecutionState::Queued
            | ExecutionState::Dispatched
            | ExecutionState::Running
            | ExecutionState::Stopping
            | ExecutionState::Cancelled
            | ExecutionState::Expired
            | ExecutionState::Refused => return,
        };
        self.success += (good - self.success) * NEWEST;
    }

    /// Executions that it may have at once. The prototype's spore is serial, and dies of a full inbox.
    pub fn window(&self) -> usize {
        match self.facts.version {
            Version::V1 => 1,
            Version::V2 => self.capabilities().limits.map_or(1, |limits| {
                usize::try_from(limits.max_executions.max(1)).unwrap_or(usize::MAX)
            }),
        }
    }

    /// Whether one more of a job may go there now.
    pub fn has_room(&self) -> bool {
        let reserved = usize::try_from(self.reserved).unwrap_or(usize::MAX);
        self.in_flight.len() + self.queue.len() + reserved < self.window()
    }

    /// Largest frame that it survives.
    pub fn frame_limit(&self) -> usize {
        match self.facts.version {
            Version::V1 => protocol::limits::FRAME_TO_V1_SPORE,
            Version::V2 => {
                self.capabilities()
                    .limits
                    .map_or(protocol::limits::FRAME_TO_V1_SPORE, |limits| {
                        usize::try_from(limits.max_message_bytes)
                            .unwrap_or(usize::MAX)
                            .min(protocol::limits::FRAME_TO_SPORE)
                    })
            }
        }
    }
}
