//! How busy nodes elsewhere are, as their holders said last: each is asked for what changed since, and what it said of a node
//! stands until it says another thing. Not here: when ([`super::looks`]), and for how long it is true ([`crate::state`]).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::ask::LoadsTold;
use super::{InstanceId, Others};
use crate::hub::Handle;
use crate::model::Ordinal;
use crate::state::{FarLoad, LoadRow};

/// Most places of one instance.
const PLACES: usize = 100_000;
/// Most pages of one answer.
const PAGES: usize = 200;
/// Nodes that are told to the state at once, so that nobody waits for all.
const AT_ONCE: usize = 500;

/// See the module.
#[derive(Default)]
pub(super) struct Loads(Mutex<HashMap<InstanceId, Arc<tokio::sync::Mutex<Said>>>>);

/// What one instance said.
#[derive(Default)]
struct Said {
    /// Its stamp of that.
    since: u64,
    places: HashMap<Ordinal, String>,
    nodes: HashMap<String, FarLoad>,
}

impl Loads {
    /// Asks these for what changed, and tells it to the state.
    pub(super) async fn ask(&self, of: &[InstanceId], others: &Others, handle: &Handle) {
        let said: Vec<_> = {
            let mut all = self.lock();
            all.retain(|id, _| of.contains(id));
            let entry = |id: &InstanceId| (*id, Arc::clone(all.entry(*id).or_default()));
            of.iter().map(entry).collect()
        };
        let asked = said.into_iter().map(|(id, said)| async move {
            said.lock().await.refresh(id, others, handle).await;
        });
        futures_util::future::join_all(asked).await;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<InstanceId, Arc<tokio::sync::Mutex<Said>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Said {
    async fn refresh(&mut self, of: InstanceId, others: &Others, handle: &Handle) {
        let Some(mut changed) = self.hear(of, others).await else {
            return;
        };
        changed.sort_unstable();
        changed.dedup();
        self.tell(of, changed, handle).await;
        let unknown = handle
            .act(move |state, now| state.confirm_loads(of, now))
            .await;
        // Their sessions were opened anew since, or it was not confirmed in time.
        self.tell(of, unknown.unwrap_or_default(), handle).await;
    }

    /// The nodes of which something was said; none: it did not answer.
    async fn hear(&mut self, of: InstanceId, others: &Others) -> Option<Vec<String>> {
        let (mut changed, mut from, mut stamp) = (Vec::new(), 0, None);
        for _ in 0..PAGES {
            let told = others.loads(of, self.since, from).await;
            let told = told.inspect_err(|error| tracing::debug!(%error, "its loads are not known"));
            let LoadsTold { now, rows, next } = told.ok()??;
            if now < self.since {
                // Its clock went back over a restart: what it says now may not be all that changed.
                *self = Self::default();
                (from, stamp) = (0, None);
                changed.clear();
                continue;
            }
            // What changes meanwhile is told the next time.
            let first = *stamp.get_or_insert(now);
            changed.extend(rows.into_iter().filter_map(|row| self.take(row)));
            match next {
                Some(next) if next > from => from = next,
                Some(_) | None => {
                    self.since = first;
                    return Some(changed);
                }
            }
        }
        Some(changed)
    }

    fn take(&mut self, row: LoadRow) -> Option<String> {
        let LoadRow {
            place,
            id,
            load,
            disk,
        } = row;
        let fresh = id.is_some();
        let id = match id {
            Some(id) if self.places.len() < PLACES && protocol::limits::is_id(&id) => {
                let before = self.places.insert(place, id.clone());
                if let Some(before) = before.filter(|before| *before != id) {
                    self.nodes.remove(&before);
                }
                id
            }
            Some(_) => return None,
            None => self.places.get(&place)?.clone(),
        };
        let before = self.nodes.remove(&id).filter(|_| !fresh);
        let disk = disk.or_else(|| before?.disk);
        self.nodes.insert(id.clone(), FarLoad { load, disk });
        Some(id)
    }

    async fn tell(&self, of: InstanceId, ids: Vec<String>, handle: &Handle) {
        let known = ids.into_iter().filter_map(|id| {
            let far = self.nodes.get(&id)?.clone();
            Some((id, far))
        });
        let known: Vec<_> = known.collect();
        for rows in known.chunks(AT_ONCE) {
            let rows = rows.to_vec();
            let told = handle.act(move |state, now| state.hear_loads(of, &rows, now));
            if told.await.is_err() {
                return;
            }
        }
    }
}
