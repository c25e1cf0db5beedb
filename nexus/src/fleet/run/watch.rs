//! Who of all instances tells the world of alerts: the one with the lowest id of those that live, know where, and have watched for
//! long enough; all see the same, so each works it out by itself. While they do not hear each other each of them tells: rather
//! twice than never. What an instance that is gone said of alerts is let go of here, too.
//!
//! Not here: posting ([`crate::webhook`]), and what fires ([`crate::alerts`]).

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Life, TICK};
use crate::fleet::neighbours::Standing;
use crate::fleet::{FactKey, InstanceId, Table};

/// Whoever lives was heard of by then.
const HEARD: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Default)]
pub(super) struct Watch {
    /// This instance could be the one.
    could: AtomicBool,
    /// Since when the directory tells all that it knows.
    since: Mutex<Option<Instant>>,
}

impl Watch {
    pub(super) fn watches(&self) -> bool {
        self.could.load(Ordering::Acquire)
    }

    pub(super) fn up_to_date(&self) {
        self.set(Some(Instant::now()));
    }

    pub(super) fn lost(&self) {
        self.set(None);
    }

    fn set(&self, since: Option<Instant>) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    /// Whoever is not heard of is not there.
    fn is_sure(&self) -> bool {
        let since = *self.since.lock().unwrap_or_else(PoisonError::into_inner);
        since.is_some_and(|since| since.elapsed() >= HEARD)
    }
}

impl Life {
    /// Decides again and again who tells the world, and whose alerts are over.
    pub(super) async fn share_alerts(self: Arc<Self>) {
        let mut before: Option<InstanceId> = None;
        loop {
            let look = self.handle.act(|state, now| {
                let could = state.could_post_alerts(now);
                (could, state.alert_tellers())
            });
            if let Ok((could, tellers)) = look.await {
                self.watch.could.store(could, Ordering::Release);
                let able = self.who_could_post(could);
                let posts = able.first().copied();
                // What whoever did it before may have had in its queue when it went, and what nobody told.
                let left = before.is_none_or(|before| !able.contains(&before));
                self.handle.webhook.duty(posts == Some(self.own), left);
                before = posts;
                self.forget_the_gone(tellers).await;
            }
            tokio::time::sleep(TICK).await;
        }
    }

    fn who_could_post(&self, could: bool) -> BTreeSet<InstanceId> {
        let others = self.others.neighbours().all().into_iter();
        let others = others.filter(|one| one.standing == Standing::Here && one.card.watches);
        let own = could.then_some(self.own);
        others.map(|one| one.card.id).chain(own).collect()
    }

    async fn forget_the_gone(&self, tellers: Vec<InstanceId>) {
        if !self.watch.is_sure() {
            return;
        }
        for by in tellers.into_iter().filter(|by| !self.lives(*by)) {
            let over = self
                .handle
                .act(move |state, now| state.alert_teller_is_gone(by, now));
            let table = Table::Alert;
            let keys = over.await.unwrap_or_default().into_iter();
            self.facts.mark(keys.map(|key| FactKey { table, key }));
        }
    }
}
