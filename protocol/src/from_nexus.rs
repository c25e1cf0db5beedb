//! What a Nexus says. Not here: when it says it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// WELCOME (v2): the answer to a handshake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The dialect of this session.
    pub protocol: u32,
    /// The Nexus; another one may answer at the same address one day.
    pub nexus_id: String,
    /// Its version.
    pub nexus_version: String,
    /// This session.
    pub session_id: String,
    /// The spore's own id here. Another one than it proposed when that was taken. Orders are for this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_id: Option<String>,
    /// Seconds between heartbeats.
    pub heartbeat_interval: u32,
    /// From where to go on with each execution of the handshake's `running`. One that is missing here is not
    /// this node's or not known: it goes on, unheard, and is forgotten at its end.
    #[serde(default)]
    pub resume: Vec<Resume>,
    /// Where the instances of this swarm can be reached right now, `host:port` each, over TLS; at most
    /// [`crate::limits::DOORS`]. Nobody who does not know it minds it. A WELCOME may come again in a session: then this
    /// field alone counts.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "crate::lax::texts"
    )]
    pub nexus_addresses: Vec<String>,
}

/// Where to go on with one execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// The execution.
    pub request_id: String,
    /// The first chunk that the Nexus does not have.
    pub next_seq: u64,
}

/// EXECUTE_SKILL: run one method.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExecuteSkill {
    /// The execution. A v1 spore invents one when it is missing.
    #[serde(default = "generated_id")]
    pub request_id: String,
    /// Whom it is for.
    pub node_id: String,
    /// e.g. `ShellSkill`.
    pub skill_name: String,
    /// e.g. `run`.
    pub method_name: String,
    /// A JSON object; passes through unparsed.
    #[serde(default = "empty")]
    pub parameters: Box<RawValue>,
    /// Seconds. A v1 spore ignores it, a v2 spore kills at it.
    #[serde(default = "half_a_minute", deserialize_with = "crate::lax::count")]
    pub timeout: u32,
    /// v2: send output while it runs, and no `result` with the response.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stream: bool,
}

/// CANCEL (v2): stop it, the whole process tree. The proof is a RESPONSE; for an unknown execution an ERROR
/// with the code `unknown_execution`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancel {
    /// The execution.
    pub request_id: String,
    /// For the spore's log.
    #[serde(default)]
    pub reason: String,
}

/// ACK (v2): what the Nexus has kept on its disk, so that the spore may let go of it. Only streamed executions
/// are acknowledged: the result of a collected one (`stream: false`) has a caller waiting for it; a spore keeps
/// the last few such responses and repeats those that the next WELCOME's `resume` names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// The execution.
    pub request_id: String,
    /// All chunks below this number are kept.
    pub next_seq: u64,
    /// The RESPONSE is kept too.
    #[serde(default)]
    pub finished: bool,
}

fn generated_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

fn half_a_minute() -> u32 {
    30
}

fn empty() -> Box<RawValue> {
    #[expect(clippy::expect_used, reason = "a constant that is JSON")]
    RawValue::from_string("{}".to_owned()).expect("an empty object")
}
