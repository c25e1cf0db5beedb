//! Which ids and dedupe keys were used, also by jobs that are long over. Bounded: what was used very long ago may be used again.
//! Not here: the jobs.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use uuid::Uuid;

/// As many as jobs are kept.
const MOST: usize = 100_000;

/// See the module.
#[derive(Debug)]
pub(super) struct Memory<K> {
    known: HashMap<K, Uuid>,
    oldest_first: VecDeque<K>,
}

impl<K> Default for Memory<K> {
    fn default() -> Self {
        Self {
            known: HashMap::new(),
            oldest_first: VecDeque::new(),
        }
    }
}

impl<K: Eq + Hash + Clone> Memory<K> {
    pub(super) fn find(&self, key: &K) -> Option<Uuid> {
        self.known.get(key).copied()
    }

    pub(super) fn forget(&mut self, key: &K) {
        self.known.remove(key);
    }

    /// Rare, so it may look at all of them.
    pub(super) fn forget_of(&mut self, job: Uuid) {
        self.known.retain(|_, known| *known != job);
    }

    pub(super) fn remember(&mut self, key: K, job: Uuid) {
        if self.known.insert(key.clone(), job).is_none() {
            self.oldest_first.push_back(key);
        }
        while self.oldest_first.len() > MOST {
            let oldest = self.oldest_first.pop_front();
            oldest.and_then(|oldest| self.known.remove(&oldest));
        }
    }
}
