//! What one instance asks of another, and in which form the answers travel. JSON, as all that instances say to each other; what
//! a newer one has more of is left out.
//!
//! Not here: who asks, who answers, and by whose rights.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::{Stream, limits};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::audit::Digest;
use crate::hub::Hit;
use crate::job::{Asker, Attempt, JobInfo, JobState};
use crate::model::{Chunk, ExecutionInfo, ExecutionState, Ordinal};
use crate::state::{Control, LoadRow};

/// Most bytes of an answer before it is sealed; what is more is asked for again.
pub(super) const PAGE: usize = 700 * 1024;
/// Largest result that goes along with its execution, bytes.
const ALONG: usize = 128 * 1024;
/// Largest result of an execution in a list, bytes.
const IN_A_LIST: usize = 8 * 1024;

/// What is asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "asks", rename_all = "snake_case")]
pub(crate) enum Question {
    /// Answer: [`ToldExecution`].
    Execution { id: Uuid },
    /// The newest ones; the first `skip` of them are known already. Answer: [`Page`] of [`ToldExecution`].
    Executions {
        node: Option<String>,
        limit: u32,
        skip: u32,
    },
    /// What these wrote, each from a number on, at most so many bytes of all together. Answer: `Vec<ToldChunk>`.
    Output {
        wanted: Vec<(Uuid, u64)>,
        bytes: usize,
    },
    /// Something long, from a byte on. Answer: [`Piece`].
    Text { of: Long, id: Uuid, from: usize },
    /// Answer: [`JobInfo`].
    Job { id: Uuid },
    /// As [`Question::Executions`]. Answer: [`Page`] of [`JobInfo`].
    Jobs {
        asker: Option<String>,
        live: bool,
        over: bool,
        limit: u32,
        skip: u32,
    },
    /// From an index on. Answer: [`Page`] of [`crate::job::JobTargetInfo`].
    Targets { id: Uuid, after: u32 },
    /// Lines of what the targets of a job wrote. Answer: [`Found`].
    Search {
        id: Uuid,
        text: String,
        limit: usize,
    },
    /// Answer: [`Cancelled`].
    Cancel { id: Uuid, by: Asker },
    /// Answer: [`Controlled`].
    Control { id: Uuid, act: Act, by: Asker },
    /// Whether everything is stopped, and how far. Answer: [`crate::model::StopInfo`].
    Stop,
    /// Everything of this instance's on one node. Answer: [`crate::model::StopInfo`].
    StopNode { node: String, by: Asker },
    /// How busy nodes are whose sockets are there: what changed since a stamp, from a place on. Answer: [`LoadsTold`].
    Loads { since: u64, from: Ordinal },
    /// How a node whose socket is there was, over the last hours. Answer: [`PastTold`].
    Past { node: String, hours: u32 },
    /// What its audit log holds after a number, and signatures after another one. Answer: [`super::proof::ToldLog`].
    Audit {
        after: u64,
        signed: u64,
        only_where: bool,
    },
    /// An entry of it that does not fit into a page, from a byte on. Answer: [`Piece`].
    AuditText { number: u64, from: usize },
    /// What is not known to this version.
    #[serde(other)]
    Unknown,
}

/// What does not fit into one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Long {
    /// The result of an execution.
    Result,
    /// How a job was asked for.
    Request,
}

/// See [`Control`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Act {
    Pause,
    Resume,
    Cancel,
}

impl From<Control> for Act {
    fn from(control: Control) -> Self {
        match control {
            Control::Pause => Self::Pause,
            Control::Resume => Self::Resume,
            Control::Cancel => Self::Cancel,
        }
    }
}

impl From<Act> for Control {
    fn from(act: Act) -> Self {
        match act {
            Act::Pause => Self::Pause,
            Act::Resume => Self::Resume,
            Act::Cancel => Self::Cancel,
        }
    }
}

/// An answer on its way: what a question is answered with is read only by who knows what was asked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Envelope {
    /// `told`, `not_here`, `failed`, or what an older instance says to what it does not know.
    pub(super) reply: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) told: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<String>,
}

/// How busy nodes are, in parts.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LoadsTold {
    /// The stamp to ask with the next time.
    pub(crate) now: u64,
    pub(crate) rows: Vec<LoadRow>,
    /// There is more from this place on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<Ordinal>,
}

/// A part of a list.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Page<T> {
    pub(super) rows: Vec<T>,
    /// There are more.
    pub(super) more: bool,
}

/// A part of a text.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Piece {
    pub(super) text: String,
    /// Bytes of all of it.
    pub(super) of: usize,
}

/// Lines that were found.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Found {
    pub(crate) hits: Vec<Hit>,
    pub(crate) complete: bool,
}

/// What became of stopping an execution.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "became", rename_all = "snake_case")]
pub(crate) enum Cancelled {
    Done,
    Over { state: ExecutionState },
    Unsupported,
    Refused { why: String },
}

/// What became of a job.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Controlled {
    Done(Box<JobInfo>),
    State(JobState),
    Refused(String),
}

/// An execution; not its node's ordinal, which every instance has its own of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ToldExecution {
    pub(super) id: Uuid,
    pub(super) node_id: String,
    node_name: String,
    skill: String,
    method: String,
    summary: String,
    pub(super) state: ExecutionState,
    exit_code: Option<i32>,
    signal: Option<String>,
    error: Option<String>,
    result: Option<Box<RawValue>>,
    /// There is one, and it is too long to come along.
    #[serde(default)]
    pub(super) long_result: bool,
    submitted_at: SystemTime,
    finished_at: Option<SystemTime>,
    duration: Option<Duration>,
    output_bytes: u64,
    output_gap: bool,
    attempt: Option<(Uuid, u32, u16)>,
    output_sha256: Option<Digest>,
}

impl ToldExecution {
    /// In a list, or alone.
    pub(super) fn new(one: &ExecutionInfo, in_a_list: bool) -> Self {
        let most = if in_a_list { IN_A_LIST } else { ALONG };
        let result = one.result.as_deref();
        let along = result.filter(|result| result.get().len() <= most);
        Self {
            id: one.id,
            node_id: one.node_id.clone(),
            node_name: one.node_name.clone(),
            skill: one.skill.clone(),
            method: one.method.clone(),
            summary: one.summary.clone(),
            state: one.state,
            exit_code: one.exit_code,
            signal: one.signal.clone(),
            error: one.error.clone(),
            result: along.map(ToOwned::to_owned),
            long_result: result.is_some() && along.is_none(),
            submitted_at: one.submitted_at,
            finished_at: one.finished_at,
            duration: one.duration,
            output_bytes: one.output_bytes,
            output_gap: one.output_gap,
            attempt: one.attempt.map(|at| (at.job, at.index, at.number)),
            output_sha256: one.output_sha256,
        }
    }

    /// As ours are; none when it is none that anybody could have.
    pub(super) fn info(self) -> Option<ExecutionInfo> {
        let names = [&self.node_name, &self.skill, &self.method];
        if !limits::is_id(&self.node_id) || names.iter().any(|name| name.len() > limits::NAME) {
            return None;
        }
        Some(ExecutionInfo {
            id: self.id,
            node_id: self.node_id,
            node_name: self.node_name,
            ordinal: u32::MAX,
            skill: self.skill,
            method: self.method,
            summary: self.summary,
            state: self.state,
            exit_code: self.exit_code,
            signal: self.signal,
            error: self.error,
            result: self.result.map(Arc::from),
            submitted_at: self.submitted_at,
            finished_at: self.finished_at,
            duration: self.duration,
            elapsed: None,
            output_bytes: self.output_bytes,
            output_gap: self.output_gap,
            attempt: self
                .attempt
                .map(|(job, index, number)| Attempt { job, index, number }),
            output_sha256: self.output_sha256,
        })
    }
}

/// A piece of output.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ToldChunk {
    execution: Uuid,
    seq: u64,
    stream: Stream,
    at_ms: u64,
    base64: String,
}

impl ToldChunk {
    pub(super) fn new(chunk: &Chunk) -> Self {
        Self {
            execution: chunk.execution,
            seq: chunk.seq,
            stream: chunk.stream,
            at_ms: chunk.at_ms,
            base64: STANDARD.encode(&chunk.bytes),
        }
    }

    /// Of an execution that was asked for, and not from before; none otherwise.
    pub(super) fn chunk(self, wanted: &[(Uuid, u64)]) -> Option<Chunk> {
        let from = wanted.iter().find(|(id, _)| *id == self.execution)?.1;
        if self.seq < from {
            return None;
        }
        Some(Chunk {
            execution: self.execution,
            seq: self.seq,
            stream: self.stream,
            at_ms: self.at_ms,
            bytes: STANDARD.decode(self.base64).ok()?,
        })
    }
}
