//! Alerts: rules say what is worth one, and an alert is what a rule says of one subject: that it fires, since when, who looks
//! after it. What fires together for one likely reason is one cause. Pure: the time is passed in, what is to be kept on disk
//! and told comes out of [`Alerts::take_changes`].
//!
//! - [`rule`], [`defaults`]: what is worth an alert. [`watch`]: when it fires and when it is over.
//! - [`desk`]: what people do about alerts. [`mute`]: who does not want to hear of what.
//! - [`causes`]: what fires for one likely reason. [`hook`]: where others are told. [`elsewhere`]: what other instances say.
//!
//! Not here: what is read off nodes, jobs and schedules, and when that is looked at, see [`crate::state`].

mod alert;
mod causes;
mod defaults;
mod desk;
mod elsewhere;
mod hook;
mod mute;
mod rule;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use uuid::Uuid;

pub(crate) use alert::NODES;
pub use alert::{Alert, Happened, Standing, Subject, What};
pub use causes::{Board, Cause, Counts, Likely};
pub(crate) use causes::{Fleet, Item, group};
pub(crate) use elsewhere::Deeds;
pub use hook::Hook;
pub use mute::{Aim, AimBody, Mute};
pub use rule::{AlertError, AlertRule, Condition, NewAlertRule, RULES, Severity};
pub use watch::{GRACE, Met, Reading};

use elsewhere::Elsewhere;
use watch::{HAPPENED, Moved, Phase, Terms, step};

use crate::model::Now;

/// Alerts that are remembered; those that are over longest go first.
const ALERTS: usize = 20_000;
/// Of these so many that are over.
const RESOLVED: usize = 2_000;

/// Something to be kept on disk.
#[derive(Debug, Clone, PartialEq)]
pub enum AlertRow {
    /// An alert as it stands.
    Alert(Box<Alert>),
    /// One that was over long ago.
    ForgetAlert(Uuid),
    /// A rule.
    Rule(Box<AlertRule>),
    /// It is not there any more, or as it was from the beginning.
    ForgetRule(Uuid),
    /// A mute.
    Mute(Box<Mute>),
    /// It is over.
    ForgetMute(String),
    /// Where others are told; none: nowhere.
    Hook(Option<Hook>),
}

/// What an earlier life left.
#[derive(Debug, Default)]
pub struct LeftAlerts {
    /// Rules that people made or changed.
    pub rules: Vec<AlertRule>,
    /// Alerts.
    pub alerts: Vec<Alert>,
    /// Mutes.
    pub mutes: Vec<Mute>,
    /// Where others are told.
    pub hook: Option<Hook>,
}

/// See the module.
#[derive(Debug)]
pub struct Alerts {
    /// In the order in which they were made.
    rules: Arc<[AlertRule]>,
    alerts: BTreeMap<Uuid, Alert>,
    tracks: HashMap<Subject, Vec<(Uuid, Phase)>>,
    mutes: BTreeMap<Aim, Mute>,
    /// Until when nothing new fires.
    grace: Duration,
    /// Alerts that others must be told of.
    changed: BTreeSet<Uuid>,
    rows: Vec<AlertRow>,
    /// Those that fire.
    firing: BTreeSet<Uuid>,
    /// Those that are over, the oldest first.
    resolved: BTreeSet<(SystemTime, Uuid)>,
    /// Where others are told.
    hook: Option<Hook>,
    /// The configuration says where, and nothing else can.
    hook_fixed: Option<Hook>,
    elsewhere: Elsewhere,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            rules: defaults::defaults().collect(),
            alerts: BTreeMap::new(),
            tracks: HashMap::new(),
            mutes: BTreeMap::new(),
            grace: Duration::ZERO,
            changed: BTreeSet::new(),
            rows: Vec::new(),
            firing: BTreeSet::new(),
            resolved: BTreeSet::new(),
            hook: None,
            hook_fixed: None,
            elsewhere: Elsewhere::default(),
        }
    }
}

impl Alerts {
    /// What the store has kept. `grace`: nodes are known that need time to come back.
    pub fn restore(left: LeftAlerts, grace: bool) -> Self {
        let mut known: BTreeMap<_, _> = defaults::defaults().map(|rule| (rule.id, rule)).collect();
        for mut rule in left.rules {
            rule.built_in = defaults::is_built_in(rule.id);
            known.insert(rule.id, rule);
        }
        let mut alerts = Self {
            rules: known.into_values().collect(),
            grace: if grace { GRACE } else { Duration::ZERO },
            hook: left.hook,
            ..Self::default()
        };
        for mute in left.mutes {
            alerts.mutes.insert(mute.aim.clone(), mute);
        }
        for alert in left.alerts {
            if alert.elsewhere && alert.is_firing() {
                // Whoever knows it says so again.
                alerts.rows.push(AlertRow::ForgetAlert(alert.id));
                continue;
            }
            let phase = if alert.is_firing() {
                Some(Phase::Firing)
            } else if alert.condition.has_happened() && alert.acknowledged.is_some() {
                Some(Phase::Quiet)
            } else {
                None
            };
            if let Some(phase) = phase {
                let tracks = alerts.tracks.entry(alert.subject.clone()).or_default();
                tracks.push((alert.rule, phase));
            }
            alerts.file(&alert);
            let (id, condition, firing) = (alert.id, alert.condition, alert.is_firing());
            alerts.alerts.insert(id, alert);
            if firing {
                alerts.tell_others(id, condition);
            }
        }
        alerts.changed.clear();
        alerts
    }

    /// Until when nothing new fires, since the start of the Nexus.
    pub fn grace(&self) -> Duration {
        self.grace
    }

    /// All rules, oldest first.
    pub fn rules(&self) -> &Arc<[AlertRule]> {
        &self.rules
    }

    /// One alert.
    pub fn get(&self, id: Uuid) -> Option<&Alert> {
        self.alerts.get(&id)
    }

    /// All that are remembered.
    pub fn all(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.values()
    }

    /// How many fire.
    pub fn count_firing(&self) -> usize {
        self.firing.len()
    }

    /// All that fire.
    pub fn firing(&self) -> impl Iterator<Item = &Alert> {
        self.firing.iter().filter_map(|id| self.alerts.get(id))
    }

    /// When the last one was over.
    pub fn last_resolved(&self) -> Option<SystemTime> {
        self.resolved.last().map(|(at, _)| *at)
    }

    /// All mutes.
    pub fn mutes(&self) -> impl Iterator<Item = &Mute> {
        self.mutes.values()
    }

    /// Subjects that somebody thinks something of: they are to be looked at after a start.
    pub fn subjects(&self) -> Vec<Subject> {
        self.tracks.keys().cloned().collect()
    }

    /// Looks at a subject. `read` says what it tells a rule. When to look again, if nothing happens before.
    pub fn look(
        &mut self,
        subject: &Subject,
        name: &str,
        read: impl Fn(&AlertRule) -> Reading,
        now: Now,
    ) -> Option<Duration> {
        let rules = Arc::clone(&self.rules);
        let mut tracks = self.tracks.remove(subject).unwrap_or_default();
        let mut due: Option<Duration> = None;
        for rule in rules
            .iter()
            .filter(|rule| rule.enabled && subject.is_of(rule.condition))
        {
            let place = tracks.iter().position(|(id, _)| *id == rule.id);
            let phase = place
                .and_then(|place| tracks.get(place))
                .map(|(_, phase)| *phase);
            let mut reading = read(rule);
            if phase.is_none() && reading.met != Met::Yes {
                due = earlier(due, reading.again);
                continue;
            }
            if phase == Some(Phase::Firing)
                && rule.condition.has_happened()
                && self.is_old(rule, subject, now)
            {
                reading.met = Met::No;
            }
            let terms = Terms {
                hold: rule.hold,
                grace: self.grace,
            };
            let stepped = step(phase, &reading, terms, now);
            due = earlier(earlier(due, reading.again), stepped.due);
            match (place, stepped.phase) {
                (Some(place), Some(phase)) => {
                    if let Some(track) = tracks.get_mut(place) {
                        track.1 = phase;
                    }
                }
                (Some(place), None) => drop(tracks.swap_remove(place)),
                (None, Some(phase)) => tracks.push((rule.id, phase)),
                (None, None) => {}
            }
            self.follow(rule, subject, name, stepped.moved, reading, now);
        }
        if !tracks.is_empty() {
            self.tracks.insert(subject.clone(), tracks);
        }
        due
    }

    /// The subject is not there any more.
    pub fn gone(&mut self, subject: &Subject, why: &str, now: SystemTime) {
        for (rule, _) in self.tracks.remove(subject).unwrap_or_default() {
            let id = Alert::id_of(rule, subject);
            if !self.tell_no_more(id) {
                self.end(id, why, now);
            }
        }
    }

    /// What must be kept, and what others must be told of, since this was asked last.
    pub fn take_changes(&mut self) -> (Vec<AlertRow>, Vec<Uuid>) {
        let changed: Vec<_> = std::mem::take(&mut self.changed).into_iter().collect();
        let mut rows = std::mem::take(&mut self.rows);
        let kept = changed.iter().filter_map(|id| self.alerts.get(id));
        rows.extend(kept.map(|alert| AlertRow::Alert(Box::new(alert.clone()))));
        while self.resolved.len() > RESOLVED || self.alerts.len() > ALERTS {
            let Some((_, oldest)) = self.resolved.pop_first() else {
                break;
            };
            self.alerts.remove(&oldest);
            rows.push(AlertRow::ForgetAlert(oldest));
        }
        (rows, changed)
    }

    /// Whether there is something to take.
    pub fn has_changes(&self) -> bool {
        !self.changed.is_empty() || !self.rows.is_empty()
    }

    /// What happened and was not looked at for a day.
    fn is_old(&self, rule: &AlertRule, subject: &Subject, now: Now) -> bool {
        let alert = self.alerts.get(&Alert::id_of(rule.id, subject));
        alert.is_some_and(|alert| {
            now.wall.duration_since(alert.since).unwrap_or_default() >= HAPPENED
        })
    }

    fn follow(
        &mut self,
        rule: &AlertRule,
        subject: &Subject,
        name: &str,
        moved: Moved,
        reading: Reading,
        now: Now,
    ) {
        let id = Alert::id_of(rule.id, subject);
        match moved {
            Moved::Nothing => {
                // What is measured goes on; that alone is nothing to tell.
                if reading.met == Met::Yes
                    && let Some(alert) = self.alerts.get_mut(&id)
                    && alert.is_firing()
                {
                    alert.value = reading.value.or(alert.value);
                }
            }
            Moved::Fires(since) => {
                if self.alerts.len() >= ALERTS && !self.alerts.contains_key(&id) {
                    return;
                }
                if self.tell_others(id, rule.condition) {
                    return;
                }
                let alert = self
                    .alerts
                    .entry(id)
                    .or_insert_with(|| Alert::new(rule, subject.clone(), name, since));
                if let Some(at) = alert.resolved_at {
                    self.resolved.remove(&(at, id));
                }
                alert.fire(rule, since, now.wall);
                name.clone_into(&mut alert.name);
                alert.value = reading.value;
                alert.detail = reading.detail;
                alert.common = reading.common;
                alert.nodes = reading.nodes;
                alert.elsewhere = false;
                self.firing.insert(id);
                self.changed.insert(id);
                self.await_no_more(id, now.wall);
            }
            Moved::Over => {
                if !self.tell_no_more(id) {
                    self.end_by(id, None, now.wall);
                }
            }
        }
    }

    fn end(&mut self, id: Uuid, why: &str, now: SystemTime) {
        self.end_by(id, Some(why), now);
    }

    fn end_by(&mut self, id: Uuid, why: Option<&str>, now: SystemTime) {
        self.elsewhere.end(id);
        if let Some(alert) = self.alerts.get_mut(&id)
            && alert.is_firing()
        {
            alert.resolve(why, now);
            self.firing.remove(&id);
            self.resolved.insert((now, id));
            self.changed.insert(id);
        }
    }

    fn file(&mut self, alert: &Alert) {
        if alert.is_firing() {
            self.firing.insert(alert.id);
        } else if let Some(at) = alert.resolved_at {
            self.resolved.insert((at, alert.id));
        }
    }
}

fn earlier(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
