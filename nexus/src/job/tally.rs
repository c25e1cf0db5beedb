//! Where one target of a job is, and how many are where. Not here: how it moves on.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::ExecutionState;

/// Where a target is. The words are those of executions, and three more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TargetState {
    /// Its turn has not come, or it waits for its next attempt.
    Queued,
    /// Its node is offline; it is asked when the node is back.
    Waiting,
    /// Sent; the node has not said that it runs.
    Dispatched,
    /// Runs.
    Running,
    /// Told to stop; no proof yet.
    Stopping,
    /// Did what was asked.
    Succeeded,
    /// Ran and did not.
    Failed,
    /// Stopped at its time limit, proved by the node.
    TimedOut,
    /// Stopped on request, proved by the node, or never sent.
    Cancelled,
    /// Nobody can prove what became of it. It may still turn into any other.
    Unknown,
    /// The job ended before its turn came.
    Expired,
    /// Never started; the error says by which rule.
    Refused,
    /// Its node was offline, and the job does not wait for such.
    Skipped,
}

impl TargetState {
    /// All, in the order in which a target may pass them.
    pub const ALL: [Self; 13] = [
        Self::Queued,
        Self::Waiting,
        Self::Dispatched,
        Self::Running,
        Self::Stopping,
        Self::Succeeded,
        Self::Failed,
        Self::TimedOut,
        Self::Cancelled,
        Self::Unknown,
        Self::Expired,
        Self::Refused,
        Self::Skipped,
    ];

    /// The word on the wire and in the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Waiting => "waiting",
            Self::Dispatched => "dispatched",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Refused => "refused",
            Self::Skipped => "skipped",
        }
    }

    /// The reverse of [`Self::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether nothing more is expected, but for a late answer to `unknown`.
    pub fn is_over(self) -> bool {
        !matches!(
            self,
            Self::Queued | Self::Waiting | Self::Dispatched | Self::Running | Self::Stopping
        )
    }

    /// Whether it counts against the job. What nobody can prove does.
    pub fn is_failure(self) -> bool {
        matches!(
            self,
            Self::Failed | Self::TimedOut | Self::Unknown | Self::Refused
        )
    }
}

impl From<ExecutionState> for TargetState {
    fn from(state: ExecutionState) -> Self {
        match state {
            ExecutionState::Queued => Self::Queued,
            ExecutionState::Dispatched => Self::Dispatched,
            ExecutionState::Running => Self::Running,
            ExecutionState::Stopping => Self::Stopping,
            ExecutionState::Succeeded => Self::Succeeded,
            ExecutionState::Failed => Self::Failed,
            ExecutionState::TimedOut => Self::TimedOut,
            ExecutionState::Cancelled => Self::Cancelled,
            ExecutionState::Unknown => Self::Unknown,
            ExecutionState::Expired => Self::Expired,
            ExecutionState::Refused => Self::Refused,
        }
    }
}

/// How many targets are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[expect(missing_docs, reason = "the names are those of TargetState")]
pub struct Tally {
    pub queued: u32,
    pub waiting: u32,
    pub dispatched: u32,
    pub running: u32,
    pub stopping: u32,
    pub succeeded: u32,
    pub failed: u32,
    pub timed_out: u32,
    pub cancelled: u32,
    pub unknown: u32,
    pub expired: u32,
    pub refused: u32,
    pub skipped: u32,
}

impl Tally {
    /// How many are there.
    pub fn of(&self, state: TargetState) -> u32 {
        let mut copy = *self;
        *copy.at(state)
    }

    /// One more.
    pub fn enter(&mut self, state: TargetState) {
        *self.at(state) += 1;
    }

    /// One moves.
    pub fn step(&mut self, from: TargetState, to: TargetState) {
        let left = self.at(from);
        *left = left.saturating_sub(1);
        self.enter(to);
    }

    /// Those that count against the job.
    pub fn failures(&self) -> u32 {
        self.failed + self.timed_out + self.unknown + self.refused
    }

    /// The states that are not empty, with their number, most urgent first.
    pub fn sentence(&self) -> String {
        use TargetState::{
            Cancelled, Expired, Failed, Refused, Skipped, Succeeded, TimedOut, Unknown,
        };
        let order = [
            Unknown, Failed, TimedOut, Refused, Expired, Cancelled, Skipped, Succeeded,
        ];
        let told: Vec<_> = order
            .into_iter()
            .filter(|state| self.of(*state) > 0)
            .map(|state| format!("{} {}", self.of(state), state.word().replace('_', " ")))
            .collect();
        told.join(", ")
    }

    fn at(&mut self, state: TargetState) -> &mut u32 {
        match state {
            TargetState::Queued => &mut self.queued,
            TargetState::Waiting => &mut self.waiting,
            TargetState::Dispatched => &mut self.dispatched,
            TargetState::Running => &mut self.running,
            TargetState::Stopping => &mut self.stopping,
            TargetState::Succeeded => &mut self.succeeded,
            TargetState::Failed => &mut self.failed,
            TargetState::TimedOut => &mut self.timed_out,
            TargetState::Cancelled => &mut self.cancelled,
            TargetState::Unknown => &mut self.unknown,
            TargetState::Expired => &mut self.expired,
            TargetState::Refused => &mut self.refused,
            TargetState::Skipped => &mut self.skipped,
        }
    }
}
