//! What waits for its place in the audit log. Handing something over costs a lock and wakes nobody who is awake: orders are
//! sent right behind it. Bounded by bytes; when it is full nothing new may be done. Not here: writing it.

use std::sync::{Mutex, PoisonError};

use crate::audit::Draft;

/// Most bytes that wait.
const BYTES: usize = 64 << 20;
/// Kept free for what happens by itself and cannot be refused.
const RESERVE: usize = 8 << 20;

/// See the module.
#[derive(Default)]
pub(super) struct Lane {
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    drafts: Vec<Draft>,
    bytes: usize,
}

impl Lane {
    /// Whether something new may be done.
    pub(super) fn has_room(&self) -> bool {
        self.lock().bytes < BYTES - RESERVE
    }

    /// Takes something. None: it is full. True: it is the first one, and somebody has to be told.
    pub(super) fn push(&self, draft: Draft) -> Option<bool> {
        let mut waiting = self.lock();
        if waiting.bytes >= BYTES {
            return None;
        }
        waiting.bytes += draft.weight();
        waiting.drafts.push(draft);
        Some(waiting.drafts.len() == 1)
    }

    /// Hands out all that waits, behind what is in `drafts` already.
    pub(super) fn take(&self, drafts: &mut Vec<Draft>) {
        let mut waiting = self.lock();
        waiting.bytes = 0;
        drafts.append(&mut waiting.drafts);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
