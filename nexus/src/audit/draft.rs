//! Entries before they have a place. They are made where things happen, which is in a hurry; what costs time (hashes, texts)
//! is done on the store's thread. Not here: the chain.

use std::time::SystemTime;

use serde_json::value::RawValue;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{Action, CallTold, Decision, Digest, Entry, Outcome};
use crate::access::Caller;
use crate::redact;

/// Outcomes of one entry at most.
const OUTCOMES: usize = 256;

/// Something to be told.
#[derive(Debug)]
pub enum Draft {
    /// Rare things, as they are. Who waits is told the number when it is on disk.
    Whole(Box<Entry>, Option<oneshot::Sender<u64>>),
    /// Something is to be run.
    Asked(Box<Asked>),
    /// An execution is over. Those that are written together share an entry.
    Ended(Ended),
}

/// See [`Draft::Asked`].
#[expect(missing_docs, reason = "the fields are those of Entry")]
#[derive(Debug)]
pub struct Asked {
    pub action: Action,
    pub at: SystemTime,
    pub caller: Caller,
    pub skill: String,
    pub method: String,
    pub parameters: Box<RawValue>,
    pub timeout: u64,
    /// Without secrets.
    pub summary: String,
    pub targets: Vec<(Uuid, String)>,
    pub approval: Option<Uuid>,
}

/// See [`Draft::Ended`].
#[expect(missing_docs, reason = "the fields are those of Entry")]
#[derive(Debug)]
pub struct Ended {
    pub at: SystemTime,
    pub outcome: Outcome,
}

impl Draft {
    /// Bytes that it holds, more or less.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Asked(asked) => {
                512 + asked.parameters.get().len() + asked.targets.iter().fold(0, heavier)
            }
            Self::Whole(entry, _) => 1024 + 64 * entry.targets.len(),
            Self::Ended(_) => 64,
        }
    }
}

fn heavier(sum: usize, target: &(Uuid, String)) -> usize {
    sum + 64 + target.1.len()
}

/// The entries of these drafts. With each goes the place of the draft that it was made of; those that tell how executions
/// ended come last and are made of many.
pub(crate) fn entries(drafts: &[Draft]) -> impl Iterator<Item = (Option<usize>, Entry)> {
    let single = drafts
        .iter()
        .enumerate()
        .filter_map(|(at, draft)| match draft {
            Draft::Whole(entry, _) => Some((Some(at), clean(Entry::clone(entry)))),
            Draft::Asked(asked) => Some((Some(at), asked.entry())),
            Draft::Ended(_) => None,
        });
    let mut ended = drafts.iter().filter_map(|draft| match draft {
        Draft::Ended(ended) => Some(ended),
        Draft::Whole(..) | Draft::Asked(_) => None,
    });
    let together = std::iter::from_fn(move || {
        let some: Vec<_> = ended.by_ref().take(OUTCOMES).collect();
        let last = some.last()?;
        let mut entry = Entry::new(Action::Ended, last.at);
        entry.outcomes = some.iter().map(|ended| ended.outcome.clone()).collect();
        Some((None, entry))
    });
    single.chain(together)
}

impl Asked {
    fn entry(&self) -> Entry {
        let targets: Vec<_> = self.targets.iter().map(|(_, node)| node.clone()).collect();
        let mut entry = Entry::new(self.action, self.at).by(&self.caller);
        entry.decision = Some(Decision::Allowed);
        entry.call = Some(CallTold {
            skill: self.skill.clone(),
            method: self.method.clone(),
            summary: self.summary.clone(),
            timeout: self.timeout,
            sha256: Digest::of_call(&self.skill, &self.method, self.parameters.get()),
        });
        entry.targets_sha256 = Some(Digest::of_targets(&targets));
        entry.targets = targets;
        entry.executions = self.targets.iter().map(|(id, _)| *id).collect();
        entry.approval = self.approval;
        entry
    }
}

/// Without what looks like a secret, in what people wrote.
fn clean(mut entry: Entry) -> Entry {
    if let Some(detail) = &mut entry.detail {
        redact::value(detail);
    }
    if let Some(why) = &mut entry.why {
        *why = redact::text(why).into_owned();
    }
    for subject in &mut entry.subject {
        *subject = redact::text(subject).into_owned();
    }
    entry
}
