//! Copies of the logs of other instances: where one begins and why, and how much of what its origin tells follows from what is
//! there already. Pure.
//! Not here: asking for it ([`crate::fleet`]), and the tables ([`crate::store`]).

use std::time::SystemTime;

use protocol::PublicKey;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Anchor, Checkpoint, Digest, Head, Verdict};

/// Longest text of an entry that is copied, bytes.
pub(crate) const LONGEST: usize = 8 << 20;

/// The instance whose log it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstanceName {
    /// The same over its restarts.
    pub id: Uuid,
    /// For people; as it was called last.
    pub name: String,
}

impl InstanceName {
    /// Whether somebody means it by its id or name.
    pub(crate) fn is_called(&self, word: &str) -> bool {
        self.name == word || Uuid::try_parse(word).is_ok_and(|id| id == self.id)
    }
}

/// Why a copy begins where it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It is the first one of this instance.
    First,
    /// The origin had removed because of its age what would have come before.
    Aged,
    /// What the origin has from here on is not what was copied from it: its log was written anew, cut, or taken from a backup.
    Diverged,
    /// An entry before it did not fit at the origin.
    Misfit,
    /// What would have come before is gone at the origin, and nobody signed that it was to go.
    Unproved,
}

/// A copy of another instance's log, or of a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogCopy {
    /// Which; larger ones of the same instance are newer.
    pub id: u32,
    /// Whose.
    pub origin: InstanceName,
    /// The entry before its first.
    pub start: Head,
    /// When the entries before are gone: that they were removed.
    pub anchor: Option<Anchor>,
    /// Why it begins there.
    pub why: Why,
    /// When that was.
    pub begun_at: SystemTime,
}

/// Whether a copy is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CopyVerdict {
    /// Whose log.
    pub instance: InstanceName,
    /// Which copy, to export it.
    pub copy: u32,
    /// Why it begins where it does.
    pub why: Why,
    /// When that was, RFC 3339.
    pub since: String,
    /// It is the one that goes on; an older one has what its origin does not have any more.
    pub current: bool,
    /// Whether it is whole.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// What an origin tells in one answer; nothing of it is believed yet.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// Each with its hash, in order.
    pub(crate) rows: Vec<(Digest, String)>,
    /// Of these entries and earlier ones.
    pub(crate) checkpoints: Vec<Checkpoint>,
}

/// What of it is kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Follows {
    pub(crate) rows: Vec<(u64, Digest, String)>,
    /// Good signatures; whether they fit an entry, the table knows.
    pub(crate) checkpoints: Vec<Checkpoint>,
    /// Signatures that are not good.
    pub(crate) refused: usize,
    /// The entry that does not follow; nothing behind it is kept.
    pub(crate) misfit: Option<Misfit>,
}

/// An entry that does not follow from the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// What its origin says that it is: where the next copy begins.
    pub(crate) told: Head,
    /// In words.
    pub(crate) why: String,
}

#[derive(Deserialize)]
struct Place {
    number: u64,
}

impl Told {
    /// How much of it follows from `head`; of signatures, those after number `signed`.
    pub(crate) fn after(self, mut head: Head, signed: u64, key: PublicKey) -> Follows {
        let (mut rows, mut misfit) = (Vec::with_capacity(self.rows.len()), None);
        for (hash, text) in self.rows {
            let next = head.extended(&text);
            if let Some(why) = wrong(next, hash, &text) {
                let number = next.number;
                let told = Head { number, hash };
                misfit = Some(Misfit { told, why });
                break;
            }
            head = next;
            rows.push((next.number, hash, text));
        }
        let good = |one: &Checkpoint| one.key == key && one.is_signed();
        let (mut checkpoints, forged): (Vec<_>, Vec<_>) =
            self.checkpoints.into_iter().partition(good);
        checkpoints.retain(|one| one.number > signed && one.number <= head.number);
        Follows {
            rows,
            checkpoints,
            refused: forged.len(),
            misfit,
        }
    }
}

fn wrong(next: Head, hash: Digest, text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return Some(format!("its text has {} bytes", text.len()));
    }
    if !text.starts_with('{') {
        return Some("its text is no entry".to_owned());
    }
    match serde_json::from_str::<Place>(text) {
        Err(error) => Some(format!("its text is no entry: {error}")),
        Ok(place) if place.number != next.number => {
            Some(format!("entry {} stands in its place", place.number))
        }
        Ok(_) if next.hash != hash => {
            Some("its text and its hash do not follow from what came before".to_owned())
        }
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests;
