//! A job as the Nexus holds it while it lives, and as it is kept. Not here: how it moves on.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use protocol::Effect;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{JobInfo, Origin, Policy, Tally, TargetState};
use crate::access::{Caller, Principal, PrincipalKind, Role, Scope, ScopeError};
use crate::audit::{Digest, Hasher};
use crate::model::Ordinal;
use crate::redact::{self, Known};
use crate::state::Call;

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It goes on by itself.
    Running,
    /// Nothing new is begun until somebody resumes it.
    Paused,
    /// Cancelled; some executions have not proved that they stopped.
    Stopping,
    /// All did what was asked, but for those that were skipped.
    Succeeded,
    /// Some did not.
    Failed,
    /// Somebody cancelled it.
    Cancelled,
    /// Its time ran out before all had their turn.
    Expired,
}

impl JobState {
    /// Whether nothing more is begun and nothing is out.
    pub fn is_over(self) -> bool {
        matches!(
            self,
            Self::Succeeded | Self::Failed | Self::Cancelled | Self::Expired
        )
    }

    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopping => "stopping",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

/// Who asked, with what it might do then: a job goes on by the rights that it was asked with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asker {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: PrincipalKind,
    pub(crate) role: Role,
    pub(crate) nodes: String,
    pub(crate) calls: Vec<String>,
    pub(crate) from: String,
}

impl Asker {
    pub(crate) fn of(caller: &Caller) -> Self {
        let principal = &caller.principal;
        Self {
            id: principal.id.clone(),
            name: principal.name.clone(),
            kind: principal.kind,
            role: principal.role,
            nodes: principal.scope.nodes().to_string(),
            calls: principal.scope.calls(),
            from: caller.from.clone(),
        }
    }

    pub(crate) fn caller(&self) -> Result<Caller, ScopeError> {
        Ok(Caller {
            principal: Arc::new(Principal {
                id: self.id.clone(),
                name: self.name.clone(),
                kind: self.kind,
                role: self.role,
                scope: Scope::parse(&self.nodes, &self.calls)?,
            }),
            from: self.from.clone(),
        })
    }
}

/// Which attempt of which target of which job an execution is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Attempt {
    /// The job.
    pub job: Uuid,
    /// The target, from 0.
    pub index: u32,
    /// From 1.
    pub number: u16,
}

impl Attempt {
    /// The id of its execution. It follows from the rest, so that an order which was given before a crash and is given again
    /// after it is the same order.
    pub(crate) fn execution(self) -> Uuid {
        let mut hash = Hasher::new(b"nexus attempt v1\0");
        hash.fixed(self.job.as_bytes());
        hash.fixed(&self.index.to_be_bytes());
        hash.fixed(&self.number.to_be_bytes());
        let [half @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = hash.end().0;
        Uuid::new_v8(half)
    }
}

/// One target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Target {
    /// The node's id; empty while a slot of `any` has none.
    pub(crate) node_id: String,
    pub(crate) node_name: String,
    pub(crate) ordinal: Ordinal,
    pub(crate) state: TargetState,
    #[serde(default)]
    pub(crate) attempts: u16,
    /// Attempts that were never sent.
    #[serde(default)]
    pub(crate) unsent: u16,
    /// Of its last attempt.
    #[serde(default)]
    pub(crate) execution: Option<Uuid>,
    #[serde(default)]
    pub(crate) error: Option<String>,
    /// When it is tried again.
    #[serde(default)]
    pub(crate) next_try: Option<SystemTime>,
    #[serde(default)]
    pub(crate) end: TargetEnd,
    /// Nothing more is expected; `unknown` may still be corrected.
    #[serde(default)]
    pub(crate) settled: bool,
    /// Nodes that this slot of `any` has been on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tried: Vec<Ordinal>,
}

/// How the last attempt of a target ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct TargetEnd {
    pub(crate) exit_code: Option<i32>,
    pub(crate) duration: Option<Duration>,
    pub(crate) output_bytes: u64,
    pub(crate) output_sha256: Option<Digest>,
    pub(crate) at: Option<SystemTime>,
    /// It did not run: an older execution's result did.
    #[serde(default)]
    pub(crate) from_cache: bool,
}

impl Target {
    pub(crate) fn new(node_id: String, node_name: String, ordinal: Ordinal) -> Self {
        Self {
            node_id,
            node_name,
            ordinal,
            state: TargetState::Queued,
            attempts: 0,
            unsent: 0,
            execution: None,
            error: None,
            next_try: None,
            end: TargetEnd::default(),
            settled: false,
            tried: Vec::new(),
        }
    }
}

/// What never changes of a job, as kept.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) asker: Asker,
    pub(crate) skill: String,
    pub(crate) method: String,
    /// Null when the job is over and they held secrets.
    pub(crate) parameters: Box<RawValue>,
    /// Whole seconds.
    pub(crate) timeout: u64,
    pub(crate) policy: Policy,
    pub(crate) idempotent: bool,
    /// The targets as they stood when it was accepted; when it is over, as they ended.
    pub(crate) targets: Vec<Target>,
    /// Ids of the nodes that slots of `any` choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) candidates: Vec<String>,
}

/// A job as kept.
#[derive(Debug)]
pub struct JobRow {
    pub(crate) number: u64,
    pub(crate) info: Arc<JobInfo>,
    /// None leaves what is there.
    pub(crate) record: Option<String>,
}

/// A job while it lives.
#[derive(Debug)]
pub(crate) struct Job {
    /// In order of submission, never used again.
    pub(crate) number: u64,
    pub(crate) id: Uuid,
    pub(crate) label: String,
    pub(crate) dedupe_key: Option<String>,
    pub(crate) caller: Caller,
    pub(crate) origin: Option<Origin>,
    pub(crate) call: Call,
    /// Over skill, method and parameters.
    pub(crate) call_sha256: Digest,
    pub(crate) summary: String,
    pub(crate) effect: Effect,
    pub(crate) idempotent: bool,
    pub(crate) expression: String,
    pub(crate) sha256: Digest,
    pub(crate) policy: Policy,
    pub(crate) targets: Vec<Target>,
    /// Nodes that slots of `any` choose from.
    pub(crate) candidates: Vec<Ordinal>,
    pub(crate) submitted_at: SystemTime,
    pub(crate) expires_at: SystemTime,
    /// The same by the clock that never goes back.
    pub(crate) expires: Duration,
    /// The next wave begins then.
    pub(crate) next_wave: Option<Duration>,
    pub(crate) finished_at: Option<SystemTime>,
    pub(crate) state: JobState,
    pub(crate) reason: Option<String>,
    /// Index of the wave that is open.
    pub(crate) wave: usize,
    /// Cumulative ends of the waves.
    pub(crate) ends: Vec<u32>,
    /// It is paused between two waves.
    pub(crate) at_gate: bool,
    /// Somebody has seen how the open wave ended.
    pub(crate) gate_passed: bool,
    pub(crate) was_cancelled: bool,
    /// Somebody has seen that the threshold is reached and goes on all the same.
    pub(crate) threshold_waived: bool,
    pub(crate) tally: Tally,
    /// Targets that are not settled.
    pub(crate) open: u32,
    /// Executions that are begun and not over.
    pub(crate) out: u32,
    /// Ready, but the job has as many out as it may.
    pub(crate) parked: VecDeque<u32>,
    /// What is out when it ends for good.
    pub(crate) outstanding: BTreeSet<u32>,
}

impl Job {
    /// Where the open wave ends.
    pub(crate) fn reach(&self) -> usize {
        let end = self.ends.get(self.wave).or(self.ends.last());
        end.map_or(self.targets.len(), |end| {
            usize::try_from(*end).unwrap_or(usize::MAX)
        })
    }

    /// Where it begins.
    pub(crate) fn floor(&self) -> usize {
        let before = self
            .wave
            .checked_sub(1)
            .and_then(|wave| self.ends.get(wave));
        before.map_or(0, |end| usize::try_from(*end).unwrap_or(usize::MAX))
    }

    /// The wave of a target, from 0.
    pub(crate) fn wave_of(&self, index: u32) -> usize {
        self.ends.partition_point(|end| *end <= index)
    }

    /// Moves a target and keeps count.
    pub(crate) fn step(&mut self, index: u32, to: TargetState) {
        if let Some(target) = self.target_mut(index) {
            let from = std::mem::replace(&mut target.state, to);
            self.tally.step(from, to);
        }
    }

    /// That is it for a target, unless it is unknown and an answer comes late.
    pub(crate) fn settle(&mut self, index: u32, to: TargetState, error: Option<String>) {
        self.step(index, to);
        if let Some(target) = self.target_mut(index) {
            if !std::mem::replace(&mut target.settled, true) {
                self.open = self.open.saturating_sub(1);
            }
            if let Some(target) = self.target_mut(index) {
                target.next_try = None;
                target.error = error;
            }
        }
    }

    pub(crate) fn target(&self, index: u32) -> Option<&Target> {
        self.targets.get(usize::try_from(index).ok()?)
    }

    pub(crate) fn target_mut(&mut self, index: u32) -> Option<&mut Target> {
        self.targets.get_mut(usize::try_from(index).ok()?)
    }

    /// Whether its parameters hold something that must not be kept longer than needed.
    fn is_secret(&self) -> bool {
        let parameters = self.call.parameters.get();
        Known::of(parameters).is_some() || redact::json(parameters) != parameters
    }

    /// As kept; without its parameters when it is over and they were secret.
    pub(crate) fn record(&self, candidates: Vec<String>) -> String {
        let parameters = if self.state.is_over() && self.is_secret() {
            RawValue::NULL.to_owned()
        } else {
            self.call.parameters.clone()
        };
        let record = Record {
            asker: Asker::of(&self.caller),
            skill: self.call.skill.clone(),
            method: self.call.method.clone(),
            parameters,
            timeout: self.call.timeout.as_secs(),
            policy: self.policy.clone(),
            idempotent: self.idempotent,
            targets: self.targets.clone(),
            candidates,
        };
        // Structs of strings, numbers and JSON that was read before cannot fail to be written.
        serde_json::to_string(&record).unwrap_or_default()
    }
}
