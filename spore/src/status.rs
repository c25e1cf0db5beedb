//! How a spore is doing, for whoever runs it in their process.

/// The state of the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Dialing, or waiting for the Nexus to answer the handshake.
    Connecting,
    /// In session.
    Connected {
        /// The dialect that is spoken.
        protocol: u32,
        /// The Nexus' own id.
        nexus: String,
    },
    /// Waiting to dial again.
    Waiting {
        /// What went wrong.
        reason: String,
    },
    /// A person must accept this machine in the Nexus first.
    Unaccepted {
        /// Of this spore's key, to compare.
        fingerprint: String,
    },
    /// The Nexus does not take the token, the key or the code; asking again slowly.
    Refused {
        /// Its words.
        reason: String,
    },
    /// Ending work and saying goodbye.
    Leaving,
    /// Over.
    Left,
}
