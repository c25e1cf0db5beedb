//! The wire between a spore and a Nexus: messages, dialects, limits, codec.
//!
//! One endpoint, [`PATH`], JSON text frames, one envelope:
//! `{"message_type": "…", "payload": {…}, "timestamp": "…"}`.
//!
//! # The conversation
//! ```text
//! spore                                   Nexus
//!   HELLO, CHALLENGE (v2: see [`Transcript`]; not with the shared token)
//!   HANDSHAKE (who, what, proof)   ──▶
//!                                  ◀──    WELCOME (v2: session, heartbeat, resume points)
//!   HEARTBEAT every n seconds      ──▶
//!   CAPABILITIES (v2: they changed)──▶
//!                                  ◀──    EXECUTE_SKILL
//!   ACCEPTED (v2)                  ──▶
//!   OUTPUT 0, 1, 2… (v2, streamed) ──▶
//!                                  ◀──    ACK (v2: output kept up to here, response kept)
//!                                  ◀──    CANCEL (v2)
//!   RESPONSE (outcome, result)     ──▶
//!   DISCONNECT (leaving)           ──▶
//! ```
//! A v1 peer (the prototype) is sent nothing but HANDSHAKE, HEARTBEAT, RESPONSE and DISCONNECT in the
//! one direction, EXECUTE_SKILL in the other. Unknown fields are ignored by everybody, for ever.
//!
//! Not here: sockets, clocks, tasks, tokens' verification, and what any skill does.

mod capabilities;
mod codec;
mod fixed;
mod from_nexus;
mod from_spore;
mod introduction;
pub mod join_code;
mod lax;
pub mod limits;
mod pace;
mod policy;
mod timestamp;
mod version;

pub use capabilities::{Capabilities, Effect, Limits, Method, Methods};
pub use codec::{
    DecodeError, FromNexus, FromSpore, Message, decode_from_nexus, decode_from_spore, encode,
};
pub use fixed::Fixed;
pub use from_nexus::{Ack, Cancel, ExecuteSkill, Resume, Welcome};
pub use from_spore::{
    Accepted, Announcement, Disconnect, DiskUse, Handshake, Heartbeat, Outcome, Output, Problem,
    Response, Running, Stream,
};
pub use introduction::{
    Challenge, ChannelKind, EXPORTER, Hello, Nonce, PublicKey, Signature, Signer, Transcript, close,
};
pub use join_code::{Address, JoinCode, JoinCodeError, JoinSecret};
pub use limits::Violation;
pub use pace::Pace;
pub use policy::{CommandRule, GrantView, NodePolicy, PolicyLimits};
pub use timestamp::rfc3339;
pub use version::Version;

/// Where a spore's WebSocket connects.
pub const PATH: &str = "/ws/nodes";
/// The port of a Nexus unless configured otherwise.
pub const DEFAULT_PORT: u16 = 8765;

#[cfg(test)]
mod tests;
