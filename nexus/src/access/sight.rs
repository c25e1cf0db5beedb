//! What one subscriber sees of the swarm: the events of nodes in its scope, and of what runs on them. A node that
//! leaves the scope is told as removed, so that nothing stale stays on a screen. Not here: how events are written.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use uuid::Uuid;

use super::{Caller, Object, Verb};
use crate::alerts::{Alert, Subject};
use crate::chart::Charted;
use crate::model::{Event, ExecutionInfo, ExecutionState, NodeInfo, Ordinal, Snapshot};

/// See the module.
pub(crate) struct Sight {
    caller: Caller,
    everything: bool,
    waiting_room: bool,
    approves: bool,
    /// Nodes in sight, with their ordinals and the groups that they stand in.
    nodes: HashMap<String, (Ordinal, u32)>,
    executions: HashSet<Uuid>,
}

impl Sight {
    pub(crate) fn new(caller: Caller) -> Self {
        let everything = caller.principal.scope.nodes().is_all();
        let approves = caller.may(Verb::Approve, Object::Nexus).is_ok();
        let waiting_room = caller.may(Verb::WaitingRoom, Object::Nexus).is_ok();
        Self {
            caller,
            everything,
            waiting_room,
            approves,
            nodes: HashMap::new(),
            executions: HashSet::new(),
        }
    }

    /// Leaves in the snapshot what is in sight, and begins anew with it.
    pub(crate) fn begin(&mut self, snapshot: &mut Snapshot) {
        if self.everything {
            return;
        }
        snapshot.nodes.retain(|node| self.caller.sees(node));
        snapshot.alerts = Arc::default();
        self.nodes = snapshot
            .nodes
            .iter()
            .map(|node| (node.facts.id.clone(), (node.ordinal, node.facts.group)))
            .collect();
        let own = &self.caller.principal.id;
        snapshot.jobs.retain(|job| job.asker == *own);
        snapshot
            .executions
            .retain(|execution| self.nodes.contains_key(&execution.node_id));
        self.executions = snapshot
            .executions
            .iter()
            .map(|execution| execution.id)
            .collect();
        let groups: BTreeSet<_> = self.nodes.values().map(|(_, group)| *group).collect();
        snapshot
            .groups
            .retain(|group| groups.contains(&group.index));
    }

    /// The event as this subscriber may see it.
    pub(crate) fn filter(&mut self, event: Event) -> Option<Event> {
        // Whoever may look into the waiting room may see its codes too.
        if matches!(event, Event::WaitingChanged(_) | Event::JoinCodeChanged(_)) {
            return self.waiting_room.then_some(event);
        }
        if let Event::ApprovalChanged(approval) = &event {
            let own = approval.asker.id == self.caller.principal.id;
            return (own || self.approves).then_some(event);
        }
        if self.everything {
            return Some(event);
        }
        if let Event::JobChanged(job) = &event {
            return (job.asker == self.caller.principal.id).then_some(event);
        }
        let own = &self.caller.principal.id;
        if let Event::ScheduleChanged(schedule) | Event::ScheduleRemoved(schedule) = &event {
            return (schedule.owner.id == *own).then_some(event);
        }
        if let Event::RunChanged(run) = &event {
            return (run.asker_id() == own).then_some(event);
        }
        match event {
            Event::NodeConnected(node) => self.node(node, Event::NodeConnected),
            Event::NodeChanged(node) => self.node(node, Event::NodeChanged),
            Event::NodeLoad(node) => self.node(node, Event::NodeLoad),
            Event::NodeDisconnected(node, reason) => {
                self.node(node, |node| Event::NodeDisconnected(node, reason))
            }
            Event::NodeRemoved(node) => self
                .nodes
                .remove(&node.facts.id)
                .map(|_| Event::NodeRemoved(node)),
            Event::GroupsChanged(groups) => {
                let seen: BTreeSet<_> = self.nodes.values().map(|(_, group)| *group).collect();
                let groups: Arc<[_]> = groups
                    .iter()
                    .filter(|group| seen.contains(&group.index))
                    .cloned()
                    .collect();
                (!groups.is_empty()).then_some(Event::GroupsChanged(groups))
            }
            Event::ChartChanged(chart) => Some(Event::ChartChanged(self.chart(&chart))),
            Event::ExecutionChanged(execution) => self.execution(execution),
            Event::OutputAppended(chunk) => self
                .executions
                .contains(&chunk.execution)
                .then_some(Event::OutputAppended(chunk)),
            Event::StopChanged(stop) => Some(Event::StopChanged(stop)),
            Event::AlertChanged(alert) => self.alert(alert),
            // Whoever is limited asks for his own, GET /api/v1/alerts/causes.
            Event::AlertsChanged(_) => None,
            Event::WaitingChanged(_)
            | Event::JoinCodeChanged(_)
            | Event::ApprovalChanged(_)
            | Event::JobChanged(_)
            | Event::ScheduleChanged(_)
            | Event::ScheduleRemoved(_)
            | Event::RunChanged(_) => None,
        }
    }

    /// What of another chart is in sight: the places of its nodes, and their groups.
    fn chart(&mut self, chart: &Charted) -> Arc<Charted> {
        let mut places = Vec::with_capacity(self.nodes.len());
        for (ordinal, group) in self.nodes.values_mut() {
            let found = chart
                .places
                .binary_search_by_key(ordinal, |place| place.ordinal);
            if let Some(place) = found.ok().and_then(|at| chart.places.get(at)) {
                *group = place.group;
                places.push(*place);
            }
        }
        places.sort_unstable_by_key(|place| place.ordinal);
        let seen: BTreeSet<_> = places.iter().map(|place| place.group).collect();
        let groups = chart.groups.iter();
        Arc::new(Charted {
            info: chart.info.clone(),
            groups: groups
                .filter(|group| seen.contains(&group.index))
                .cloned()
                .collect(),
            places,
        })
    }

    fn node(&mut self, node: NodeInfo, event: impl FnOnce(NodeInfo) -> Event) -> Option<Event> {
        if self.caller.sees(&node) {
            let known = self
                .nodes
                .insert(node.facts.id.clone(), (node.ordinal, node.facts.group));
            // A load says too little of a node that has just come into sight.
            return Some(match (known, event(node)) {
                (None, Event::NodeLoad(node)) => Event::NodeChanged(node),
                (_, event) => event,
            });
        }
        self.nodes
            .remove(&node.facts.id)
            .map(|_| Event::NodeRemoved(node))
    }

    fn alert(&self, alert: Arc<Alert>) -> Option<Event> {
        let seen = match &alert.subject {
            Subject::Node(id) => self.nodes.contains_key(id),
            Subject::Job(_) | Subject::Run(_) | Subject::Schedule(_) | Subject::Waiting(_) => false,
        };
        seen.then_some(Event::AlertChanged(alert))
    }

    fn execution(&mut self, execution: Arc<ExecutionInfo>) -> Option<Event> {
        let id = execution.id;
        if !self.nodes.contains_key(&execution.node_id) {
            self.executions.remove(&id);
            return None;
        }
        if execution.state.is_over() && execution.state != ExecutionState::Unknown {
            self.executions.remove(&id);
        } else {
            self.executions.insert(id);
        }
        Some(Event::ExecutionChanged(execution))
    }
}
