//! Alerts in a swarm of several instances: what another instance alone can know and says that it fires, and what people did about
//! an alert at another one. An alert has the same id everywhere, so what was done about one holds wherever it fires, also when it
//! fires here only later.
//!
//! Not here: how it gets from one instance to another, see [`crate::fleet`], and who may do something, see [`crate::access`].

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::mute::{OWNER, TEXT, said};
use super::rule::printable;
use super::watch::{HAPPENED, Phase};
use super::{ALERTS, Alert, Alerts, Condition, Happened, NODES, Standing, What};
use crate::fleet::InstanceId;

/// Most alerts that one instance tells of, and that others believe it.
const TOLD: usize = 2_000;
/// Deeds about alerts that do not fire here, yet.
const AWAITED: usize = 2_000;
/// Most things that people did about one alert.
const DEEDS: usize = 30;
/// Longest name or text of another instance, bytes.
const LONGEST: usize = 2_000;

/// What people did about an alert since it fired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Deeds {
    owner: Option<String>,
    acknowledged: Option<(String, SystemTime)>,
    note: Option<String>,
    history: Vec<Happened>,
}

/// What came from other instances, and what they are told.
#[derive(Debug, Default)]
pub(super) struct Elsewhere {
    /// Which of ours others are told of.
    telling: BTreeSet<Uuid>,
    told: BTreeMap<InstanceId, BTreeMap<Uuid, Alert>>,
    awaited: BTreeMap<Uuid, Deeds>,
}

impl Elsewhere {
    /// It does not fire any more: nobody is told that it does.
    pub(super) fn end(&mut self, id: Uuid) {
        self.telling.remove(&id);
    }
}

impl Condition {
    /// Whether only one instance can know it: that which holds the node, owns the job, or has the machine at its door.
    pub(crate) fn is_known_by_one(self) -> bool {
        match self {
            Self::Cpu { .. }
            | Self::Memory { .. }
            | Self::Disk { .. }
            | Self::Latency { .. }
            | Self::Degraded
            | Self::JobFailed
            | Self::JobWaiting
            | Self::JobPaused
            | Self::RunFailed
            | Self::NodeWaiting => true,
            Self::Offline | Self::Held | Self::Flapping { .. } | Self::ScheduleMissed => false,
        }
    }
}

impl What {
    fn is_a_deed(self) -> bool {
        match self {
            Self::Owned
            | Self::Released
            | Self::Acknowledged
            | Self::Muted
            | Self::Unmuted
            | Self::Noted => true,
            Self::Fired | Self::Resolved => false,
        }
    }
}

impl Alert {
    /// Whether people did something about it since it fired.
    pub(crate) fn has_deeds(&self) -> bool {
        self.since_it_fired().any(|one| one.what.is_a_deed())
    }

    fn since_it_fired(&self) -> impl Iterator<Item = &Happened> {
        let all = self.history.iter().rev();
        all.take_while(|one| one.what != What::Fired)
    }

    /// For the others; none when there is nothing (more) to know. That somebody has seen what happened is known for longer than
    /// it fires, or it would go on firing elsewhere.
    fn deeds(&self) -> Option<Deeds> {
        let seen = self.condition.has_happened() && self.acknowledged.is_some();
        if !(self.is_firing() || seen) || !self.has_deeds() {
            return None;
        }
        let deeds = self.since_it_fired().filter(|one| one.what.is_a_deed());
        let mut history: Vec<_> = deeds.cloned().collect();
        history.reverse();
        Some(Deeds {
            owner: self.owner.clone(),
            acknowledged: self.acknowledged.clone(),
            note: self.note.clone(),
            history,
        })
    }

    fn take_deeds(&mut self, deeds: Deeds) {
        (self.owner, self.acknowledged, self.note) = (deeds.owner, deeds.acknowledged, deeds.note);
        let fired = self.history.iter().rposition(|one| one.what == What::Fired);
        let since = fired.map_or(0, |fired| fired + 1);
        let mut all: VecDeque<_> = self.history.iter().take(since).cloned().collect();
        let own = self.history.iter().skip(since);
        all.extend(own.filter(|one| !one.what.is_a_deed()).cloned());
        all.extend(deeds.history);
        while all.len() > DEEDS {
            all.pop_front();
        }
        self.history = all;
    }

    /// As another instance is told that it fires: people and the past aside.
    fn bare(&self) -> Self {
        Self {
            owner: None,
            acknowledged: None,
            note: None,
            history: VecDeque::new(),
            ..self.clone()
        }
    }

    fn makes_sense(&self) -> Result<(), &'static str> {
        if self.id != Self::id_of(self.rule, &self.subject) || !self.subject.is_of(self.condition) {
            return Err("it is about something else");
        }
        if !self.condition.is_known_by_one() || !self.is_firing() {
            return Err("everybody sees that for himself");
        }
        let texts = [
            Some(&self.rule_name),
            Some(&self.name),
            self.detail.as_ref(),
            self.common.as_ref(),
        ];
        let all_short = texts.iter().flatten().all(|text| text.len() <= LONGEST);
        if !all_short
            || self.nodes.len() > NODES
            || self.value.is_some_and(|value| !value.is_finite())
        {
            return Err("it is too large");
        }
        Ok(())
    }
}

impl Deeds {
    fn makes_sense(&self) -> Result<(), &'static str> {
        let fits = |text: &Option<String>, most| said(text.as_deref(), "it", most).is_ok();
        let named = |name: &str| printable(name, OWNER + TEXT);
        let history = self.history.iter().all(|one| {
            one.what.is_a_deed()
                && one.by.as_deref().is_none_or(named)
                && one.text.as_deref().is_none_or(named)
        });
        let seen = self.acknowledged.as_ref().is_none_or(|(by, _)| named(by));
        if fits(&self.owner, OWNER) && fits(&self.note, TEXT) && history && seen {
            return (self.history.len() <= DEEDS)
                .then_some(())
                .ok_or("it is too much");
        }
        Err("somebody did something that nobody can do")
    }
}

impl Alerts {
    /// Alerts that others are told of.
    pub(crate) fn telling(&self) -> impl Iterator<Item = Uuid> {
        self.elsewhere.telling.iter().copied()
    }

    /// One of these, as others are told of it.
    pub(crate) fn tells(&self, id: Uuid) -> Option<Alert> {
        let told = self.elsewhere.telling.contains(&id);
        self.alerts.get(&id).filter(|_| told).map(Alert::bare)
    }

    /// What another instance told of one.
    pub(crate) fn told_by(&self, by: InstanceId, id: Uuid) -> Option<&Alert> {
        self.elsewhere.told.get(&by)?.get(&id)
    }

    /// Instances that said that something fires.
    pub(crate) fn tellers(&self) -> Vec<InstanceId> {
        self.elsewhere.told.keys().copied().collect()
    }

    /// Alerts about which people did something.
    pub(crate) fn with_deeds(&self) -> impl Iterator<Item = Uuid> {
        let here = self.alerts.values().filter(|alert| alert.has_deeds());
        let awaited = self.elsewhere.awaited.keys();
        here.map(|alert| alert.id).chain(awaited.copied())
    }

    /// What people did about one.
    pub(crate) fn deeds(&self, id: Uuid) -> Option<Deeds> {
        let here = self.alerts.get(&id).and_then(Alert::deeds);
        here.or_else(|| self.elsewhere.awaited.get(&id).cloned())
    }

    /// Another instance says what people did; none: it is over there.
    pub(crate) fn take_deeds(
        &mut self,
        id: Uuid,
        deeds: Option<Deeds>,
        now: SystemTime,
    ) -> Result<(), &'static str> {
        let Some(deeds) = deeds else {
            self.elsewhere.awaited.remove(&id);
            return Ok(());
        };
        deeds.makes_sense()?;
        let here = self.alerts.get(&id);
        if here.is_some_and(|alert| alert.is_firing() || alert.deeds().is_some()) {
            self.elsewhere.awaited.remove(&id);
            self.apply(id, deeds, now);
        } else if self.elsewhere.awaited.len() < AWAITED || self.elsewhere.awaited.contains_key(&id)
        {
            self.elsewhere.awaited.insert(id, deeds);
        }
        Ok(())
    }

    fn apply(&mut self, id: Uuid, deeds: Deeds, now: SystemTime) {
        let seen = deeds.acknowledged.is_some();
        if let Some(alert) = self.alerts.get_mut(&id) {
            alert.take_deeds(deeds);
            self.changed.insert(id);
        }
        if seen {
            self.over_when_seen(id, now);
        }
    }

    /// Another instance says that something fires that it alone can know; none: that is over.
    pub(crate) fn take_told(
        &mut self,
        by: InstanceId,
        id: Uuid,
        told: Option<Alert>,
        now: SystemTime,
    ) -> Result<(), &'static str> {
        let Some(told) = told else {
            self.untell(by, id, now);
            return Ok(());
        };
        told.makes_sense()?;
        if told.id != id {
            return Err("it is another alert");
        }
        let of_it = self.elsewhere.told.entry(by).or_default();
        if of_it.len() >= TOLD && !of_it.contains_key(&id) {
            return Err("it tells of too many alerts");
        }
        let new = of_it.insert(id, told.clone()).is_none();
        let firing = self.alerts.get(&id).is_some_and(Alert::is_firing);
        if !firing && new {
            self.fire_told(told, now);
        } else if firing && !self.is_own(id) {
            self.update(told);
        }
        Ok(())
    }

    fn update(&mut self, told: Alert) {
        if let Some(alert) = self.alerts.get_mut(&told.id) {
            (alert.value, alert.detail) = (told.value, told.detail);
            (alert.common, alert.nodes) = (told.common, told.nodes);
            (alert.severity, alert.name) = (told.severity, told.name);
            self.changed.insert(told.id);
        }
    }

    fn fire_told(&mut self, told: Alert, now: SystemTime) {
        let id = told.id;
        if self.alerts.len() >= ALERTS && !self.alerts.contains_key(&id) {
            return;
        }
        let before = self.alerts.remove(&id);
        if let Some(at) = before.as_ref().and_then(|before| before.resolved_at) {
            self.resolved.remove(&(at, id));
        }
        let mut alert = Alert {
            history: before.map(|before| before.history).unwrap_or_default(),
            standing: Standing::Firing,
            resolved_at: None,
            elsewhere: true,
            ..told.bare()
        };
        alert.tell(What::Fired, None, None, now);
        self.alerts.insert(id, alert);
        self.firing.insert(id);
        self.changed.insert(id);
        self.await_no_more(id, now);
    }

    /// It fires: what people did about it elsewhere is so here.
    pub(super) fn await_no_more(&mut self, id: Uuid, now: SystemTime) {
        if let Some(deeds) = self.elsewhere.awaited.remove(&id) {
            self.apply(id, deeds, now);
        }
    }

    fn untell(&mut self, by: InstanceId, id: Uuid, now: SystemTime) {
        if let Some(of_it) = self.elsewhere.told.get_mut(&by) {
            of_it.remove(&id);
            if of_it.is_empty() {
                self.elsewhere.told.remove(&by);
            }
        }
        if !self.is_told(id) && !self.is_own(id) {
            self.end_by(id, None, now);
        }
    }

    /// An instance is gone: what it alone could know is over, unless another one says so too. What happened still did, for a day.
    /// What of it nobody needs to know any more.
    pub(crate) fn teller_is_gone(&mut self, by: InstanceId, now: SystemTime) -> Vec<Uuid> {
        let of_it = self.elsewhere.told.get(&by).into_iter().flatten();
        let stays = |alert: &Alert| {
            let age = now.duration_since(alert.since).unwrap_or_default();
            alert.condition.has_happened() && age < HAPPENED
        };
        let over = of_it.filter(|(_, alert)| !stays(alert));
        let over: Vec<_> = over.map(|(id, _)| *id).collect();
        for id in &over {
            self.untell(by, *id, now);
        }
        over
    }

    /// One of ours fires; others are told if they cannot know. True: it was known from another instance already.
    pub(super) fn tell_others(&mut self, id: Uuid, condition: Condition) -> bool {
        if condition.is_known_by_one() && self.elsewhere.telling.len() < TOLD {
            self.elsewhere.telling.insert(id);
        }
        let Some(alert) = self.alerts.get_mut(&id).filter(|one| one.is_firing()) else {
            return false;
        };
        alert.elsewhere = false;
        self.changed.insert(id);
        true
    }

    /// One of ours is over. True: it goes on, because another instance says so.
    pub(super) fn tell_no_more(&mut self, id: Uuid) -> bool {
        self.elsewhere.telling.remove(&id);
        if !self.is_told(id) {
            return false;
        }
        self.each(&[id], |alert| alert.elsewhere = true);
        true
    }

    /// The rule says something else now, and so do all who told of it.
    pub(super) fn forget_told_of(&mut self, rule: Uuid) {
        for of_it in self.elsewhere.told.values_mut() {
            of_it.retain(|_, alert| alert.rule != rule);
        }
        self.elsewhere.told.retain(|_, of_it| !of_it.is_empty());
    }

    fn is_told(&self, id: Uuid) -> bool {
        self.elsewhere
            .told
            .values()
            .any(|of_it| of_it.contains_key(&id))
    }

    /// Whether it fires by what is known here.
    fn is_own(&self, id: Uuid) -> bool {
        let Some(alert) = self.alerts.get(&id) else {
            return false;
        };
        let tracks = self.tracks.get(&alert.subject).into_iter().flatten();
        let mut tracks = tracks.filter(|(rule, _)| *rule == alert.rule);
        tracks.any(|(_, phase)| matches!(phase, Phase::Firing | Phase::Falling { .. }))
    }
}
