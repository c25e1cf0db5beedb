//! Looks that are alike are one entry of the audit log at first, and then at most one every ten minutes that says how many
//! there were: an open panel asks the same thing every few seconds. Alike is: the same caller from the same place, the same
//! node, the same question. Another question is another entry. Not here: whether somebody may look.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use protocol::rfc3339;
use serde_json::json;
use serde_json::value::RawValue;

use crate::access::Caller;
use crate::audit::{Action, CallTold, Decision, Digest, Entry};
use crate::model::Now;
use crate::state::Call;

/// How long looks are only counted.
pub(super) const WINDOW: Duration = Duration::from_secs(600);
/// Most different looks that are counted at once; of more the oldest is told early.
pub(super) const MOST: usize = 4_096;

/// What makes looks alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    who: String,
    from: String,
    node: String,
    question: [u8; 32],
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Folds {
    open: BTreeMap<Key, Fold>,
    /// Which window is over when.
    ends: BTreeSet<(Duration, Key)>,
}

#[derive(Debug)]
struct Fold {
    /// As it is told again, without how many.
    entry: Entry,
    ends: Duration,
    /// Since the last entry.
    count: u64,
    failed: u64,
    last: SystemTime,
}

impl Key {
    pub(super) fn of(caller: &Caller, node: &str, call: &Call) -> Self {
        Self {
            who: caller.principal.id.clone(),
            from: caller.from.clone(),
            node: node.to_owned(),
            question: question(call).0,
        }
    }
}

/// Where a log is read on is no other question.
fn question(call: &Call) -> Digest {
    let asked = call.parameters.get();
    let (skill, method) = (call.skill.as_str(), call.method.as_str());
    if (skill, method) == ("SystemSkill", "logs")
        && let Ok(mut fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(asked)
        && fields.remove("after").is_some()
        && let Ok(rest) = serde_json::to_string(&fields)
    {
        return Digest::of_call(skill, method, &rest);
    }
    Digest::of_call(skill, method, asked)
}

impl Folds {
    /// Whether such a look has its entry already; then it is counted. If not it wants one.
    pub(super) fn counts(&mut self, key: &Key, now: Now) -> bool {
        match self.open.get_mut(key) {
            Some(fold) if now.at < fold.ends => {
                fold.count += 1;
                fold.last = now.wall;
                true
            }
            Some(_) | None => false,
        }
    }

    /// From now on such looks are counted. Gives back what must be told, because there are too many.
    pub(super) fn begin(
        &mut self,
        key: Key,
        caller: &Caller,
        call: &Call,
        now: Now,
    ) -> Option<Entry> {
        let mut entry = Entry::new(Action::Glance, now.wall).by(caller);
        entry.decision = Some(Decision::Allowed);
        entry.call = Some(CallTold {
            skill: call.skill.clone(),
            method: call.method.clone(),
            summary: call.summary(),
            timeout: call.timeout.as_secs(),
            sha256: Digest::of_call(&call.skill, &call.method, call.parameters.get()),
        });
        entry.targets = vec![key.node.clone()];
        entry.targets_sha256 = Some(Digest::of_targets(&entry.targets));
        let ends = now.at.saturating_add(WINDOW);
        let early = (self.open.len() >= MOST)
            .then(|| self.ends.pop_first())
            .flatten();
        let early = early.and_then(|(_, oldest)| self.open.remove(&oldest));
        self.ends.insert((ends, key.clone()));
        let fold = Fold {
            entry,
            ends,
            count: 0,
            failed: 0,
            last: now.wall,
        };
        self.open.insert(key, fold);
        early.and_then(|mut fold| fold.tell(now))
    }

    /// One that is only counted ended badly.
    pub(super) fn failed(&mut self, key: &Key) {
        if let Some(fold) = self.open.get_mut(key) {
            fold.failed += 1;
        }
    }

    /// What must be told of windows that are over; of `all` when nobody will be asked again.
    pub(super) fn over(&mut self, all: bool, now: Now) -> Vec<Entry> {
        let mut told = Vec::new();
        while let Some((ends, _)) = self.ends.first()
            && (all || *ends <= now.at)
            && let Some((_, key)) = self.ends.pop_first()
            && let Some(fold) = self.open.get_mut(&key)
        {
            match fold.tell(now) {
                Some(entry) if !all => {
                    fold.ends = now.at.saturating_add(WINDOW);
                    self.ends.insert((fold.ends, key));
                    told.push(entry);
                }
                over => {
                    told.extend(over);
                    self.open.remove(&key);
                }
            }
        }
        told
    }
}

impl Fold {
    /// How many there were since the last entry, if there were some.
    fn tell(&mut self, now: Now) -> Option<Entry> {
        let (count, failed) = (
            std::mem::take(&mut self.count),
            std::mem::take(&mut self.failed),
        );
        if count == 0 {
            return None;
        }
        let since = std::mem::replace(&mut self.entry.at, rfc3339(now.wall));
        let mut entry = self.entry.clone();
        entry.count = Some(count);
        let detail = json!({"since": since, "last": rfc3339(self.last), "failed": failed});
        entry.detail = Some(detail);
        Some(entry)
    }
}
