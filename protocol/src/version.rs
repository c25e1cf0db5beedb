//! The dialects of the wire and why each exists. Not here: what a dialect's messages hold.

/// A dialect. The handshake's `protocol` field announces the highest one that the spore speaks;
/// WELCOME answers with the one that the session will use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// The prototype's: HANDSHAKE, EXECUTE_SKILL, HEARTBEAT, RESPONSE, DISCONNECT, ERROR. No answer to the
    /// handshake, no cancel, no output before the end. Spoken when the handshake has no `protocol` field.
    V1 = 1,
    /// Adds WELCOME, CAPABILITIES, ACCEPTED, OUTPUT, ACK, CANCEL, resume after a reconnect, methods with schemas, and a
    /// RESPONSE that tells outcome, exit code and signal: without these a result can be lost and a cancel
    /// cannot be proved.
    V2 = 2,
}

impl Version {
    /// The newest dialect of this build.
    pub const NEWEST: Self = Self::V2;

    /// The dialect for a session with a peer that announced `protocol`; `None` for 0, which no peer may say.
    pub fn negotiate(protocol: u32) -> Option<Self> {
        match protocol {
            0 => None,
            1 => Some(Self::V1),
            _ => Some(Self::V2),
        }
    }

    /// The number on the wire.
    pub fn number(self) -> u32 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }
}
