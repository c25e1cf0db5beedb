//! Fleet STOP is for the whole swarm: whoever stops everything at one instance stops it at all, and only a person releases it.
//! Of two that are told at the same time the stop wins. Not here: stopping ([`crate::state`]).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::round::{Round, Told};
use super::{Directory, EngineError, FactKey, Put, Table};
use crate::access::{Caller, Principal};
use crate::hub::Change;
use crate::model::StopInfo;

/// What the directory holds of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StopFact {
    held: bool,
    by: String,
    reason: String,
    /// When it was said.
    at: SystemTime,
}

/// What this instance and the directory know of it.
#[derive(Default)]
pub(super) struct Halt(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    round: Round,
    known: Known,
}

#[derive(Default, Clone)]
struct Known {
    told: Told,
    fact: Option<StopFact>,
    /// Since when this instance has been stopped by what the directory says, by its own clock.
    since: Option<SystemTime>,
}

impl StopFact {
    fn of(info: &StopInfo) -> Self {
        Self {
            held: info.held,
            by: info.by.clone(),
            reason: info.reason.clone(),
            at: SystemTime::now(),
        }
    }

    fn key() -> FactKey {
        FactKey {
            table: Table::Stop,
            key: String::new(),
        }
    }
}

impl Halt {
    /// Tells the others how it stands here. Nothing happens when they know.
    pub(super) async fn tell(
        &self,
        info: &StopInfo,
        directory: &dyn Directory,
    ) -> Result<(), EngineError> {
        let ours = StopFact::of(info);
        let known = self.known();
        let is_known = match &known.fact {
            // Nothing was ever stopped.
            None => !ours.held,
            Some(theirs) => theirs.held == ours.held,
        };
        if is_known {
            self.lock().known.since = info.since.filter(|_| info.held);
            return Ok(());
        }
        // A struct of strings and times: it cannot fail to serialise.
        let value = serde_json::to_vec(&ours).unwrap_or_default().into();
        match directory
            .put(&StopFact::key(), Some(value), known.told.revision())
            .await?
        {
            Put::Done(revision) => self.told(revision, ours),
            // Theirs is on its way here; then it is compared again.
            Put::Changed => return Err(EngineError::TimedOut),
        }
        Ok(())
    }

    /// The directory tells how it stands; what has to be done here, if anything.
    pub(super) fn heard(&self, revision: u64, fact: Option<StopFact>) -> Option<Change> {
        let inside = &mut *self.lock();
        if !inside.round.is_news(&mut inside.known.told, revision) {
            return None;
        }
        // What cannot be read can be written over.
        inside.known.told = inside.round.told(revision);
        let fact = fact?;
        inside.known.fact = Some(fact.clone());
        let since_told = inside.known.since.take();
        Some(Box::new(move |state, now| {
            let here = state.stop_info();
            let caller = from_afar(&fact.by);
            // Who released it knew of this stop, or else is later by the clocks, if they are right.
            let is_meant = here
                .since
                .is_none_or(|since| since <= fact.at || since_told == Some(since));
            if fact.held && !here.held {
                state.stop_all(&caller, &fact.reason, now);
            } else if !fact.held && here.held && is_meant {
                state.release_all(&caller, now);
            }
        }))
    }

    /// The directory begins to tell everything anew.
    pub(super) fn begin(&self) {
        self.lock().round.begin();
    }

    /// It told everything. What it did not tell it does not know (any more).
    pub(super) fn up_to_date(&self) {
        let inside = &mut *self.lock();
        inside.round.up_to_date();
        if !inside.known.told.is_of(&inside.round) {
            (inside.known.told, inside.known.fact) = (Told::default(), None);
        }
    }

    fn known(&self) -> Known {
        self.lock().known.clone()
    }

    fn told(&self, revision: u64, fact: StopFact) {
        let mut inside = self.lock();
        inside.known = Known {
            told: inside.round.told(revision),
            fact: Some(fact),
            since: None,
        };
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever asked at another instance, where the rights were looked at.
fn from_afar(name: &str) -> Caller {
    let mut principal = Principal::clone(&Principal::local());
    name.clone_into(&mut principal.name);
    Caller {
        principal: Arc::new(principal),
        from: "another instance".to_owned(),
    }
}
