//! Everything that leaves the process is sealed with the swarm's key, and bound to the place that it belongs to. So whoever
//! steals the engine's password can disturb, but neither read nor forge nor move anything.
//!
//! A sealed message is `1 | salt (16) | counter (8) | AES-256-GCM`. The salt is made anew for each life of an instance and gives
//! it a key of its own by HKDF, so a counter is a nonce that never repeats, and tells repeated messages from new ones.
//!
//! Not here: where the swarm's key comes from, and what is in the messages.

mod replay;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk};
use aws_lc_rs::hmac;
use axum::body::Bytes;

pub use replay::{Replay, Stale};

const VERSION: u8 = 1;
const SALT: usize = 16;
const HEAD: usize = 1 + SALT + 8;
/// What sealing adds to a message.
pub const OVERHEAD: usize = HEAD + 16;
/// Lives of others whose keys are kept at hand.
const LIVES: usize = 1024;
/// Refusals are logged no more often than this.
const QUIET: Duration = Duration::from_secs(10);

/// The secret that all instances of a swarm share.
#[derive(Clone)]
pub struct SwarmKey([u8; 32]);

impl SwarmKey {
    /// These 32 bytes; they must come from a generator of randomness, not from a person.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for SwarmKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SwarmKey(…)")
    }
}

/// Where a message belongs; opening it anywhere else fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(Vec<u8>);

impl Place {
    /// `kind` and `parts` are told apart by their lengths.
    #[must_use]
    pub fn new(kind: &str, parts: &[&[u8]]) -> Self {
        let mut bytes = Vec::new();
        for part in [kind.as_bytes()].iter().chain(parts) {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        Self(bytes)
    }
}

/// Which message this is: of which life, and which one of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// Whose; made anew at each start.
    pub salt: [u8; SALT],
    /// Larger with each message of that life.
    pub counter: u64,
}

/// It was not sealed by this swarm for this place, or was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it was not sealed by this swarm for this place")]
pub struct Unsealed;

/// Seals for one life of one instance, and opens what others of the swarm sealed.
pub struct Sealer {
    swarm: Vec<u8>,
    root: Prk,
    names: hmac::Key,
    own: LessSafeKey,
    salt: [u8; SALT],
    counter: AtomicU64,
    others: Mutex<HashMap<[u8; SALT], Arc<LessSafeKey>>>,
    refused: AtomicU64,
    logged: Mutex<Option<Instant>>,
}

impl Sealer {
    /// For a new life in the swarm of this name. Fails when the system has no randomness.
    pub fn new(key: &SwarmKey, swarm: &str) -> Result<Self, getrandom::Error> {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt)?;
        let root = Prk::new_less_safe(HKDF_SHA256, &key.0);
        let swarm = swarm.as_bytes().to_vec();
        let names = derive(&root, &[b"nexus fleet names", &swarm], hmac::HMAC_SHA256);
        Ok(Self {
            own: life(&root, &swarm, &salt),
            names,
            swarm,
            root,
            salt,
            counter: AtomicU64::new(0),
            others: Mutex::default(),
            refused: AtomicU64::new(0),
            logged: Mutex::default(),
        })
    }

    /// This life.
    #[must_use]
    pub fn salt(&self) -> [u8; SALT] {
        self.salt
    }

    /// What a key is called where others can read it: 32 characters of `0-9a-f`.
    #[must_use]
    pub fn name(&self, kind: &str, key: &str) -> String {
        let tag = hmac::sign(&self.names, &Place::new(kind, &[key.as_bytes()]).0);
        tag.as_ref()[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Seals a message for this place.
    #[must_use]
    pub fn seal(&self, place: &Place, message: &[u8]) -> Bytes {
        self.stamped(place, message).1
    }

    /// The same, and which message it became.
    #[must_use]
    pub fn stamped(&self, place: &Place, message: &[u8]) -> (Stamp, Bytes) {
        let counter = self.counter.fetch_add(1, Ordering::Relaxed);
        let mut sealed = Vec::with_capacity(message.len() + OVERHEAD);
        sealed.push(VERSION);
        sealed.extend(self.salt);
        sealed.extend(counter.to_be_bytes());
        sealed.extend_from_slice(message);
        #[expect(
            clippy::expect_used,
            reason = "it fails for messages of 64 GiB and more"
        )]
        let tag = self
            .own
            .seal_in_place_separate_tag(nonce(counter), Aad::from(&place.0), &mut sealed[HEAD..])
            .expect("a message that is in memory can be sealed");
        sealed.extend(tag.as_ref());
        let stamp = Stamp {
            salt: self.salt,
            counter,
        };
        (stamp, sealed.into())
    }

    /// Opens what was sealed for this place; what cannot be opened is counted and, now and then, logged.
    pub fn open(&self, place: &Place, sealed: &[u8]) -> Result<(Stamp, Bytes), Unsealed> {
        let opened = self.try_open(place, sealed);
        if opened.is_none() {
            self.refuse("it was not sealed by this swarm for its place");
        }
        opened.ok_or(Unsealed)
    }

    fn try_open(&self, place: &Place, sealed: &[u8]) -> Option<(Stamp, Bytes)> {
        let (version, rest) = sealed.split_first()?;
        let (salt, rest) = rest.split_first_chunk::<SALT>()?;
        let (counter, rest) = rest.split_first_chunk::<8>()?;
        if *version != VERSION {
            return None;
        }
        let stamp = Stamp {
            salt: *salt,
            counter: u64::from_be_bytes(*counter),
        };
        let known = self.others().get(salt).cloned();
        let key = known
            .clone()
            .unwrap_or_else(|| Arc::new(life(&self.root, &self.swarm, salt)));
        let mut message = rest.to_vec();
        let length = key
            .open_in_place(nonce(stamp.counter), Aad::from(&place.0), &mut message)
            .ok()?
            .len();
        message.truncate(length);
        if known.is_none() {
            // Only now: strangers can make up any number of salts.
            let mut others = self.others();
            if others.len() >= LIVES {
                others.clear();
            }
            others.insert(*salt, key);
        }
        Some((stamp, message.into()))
    }

    /// Counts something that came from the engine and was not taken.
    pub fn refuse(&self, why: &str) {
        let refused = self.refused.fetch_add(1, Ordering::Relaxed) + 1;
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.is_none_or(|at| at.elapsed() >= QUIET) {
            *logged = Some(Instant::now());
            tracing::warn!(
                refused,
                why,
                "something in the fleet's engine was not taken; who else has its password?"
            );
        }
    }

    /// How much was not taken since the start.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn others(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; SALT], Arc<LessSafeKey>>> {
        self.others.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer")
            .field("refused", &self.refused())
            .finish_non_exhaustive()
    }
}

/// The key of one life.
fn life(root: &Prk, swarm: &[u8], salt: &[u8; SALT]) -> LessSafeKey {
    let key: UnboundKey = derive(root, &[b"nexus fleet seal", swarm, salt], &AES_256_GCM);
    LessSafeKey::new(key)
}

fn derive<L, K>(root: &Prk, info: &[&[u8]], length: L) -> K
where
    L: aws_lc_rs::hkdf::KeyType,
    K: for<'a> From<aws_lc_rs::hkdf::Okm<'a, L>>,
{
    #[expect(
        clippy::expect_used,
        reason = "it fails for keys of kilobytes and info of hundreds of bytes"
    )]
    root.expand(info, length)
        .expect("a key of 32 bytes can be derived")
        .into()
}

fn nonce(counter: u64) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    bytes[NONCE_LEN - 8..].copy_from_slice(&counter.to_be_bytes());
    Nonce::assume_unique_for_key(bytes)
}
