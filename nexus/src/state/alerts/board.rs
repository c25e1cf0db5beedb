//! All that fires, with what is known of its nodes, grouped; and how often that is worked out again. A board is made of
//! everything that fires, so its price grows with that; it is made the less often the more it costs. Not here: how it is grouped.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use crate::access::Scope;
use crate::alerts::{Aim, Alert, Board, Cause, Fleet, Item, Severity, Subject, group};
use crate::model::{Now, Ordinal};
use crate::state::State;

/// Boards may take so many alerts a second, as many as looks may take nodes.
const PACE: u32 = 2_000;
/// While a person waits for one, so many more.
const HURRY: u32 = 10;
/// What nodes are like is counted again after so long, or when there are more or fewer.
const COUNTED: Duration = Duration::from_secs(10);

/// What nodes were like when they were counted.
#[derive(Debug, Default)]
pub(super) struct Census {
    fleet: Fleet,
    at: Option<Duration>,
    known: usize,
}

impl State {
    /// Whether it is time for another board. `asked`: somebody did something and looks whether it is so.
    pub(super) fn board_is_due(&self, asked: bool, now: Now) -> bool {
        let firing = u32::try_from(self.alerts().count_firing()).unwrap_or(u32::MAX);
        let pace = if asked { PACE * HURRY } else { PACE };
        let pause = Duration::from_secs(1) * firing / pace;
        let made = self.watching.made;
        // Few are worked out each time.
        firing <= PACE || made.is_none_or(|made| now.at.saturating_sub(made) >= pause)
    }

    /// All that fires and that this scope reaches.
    pub fn alert_board_for(&self, scope: &Scope, now: SystemTime) -> Board {
        let seen = |alert: &&Alert| self.may_see_alert(alert, scope);
        self.grouped(self.alerts().firing().filter(seen).collect(), now)
    }

    /// How many alerts of each severity fire and are not muted, seen or not; and how many are muted.
    pub fn alert_counts(&self) -> ([(Severity, usize); 3], usize) {
        let mut counts =
            [Severity::Info, Severity::Warning, Severity::Critical].map(|one| (one, 0));
        let mut muted = 0;
        for alert in self.alerts().firing() {
            let cause = self.cause_of(alert);
            let by_cause = cause.is_some_and(|cause| cause.muted_until.is_some());
            if by_cause || self.alert_muted(alert).is_some() {
                muted += 1;
            } else if let Some(count) = counts.iter_mut().find(|(own, _)| *own == alert.severity) {
                count.1 += 1;
            }
        }
        (counts, muted)
    }

    /// The cause of an alert on the last board, if it fired then.
    pub(super) fn cause_of(&self, alert: &Alert) -> Option<&Cause> {
        let watching = &self.watching;
        let places = watching.causes.get_or_init(|| {
            let causes = watching.board.causes.iter().enumerate();
            let each = causes.flat_map(|(place, cause)| {
                let alerts = cause.alerts.iter();
                alerts.map(move |id| (*id, place))
            });
            each.collect()
        });
        watching.board.causes.get(*places.get(&alert.id)?)
    }

    /// Whether an alert exists for whoever is limited to this scope. What is not about nodes does not.
    pub fn may_see_alert(&self, alert: &Alert, scope: &Scope) -> bool {
        if scope.nodes().is_all() {
            return true;
        }
        match &alert.subject {
            Subject::Node(id) => self
                .node(id)
                .is_some_and(|node| scope.reaches(&node.target_facts())),
            Subject::Job(_) | Subject::Run(_) | Subject::Schedule(_) | Subject::Waiting(_) => false,
        }
    }

    /// Until when an alert is muted, by itself or by its rule.
    pub fn alert_muted(&self, alert: &Alert) -> Option<SystemTime> {
        let desk = self.alerts();
        let own = desk.muted_until(&Aim::Alert(alert.id));
        own.max(desk.muted_until(&Aim::Rule(alert.rule)))
    }

    pub(super) fn make_board(&mut self, now: Now) -> Board {
        self.watching.made = Some(now.at);
        self.count_nodes(now);
        self.grouped(self.alerts().firing().collect(), now.wall)
    }

    fn grouped(&self, firing: Vec<&Alert>, now: SystemTime) -> Board {
        let mut all: Vec<Ordinal> = Vec::with_capacity(firing.len());
        let mut ends = Vec::with_capacity(firing.len());
        for alert in &firing {
            match &alert.subject {
                Subject::Node(id) => all.extend(self.by_id.get(id)),
                Subject::Job(_) | Subject::Run(_) | Subject::Schedule(_) | Subject::Waiting(_) => {
                    all.extend(alert.nodes.iter().filter_map(|id| self.by_id.get(id)));
                }
            }
            ends.push(all.len());
        }
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let items: Vec<_> = firing
            .iter()
            .zip(starts.zip(&ends))
            .map(|(alert, (start, end))| self.item(alert, all.get(start..*end).unwrap_or_default()))
            .collect();
        let mut board = group(&items, &self.watching.census.fleet, |key| {
            self.alerts().muted_until(&Aim::Cause(key.to_owned()))
        });
        let heard = board.counts.critical + board.counts.warning + board.counts.info;
        let begun = self.watching.begun.unwrap_or(now);
        board.quiet_since = (heard + board.counts.acknowledged == 0).then(|| {
            self.alerts()
                .last_resolved()
                .map_or(begun, |last| last.max(begun))
        });
        board
    }

    fn item<'a>(&'a self, alert: &'a Alert, nodes: &'a [Ordinal]) -> Item<'a> {
        let node = match &alert.subject {
            Subject::Node(id) => self.node(id),
            Subject::Job(_) | Subject::Run(_) | Subject::Schedule(_) | Subject::Waiting(_) => None,
        };
        let facts = node.map(|node| &node.facts);
        Item {
            alert,
            nodes,
            group: facts.map_or(0, |facts| facts.group),
            site: facts
                .and_then(|facts| facts.group_key.as_deref())
                .unwrap_or_default(),
            version: facts.map_or("", |facts| &facts.capabilities.spore_version),
            tags: facts.map_or(&[], |facts| &facts.capabilities.tags),
            muted_until: self.alert_muted(alert),
        }
    }

    /// Few alerts are not compared with what all nodes are like.
    fn count_nodes(&mut self, now: Now) {
        let (census, known) = (&self.watching.census, self.by_id.len());
        let fresh = census
            .at
            .is_some_and(|at| now.at.saturating_sub(at) < COUNTED);
        if self.alerts().count_firing() < 3 || (fresh && census.known == known) {
            return;
        }
        let mut fleet = Fleet::default();
        let (mut versions, mut tags) = (HashMap::new(), HashMap::new());
        for node in self.nodes() {
            fleet.nodes += 1;
            *fleet.sites.entry(node.facts.group).or_default() += 1;
            let capabilities = node.capabilities();
            *versions
                .entry(capabilities.spore_version.as_str())
                .or_default() += 1;
            for tag in &capabilities.tags {
                *tags.entry(tag.as_str()).or_default() += 1;
            }
        }
        let owned = |counts: HashMap<&str, u32>| {
            let owned = counts.into_iter();
            owned
                .map(|(name, count)| (name.to_owned(), count))
                .collect()
        };
        (fleet.versions, fleet.tags) = (owned(versions), owned(tags));
        self.watching.census = Census {
            fleet,
            at: Some(now.at),
            known,
        };
    }
}
