//! One execution: a call on a node, and all that is known of it. Not here: the rules by which it moves on.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use protocol::Stream;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::Node;
use super::balance::Route;
use crate::audit::{Digest, Hasher};
use crate::job::Attempt;
use crate::model::{Chunk, ExecutionInfo, ExecutionState, Now, Ordinal};
use crate::redact;

/// Output kept in memory for one execution, bytes; older output is on disk.
const OUTPUT_IN_MEMORY: usize = 256 * 1024;
/// How much of the parameters is looked at for the summary, bytes.
const LOOKED_AT: usize = 16 * 1024;
/// Longest summary, bytes.
const SUMMARY: usize = 200;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Call {
    /// e.g. `ShellSkill`.
    pub skill: String,
    /// e.g. `run`.
    pub method: String,
    /// A JSON object, unparsed.
    pub parameters: Box<RawValue>,
    /// Whole seconds; 0 is asked for by those who do not want to wait.
    pub timeout: Duration,
}

impl Call {
    /// A short human form of the parameters, without secrets: the command, the path, or the JSON.
    pub fn summary(&self) -> String {
        #[derive(serde::Deserialize)]
        struct Known {
            command: Option<String>,
            argv: Option<Vec<String>>,
            path: Option<String>,
        }
        let text = match serde_json::from_str::<Known>(self.parameters.get()) {
            Ok(Known {
                command: Some(command),
                ..
            }) => command,
            Ok(Known {
                argv: Some(argv), ..
            }) => argv.join(" "),
            Ok(Known {
                path: Some(path), ..
            }) => path,
            Ok(Known { .. }) | Err(_) => redact::json(self.parameters.get()).into_owned(),
        };
        // First without secrets, then short: half a secret is not recognised. What is far behind will not be seen anyway.
        let clean = redact::text(protocol::limits::cut(&text, LOOKED_AT));
        protocol::limits::cut(&clean, SUMMARY).to_owned()
    }
}

/// How the output comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Whole, with the response; somebody waits for it. Its history is kept as far as the disk keeps up.
    Collect,
    /// In pieces while it runs. Accepted only when on disk; everything acknowledged is on disk.
    Stream,
}

/// See the module.
#[derive(Debug)]
pub struct Execution {
    /// Minted by the asker.
    pub id: Uuid,
    /// The node.
    pub ordinal: Ordinal,
    /// The node's id and name when it was asked.
    pub node: (String, String),
    /// What is asked for.
    pub call: Call,
    /// Short human form of the parameters.
    pub summary: String,
    /// How the output comes back.
    pub mode: Mode,
    /// Where it is.
    pub state: ExecutionState,
    /// Wall clock.
    pub submitted_at: SystemTime,
    /// Since the start of the Nexus.
    pub submitted: Duration,
    /// When it went out to the node.
    pub sent: Option<Duration>,
    /// When it must be looked at again.
    pub deadline: Option<Duration>,
    /// A caller is still waiting.
    pub awaited: bool,
    /// The session was lost while it ran; the node may bring it back.
    pub lost: bool,
    /// Another instance had it, and may have it still: that its node does not bring it proves nothing yet.
    pub inherited: bool,
    /// Somebody asked to stop it, and why.
    pub stop: Option<&'static str>,
    /// Which attempt of which job it is.
    pub attempt: Option<Attempt>,
    /// It is sent when its row is on disk, not before.
    pub held: bool,
    /// How its node was chosen, if the Nexus chose.
    pub route: Option<Box<Route>>,
    /// The end.
    pub end: End,
    /// Streamed output.
    pub output: OutputLog,
}

/// What is known of an execution's end.
#[derive(Debug, Default, Clone)]
pub struct End {
    /// Wall clock.
    pub at: Option<SystemTime>,
    /// From submission to end as we measured it.
    pub elapsed: Option<Duration>,
    /// As the node measured it.
    pub duration: Option<Duration>,
    /// Exit code of the process.
    pub exit_code: Option<i32>,
    /// Signal that ended the process.
    pub signal: Option<String>,
    /// Why not.
    pub error: Option<String>,
    /// Any JSON.
    pub result: Option<Arc<RawValue>>,
}

/// The tail of an execution's output, and what is known of the whole.
#[derive(Debug, Default)]
pub struct OutputLog {
    /// The newest chunks.
    pub chunks: VecDeque<Arc<Chunk>>,
    held: usize,
    /// The number that the next chunk will have.
    pub next_seq: u64,
    /// Bytes received in all.
    pub bytes: u64,
    /// A number was skipped, or the node says that it dropped some.
    pub gap: bool,
    /// Its beginning was received by an earlier life of the Nexus.
    elsewhere: bool,
    /// Over each pipe; kept for executions of jobs, whose outputs are compared.
    hashes: Option<Box<[Hasher; 2]>>,
}

const OUTPUT: &[u8] = b"nexus output v1\0";

fn digest(parts: &[&[u8]]) -> Digest {
    let mut hash = Hasher::new(OUTPUT);
    for part in parts {
        hash.part(part);
    }
    hash.end()
}

impl OutputLog {
    /// A log whose beginning another life of the Nexus had.
    pub fn resumed_at(next_seq: u64) -> Self {
        Self {
            next_seq,
            ..Self::default()
        }
    }

    /// A log that can tell whether two outputs are the same.
    pub fn hashed() -> Self {
        let hashes = [Hasher::new(OUTPUT), Hasher::new(OUTPUT)];
        Self {
            hashes: Some(Box::new(hashes)),
            ..Self::default()
        }
    }

    fn sha256(&self) -> Option<Digest> {
        let [stdout, stderr] = &**self.hashes.as_ref()?;
        let [stdout, stderr] = [stdout.clone().end(), stderr.clone().end()];
        Some(digest(&[&stdout.0, &stderr.0]))
    }

    /// Takes the chunk if it is new; a repeated one is none of our business.
    pub fn take(&mut self, chunk: Chunk) -> Option<Arc<Chunk>> {
        if chunk.seq < self.next_seq {
            return None;
        }
        self.gap |= chunk.seq > self.next_seq;
        self.next_seq = chunk.seq.saturating_add(1);
        self.bytes += u64::try_from(chunk.bytes.len()).unwrap_or_default();
        self.held += chunk.bytes.len();
        if let Some([stdout, stderr]) = self.hashes.as_deref_mut() {
            match chunk.stream {
                Stream::Stderr => stderr.fixed(&chunk.bytes),
                Stream::Stdout => stdout.fixed(&chunk.bytes),
            }
        }
        let chunk = Arc::new(chunk);
        self.chunks.push_back(Arc::clone(&chunk));
        while self.held > OUTPUT_IN_MEMORY && self.chunks.len() > 1 {
            let oldest = self.chunks.pop_front();
            self.held -= oldest.map_or(0, |chunk| chunk.bytes.len());
        }
        Some(chunk)
    }

    /// A log of which an earlier life of the Nexus had so many bytes; where it goes on, the node says.
    pub fn resume_at(&mut self, bytes: u64) {
        self.bytes = bytes;
        self.elsewhere = true;
    }

    /// The node has what is not on disk, from this number on.
    pub fn begin_at(&mut self, first_seq: u64) {
        if std::mem::take(&mut self.elsewhere) {
            self.next_seq = first_seq;
        }
    }

    /// Lets go of what the disk has.
    pub fn forget(&mut self) {
        self.chunks.clear();
        self.held = 0;
    }
}

impl Execution {
    /// A new one, waiting to be sent to a node. `summary` is the call's, see [`Call::summary`].
    pub fn new(id: Uuid, node: &Node, call: Call, summary: String, mode: Mode, now: Now) -> Self {
        Self {
            id,
            ordinal: node.ordinal,
            node: (node.facts.id.clone(), node.facts.name.clone()),
            summary,
            call,
            mode,
            state: ExecutionState::Queued,
            submitted_at: now.wall,
            submitted: now.at,
            sent: None,
            deadline: None,
            awaited: false,
            lost: false,
            inherited: false,
            stop: None,
            attempt: None,
            held: false,
            route: None,
            end: End::default(),
            output: OutputLog::default(),
        }
    }

    /// As others see it.
    pub fn info(&self) -> ExecutionInfo {
        ExecutionInfo {
            id: self.id,
            node_id: self.node.0.clone(),
            node_name: self.node.1.clone(),
            ordinal: self.ordinal,
            skill: self.call.skill.clone(),
            method: self.call.method.clone(),
            summary: self.summary.clone(),
            state: self.state,
            exit_code: self.end.exit_code,
            signal: self.end.signal.clone(),
            error: self.end.error.clone(),
            result: self.end.result.clone(),
            submitted_at: self.submitted_at,
            finished_at: self.end.at,
            duration: self.end.duration,
            elapsed: self.end.elapsed,
            output_bytes: self.output.bytes,
            output_gap: self.output.gap,
            attempt: self.attempt,
            output_sha256: self.output_sha256(),
        }
    }

    /// Over what it wrote, each pipe by itself; over its result when it wrote nothing.
    pub fn output_sha256(&self) -> Option<Digest> {
        if self.output.bytes > 0 {
            return self.output.sha256();
        }
        let result = self.end.result.as_deref();
        result.map(|result| digest(&[result.get().as_bytes()]))
    }

    /// Whether the node may be working on it.
    pub fn is_out(&self) -> bool {
        matches!(
            self.state,
            ExecutionState::Dispatched | ExecutionState::Running | ExecutionState::Stopping
        )
    }
}
