//! What moved here and has to be looked at for the swarm: nodes, jobs, and whether everything is stopped. Marked by the owner of the
//! state with each event, which never waits; a thing that moves ten times before somebody looks is looked at once, and however
//! much moves at once, nothing is missed.
//!
//! Not here: looking ([`super::run`]), and what is written to the disk for all ([`super::Dirty`]).

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use uuid::Uuid;

use crate::job::JobInfo;
use crate::model::Event;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Moved {
    nodes: Mutex<Nodes>,
    jobs: Mutex<HashMap<Uuid, Arc<JobInfo>>>,
    marked: Notify,
}

/// Nodes by their ids.
#[derive(Debug, Default)]
pub(crate) struct Nodes {
    /// That are to be looked at.
    pub(crate) moved: HashSet<String>,
    /// Of these: that somebody removed here.
    pub(crate) removed: HashSet<String>,
}

impl Moved {
    /// This happened here.
    pub(crate) fn saw(&self, event: &Event) {
        match event {
            Event::NodeConnected(node)
            | Event::NodeDisconnected(node, _)
            | Event::NodeChanged(node) => self.mark([node.facts.id.clone()]),
            Event::NodeRemoved(node) => {
                self.nodes().removed.insert(node.facts.id.clone());
                self.mark([node.facts.id.clone()]);
            }
            Event::JobChanged(job) => drop(self.jobs().insert(job.id, Arc::clone(job))),
            Event::StopChanged(_) => self.wake(),
            Event::WaitingChanged(_)
            | Event::JoinCodeChanged(_)
            | Event::ApprovalChanged(_)
            | Event::NodeLoad(_)
            | Event::GroupsChanged(_)
            | Event::ChartChanged(_)
            | Event::ExecutionChanged(_)
            | Event::ScheduleChanged(_)
            | Event::ScheduleRemoved(_)
            | Event::AlertChanged(_)
            | Event::AlertsChanged(_)
            | Event::RunChanged(_)
            | Event::OutputAppended(_) => {}
        }
    }

    /// These nodes are to be looked at.
    pub(crate) fn mark(&self, nodes: impl IntoIterator<Item = String>) {
        self.nodes().moved.extend(nodes);
        self.wake();
    }

    /// There is something to look at that is no node.
    pub(crate) fn wake(&self) {
        self.marked.notify_one();
    }

    /// Until there is something.
    pub(crate) async fn wait(&self) {
        self.marked.notified().await;
    }

    /// All nodes that moved since the last time.
    pub(crate) fn take_nodes(&self) -> Nodes {
        std::mem::take(&mut self.nodes())
    }

    /// All jobs that did, each as it was last.
    pub(crate) fn take_jobs(&self) -> Vec<Arc<JobInfo>> {
        self.jobs().drain().map(|(_, job)| job).collect()
    }

    fn nodes(&self) -> MutexGuard<'_, Nodes> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn jobs(&self) -> MutexGuard<'_, HashMap<Uuid, Arc<JobInfo>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
