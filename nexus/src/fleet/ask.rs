//! Asking the other instances of the swarm: for what they own, and to do something with it. Everything has a patience, and who
//! does not answer within it is named, so that an answer can say what is missing in it.
//!
//! Not here: who may ask, which is decided where the question comes in, and what of all this is this instance's own
//! ([`crate::hub`]).

mod answering;
mod asking;
mod past;
mod proof;
mod words;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde::de::DeserializeOwned;

use super::looks::{Looking, Looks};
use super::message::{Letter, Says};
use super::neighbours::{Neighbour, Neighbours, Standing};
use super::{Bus, EngineError, InstanceId};
pub(crate) use proof::LogPage;
use words::Envelope;
pub(crate) use words::{Cancelled, Controlled, LoadsTold, Question};

/// How long another instance may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// Longest name of an instance that is told, bytes.
const NAME: usize = 100;

/// See the module. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Others(Arc<Inside>);

struct Inside {
    own: InstanceId,
    bus: Arc<dyn Bus>,
    known: Neighbours,
    looks: Arc<Looks>,
}

/// An instance whose part of an answer is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Which.
    pub id: InstanceId,
    /// For people.
    pub name: String,
    /// Why, for people: `it does not answer in time`.
    pub why: String,
}

/// Nobody who answered has it, and these did not answer. Display: a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnswered(pub Vec<Missing>);

/// What may be there and what is not.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// Newest first.
    pub rows: Vec<T>,
    /// Whose part is missing.
    pub missing: Vec<Missing>,
}

/// What somebody says that has it.
enum Fit<U> {
    Sure(U),
    /// Somebody else may know more.
    Perhaps(U),
}

/// What one instance said.
enum Told<T> {
    This(T),
    NotHere,
    Nothing(Missing),
}

impl fmt::Display for NotAnswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, missing) in self.0.iter().enumerate() {
            let before = if at == 0 { "" } else { ", " };
            write!(f, "{before}instance {:?}: {}", missing.name, missing.why)?;
        }
        f.write_str("; what is asked for may be there, ask again when it is back")
    }
}

impl std::error::Error for NotAnswered {}

impl Others {
    pub(crate) fn new(own: InstanceId, bus: Arc<dyn Bus>) -> Self {
        Self(Arc::new(Inside {
            own,
            bus,
            known: Neighbours::default(),
            looks: Arc::default(),
        }))
    }

    /// Where it is kept who is there.
    pub(super) fn neighbours(&self) -> &Neighbours {
        &self.0.known
    }

    /// Who looks at how busy their nodes are.
    pub(super) fn looks(&self) -> &Looks {
        &self.0.looks
    }

    /// Somebody looks, until this is dropped.
    pub(crate) fn look(&self) -> Looking {
        self.0.looks.look()
    }

    /// Until it is known how busy their nodes are; at most so long.
    pub(crate) async fn fresh_loads(&self, patience: Duration) {
        let known = self.0.known.all();
        if known.iter().any(|one| one.standing == Standing::Here) {
            self.0.looks.fresh(patience).await;
        }
    }

    /// This one.
    pub(crate) fn own(&self) -> InstanceId {
        self.0.own
    }

    /// Who is known, in the order of their names.
    pub(crate) fn known(&self) -> Vec<Neighbour> {
        self.0.known.all()
    }

    /// How it is called.
    pub(crate) fn name_of(&self, id: InstanceId) -> String {
        let known = self.0.known.all();
        let found = known.iter().find(|one| one.card.id == id);
        found.map_or_else(|| id.0.to_string(), |one| name(&one.card.name))
    }

    /// Those that are there, and those that are not, each with the reason.
    fn split(&self) -> (Vec<InstanceId>, Vec<Missing>) {
        let (mut here, mut missing) = (Vec::new(), Vec::new());
        for one in self.0.known.all() {
            let why = match one.standing {
                Standing::Here => {
                    here.push(one.card.id);
                    continue;
                }
                Standing::Silent => "it is not heard of any more",
                Standing::Left => "it was stopped",
            };
            missing.push(Missing {
                id: one.card.id,
                name: name(&one.card.name),
                why: why.to_owned(),
            });
        }
        (here, missing)
    }

    /// Asks all at once. The first that is sure is believed, then the first that is not; none has it only if all said so.
    async fn first<T: DeserializeOwned, U>(
        &self,
        question: &Question,
        fits: impl Fn(T) -> Option<Fit<U>>,
    ) -> Result<Option<(InstanceId, U)>, NotAnswered> {
        let (here, mut missing) = self.split();
        let asked = here.into_iter().map(|to| async move {
            let told = self.ask::<T>(to, question, PATIENCE).await;
            (to, told)
        });
        let mut asked: FuturesUnordered<_> = asked.collect();
        let mut perhaps = None;
        while let Some((by, told)) = asked.next().await {
            match told {
                Told::This(this) => match fits(this) {
                    Some(Fit::Sure(this)) => return Ok(Some((by, this))),
                    Some(Fit::Perhaps(this)) => drop(perhaps.get_or_insert((by, this))),
                    None => {}
                },
                Told::NotHere => {}
                Told::Nothing(silent) => missing.push(silent),
            }
        }
        match perhaps {
            Some(found) => Ok(Some(found)),
            None if missing.is_empty() => Ok(None),
            None => Err(NotAnswered(missing)),
        }
    }

    /// Asks one that is known to have it.
    async fn one<T: DeserializeOwned>(
        &self,
        to: InstanceId,
        question: &Question,
        patience: Duration,
    ) -> Result<Option<T>, NotAnswered> {
        match self.ask(to, question, patience).await {
            Told::This(this) => Ok(Some(this)),
            Told::NotHere => Ok(None),
            Told::Nothing(missing) => Err(NotAnswered(vec![missing])),
        }
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        to: InstanceId,
        question: &Question,
        patience: Duration,
    ) -> Told<T> {
        let letter = Letter {
            from: self.0.own,
            says: Says::Ask {
                question: question.clone(),
            },
        };
        let asked = self.0.bus.request(to, letter.bytes(), patience);
        // An engine that hangs is no excuse for us to hang.
        let answer = tokio::time::timeout(patience.saturating_mul(2), asked).await;
        let answer = answer.unwrap_or(Err(EngineError::TimedOut));
        let nothing = |why: String| {
            let name = self.name_of(to);
            Told::Nothing(Missing { id: to, name, why })
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return nothing(in_words(&error)),
        };
        let strange = || nothing("it says what this version does not understand".to_owned());
        let Ok(envelope) = serde_json::from_slice::<Envelope>(&answer) else {
            return strange();
        };
        match (envelope.reply.as_str(), envelope.told, envelope.why) {
            ("told", Some(told), _) => {
                serde_json::from_str(told.get()).map_or_else(|_| strange(), Told::This)
            }
            ("not_here", None, _) => Told::NotHere,
            ("failed", None, Some(why)) => nothing(protocol::limits::cut(&why, 500).to_owned()),
            ("unknown", None, _) => nothing("its version cannot answer this".to_owned()),
            _ => strange(),
        }
    }
}

fn in_words(error: &EngineError) -> String {
    match error {
        EngineError::NoOne => "it is not there".to_owned(),
        EngineError::TimedOut => "it does not answer in time".to_owned(),
        EngineError::Away(_)
        | EngineError::Full(_)
        | EngineError::Clocks(_)
        | EngineError::TooLarge(_)
        | EngineError::Forged(_) => error.to_string(),
    }
}

fn name(said: &str) -> String {
    let shown = said.chars().filter(|c| !protocol::limits::is_deceptive(*c));
    let shown: String = shown.collect();
    protocol::limits::cut(&shown, NAME).to_owned()
}
