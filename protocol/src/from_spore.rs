//! What a spore says. Not here: who may say it, and when.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::limits::{self, Violation};
use crate::{Capabilities, JoinSecret, Signature};

/// HANDSHAKE: the first frame of every session.
#[derive(Clone, Serialize, Deserialize)]
pub struct Handshake {
    /// Stable name of the machine for programs; generated when missing (v1).
    #[serde(default = "generated_id")]
    pub node_id: String,
    /// Name for people.
    pub node_name: String,
    /// What it is and can do.
    pub capabilities: Capabilities,
    /// The shared token; empty for a spore that has a key.
    pub token: String,
    /// v2: the spore's signature over the [`crate::Transcript`], after HELLO and CHALLENGE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Signature>,
    /// v2: the secret of a join code, the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<JoinSecret>,
    /// The highest dialect that the spore speaks.
    #[serde(
        default = "first",
        skip_serializing_if = "is_first",
        deserialize_with = "crate::lax::count"
    )]
    pub protocol: u32,
    /// v2: executions that the spore still runs, or whose response was not acknowledged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub running: Vec<Running>,
}

/// One execution that survived the loss of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// The execution.
    pub request_id: String,
    /// What runs.
    pub skill_name: String,
    /// What runs.
    pub method_name: String,
    /// The oldest chunk that the spore still has.
    #[serde(default)]
    pub first_seq: u64,
    /// The number that the next chunk will have.
    #[serde(default)]
    pub next_seq: u64,
}

/// HEARTBEAT: a sign of life with the load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// Repeated for v1; the session says who it is, never this.
    pub node_id: String,
    /// 0..=1 over all cores.
    #[serde(default, deserialize_with = "crate::lax::float")]
    pub cpu_usage: f64,
    /// 0..=1.
    #[serde(default, deserialize_with = "crate::lax::float")]
    pub memory_usage: f64,
    /// Executions under way.
    #[serde(default, deserialize_with = "crate::lax::count")]
    pub active_tasks: u32,
    /// Of the fullest disk; none from spores that do not say it. What does not fit is as if it was not said.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::lax::maybe"
    )]
    pub disk: Option<DiskUse>,
}

/// How full a disk is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiskUse {
    /// 0..=1.
    pub usage: f64,
    /// Bytes.
    pub free: u64,
    /// Where it is, e.g. `/var`.
    pub mount: String,
}

/// CAPABILITIES (v2): what the node is and can do has changed since its handshake, e.g. a grant began or ended. The
/// whole of it, not a difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Announcement {
    /// As in a handshake.
    pub capabilities: Capabilities,
}

/// ACCEPTED (v2): the execution was started. A refusal is a RESPONSE with [`Outcome::Refused`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The execution.
    pub request_id: String,
}

/// Which pipe a piece of output came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// OUTPUT (v2): a numbered piece of an execution's output, at most [`limits::OUTPUT_CHUNK`] bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// The execution.
    pub request_id: String,
    /// 0, 1, 2… over both streams. A missing number is output that the spore had to drop.
    pub seq: u64,
    /// Which pipe.
    pub stream: Stream,
    /// Milliseconds since the execution started, by the spore's clock.
    #[serde(default)]
    pub at_ms: u64,
    /// The bytes, when they are UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The bytes otherwise (RFC 4648, padded).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
}

/// How an execution ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Did what was asked.
    Succeeded,
    /// Ran and did not.
    Failed,
    /// Was stopped by the spore at its time limit; the whole process tree is gone.
    TimedOut,
    /// Was stopped by CANCEL; the whole process tree is gone.
    Cancelled,
    /// Never started.
    Refused,
}

/// RESPONSE: the end of an execution, sent once; a v2 spore repeats it until it is acknowledged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Response {
    /// The execution.
    pub request_id: String,
    /// Repeated for v1; never believed.
    pub node_id: String,
    /// Whether it did what was asked.
    #[serde(deserialize_with = "crate::lax::truth")]
    pub success: bool,
    /// Any JSON; passes through the Nexus unparsed. Null for a streamed execution.
    #[serde(default = "null")]
    pub result: Box<RawValue>,
    /// Why not, for people.
    #[serde(default)]
    pub error: Option<String>,
    /// Seconds.
    #[serde(default, deserialize_with = "crate::lax::float")]
    pub execution_time: f64,
    /// v2: how it ended; missing from v1, where `success` decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// v2: exit code of the process, when there was one and it exited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// v2: the signal that ended the process, e.g. `SIGKILL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<String>,
    /// v2: the number of OUTPUT chunks; the Nexus knows by it whether it has all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_seq: Option<u64>,
    /// v2: output beyond the limit was dropped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub output_truncated: bool,
}

/// DISCONNECT: leaving on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Disconnect {
    /// Repeated for v1.
    pub node_id: String,
    /// For people.
    pub reason: String,
}

/// ERROR: a frame could not be used. Both directions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Problem {
    /// For programs: `malformed`, `unknown_message`, `unknown_execution`…
    pub code: String,
    /// For people.
    pub message: String,
    /// The execution, if it was about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Handshake {
    /// Whether all sizes are within [`limits`].
    pub fn check(&self) -> Result<(), Violation> {
        limits::id("node_id", &self.node_id)?;
        limits::id("node_name", &self.node_name)?;
        if self.token.len() > limits::TOKEN {
            return Err(Violation {
                field: "token",
                problem: format!("is longer than {} bytes", limits::TOKEN),
            });
        }
        limits::count("running", self.running.len(), limits::RUNNING)?;
        for running in &self.running {
            limits::id("running.request_id", &running.request_id)?;
            limits::text("running.skill_name", &running.skill_name, limits::NAME)?;
            limits::text("running.method_name", &running.method_name, limits::NAME)?;
        }
        self.capabilities.check()
    }
}

impl std::fmt::Debug for Handshake {
    /// Everything but the secrets, which must never reach a log.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Handshake")
            .field("node_id", &self.node_id)
            .field("node_name", &self.node_name)
            .field("protocol", &self.protocol)
            .finish_non_exhaustive()
    }
}

impl Output {
    /// A chunk of raw bytes; text when they are UTF-8, base64 otherwise.
    pub fn new(request_id: String, seq: u64, stream: Stream, at_ms: u64, bytes: &[u8]) -> Self {
        let (text, base64) = match std::str::from_utf8(bytes) {
            Ok(text) => (Some(text.to_owned()), None),
            Err(_) => (None, Some(STANDARD.encode(bytes))),
        };
        Self {
            request_id,
            seq,
            stream,
            at_ms,
            text,
            base64,
        }
    }

    /// The raw bytes; refused when the base64 is broken or the chunk is over its limit.
    pub fn bytes(&self) -> Result<Cow<'_, [u8]>, Violation> {
        let bytes = match (&self.text, &self.base64) {
            (Some(text), _) => Cow::Borrowed(text.as_bytes()),
            (None, Some(base64)) => {
                Cow::Owned(STANDARD.decode(base64).map_err(|error| Violation {
                    field: "base64",
                    problem: error.to_string(),
                })?)
            }
            (None, None) => Cow::Borrowed(&[][..]),
        };
        if bytes.len() > limits::OUTPUT_CHUNK {
            let problem = format!("is longer than {} bytes", limits::OUTPUT_CHUNK);
            return Err(Violation {
                field: "output",
                problem,
            });
        }
        Ok(bytes)
    }
}

impl Response {
    /// Takes a result away that other programs could not read: nested too deep, with numbers that no float holds, or with
    /// halves of characters. It was passed through unparsed until here, and would break whoever parses it.
    pub fn drop_unreadable(&mut self) {
        let json = self.result.get();
        let readable = match json.as_bytes().first() {
            // Most results are strings, and can be large.
            Some(b'"') => {
                serde_json::from_str::<&str>(json).is_ok()
                    || serde_json::from_str::<String>(json).is_ok()
            }
            _ => !limits::is_deep(json) && serde_json::from_str::<serde_json::Value>(json).is_ok(),
        };
        if !readable {
            self.result = null();
            if self.outcome() == Outcome::Succeeded {
                self.outcome = Some(Outcome::Failed);
            }
            self.success = false;
            let why = "its result cannot be read by others (too deep, a number too large, or half a character); it was dropped";
            self.error = Some(why.to_owned());
        }
    }

    /// How it ended; a v1 response has only `success`.
    pub fn outcome(&self) -> Outcome {
        self.outcome.unwrap_or(if self.success {
            Outcome::Succeeded
        } else {
            Outcome::Failed
        })
    }
}

fn generated_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

fn first() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_first(protocol: &u32) -> bool {
    *protocol == first()
}

pub(crate) fn null() -> Box<RawValue> {
    RawValue::NULL.to_owned()
}
