//! How a spore with a key of its own and a Nexus prove to each other who they are, before anything else is said:
//!
//! ```text
//! spore                                        Nexus
//!   HELLO (its key, a nonce)            ──▶
//!                                       ◀──    CHALLENGE (its key, a nonce, its signature)
//!   HANDSHAKE (…, its signature, code)  ──▶
//!                                       ◀──    WELCOME, or a close with one of [`close`]
//! ```
//! Both sign the same [`Transcript`], each under its own role: both keys, both nonces, and the channel. The channel is the
//! exporter of the TLS connection (RFC 9266), so a machine in the middle, which has two TLS connections, cannot pass the
//! signatures on; and no two connections have the same nonces, so nothing can be replayed.
//!
//! Not here: making and checking signatures, which needs cryptography; this crate is plain data.

use serde::{Deserialize, Serialize};

use crate::Fixed;

/// The label of the exporter that binds an introduction to its TLS connection (RFC 9266); no context, 32 bytes.
pub const EXPORTER: &[u8] = b"EXPORTER-Channel-Binding";

/// An Ed25519 public key (RFC 8032).
pub type PublicKey = Fixed<32>;
/// Fresh random bytes.
pub type Nonce = Fixed<32>;
/// An Ed25519 signature.
pub type Signature = Fixed<64>;

/// HELLO: the first frame of a spore that has a key. One that shows the shared token begins with HANDSHAKE instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The spore's key.
    pub spore_key: PublicKey,
    /// The spore's share of what is signed.
    pub nonce: Nonce,
}

/// CHALLENGE: the answer to HELLO.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// The Nexus' key; the spore knows from its join code which one it must be.
    pub nexus_key: PublicKey,
    /// The Nexus' share of what is signed.
    pub nonce: Nonce,
    /// What the Nexus sees of the channel. The spore decides whether that will do.
    pub channel: ChannelKind,
    /// Over the transcript, in the role of the Nexus.
    pub signature: Signature,
}

/// How a connection is bound to what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelKind {
    /// TLS from end to end: the exporter of RFC 9266 is signed.
    TlsExporter,
    /// No TLS, or TLS that ends at a proxy: the channel itself proves nothing.
    None,
}

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    /// The Nexus, in CHALLENGE.
    Nexus,
    /// The spore, in HANDSHAKE.
    Spore,
}

/// What both sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the messages")]
pub struct Transcript {
    pub nexus_key: PublicKey,
    pub spore_key: PublicKey,
    pub nexus_nonce: Nonce,
    pub spore_nonce: Nonce,
    /// The exporter's 32 bytes when TLS goes from end to end.
    pub channel: Option<[u8; 32]>,
}

impl Transcript {
    /// The bytes that are signed. All parts have a fixed length, so that no two transcripts have the same bytes.
    pub fn bytes(&self, signer: Signer) -> Vec<u8> {
        let mut bytes = b"nexus introduction 1\0".to_vec();
        bytes.push(match signer {
            Signer::Nexus => b'N',
            Signer::Spore => b'S',
        });
        bytes.push(u8::from(self.channel.is_some()));
        bytes.extend(self.channel.unwrap_or_default());
        for part in [
            self.nexus_key,
            self.spore_key,
            self.nexus_nonce,
            self.spore_nonce,
        ] {
            bytes.extend(part.0);
        }
        bytes
    }
}

/// Close codes (RFC 6455, private range) that tell a spore what to do next.
pub mod close {
    /// Its key is not known here; it must join with a code.
    pub const UNKNOWN_KEY: u16 = 4010;
    /// It waits until a person accepts it; ask again in a few seconds.
    pub const WAITING: u16 = 4011;
    /// Its key was revoked; only a new join code helps.
    pub const REVOKED: u16 = 4012;
    /// It is held until a person has looked at it; ask again later.
    pub const HELD: u16 = 4013;
    /// The join code is unknown, used up, withdrawn or too old.
    pub const BAD_CODE: u16 = 4014;
    /// Too many attempts from this address; ask again later.
    pub const TOO_MANY: u16 = 4015;
}
