//! Who this Nexus is: one Ed25519 key (RFC 8032), made at the first start, kept for ever. Spores pin its public half, and it
//! signs the audit log's checkpoints. It is not the key of the TLS certificate, which may change or be the user's own.
//! Not here: what is signed, and by whom it is believed.

use std::fmt::Write;
use std::io;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use crate::secret;

/// Bytes of a public key.
pub const PUBLIC_KEY: usize = 32;
/// Bytes of a signature.
pub const SIGNATURE: usize = 64;

/// See the module. Cheap to clone; the private half neither prints nor leaves it.
#[derive(Clone)]
pub struct Identity {
    pair: Arc<Ed25519KeyPair>,
    public: [u8; PUBLIC_KEY],
}

impl Identity {
    /// Reads the key (PKCS #8), or makes it; the file is readable by its owner only.
    pub fn load_or_create(path: &Path) -> io::Result<Self> {
        let kept = secret::bytes_or_create(path, || {
            let pair = Ed25519KeyPair::generate().map_err(io::Error::other)?;
            let document = pair.to_pkcs8().map_err(io::Error::other)?;
            Ok(document.as_ref().to_vec())
        })?;
        let damaged = |_| {
            io::Error::other(
                "is damaged; put it back from a backup, or remove it and let all spores join anew",
            )
        };
        let pair = Ed25519KeyPair::from_pkcs8(&kept).map_err(damaged)?;
        let public =
            <[u8; PUBLIC_KEY]>::try_from(pair.public_key().as_ref()).map_err(io::Error::other)?;
        Ok(Self {
            pair: Arc::new(pair),
            public,
        })
    }

    /// Reads the key; it is not made.
    pub fn load(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path)?;
        Self::load_or_create(path)
    }

    /// The public half.
    pub fn public(&self) -> [u8; PUBLIC_KEY] {
        self.public
    }

    /// Signs; always the same bytes for the same text.
    pub fn sign(&self, text: &[u8]) -> [u8; SIGNATURE] {
        let mut signature = [0; SIGNATURE];
        for (to, from) in signature.iter_mut().zip(self.pair.sign(text).as_ref()) {
            *to = *from;
        }
        signature
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Identity({})", fingerprint(&self.public))
    }
}

/// Whether the owner of this key signed this text.
pub fn signed_by(public: &[u8], text: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public)
        .verify(text, signature)
        .is_ok()
}

/// A public key for people to compare: the first 16 bytes of its SHA-256, as 8 groups of 4 hexadecimal digits.
pub fn fingerprint(public: &[u8]) -> String {
    let hash = digest(&SHA256, public);
    let mut text = String::with_capacity(39);
    for (at, byte) in hash.as_ref().iter().take(16).enumerate() {
        if at > 0 && at % 2 == 0 {
            text.push(' ');
        }
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests;
