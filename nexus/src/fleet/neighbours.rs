//! Which other instances this one has heard of, and when. Whoever falls silent or says goodbye stays known for a while, so that a
//! list can say whose part is missing.
//!
//! Not here: hearing of them ([`super::run`]), and asking them ([`super::ask`]).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::{Card, InstanceId};

/// How long one is remembered that is not there any more.
const REMEMBERED: Duration = Duration::from_hours(24);
/// Most that are remembered so.
const MOST: usize = 64;

/// See the module.
#[derive(Default)]
pub(crate) struct Neighbours(Mutex<HashMap<InstanceId, Neighbour>>);

/// Another instance.
#[derive(Debug, Clone)]
pub(crate) struct Neighbour {
    /// What it said of itself last.
    pub(crate) card: Card,
    /// When that was.
    pub(crate) heard: SystemTime,
    at: Instant,
    pub(crate) standing: Standing,
}

/// Whether it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Here,
    /// It said nothing for too long.
    Silent,
    /// It said goodbye.
    Left,
}

impl Neighbours {
    /// It lives. True: it did not before, as far as is known.
    pub(crate) fn heard(&self, card: Card) -> bool {
        let new = Neighbour {
            heard: SystemTime::now(),
            at: Instant::now(),
            standing: Standing::Here,
            card,
        };
        let before = self.lock().insert(new.card.id, new);
        before.is_none_or(|before| before.standing != Standing::Here)
    }

    /// It said goodbye.
    pub(crate) fn left(&self, id: InstanceId) {
        if let Some(known) = self.lock().get_mut(&id) {
            known.standing = Standing::Left;
        }
    }

    /// Those that have just been silent for so long.
    pub(crate) fn fallen_silent(&self, now: Instant, patience: Duration) -> Vec<InstanceId> {
        let mut known = self.lock();
        let silence = |one: &Neighbour| now.saturating_duration_since(one.at);
        let mut fallen = Vec::new();
        for (id, one) in known.iter_mut() {
            if one.standing == Standing::Here && silence(one) >= patience {
                one.standing = Standing::Silent;
                fallen.push(*id);
            }
        }
        let is_here = |one: &Neighbour| one.standing == Standing::Here;
        known.retain(|_, one| is_here(one) || silence(one) < REMEMBERED);
        let mut gone: Vec<_> = known
            .values()
            .filter(|one| !is_here(one))
            .map(|one| (silence(one), one.card.id))
            .collect();
        gone.sort_unstable();
        for (_, id) in gone.drain(..).skip(MOST) {
            known.remove(&id);
        }
        fallen
    }

    /// Whether it is there.
    pub(crate) fn lives(&self, id: InstanceId) -> bool {
        let known = self.lock();
        known
            .get(&id)
            .is_some_and(|one| one.standing == Standing::Here)
    }

    /// For how long it said nothing; none: it was never heard of, or is not there.
    pub(crate) fn silence(&self, id: InstanceId, now: Instant) -> Option<Duration> {
        let known = self.lock();
        let one = known.get(&id).filter(|one| one.standing == Standing::Here);
        one.map(|one| now.saturating_duration_since(one.at))
    }

    /// All that are known, in the order of their names.
    pub(crate) fn all(&self) -> Vec<Neighbour> {
        let mut all: Vec<_> = self.lock().values().cloned().collect();
        all.sort_unstable_by(|a, b| (&a.card.name, a.card.id).cmp(&(&b.card.name, b.card.id)));
        all
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<InstanceId, Neighbour>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn card(number: u128) -> Card {
        Card {
            id: InstanceId(Uuid::from_u128(number)),
            name: format!("n{number}"),
            addresses: Vec::new(),
            version: "1".into(),
            life: Uuid::nil(),
            sessions: 0,
            watches: false,
            posts: false,
            beat: 0,
            audit: None,
        }
    }

    #[test]
    fn who_falls_silent_is_told_once_and_stays_known() {
        let known = Neighbours::default();
        assert!(known.heard(card(1)));
        assert!(!known.heard(card(1)));
        let late = Instant::now() + Duration::from_secs(20);
        let patience = Duration::from_secs(15);
        assert_eq!(known.fallen_silent(late, patience), [card(1).id]);
        assert_eq!(known.fallen_silent(late, patience), []);
        assert!(!known.lives(card(1).id));
        assert_eq!(known.all().len(), 1);
        assert!(known.heard(card(1)), "it is back");
    }

    #[test]
    fn not_everybody_who_ever_was_is_remembered() {
        let known = Neighbours::default();
        for number in 0..100 {
            known.heard(card(number));
            known.left(card(number).id);
        }
        known.heard(card(1000));
        known.fallen_silent(Instant::now(), Duration::from_secs(15));
        assert_eq!(known.all().len(), MOST + 1);
        assert!(known.lives(card(1000).id));
        let next_week = Instant::now() + Duration::from_hours(24 * 7);
        known.fallen_silent(next_week, Duration::from_secs(15));
        assert_eq!(known.all().len(), 0);
    }
}
