//! Executions that nobody can prove anything of, oldest first; a late answer may still correct them. Not here: how they come
//! to be so.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

/// Most of them. A whole fleet may be cut off while it works.
const MOST: usize = 20_000;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Unknown {
    order: BTreeMap<u64, Uuid>,
    places: HashMap<Uuid, u64>,
    next: u64,
}

impl Unknown {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Uuid> {
        self.order.values().copied()
    }

    /// One more, if it is not there yet. The oldest one has to go when there are too many.
    pub(super) fn insert(&mut self, id: Uuid) -> Option<Uuid> {
        if !self.places.contains_key(&id) {
            self.order.insert(self.next, id);
            self.places.insert(id, self.next);
            self.next += 1;
        }
        if self.places.len() <= MOST {
            return None;
        }
        let (_, oldest) = self.order.pop_first()?;
        self.places.remove(&oldest);
        Some(oldest)
    }

    pub(super) fn remove(&mut self, id: Uuid) {
        if let Some(place) = self.places.remove(&id) {
            self.order.remove(&place);
        }
    }
}
