//! Letters that come in parts, until they are whole, and answers that go in parts, until they are fetched. One of each for every
//! instance: a new one ends the one before, whose sender has given it up. All together hold no more than [`ROOM`], and what
//! nobody goes on with is let go.
//! Not here: asking ([`super::post`]), and what is in them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use uuid::Uuid;

use super::InstanceId;
use super::engine::LARGEST;
use super::message::{Part, Reply, with_piece};
use super::post::{MOST, PART};

/// Most bytes of all of them.
const ROOM: usize = 256 << 20;
/// How long one may wait for the next word about it.
const IDLE: Duration = Duration::from_secs(30);

/// See the module.
#[derive(Default)]
pub(crate) struct Parcels(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    coming: HashMap<InstanceId, Coming>,
    going: HashMap<InstanceId, Going>,
}

struct Coming {
    of: Uuid,
    total: usize,
    bytes: Vec<u8>,
    last: Instant,
}

struct Going {
    of: Uuid,
    answer: Bytes,
    last: Instant,
}

/// What a part makes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// The letter.
    Whole(Bytes),
    /// Nothing yet; this is the answer to the part.
    Says(Reply),
}

impl Parcels {
    /// A part of a letter.
    pub(crate) fn take(&self, from: InstanceId, part: Part, piece: &[u8], now: Instant) -> Taken {
        let mut inside = self.lock();
        let before = inside.coming.remove(&from);
        let mut coming = if part.at == 0 {
            if part.total > MOST {
                return Taken::Says(Reply::Lost);
            }
            if inside.held() + part.total.max(PART) > ROOM {
                return Taken::Says(Reply::Later);
            }
            Coming {
                of: part.of,
                total: part.total,
                bytes: Vec::new(),
                last: now,
            }
        } else {
            match before {
                Some(known) if (known.of, known.total) == (part.of, part.total) => known,
                Some(_) | None => return Taken::Says(Reply::Lost),
            }
        };
        let fits = coming.bytes.len() == part.at
            && !piece.is_empty()
            && piece.len() <= coming.total - coming.bytes.len();
        if !fits {
            return Taken::Says(Reply::Lost);
        }
        coming.bytes.extend_from_slice(piece);
        coming.last = now;
        if coming.bytes.len() == coming.total {
            return Taken::Whole(coming.bytes.into());
        }
        inside.coming.insert(from, coming);
        Taken::Says(Reply::Done)
    }

    /// An answer as it goes to this instance: as it is, or the first part of it.
    pub(crate) fn answer(&self, to: InstanceId, answer: Bytes, now: Instant) -> Bytes {
        if answer.len() <= LARGEST {
            return answer;
        }
        let mut inside = self.lock();
        inside.going.remove(&to);
        if answer.len() > MOST || inside.held() + answer.len() > ROOM {
            return Reply::Later.bytes();
        }
        let of = Uuid::new_v4();
        let going = Going {
            of,
            answer,
            last: now,
        };
        let first = going.piece(0);
        inside.going.insert(to, going);
        first
    }

    /// The next part of an answer.
    pub(crate) fn rest(&self, to: InstanceId, part: Part, now: Instant) -> Bytes {
        let mut inside = self.lock();
        let Some(going) = inside.going.get_mut(&to).filter(|going| {
            (going.of, going.answer.len()) == (part.of, part.total) && part.at < part.total
        }) else {
            return Reply::Lost.bytes();
        };
        going.last = now;
        let piece = going.piece(part.at);
        if part.at + PART >= part.total {
            inside.going.remove(&to);
        }
        piece
    }

    /// Lets go of what nobody goes on with.
    pub(crate) fn prune(&self, now: Instant) {
        let mut inside = self.lock();
        let goes_on = |last: Instant| now.duration_since(last) < IDLE;
        inside.coming.retain(|_, coming| goes_on(coming.last));
        inside.going.retain(|_, going| goes_on(going.last));
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    /// What is promised counts, not what is there: two halves that wait for room would wait for ever.
    fn held(&self) -> usize {
        let coming = self.coming.values().map(|coming| coming.total.max(PART));
        let going = self.going.values().map(|going| going.answer.len());
        coming.chain(going).sum()
    }
}

impl Going {
    fn piece(&self, at: usize) -> Bytes {
        let end = self.answer.len().min(at.saturating_add(PART));
        let part = Part {
            of: self.of,
            at,
            total: self.answer.len(),
        };
        with_piece(&Reply::Part(part), &self.answer[at..end])
    }
}

#[cfg(test)]
mod tests;
