//! Tells a message that comes again, or comes from another time, from a new one: a window over the counters of each life, and
//! the time that the sender gave it.
//!
//! Not here: messages of the life before this one's start. For a minute after a restart they could be said again, so what is
//! done must be known by its id where it counts.

use std::collections::HashMap;

use super::{SALT, Stamp};

/// How far the time of a message may be from ours; clocks differ, messages wait.
const PATIENCE_MS: i64 = 60_000;
/// How far behind the newest one of its life a message may be: whatever a life seals counts, and a thread may be held up
/// between sealing and sending.
const WINDOW: u64 = 1 << 16;
const WORDS: usize = (WINDOW / 64) as usize;
/// Lives to remember; the one that was heard last the longest ago goes.
const LIVES: usize = 256;

/// Why a message is not heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stale {
    /// Its time is so many seconds before ours (after it, when negative).
    #[error("its time differs from ours by {0} s: it is old, or a clock is wrong")]
    Time(i64),
    /// It was heard already, or is behind all that can be told apart.
    #[error("it was said already")]
    Again,
}

/// What was heard.
#[derive(Debug, Default)]
pub struct Replay(HashMap<[u8; SALT], Life>);

#[derive(Debug)]
struct Life {
    /// One more than the largest counter heard.
    end: u64,
    heard: Box<[u64; WORDS]>,
    last_ms: i64,
}

impl Replay {
    /// Passes a message once, if it was said about now.
    pub fn fresh(&mut self, stamp: Stamp, said_ms: i64, now_ms: i64) -> Result<(), Stale> {
        let late = now_ms.saturating_sub(said_ms);
        if late.saturating_abs() > PATIENCE_MS {
            return Err(Stale::Time(late / 1000));
        }
        if !self.0.contains_key(&stamp.salt) {
            self.make_room(now_ms);
        }
        let life = self.0.entry(stamp.salt).or_insert_with(|| Life {
            end: 0,
            heard: Box::new([0; WORDS]),
            last_ms: now_ms,
        });
        life.last_ms = now_ms;
        if life.hear(stamp.counter) {
            Ok(())
        } else {
            Err(Stale::Again)
        }
    }

    /// What was said by a life that is silent for long would be too old by now.
    fn make_room(&mut self, now_ms: i64) {
        if self.0.len() < LIVES {
            return;
        }
        self.0
            .retain(|_, life| now_ms.saturating_sub(life.last_ms) <= 2 * PATIENCE_MS);
        let oldest = self.0.iter().min_by_key(|(_, life)| life.last_ms);
        if self.0.len() >= LIVES
            && let Some((&salt, _)) = oldest
        {
            self.0.remove(&salt);
        }
    }
}

impl Life {
    fn hear(&mut self, counter: u64) -> bool {
        let Some(end) = counter.checked_add(1) else {
            return false;
        };
        if end > self.end {
            // The places between were used by counters a window ago.
            for skipped in self.end.max(end.saturating_sub(WINDOW))..end {
                self.heard[place(skipped)] &= !bit(skipped);
            }
            self.end = end;
        } else if self.end - counter > WINDOW {
            return false;
        }
        let word = &mut self.heard[place(counter)];
        let new = *word & bit(counter) == 0;
        *word |= bit(counter);
        new
    }
}

fn place(counter: u64) -> usize {
    ((counter % WINDOW) / 64) as usize
}

fn bit(counter: u64) -> u64 {
    1 << (counter % 64)
}
