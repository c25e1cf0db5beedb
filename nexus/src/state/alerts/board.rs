//! All that fires, with what is known of its nodes, grouped. Not here: how it is grouped.

use std::collections::HashMap;
use std::time::SystemTime;

use crate::access::Scope;
use crate::alerts::{Aim, Alert, Board, Fleet, Item, Severity, Subject, group};
use crate::model::{Now, Ordinal};
use crate::state::State;

impl State {
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
            let place = self.watching.causes.get(&alert.id);
            let cause = place.and_then(|place| self.watching.board.causes.get(*place));
            let by_cause = cause.is_some_and(|cause| cause.muted_until.is_some());
            if by_cause || self.alert_muted(alert).is_some() {
                muted += 1;
            } else if let Some(count) = counts.iter_mut().find(|(own, _)| *own == alert.severity) {
                count.1 += 1;
            }
        }
        (counts, muted)
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

    pub(super) fn make_board(&self, now: Now) -> Board {
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
        let fleet = self.fleet(items.len());
        let mut board = group(&items, &fleet, |key| {
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

    /// What nodes are like, as far as that is needed to group so many alerts.
    fn fleet(&self, alerts: usize) -> Fleet<'_> {
        let mut fleet = Fleet::default();
        if alerts < 3 {
            return fleet;
        }
        let (mut sites, mut versions) = (HashMap::new(), HashMap::new());
        for node in self.nodes() {
            fleet.nodes += 1;
            *sites.entry(node.facts.group).or_default() += 1;
            let capabilities = node.capabilities();
            *versions
                .entry(capabilities.spore_version.as_str())
                .or_default() += 1;
            for tag in &capabilities.tags {
                *fleet.tags.entry(tag.as_str()).or_default() += 1;
            }
        }
        (fleet.sites, fleet.versions) = (sites, versions);
        fleet
    }
}
