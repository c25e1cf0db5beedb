//! Gathers what goes to a window at once, and says when. It reads no clock and sends nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::job::JobInfo;
use crate::model::{Event, NodeInfo};
use crate::schedule::Schedule;
use crate::trust::Waiting;
use tokio::time::Instant;

use super::Decoder;
use crate::access::Principal;
use crate::console::translate;
use crate::console::view::{FeedBatch, FeedEvent, NodeChange, VitalsRow};

/// Between two batches: one for each frame that the window can draw.
const FRAME: Duration = Duration::from_millis(16);
/// Between two rows of the same node; nobody reads numbers faster.
const VITALS: Duration = Duration::from_millis(100);

/// See the module.
#[derive(Default)]
pub(crate) struct Batch {
    next: u32,
    events: Vec<FeedEvent>,
    /// The last row of each node.
    vitals: BTreeMap<u32, VitalsRow>,
    /// Nodes that were shown as degraded.
    degraded: BTreeSet<u32>,
    decoder: Decoder,
    /// Who reads; the owner, unless somebody else was named.
    viewer: Option<Arc<Principal>>,
    sent: Option<Instant>,
    vitals_sent: Option<Instant>,
}

impl Batch {
    /// Who reads from now on.
    pub(crate) fn read_by(&mut self, viewer: Arc<Principal>) {
        self.viewer = Some(viewer);
    }

    /// Begins anew: what was gathered is in the snapshot too.
    pub(crate) fn snapshot(&mut self, snapshot: FeedEvent) {
        self.events
            .retain(|event| matches!(event, FeedEvent::Gap { .. }));
        self.vitals.clear();
        self.degraded.clear();
        self.decoder = Decoder::default();
        if let FeedEvent::Snapshot { nodes, .. } = &snapshot {
            self.degraded.extend(
                nodes
                    .iter()
                    .filter(|node| node.degraded.is_some())
                    .map(|node| node.ordinal),
            );
        }
        self.events.push(snapshot);
    }

    /// What was gathered is incomplete; a snapshot follows.
    pub(crate) fn gap(&mut self, reason: String) {
        self.events.clear();
        self.vitals.clear();
        self.events.push(FeedEvent::Gap { reason });
    }

    /// Takes an event in.
    pub(crate) fn push(&mut self, event: &Event) {
        match event {
            Event::NodeConnected(info) => self.node(NodeChange::Connected, info),
            Event::NodeDisconnected(info, _) => self.node(NodeChange::Disconnected, info),
            Event::NodeChanged(info) => self.node(NodeChange::Changed, info),
            Event::NodeRemoved(_) => {}
            Event::WaitingChanged(waiting) => self.waiting(waiting),
            Event::JoinCodeChanged(code) => {
                let code = Box::new(translate::join_code(code));
                self.events.push(FeedEvent::Code { code });
            }
            Event::ApprovalChanged(approval) => {
                let approval = Box::new(translate::approval(approval, &self.viewer()));
                self.events.push(FeedEvent::Approval { approval });
            }
            Event::JobChanged(job) => self.job(job),
            Event::StopChanged(stop) => {
                self.events
                    .retain(|event| !matches!(event, FeedEvent::Stop { .. }));
                let stop = translate::stop(stop);
                self.events.push(FeedEvent::Stop { stop });
            }
            Event::ScheduleChanged(schedule) => self.schedule(schedule),
            Event::ScheduleRemoved(schedule) => {
                let id = schedule.id.to_string();
                self.events.push(FeedEvent::Schedule { id, schedule: None });
            }
            Event::RunChanged(run) => {
                let run = Box::new(translate::run(run));
                self.events.push(FeedEvent::Run { run });
            }
            // The board says it all.
            Event::AlertChanged(_) => {}
            Event::AlertsChanged(board) => {
                self.events
                    .retain(|event| !matches!(event, FeedEvent::Alerts { .. }));
                let board = translate::alert_board(board);
                self.events.push(FeedEvent::Alerts { board });
            }
            Event::NodeLoad(info) => self.load(info),
            Event::GroupsChanged(groups) => {
                self.events.push(FeedEvent::Groups {
                    groups: translate::groups(groups),
                });
            }
            Event::ChartChanged(chart) => {
                self.events.push(FeedEvent::Chart {
                    chart: translate::chart(&chart.info),
                    groups: translate::groups(&chart.groups),
                    places: translate::places(&chart.places),
                });
            }
            Event::ExecutionChanged(info) => {
                if info.state.is_over() {
                    self.decoder.forget(info.id);
                }
                self.events.push(FeedEvent::Execution {
                    execution: Box::new(translate::execution(info)),
                });
            }
            Event::OutputAppended(chunk) => {
                let view = translate::output(chunk, &mut self.decoder);
                match self.events.last_mut() {
                    Some(FeedEvent::Output { chunks }) => chunks.push(view),
                    _ => self.events.push(FeedEvent::Output { chunks: vec![view] }),
                }
            }
        }
    }

    /// When it wants to be taken; `None` while there is nothing in it.
    pub(crate) fn due(&self) -> Option<Instant> {
        let after = |last: Option<Instant>, pause: Duration| last.map(|last| last + pause);
        let frame = after(self.sent, FRAME);
        let due = if !self.events.is_empty() {
            frame
        } else if !self.vitals.is_empty() {
            frame.max(after(self.vitals_sent, VITALS))
        } else {
            return None;
        };
        Some(due.unwrap_or_else(Instant::now))
    }

    /// What is to be sent now.
    pub(crate) fn take(&mut self, now: Instant) -> Option<FeedBatch> {
        let mut events = std::mem::take(&mut self.events);
        if !self.vitals.is_empty() && self.vitals_sent.is_none_or(|sent| now >= sent + VITALS) {
            self.vitals_sent = Some(now);
            events.push(FeedEvent::Vitals {
                rows: std::mem::take(&mut self.vitals).into_values().collect(),
            });
        }
        if events.is_empty() {
            return None;
        }
        self.sent = Some(now);
        let seq = self.next;
        self.next = seq.wrapping_add(1);
        Some(FeedBatch { seq, events })
    }

    /// How many were taken.
    pub(crate) fn sent(&self) -> u32 {
        self.next
    }

    fn schedule(&mut self, schedule: &Schedule) {
        let id = schedule.id.to_string();
        let view = translate::schedule(schedule, &self.viewer(), SystemTime::now());
        let schedule = Some(Box::new(view));
        self.events.push(FeedEvent::Schedule { id, schedule });
    }

    fn viewer(&self) -> Arc<Principal> {
        self.viewer.clone().unwrap_or_else(Principal::local)
    }

    /// The last list of a frame is the one that counts.
    fn waiting(&mut self, waiting: &[Waiting]) {
        self.events
            .retain(|event| !matches!(event, FeedEvent::Waiting { .. }));
        let waiting = waiting.iter().map(translate::waiting).collect();
        self.events.push(FeedEvent::Waiting { waiting });
    }

    /// The last state of a frame is the one that counts.
    fn job(&mut self, info: &JobInfo) {
        let job = Box::new(translate::job(info));
        self.events
            .retain(|event| !matches!(event, FeedEvent::Job { job: older } if older.id == job.id));
        self.events.push(FeedEvent::Job { job });
    }

    fn node(&mut self, change: NodeChange, info: &NodeInfo) {
        // The view below is newer than a row that still waits.
        self.vitals.remove(&info.ordinal);
        let node = Box::new(translate::node(info));
        if node.degraded.is_some() {
            self.degraded.insert(info.ordinal);
        } else {
            self.degraded.remove(&info.ordinal);
        }
        self.events.push(FeedEvent::Node { change, node });
    }

    fn load(&mut self, info: &NodeInfo) {
        if translate::degraded(info).is_some() == self.degraded.contains(&info.ordinal) {
            self.vitals.insert(info.ordinal, translate::vitals(info));
        } else {
            self.node(NodeChange::Changed, info);
        }
    }
}

#[cfg(test)]
mod tests;
