//! Who of all instances tells the world of alerts: whoever does goes on for as long as it lives, so that one which comes in takes
//! nothing over and nothing is told by both. If nobody does, it is the one with the lowest id of those that live, know where, and have
//! watched for long enough; all see the same, so each works it out by itself. While they do not hear each other each of them tells:
//! rather twice than never. What an instance that is gone said of alerts is let go of here, too.
//!
//! Not here: posting ([`crate::webhook`]), and what fires ([`crate::alerts`]).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Life, TICK};
use crate::fleet::neighbours::Standing;
use crate::fleet::{FactKey, InstanceId, Table};

/// Whoever lives was heard of by then.
const HEARD: Duration = Duration::from_secs(10);
/// Whoever else could tell has said so by then: an address comes to all within moments, and signs of life in a beat.
const SAID: Duration = Duration::from_secs(4);

/// See the module.
#[derive(Default)]
pub(super) struct Watch {
    /// This instance could be the one.
    could: AtomicBool,
    /// It is.
    posts: AtomicBool,
    /// Since when the directory tells all that it knows.
    since: Mutex<Option<Instant>>,
}

impl Watch {
    pub(super) fn watches(&self) -> bool {
        self.could.load(Ordering::Acquire)
    }

    pub(super) fn posts(&self) -> bool {
        self.posts.load(Ordering::Acquire)
    }

    /// True: others do not know that yet.
    fn is(&self, could: bool, posts: bool) -> bool {
        let before = self.could.swap(could, Ordering::AcqRel);
        (self.posts.swap(posts, Ordering::AcqRel), before) != (posts, could)
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

/// What is known of an instance that lives.
#[derive(Clone, Copy)]
struct Candidate {
    id: InstanceId,
    could: bool,
    posts: bool,
}

/// Who tells the world; none: nobody could. `settled`: whoever else could has said so.
fn poster(all: &[Candidate], settled: bool) -> Option<InstanceId> {
    let lowest = |is: fn(&Candidate) -> bool| {
        let those = all.iter().filter(|one| is(one));
        those.map(|one| one.id).min()
    };
    let now = lowest(|one| one.could && one.posts);
    now.or_else(|| lowest(|one| one.could).filter(|_| settled))
}

impl Life {
    /// Decides again and again who tells the world, and whose alerts are over.
    pub(super) async fn share_alerts(self: Arc<Self>) {
        let mut since: Option<Instant> = None;
        loop {
            let look = self.handle.act(|state, now| {
                let could = state.could_post_alerts(now);
                (could, state.alert_tellers())
            });
            if let Ok((could, tellers)) = look.await {
                since = since.filter(|_| could);
                let began = *since.get_or_insert_with(Instant::now);
                self.settle_who_posts(could, began.elapsed() >= SAID).await;
                self.forget_the_gone(tellers).await;
            }
            tokio::time::sleep(TICK).await;
        }
    }

    async fn settle_who_posts(&self, could: bool, settled: bool) {
        let mut all = vec![Candidate {
            id: self.own,
            could,
            posts: self.watch.posts(),
        }];
        let others = self.others.neighbours().all().into_iter();
        let others = others.filter(|one| one.standing == Standing::Here);
        all.extend(others.map(|one| Candidate {
            id: one.card.id,
            could: one.card.watches,
            posts: one.card.posts,
        }));
        let ours = poster(&all, settled) == Some(self.own);
        self.handle.webhook.duty(ours);
        if self.watch.is(could, ours) {
            self.show().await;
        }
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn one(number: u128, could: bool, posts: bool) -> Candidate {
        Candidate {
            id: InstanceId(Uuid::from_u128(number)),
            could,
            posts,
        }
    }

    fn of(all: &[Candidate], settled: bool) -> Option<u128> {
        poster(all, settled).map(|id| id.0.as_u128())
    }

    #[test]
    fn whoever_comes_in_takes_nothing_over() {
        let all = [one(1, true, false), one(2, true, true), one(3, true, false)];
        assert_eq!(of(&all, true), Some(2));
    }

    #[test]
    fn of_two_that_tell_the_first_goes_on() {
        let all = [one(1, true, false), one(3, true, true), one(2, true, true)];
        assert_eq!(of(&all, false), Some(2));
    }

    #[test]
    fn when_nobody_tells_it_is_the_first_that_could_once_all_have_said_so() {
        let all = [
            one(1, false, false),
            one(3, true, false),
            one(2, true, false),
        ];
        assert_eq!(of(&all, true), Some(2));
        assert_eq!(of(&all, false), None);
    }

    #[test]
    fn whoever_does_not_know_where_does_not_tell() {
        let all = [one(1, false, true), one(2, true, false)];
        assert_eq!(of(&all, true), Some(2));
        assert_eq!(of(&all[..1], true), None);
    }
}
