//! Whether the engine still knows what it knew. What it lost is told again by all who live, each what is its own.
//! Not here: how each of these is told again.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Life;
use crate::fleet::Put;
use crate::fleet::enter::identity_key;

/// What is known of the engine's memory.
#[derive(Default)]
pub(super) struct Memory(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    /// Which life of it this instance knows; none: it has not met it yet.
    life: Option<String>,
    /// It is another one than before, and not everything was told to it again.
    lost: bool,
}

impl Memory {
    /// It lives this life now. True: it lost something since the one before.
    pub(super) fn lives(&self, life: String) -> bool {
        let mut inside = self.lock();
        let before = inside.life.replace(life);
        if before.is_some() && before != inside.life {
            tracing::warn!("the fleet's engine lost what it knew; it is told again");
            inside.lost = true;
        }
        inside.lost
    }

    fn is_lost(&self) -> bool {
        self.lock().lost
    }

    fn told_again(&self) {
        self.lock().lost = false;
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Life {
    /// The directory begins to tell everything anew.
    pub(super) fn hear_anew(&self) {
        self.facts.begin();
        self.turns.begin();
        self.uses.begin();
        self.yeses.begin();
        self.halt.begin();
        self.book.begin();
        self.heads.begin();
        self.far.begin_round();
    }

    /// It told everything: what it did not tell it does not know (any more).
    pub(super) async fn up_to_date(&self) {
        let lost = self.memory.is_lost();
        self.halt.up_to_date();
        let removed = self.book.up_to_date();
        self.far.up_to_date().await;
        self.turns.up_to_date(&self.handle).await;
        let mut all = self.uses.up_to_date(lost).await;
        if lost {
            all &= self.tell_who_we_are().await;
        }
        self.facts.up_to_date().await;
        self.yeses.up_to_date();
        self.watch.up_to_date();
        self.heir.begin(lost).await;
        if all {
            self.memory.told_again();
        }
        self.moved.mark(removed);
        self.everything_moved().await;
    }

    /// Whoever joins now must not make another identity for this swarm.
    async fn tell_who_we_are(&self) -> bool {
        let Some(identity) = self.identity.clone() else {
            return true;
        };
        match self.directory.put(&identity_key(), Some(identity), 0).await {
            // Somebody else told it.
            Ok(Put::Done(_) | Put::Changed) => true,
            Err(error) => {
                tracing::warn!(%error, "the identity of the swarm is not told again yet");
                false
            }
        }
    }
}
