//! What the state wants done. Not here: doing it.

use std::sync::Arc;

use serde_json::value::RawValue;
use uuid::Uuid;

use crate::alerts::{Board, Hook};
use crate::audit::Draft;
use crate::model::{Event, ExecutionInfo, SessionId};
use crate::state::Placement;
use crate::store::Write;

/// One thing to do, in order.
#[derive(Debug)]
pub enum Effect {
    /// Write a frame to a spore. A full outbox means a peer that does not read: the session is closed.
    Send(SessionId, String),
    /// Send a WebSocket ping with this number; 0 is an ordinary one.
    Ping(SessionId, u64),
    /// The node of this session still has an execution that this instance does not know; another one may.
    Stray(SessionId, Uuid),
    /// End a session.
    Close(SessionId, Close),
    /// The end of an execution, for whoever waits for it.
    Answer(Uuid, Answer),
    /// What a glance saw, or why nothing, for whoever waits for it.
    Glanced(Uuid, Result<Box<RawValue>, String>),
    /// Tell the screens.
    Publish(Event),
    /// What fires has changed, for whoever tells others.
    AlertBoard(Arc<Board>),
    /// Where others are told of alerts has changed; whether a person set it here.
    AlertHook(Option<Hook>, bool),
    /// Keep on disk. What must not be lost comes back through [`super::State::kept`].
    Store(Write),
    /// Tell the audit log. Stands before whatever it tells of.
    Audit(Draft),
    /// Tell the audit log that a node was not let in; as often as that may be told.
    NodeRefused {
        /// Where it connects from, `ip:port`.
        peer: String,
        /// What it calls itself.
        node: String,
        /// Why not.
        why: String,
    },
}

/// Why a session is closed, as a WebSocket close code and reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// RFC 6455 code.
    pub code: u16,
    /// For the peer's log.
    pub reason: String,
}

impl Close {
    /// Wrong or missing token; the contract's words.
    pub fn unauthorized() -> Self {
        Self {
            code: 1008,
            reason: "Authentication failed".to_owned(),
        }
    }

    /// A proof is wrong, or belongs to another connection.
    pub fn bad_proof() -> Self {
        Self {
            code: 1008,
            reason: "the proof of your key is wrong".to_owned(),
        }
    }

    /// The shared token never speaks for a node that has a key of its own.
    pub fn has_a_key() -> Self {
        Self {
            code: 1008,
            reason: "this node has a key of its own; the shared token does not speak for it"
                .to_owned(),
        }
    }

    /// See [`protocol::close`].
    pub fn unknown_key() -> Self {
        Self {
            code: protocol::close::UNKNOWN_KEY,
            reason: "this key is not known here; join with a code".to_owned(),
        }
    }

    /// See [`protocol::close`].
    pub fn waiting() -> Self {
        Self {
            code: protocol::close::WAITING,
            reason: "waiting until a person accepts this machine".to_owned(),
        }
    }

    /// See [`protocol::close`].
    pub fn revoked() -> Self {
        Self {
            code: protocol::close::REVOKED,
            reason: "the key of this node was revoked".to_owned(),
        }
    }

    /// See [`protocol::close`].
    pub fn held() -> Self {
        Self {
            code: protocol::close::HELD,
            reason: "this node is held until a person has looked at it".to_owned(),
        }
    }

    /// See [`protocol::close`].
    pub fn bad_code() -> Self {
        Self {
            code: protocol::close::BAD_CODE,
            reason: "this join code is unknown, used up, withdrawn or too old".to_owned(),
        }
    }

    /// Nobody knows whether the code was used elsewhere.
    pub fn uncounted() -> Self {
        Self {
            code: 1013,
            reason: "the use of this join code cannot be counted: the fleet's engine is away; come again"
                .to_owned(),
        }
    }

    /// See [`protocol::close`].
    pub fn too_many() -> Self {
        Self {
            code: protocol::close::TOO_MANY,
            reason: "too many wrong tokens came from this address; try again in a minute"
                .to_owned(),
        }
    }

    /// The operator forgot the node.
    pub fn removed() -> Self {
        Self {
            code: protocol::close::UNKNOWN_KEY,
            reason: "this node was removed".to_owned(),
        }
    }

    /// The first frame was something else; the contract's words.
    pub fn not_a_handshake() -> Self {
        Self {
            code: 1003,
            reason: "Expected HANDSHAKE message".to_owned(),
        }
    }

    /// The first frame was no usable message.
    pub fn bad_handshake(why: &str) -> Self {
        Self {
            code: 1008,
            reason: protocol::limits::cut(&format!("bad HANDSHAKE: {why}"), 120).to_owned(),
        }
    }

    /// The handshake came too late.
    pub fn too_slow() -> Self {
        Self {
            code: 1008,
            reason: "no HANDSHAKE in time".to_owned(),
        }
    }

    /// A newer session of the same node.
    pub fn replaced() -> Self {
        Self {
            code: 4001,
            reason: "another session of this node took over".to_owned(),
        }
    }

    /// Nothing heard for too long.
    pub fn silent() -> Self {
        Self {
            code: 4002,
            reason: "silent for too long".to_owned(),
        }
    }

    /// It does not read what is sent to it.
    pub fn not_reading() -> Self {
        Self {
            code: 1013,
            reason: "outbox full: this spore does not read".to_owned(),
        }
    }

    /// It says again and again that it is another one.
    pub fn announces_too_much() -> Self {
        Self {
            code: 1008,
            reason: "its capabilities change too often".to_owned(),
        }
    }

    /// No room.
    pub fn full() -> Self {
        Self {
            code: 1013,
            reason: "this Nexus knows as many nodes as it may".to_owned(),
        }
    }

    /// The Nexus stops.
    pub fn going_away() -> Self {
        Self {
            code: 1001,
            reason: "the Nexus is stopping".to_owned(),
        }
    }

    /// The Nexus is switched off.
    pub fn disabled() -> Self {
        Self {
            code: 1003,
            reason: "Nexus mode not enabled".to_owned(),
        }
    }
}

/// The end of an execution as its waiting caller sees it.
#[derive(Debug, Clone)]
pub struct Answer {
    /// How it ended.
    pub execution: Arc<ExecutionInfo>,
    /// Where it ran and why there, when the Nexus chose.
    pub placement: Option<Arc<Placement>>,
    /// The caller's time is up although the execution is not over: it is being stopped, or cannot be.
    pub late: bool,
}

/// What has reached the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// A job with its targets: it is accepted.
    Job(Uuid),
    /// The execution itself: it is accepted.
    Accepted(Uuid),
    /// Its output below this number.
    Output(Uuid, u64),
    /// Its end.
    Finished(Uuid),
}
