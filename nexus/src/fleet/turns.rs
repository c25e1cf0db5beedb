//! Whose turn the times of schedules are: each is taken by one instance, which begins what is to be begun and owns it. Who took it
//! stands in the directory, so it is taken once whatever happens to whoever took it; while the engine is away nobody takes any.
//! The others hear of it, and until when what it began goes on, so that overlaps are seen everywhere.
//!
//! Not here: when something is due, see [`crate::schedule`].

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use axum::body::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::round::{Round, Told};
use super::{Directory, EngineError, FactKey, InstanceId, Put, Table};
use crate::hub::Handle;
use crate::schedule::{Last, WRONG};
use crate::state::State;

const KEY: &str = "turn:";
/// Longest reason, bytes.
const WHY: usize = 1_000;

/// What the directory holds of a schedule's times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Turn {
    /// The last time that was taken.
    at: SystemTime,
    by: InstanceId,
    /// What came of it; none: it is being begun.
    last: Option<Last>,
    /// What was begun goes on no more.
    over: bool,
}

/// What became of the wish to take a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It is ours to begin.
    Ours,
    /// Another instance begins it, or it was decided already.
    Decided,
    /// Nobody knows; a sentence for people.
    NotNow(String),
}

/// See the module.
pub(crate) struct Turns {
    own: InstanceId,
    directory: Arc<dyn Directory>,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    known: HashMap<Uuid, Known>,
    /// Being begun here.
    in_hand: HashSet<Uuid>,
    /// Instances that are not heard of.
    gone: HashSet<InstanceId>,
    round: Round,
}

struct Known {
    told: Told,
    /// By which it can be written over; 0: it is not there.
    seen: u64,
    turn: Option<Turn>,
}

impl Turns {
    pub(crate) fn new(own: InstanceId, directory: Arc<dyn Directory>) -> Arc<Self> {
        Arc::new(Self {
            own,
            directory,
            inside: Mutex::default(),
        })
    }

    /// Takes this time of a schedule, if nobody has.
    pub(crate) async fn take(&self, id: Uuid, at: SystemTime) -> Taken {
        let seen = {
            let inside = self.lock();
            if let Err(away) = inside.round.check() {
                return Taken::NotNow(away.to_string());
            }
            let known = inside.known.get(&id);
            if let Some(turn) = known.and_then(|known| known.turn.as_ref())
                && turn.at >= at
                && turn.at <= SystemTime::now() + WRONG
            {
                // Taken before a crash, and not begun, or begun and not told: its key makes it the same job.
                let ours = turn.by == self.own && turn.at == at && turn.last.is_none();
                if ours {
                    drop(inside);
                    self.lock().in_hand.insert(id);
                    return Taken::Ours;
                }
                return Taken::Decided;
            }
            known.map_or(0, |known| known.seen)
        };
        let turn = Turn {
            at,
            by: self.own,
            last: None,
            over: false,
        };
        self.lock().in_hand.insert(id);
        match self.put(id, Some(turn), seen).await {
            Ok(true) => Taken::Ours,
            // Somebody was faster; who and what is told soon.
            Ok(false) => {
                self.lock().in_hand.remove(&id);
                Taken::Decided
            }
            Err(error) => {
                self.lock().in_hand.remove(&id);
                Taken::NotNow(error.to_string())
            }
        }
    }

    /// It was begun, or could not be; what came of it stands in the state by now.
    pub(crate) fn settled(&self, id: Uuid) {
        self.lock().in_hand.remove(&id);
    }

    /// Tells the others what came of the times that this instance took.
    pub(super) async fn tend(&self, handle: &Handle) {
        let open: Vec<(Uuid, u64, Turn)> = {
            let inside = self.lock();
            let open = inside.known.iter().filter(|_| inside.round.is_current());
            let open = open.filter_map(|(id, known)| {
                let turn = known.turn.as_ref()?;
                let open = turn.by == self.own && !turn.over && !inside.in_hand.contains(id);
                open.then(|| (*id, known.told.revision(), turn.clone()))
            });
            open.collect()
        };
        for (id, revision, turn) in open {
            let (at, begun) = (turn.at, turn.last.is_some());
            let look = handle.look(move |state| came_of(state, id, at, begun));
            let told = match look.await {
                Ok(Came::Begun(last, over)) => Some(Turn {
                    last: last.or(turn.last.clone()),
                    over,
                    ..turn.clone()
                }),
                Ok(Came::Gone) => None,
                Ok(Came::Waits) | Err(_) => continue,
            };
            if told.as_ref() != Some(&turn)
                && let Err(error) = self.put(id, told, revision).await
            {
                return tracing::debug!(%error, "the others do not know yet what came of a schedule");
            }
        }
    }

    async fn put(&self, id: Uuid, turn: Option<Turn>, seen: u64) -> Result<bool, EngineError> {
        // A struct of times and texts: it cannot fail to serialise.
        let value = turn.as_ref().map(serde_json::to_vec);
        let value = value.map(|value| Bytes::from(value.unwrap_or_default()));
        match self.directory.put(&key(id), value, seen).await? {
            Put::Done(revision) => {
                let seen = turn.as_ref().map_or(0, |_| revision);
                self.know(id, (revision, seen), turn);
                Ok(true)
            }
            Put::Changed => Ok(false),
        }
    }

    fn know(&self, id: Uuid, (revision, seen): (u64, u64), turn: Option<Turn>) -> bool {
        let inside = &mut *self.lock();
        let known = inside.known.get_mut(&id);
        let news = known.is_none_or(|known| inside.round.is_news(&mut known.told, revision));
        if news {
            let told = inside.round.told(revision);
            inside.known.insert(id, Known { told, seen, turn });
        }
        news
    }

    /// Whether this key is about whose turn it is, and of which schedule.
    pub(super) fn is_about(key: &FactKey) -> Option<Uuid> {
        let id = key.key.strip_prefix(KEY)?;
        let id = Uuid::try_parse(id).ok()?;
        (key.table == Table::Schedule).then_some(id)
    }

    /// The directory tells whose turn it was.
    pub(super) async fn told(
        &self,
        id: Uuid,
        value: Option<Bytes>,
        revision: u64,
        handle: &Handle,
    ) {
        let seen = value.as_ref().map_or(0, |_| revision);
        let turn = value.and_then(|value| {
            let turn = serde_json::from_slice::<Turn>(&value);
            if let Err(error) = &turn {
                tracing::warn!(%error, schedule = %id, "whose turn it is cannot be read");
            }
            turn.ok()
        });
        if self.know(id, (revision, seen), turn.clone())
            && let Some(turn) = turn
        {
            self.tell(id, turn, handle).await;
        }
    }

    /// Tells the state of it.
    async fn tell(&self, id: Uuid, turn: Turn, handle: &Handle) {
        let ours = turn.by == self.own;
        if ours && turn.last.is_none() {
            return;
        }
        let busy = !ours && !turn.over && !self.lock().gone.contains(&turn.by);
        let latest = SystemTime::now() + WRONG;
        let told = handle.act(move |state, _| {
            if turn.at <= latest {
                let last = turn.last.filter(|last| last.at <= latest);
                state.take_turn(id, turn.at, last.map(readable));
            }
            state.busy_elsewhere(id, busy);
        });
        drop(told.await);
    }

    /// An instance is not heard of any more, or is heard of again: what it began holds others back only while it is there.
    pub(super) async fn heard(&self, of: InstanceId, there: bool, handle: &Handle) {
        let theirs: Vec<(Uuid, bool)> = {
            let mut inside = self.lock();
            let changed = if there {
                inside.gone.remove(&of)
            } else {
                inside.gone.insert(of)
            };
            if !changed {
                return;
            }
            let turns = inside.known.iter();
            let turns = turns.filter_map(|(id, known)| Some((*id, known.turn.as_ref()?)));
            let theirs = turns.filter(|(_, turn)| turn.by == of && !turn.over);
            theirs.map(|(id, _)| (id, there)).collect()
        };
        if !theirs.is_empty() {
            let told = handle.act(move |state, _| {
                for (id, busy) in theirs {
                    state.busy_elsewhere(id, busy);
                }
            });
            drop(told.await);
        }
    }

    /// The directory begins to tell everything anew.
    pub(super) fn begin(&self) {
        self.lock().round.begin();
    }

    /// It told everything, of some schedules perhaps later than of their turns. From now on times can be taken.
    pub(super) async fn up_to_date(&self, handle: &Handle) {
        let mut lost: Vec<(Uuid, Turn)> = Vec::new();
        let turns: Vec<(Uuid, Turn)> = {
            let inside = &mut *self.lock();
            let round = &inside.round;
            let gone = inside.known.extract_if(|_, known| !known.told.is_of(round));
            let gone = gone.filter_map(|(id, known)| Some((id, known.turn?)));
            lost.extend(gone.filter(|(_, turn)| turn.by == self.own));
            let turns = inside.known.iter();
            let turns = turns.filter_map(|(id, known)| Some((*id, known.turn.clone()?)));
            turns.collect()
        };
        for (id, turn) in turns {
            self.tell(id, turn, handle).await;
        }
        // The engine lost them, and whoever comes now has to know when what was begun last.
        for (id, turn) in lost {
            if let Err(error) = self.put(id, Some(turn.clone()), 0).await {
                tracing::warn!(%error, schedule = %id, "when it was begun last is not told again yet");
                self.know(id, (0, 0), Some(turn));
            }
        }
        self.lock().round.up_to_date();
    }

    /// The directory tells nothing any more.
    pub(super) fn lost(&self) {
        self.lock().round.lost();
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What came of a time that this instance took.
enum Came {
    /// Taken before a crash: it is still to be begun here.
    Waits,
    /// The last word about it, and whether it is over.
    Begun(Option<Last>, bool),
    /// There is no such schedule any more.
    Gone,
}

fn came_of(state: &State, id: Uuid, at: SystemTime, begun: bool) -> Came {
    match state.schedule(id) {
        None => Came::Gone,
        Some(schedule) if !begun && schedule.marks.looked < at => Came::Waits,
        Some(schedule) => Came::Begun(schedule.last.clone(), !state.is_busy(schedule)),
    }
}

/// What came of it, as it can be shown.
fn readable(mut last: Last) -> Last {
    last.why = last.why.map(|why| {
        let why = protocol::limits::cut(&why, WHY);
        why.replace(protocol::limits::is_deceptive, "")
    });
    last
}

fn key(id: Uuid) -> FactKey {
    FactKey {
        table: Table::Schedule,
        key: format!("{KEY}{id}"),
    }
}
