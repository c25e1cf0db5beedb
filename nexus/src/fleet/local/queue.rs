//! The line of work at a local engine: what waits, what is claimed and until when, what was buried.
//!
//! Not here: a task with a clock. What is over is found out by whoever looks next; whoever waits wakes up when it can be.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::{Seat, Shared, fits, lock};
use crate::fleet::engine::{ATTEMPTS, Claimed, EngineError, FOREVER, Pending, Queue, Work};

/// Most that waits or is claimed.
const WAITING: usize = 100_000;
/// Most dead letters; the oldest go.
const DEAD: usize = 10_000;

#[derive(Default)]
pub(super) struct Line {
    rows: Mutex<Rows>,
    /// Somebody who waits should look again.
    moved: Notify,
}

#[derive(Default)]
struct Rows {
    next: u64,
    /// All that waits or is claimed, by its place in the line.
    pieces: BTreeMap<u64, Piece>,
    ready: BTreeSet<u64>,
    /// Claimed, or to be tried again: until when.
    later: BTreeSet<(Instant, u64)>,
    /// Ids that are not taken on: those in the line (None) and those that are done, until when.
    known: HashMap<Uuid, Option<Instant>>,
    dead: VecDeque<(Work, String)>,
}

struct Piece {
    work: Work,
    attempts: u32,
    until: Option<Instant>,
}

/// What there is to do.
enum Next {
    /// The place, how often somebody has had it, and what it is.
    Taken(u64, u32, Work),
    /// Nothing until then, if that is known.
    NotBefore(Option<Instant>),
}

impl Rows {
    fn put(&mut self, work: Work, again: bool) -> Result<bool, EngineError> {
        let now = Instant::now();
        if self.known.len() >= WAITING {
            self.known
                .retain(|_, until| until.is_none_or(|until| until > now));
        }
        let known = self.known.get(&work.id);
        if known.is_some_and(|until| until.is_none_or(|until| !again && until > now)) {
            return Ok(false);
        }
        if self.pieces.len() >= WAITING {
            return Err(EngineError::Full(format!("{WAITING} pieces of work wait")));
        }
        self.next += 1;
        self.known.insert(work.id, None);
        self.ready.insert(self.next);
        let piece = Piece {
            work,
            attempts: 0,
            until: None,
        };
        self.pieces.insert(self.next, piece);
        Ok(true)
    }

    /// What was claimed or put off until now can be had again, unless that was often enough.
    fn wake(&mut self, now: Instant, window: Duration) {
        while let Some(&(until, place)) = self.later.first()
            && until <= now
        {
            self.later.pop_first();
            let Some(piece) = self.pieces.get_mut(&place) else {
                continue;
            };
            piece.until = None;
            let attempts = piece.attempts;
            if attempts >= ATTEMPTS {
                self.bury(
                    place,
                    format!("{attempts} times somebody took it, and nobody finished it"),
                    window,
                );
            } else {
                self.ready.insert(place);
            }
        }
    }

    fn take(&mut self, lease: Duration) -> Option<(u64, u32, Work)> {
        let place = self.ready.pop_first()?;
        self.hold(place, Instant::now() + lease);
        let piece = self.pieces.get_mut(&place)?;
        piece.attempts += 1;
        Some((place, piece.attempts, piece.work.clone()))
    }

    fn hold(&mut self, place: u64, until: Instant) {
        let Some(piece) = self.pieces.get_mut(&place) else {
            return;
        };
        if let Some(before) = piece.until.replace(until) {
            self.later.remove(&(before, place));
        }
        self.later.insert((until, place));
    }

    fn remove(&mut self, place: u64, window: Duration) -> Option<Work> {
        let piece = self.pieces.remove(&place)?;
        self.ready.remove(&place);
        if let Some(until) = piece.until {
            self.later.remove(&(until, place));
        }
        self.known
            .insert(piece.work.id, Some(Instant::now() + window));
        Some(piece.work)
    }

    fn bury(&mut self, place: u64, why: String, window: Duration) {
        let Some(work) = self.remove(place, window) else {
            return;
        };
        self.dead.retain(|(other, _)| other.id != work.id);
        self.dead.push_back((work, why));
        if self.dead.len() > DEAD {
            self.dead.pop_front();
        }
    }

    fn claimed_by(&self, place: u64, attempt: u32) -> bool {
        self.pieces
            .get(&place)
            .is_some_and(|piece| piece.attempts == attempt && piece.until.is_some())
    }
}

impl Shared {
    fn line<T>(&self, ask: impl FnOnce(&mut Rows) -> T) -> Result<T, EngineError> {
        self.there()?;
        let mut rows = lock(&self.queue.rows);
        rows.wake(Instant::now(), self.terms.window);
        let answer = ask(&mut rows);
        drop(rows);
        self.queue.moved.notify_waiters();
        Ok(answer)
    }

    fn next(&self) -> Result<Next, EngineError> {
        self.there()?;
        let mut rows = lock(&self.queue.rows);
        rows.wake(Instant::now(), self.terms.window);
        Ok(match rows.take(self.terms.lease) {
            Some((place, attempt, work)) => Next::Taken(place, attempt, work),
            None => Next::NotBefore(rows.later.first().map(|(until, _)| *until)),
        })
    }
}

impl Queue for Seat {
    fn put(&self, work: Work) -> Pending<'_, bool> {
        Box::pin(async move {
            fits(work.message.len())?;
            self.shared.line(|rows| rows.put(work, false))?
        })
    }

    fn take(&self, patience: Duration) -> Pending<'_, Option<Box<dyn Claimed>>> {
        Box::pin(async move {
            let end = Instant::now() + patience.min(FOREVER);
            loop {
                let moved = self.shared.queue.moved.notified();
                tokio::pin!(moved);
                // From here on a change is not missed.
                moved.as_mut().enable();
                let look = match self.shared.next()? {
                    Next::Taken(place, attempt, work) => {
                        let claim: Box<dyn Claimed> = Box::new(Claim {
                            shared: self.shared.clone(),
                            place,
                            attempt,
                            work,
                        });
                        return Ok(Some(claim));
                    }
                    Next::NotBefore(look) => look.map_or(end, |look| look.min(end)),
                };
                if Instant::now() >= end {
                    return Ok(None);
                }
                tokio::select! {
                    () = moved => {}
                    () = sleep_until(look) => {}
                    () = self.shared.lost() => return Err(super::gone()),
                }
            }
        })
    }

    fn dead(&self, most: usize) -> Pending<'_, Vec<(Work, String)>> {
        Box::pin(async move {
            self.shared
                .line(|rows| rows.dead.iter().take(most).cloned().collect())
        })
    }

    fn revive(&self, id: Uuid) -> Pending<'_, bool> {
        Box::pin(async move {
            self.shared.line(|rows| {
                let Some(at) = rows.dead.iter().position(|(work, _)| work.id == id) else {
                    return Ok(false);
                };
                rows.put(rows.dead[at].0.clone(), true)?;
                rows.dead.remove(at);
                Ok(true)
            })?
        })
    }

    fn depth(&self) -> Pending<'_, (u64, u64)> {
        Box::pin(async move {
            self.shared
                .line(|rows| (rows.pieces.len() as u64, rows.dead.len() as u64))
        })
    }
}

struct Claim {
    shared: Arc<Shared>,
    place: u64,
    attempt: u32,
    work: Work,
}

impl Claimed for Claim {
    fn work(&self) -> &Work {
        &self.work
    }

    fn attempt(&self) -> u32 {
        self.attempt
    }

    fn working(&mut self) -> Pending<'_, ()> {
        Box::pin(async move {
            let until = Instant::now() + self.shared.terms.lease;
            self.shared.line(|rows| {
                if rows.claimed_by(self.place, self.attempt) {
                    rows.hold(self.place, until);
                }
            })
        })
    }

    fn done(self: Box<Self>) -> Pending<'static, ()> {
        Box::pin(async move {
            let window = self.shared.terms.window;
            self.shared
                .line(|rows| rows.remove(self.place, window))
                .map(|_| ())
        })
    }

    fn retry(self: Box<Self>, after: Duration) -> Pending<'static, ()> {
        Box::pin(async move {
            let until = Instant::now() + after.min(FOREVER);
            self.shared.line(|rows| {
                if rows.claimed_by(self.place, self.attempt) {
                    rows.hold(self.place, until);
                    rows.wake(Instant::now(), self.shared.terms.window);
                }
            })
        })
    }

    fn bury(self: Box<Self>, why: String) -> Pending<'static, ()> {
        Box::pin(async move {
            let window = self.shared.terms.window;
            self.shared.line(|rows| {
                if rows.claimed_by(self.place, self.attempt) {
                    rows.bury(self.place, why, window);
                }
            })
        })
    }
}
