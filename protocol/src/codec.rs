//! Frames to messages and back. Two stages: the envelope first, with the payload untouched, then the payload
//! as what the envelope says it is; so the order of the keys does not matter and a result is never parsed.
//!
//! Not here: limits on a frame's size, which the socket applies before there is a frame.

use std::borrow::Cow;
use std::time::SystemTime;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    Accepted, Ack, Announcement, Cancel, Challenge, Disconnect, ExecuteSkill, Handshake, Heartbeat,
    Hello, Output, Problem, Response, Welcome, limits, rfc3339,
};

/// A message with its name on the wire.
pub trait Message: Serialize {
    /// The envelope's `message_type`.
    const TYPE: &'static str;
}

macro_rules! messages {
    ($($(#[$doc:meta])* $side:ident { $($type:ident = $name:literal),* $(,)? } $decode:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub enum $side { $($type($type)),* }

        /// Reads one frame.
        pub fn $decode(frame: &str) -> Result<$side, DecodeError> {
            let envelope = open(frame)?;
            match &*envelope.message_type {
                $($name => payload::<$type>(&envelope).map($side::$type),)*
                other => Err(DecodeError::UnknownType(limits::cut(other, limits::ID).to_owned())),
            }
        }
    )*};
}

messages! {
    /// Everything that a Nexus takes from a spore.
    FromSpore {
        Hello = "HELLO",
        Handshake = "HANDSHAKE",
        Heartbeat = "HEARTBEAT",
        Announcement = "CAPABILITIES",
        Accepted = "ACCEPTED",
        Output = "OUTPUT",
        Response = "RESPONSE",
        Disconnect = "DISCONNECT",
        Problem = "ERROR",
    } decode_from_spore

    /// Everything that a spore takes from a Nexus.
    FromNexus {
        Challenge = "CHALLENGE",
        ExecuteSkill = "EXECUTE_SKILL",
        Welcome = "WELCOME",
        Cancel = "CANCEL",
        Ack = "ACK",
        Disconnect = "DISCONNECT",
        Problem = "ERROR",
    } decode_from_nexus
}

macro_rules! names {
    ($($type:ident = $name:literal),* $(,)?) => {$(
        impl Message for $type { const TYPE: &'static str = $name; }
    )*};
}

names! {
    Handshake = "HANDSHAKE", Heartbeat = "HEARTBEAT", Accepted = "ACCEPTED", Output = "OUTPUT",
    Response = "RESPONSE", Disconnect = "DISCONNECT", Problem = "ERROR", ExecuteSkill = "EXECUTE_SKILL",
    Welcome = "WELCOME", Cancel = "CANCEL", Ack = "ACK", Hello = "HELLO", Challenge = "CHALLENGE",
    Announcement = "CAPABILITIES",
}

/// Why a frame is not a message. Display: a lowercase fragment for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not an envelope at all.
    #[error("not a message envelope: {0}")]
    Malformed(String),
    /// An envelope of a type that this side does not take.
    #[error("unknown message type {0:?}")]
    UnknownType(String),
    /// A known type with a payload that does not fit.
    #[error("{message_type} with a bad payload: {reason}")]
    Payload {
        /// The envelope's type.
        message_type: String,
        /// What does not fit.
        reason: String,
    },
}

/// Writes one frame, compact. The payload repeats type and time, as the prototype's does.
pub fn encode<M: Message>(message: &M, now: SystemTime) -> String {
    // A message is a struct of strings, numbers and JSON: it cannot fail to serialise.
    let body = serde_json::to_string(message).unwrap_or_else(|_| "{}".to_owned());
    let fields = body
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or("");
    let comma = if fields.is_empty() { "" } else { "," };
    let (name, time) = (M::TYPE, rfc3339(now));
    let mut frame = String::with_capacity(body.len() + 2 * (name.len() + time.len()) + 96);
    for piece in [
        "{\"message_type\":\"",
        name,
        "\",\"payload\":{\"message_type\":\"",
        name,
        "\",",
        fields,
        comma,
        "\"timestamp\":\"",
        &time,
        "\"},\"timestamp\":\"",
        &time,
        "\"}",
    ] {
        frame.push_str(piece);
    }
    frame
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    message_type: Cow<'a, str>,
    #[serde(borrow)]
    payload: &'a RawValue,
    #[serde(borrow, default, rename = "timestamp")]
    _timestamp: Cow<'a, str>,
}

fn open(frame: &str) -> Result<Envelope<'_>, DecodeError> {
    // A list would be taken for the fields in their order.
    if !frame.trim_start().starts_with('{') {
        return Err(DecodeError::Malformed("expected an object".to_owned()));
    }
    let envelope: Envelope<'_> =
        serde_json::from_str(frame).map_err(|error| DecodeError::Malformed(error.to_string()))?;
    if envelope.payload.get().starts_with('{') {
        Ok(envelope)
    } else {
        Err(DecodeError::Malformed(
            "payload is not an object".to_owned(),
        ))
    }
}

fn payload<M: DeserializeOwned>(envelope: &Envelope<'_>) -> Result<M, DecodeError> {
    serde_json::from_str(envelope.payload.get()).map_err(|error| DecodeError::Payload {
        message_type: envelope.message_type.clone().into_owned(),
        reason: error.to_string(),
    })
}
