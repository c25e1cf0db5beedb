//! How entries hang together, and what the key of the Nexus signs. Everything that is hashed or signed begins with words
//! that say what it is, and each part of varying length with its length: no two different things have the same bytes.
//! Not here: whether a chain is whole, see [`super::verify`].

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{Context, SHA256};
use protocol::{Fixed, PublicKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::identity::{Identity, signed_by};

const ENTRY: &[u8] = b"nexus audit entry v1\0";
const CHECKPOINT: &[u8] = b"nexus audit checkpoint v1\0";
const ANCHOR: &[u8] = b"nexus audit anchor v1\0";
const CALL: &[u8] = b"nexus call v1\0";
const TARGETS: &[u8] = b"nexus targets v1\0";

/// SHA-256, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

/// The end of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Of the last entry; 0 before the first one.
    pub number: u64,
    /// Of the last entry; all zeros before the first one.
    pub hash: Digest,
}

/// The Nexus says with its key: at this time the chain ended like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// Number of the last entry.
    pub number: u64,
    /// Hash of the last entry.
    pub hash: Digest,
    /// Microseconds since 1970.
    pub at: u64,
    /// Who signs.
    pub key: PublicKey,
    /// Ed25519.
    pub signature: Fixed<64>,
}

/// The Nexus says with its key: I removed the entries up to here, because they were too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Anchor(pub Checkpoint);

impl Head {
    /// Before the first entry.
    pub const EMPTY: Self = Self {
        number: 0,
        hash: Digest([0; 32]),
    };

    /// With one more entry, whose text is this.
    #[must_use]
    pub fn extended(&self, text: &str) -> Self {
        let number = self.number + 1;
        let mut hash = Hasher::new(ENTRY);
        hash.fixed(&number.to_be_bytes());
        hash.fixed(&self.hash.0);
        hash.part(text.as_bytes());
        Self {
            number,
            hash: hash.end(),
        }
    }
}

impl Checkpoint {
    pub(crate) fn sign(identity: &Identity, head: Head, at: SystemTime) -> Self {
        Self::signed(CHECKPOINT, identity, head, at)
    }

    /// Whether the owner of its key signed it.
    pub fn is_signed(&self) -> bool {
        self.is_signed_as(CHECKPOINT)
    }

    /// When it was signed.
    pub fn time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_micros(self.at)
    }

    fn signed(words: &[u8], identity: &Identity, head: Head, at: SystemTime) -> Self {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let at = u64::try_from(since.as_micros()).unwrap_or(u64::MAX);
        Self {
            number: head.number,
            hash: head.hash,
            at,
            key: Fixed(identity.public()),
            signature: Fixed(identity.sign(&statement(words, head, at))),
        }
    }

    fn is_signed_as(&self, words: &[u8]) -> bool {
        let head = Head {
            number: self.number,
            hash: self.hash,
        };
        signed_by(
            &self.key.0,
            &statement(words, head, self.at),
            &self.signature.0,
        )
    }
}

impl Anchor {
    pub(crate) fn sign(identity: &Identity, head: Head, at: SystemTime) -> Self {
        Self(Checkpoint::signed(ANCHOR, identity, head, at))
    }

    /// Whether the owner of its key signed it.
    pub fn is_signed(&self) -> bool {
        self.0.is_signed_as(ANCHOR)
    }

    /// Where the chain goes on.
    pub fn head(&self) -> Head {
        Head {
            number: self.0.number,
            hash: self.0.hash,
        }
    }
}

fn statement(words: &[u8], head: Head, at: u64) -> Vec<u8> {
    let mut text = words.to_vec();
    text.extend(head.number.to_be_bytes());
    text.extend(head.hash.0);
    text.extend(at.to_be_bytes());
    text
}

impl Digest {
    /// Of a call: skill, method and the parameters' bytes as they were sent.
    pub fn of_call(skill: &str, method: &str, parameters: &str) -> Self {
        let mut hash = Hasher::new(CALL);
        for part in [skill, method, parameters] {
            hash.part(part.as_bytes());
        }
        hash.end()
    }

    /// Of node ids, whatever their order.
    pub fn of_targets(targets: &[String]) -> Self {
        let mut sorted: Vec<_> = targets.iter().collect();
        sorted.sort();
        let mut hash = Hasher::new(TARGETS);
        for target in sorted {
            hash.part(target.as_bytes());
        }
        hash.end()
    }
}

/// SHA-256 over parts that cannot run into each other.
#[derive(Clone)]
pub(crate) struct Hasher(Context);

impl fmt::Debug for Hasher {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Hasher")
    }
}

impl Hasher {
    /// `words` say what is hashed; they end with a zero byte.
    pub(crate) fn new(words: &[u8]) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(words);
        Self(context)
    }

    /// Bytes whose number is always the same here.
    pub(crate) fn fixed(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Bytes of any number.
    pub(crate) fn part(&mut self, bytes: &[u8]) {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.0.update(&length.to_be_bytes());
        self.0.update(bytes);
    }

    pub(crate) fn end(self) -> Digest {
        let mut digest = [0; 32];
        digest.copy_from_slice(self.0.finish().as_ref());
        Digest(digest)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

impl FromStr for Digest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a SHA-256: 64 hexadecimal digits");
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let mut digest = [0; 32];
        for (at, byte) in digest.iter_mut().enumerate() {
            let digits = text.get(at * 2..at * 2 + 2).ok_or_else(wrong)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
        }
        Ok(Self(digest))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            if let [high, low] = pair {
                (*high, *low) = (
                    DIGITS[usize::from(byte >> 4)],
                    DIGITS[usize::from(byte & 15)],
                );
            }
        }
        to.serialize_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
