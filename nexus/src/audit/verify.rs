//! Whether a chain is whole: entries and checkpoints go in, in order, and out comes what is wrong and where. Pure.
//! Not here: where entries come from. See [`crate::audit`] for what cannot be found.

use std::collections::BTreeMap;

use protocol::PublicKey;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Anchor, CHECKPOINT_EVERY, Checkpoint, Digest, Head};
use crate::identity::fingerprint;

/// Faults that are told; more say nothing new.
const FAULTS: usize = 20;

/// What is wrong with an entry or a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Its text or its hash is not what it was.
    Edited,
    /// It is not there.
    Missing,
    /// It stands in another one's place.
    Reordered,
    /// Entries were written anew, with hashes that fit each other but not what was signed.
    Rewritten,
    /// A signature is wrong.
    BadSignature,
    /// A signature is another key's.
    ForeignKey,
    /// The Nexus signs each 1,000 entries; here it did not.
    NotSigned,
    /// The end is missing: something later was signed.
    Cut,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fault {
    /// Number of the entry.
    pub number: u64,
    /// What.
    pub kind: FaultKind,
    /// In words.
    pub detail: String,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// Nothing is wrong.
    pub ok: bool,
    /// How many entries were looked at.
    pub entries: u64,
    /// Number of the first one; those before were removed because of their age, or are not part of the export.
    pub first: u64,
    /// Number of the last one.
    pub last: u64,
    /// Hash of the last one; compare it with one that was noted elsewhere.
    #[schema(value_type = String)]
    pub hash: Digest,
    /// Good signatures.
    pub checkpoints: u64,
    /// Entries after the newest good signature: nothing proves that more did not follow.
    pub unsigned: u64,
    /// Of the key that has to have signed.
    pub fingerprint: String,
    /// The first twenty things that are wrong.
    pub faults: Vec<Fault>,
}

/// See the module.
pub struct Verifier {
    key: PublicKey,
    head: Head,
    /// What the last entry's hash should have been, when it is not what stands there.
    instead: Option<Digest>,
    first: u64,
    entries: u64,
    signed: u64,
    checkpoints: u64,
    expected: BTreeMap<u64, Checkpoint>,
    faults: Vec<Fault>,
}

#[derive(Deserialize)]
struct Place {
    number: u64,
}

impl Verifier {
    /// Of a chain that begins here, signed by this key.
    pub fn new(key: PublicKey, start: Head) -> Self {
        Self {
            key,
            head: start,
            instead: None,
            first: start.number + 1,
            entries: 0,
            signed: start.number,
            checkpoints: 0,
            expected: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    /// Of a chain whose beginning was removed.
    pub fn after(key: PublicKey, anchor: &Anchor) -> Self {
        let mut verifier = Self::new(key, anchor.head());
        let number = anchor.0.number;
        if anchor.0.key != key {
            let detail = format!(
                "that entries 1 to {number} were removed was signed by another key, {}",
                fingerprint(&anchor.0.key.0)
            );
            verifier.fault(number, FaultKind::ForeignKey, detail);
        } else if !anchor.is_signed() {
            let detail = format!("nobody signed that entries 1 to {number} were to be removed");
            verifier.fault(number, FaultKind::BadSignature, detail);
        }
        verifier
    }

    /// The next entry, as it stands.
    pub fn entry(&mut self, number: u64, text: &str, hash: Digest) {
        self.entries += 1;
        let due = self.head.number + 1;
        if number < due {
            let detail = format!("it stands where entry {due} belongs");
            return self.fault(number, FaultKind::Reordered, detail);
        }
        let skipped = number > due;
        if skipped {
            let detail = match number - due {
                1 => format!("entry {due} is missing"),
                _ => format!("entries {due} to {} are missing", number - 1),
            };
            self.fault(due, FaultKind::Missing, detail);
            self.expected = self.expected.split_off(&number);
        } else if due - self.signed > CHECKPOINT_EVERY {
            let detail = format!(
                "no good signature stands between entries {} and {due}",
                self.signed
            );
            self.fault(due - 1, FaultKind::NotSigned, detail);
            self.signed = due - 1;
        }
        self.link(number, text, hash, skipped);
        if let Some(checkpoint) = self.expected.remove(&number) {
            self.compare(&checkpoint);
        }
    }

    /// A checkpoint; before or after the entry that it is about.
    pub fn checkpoint(&mut self, checkpoint: Checkpoint) {
        let number = checkpoint.number;
        if checkpoint.key != self.key {
            let detail = format!(
                "the checkpoint is signed by another key, {}",
                fingerprint(&checkpoint.key.0)
            );
            return self.fault(number, FaultKind::ForeignKey, detail);
        }
        if !checkpoint.is_signed() {
            let detail = "the checkpoint's signature is wrong".to_owned();
            return self.fault(number, FaultKind::BadSignature, detail);
        }
        if number > self.head.number {
            self.expected.insert(number, checkpoint);
        } else if number == self.head.number {
            self.compare(&checkpoint);
        }
        // One of before the beginning, or of an entry whose absence was told.
    }

    /// Nothing more comes.
    pub fn finish(mut self) -> Verdict {
        if let Some((&number, _)) = self.expected.last_key_value() {
            let last = self.head.number;
            let detail =
                format!("entry {number} was signed, but the last one that is here is {last}");
            self.fault(last + 1, FaultKind::Cut, detail);
        }
        Verdict {
            ok: self.faults.is_empty(),
            entries: self.entries,
            first: self.first,
            last: self.head.number,
            hash: self.head.hash,
            checkpoints: self.checkpoints,
            unsigned: self.head.number - self.signed.min(self.head.number),
            fingerprint: fingerprint(&self.key.0),
            faults: self.faults,
        }
    }

    /// Number of the entry that has to come next.
    pub(super) fn due(&self) -> u64 {
        self.head.number + 1
    }

    /// Something else that is wrong.
    pub(super) fn fault(&mut self, number: u64, kind: FaultKind, detail: String) {
        if self.faults.len() < FAULTS {
            self.faults.push(Fault {
                number,
                kind,
                detail,
            });
        }
    }

    fn link(&mut self, number: u64, text: &str, hash: Digest, skipped: bool) {
        let after = |before: Digest| {
            let head = Head {
                number: number - 1,
                hash: before,
            };
            head.extended(text).hash
        };
        let wanted = after(self.head.hash);
        // When only the hash of the one before was changed, this one fits what it should have been.
        let fits =
            skipped || wanted == hash || self.instead.is_some_and(|instead| after(instead) == hash);
        self.instead = (!fits).then_some(wanted);
        match serde_json::from_str::<Place>(text) {
            Ok(place) if place.number != number => {
                let detail = format!("entry {} stands in its place", place.number);
                self.fault(number, FaultKind::Reordered, detail);
            }
            Ok(_) if fits => {}
            Ok(_) => {
                let detail = "its text and its hash do not fit".to_owned();
                self.fault(number, FaultKind::Edited, detail);
            }
            Err(error) => {
                let detail = format!("its text is no entry: {error}");
                self.fault(number, FaultKind::Edited, detail);
            }
        }
        self.head = Head { number, hash };
    }

    fn compare(&mut self, checkpoint: &Checkpoint) {
        let from = self.signed + 1;
        let number = checkpoint.number;
        if checkpoint.hash == self.head.hash {
            self.checkpoints += 1;
        } else if self.instead != Some(checkpoint.hash) {
            let detail = format!("entries {from} to {number} are not those that were signed");
            self.fault(number, FaultKind::Rewritten, detail);
        }
        self.signed = number;
    }
}
