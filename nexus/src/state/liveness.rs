//! Silence and deadlines. A spore of ours is asked after [`OWN_SUSPECT`] and given up after [`OWN_TIMEOUT`]; the
//! prototype's is silent by nature and held to the configured timeout, never while it works.
//! Not here: reading a clock.

use std::time::Duration;

use protocol::Version;
use uuid::Uuid;

use super::{Close, Effect, OWN_SUSPECT, OWN_TIMEOUT, State, reschedule};
use crate::model::{Event, ExecutionState, Now, Ordinal, Phase, SessionId};

const SWEEP: Duration = Duration::from_secs(1);
/// A prototype's spore is pinged this often; its pong is a sign of life.
const V1_PING: Duration = Duration::from_secs(20);
/// How long a node has to prove that it stopped something.
pub(super) const PROOF: Duration = Duration::from_secs(15);

impl State {
    /// Any frame or pong of a session.
    pub fn heard(&mut self, session: SessionId, now: Now) -> Option<Ordinal> {
        let ordinal = self.sessions.get(&session).copied()?;
        let node = self.at_mut(ordinal);
        node.heard = now.at;
        node.last_seen = now.wall;
        let before = self.set_phase(ordinal, Phase::Online);
        match before {
            Phase::Online => {}
            Phase::Suspect => self.publish_node(ordinal, Event::NodeChanged),
            Phase::Offline => {
                self.publish_node(ordinal, Event::NodeConnected);
                self.node_is_back(ordinal, now);
            }
        }
        Some(ordinal)
    }

    /// The answer to the ping of this number.
    pub fn pong(&mut self, session: SessionId, number: u64, now: Now) {
        if let Some(ordinal) = self.heard(session, now) {
            let node = self.at_mut(ordinal);
            node.latency = node
                .pinged
                .take()
                .map(|sent| now.at.saturating_sub(sent))
                .or(node.latency);
            self.both_live(ordinal, number, now);
        }
    }

    /// Time has passed: due deadlines, and once a second a look at every node.
    pub fn tick(&mut self, now: Now) {
        while let Some(&(at, id)) = self.deadlines.first() {
            if at > now.at {
                break;
            }
            self.deadlines.pop_first();
            if let Some(execution) = self.executions.get_mut(&id) {
                execution.deadline = None;
                self.due(id, now);
            }
        }
        self.rivals_due(now);
        self.jobs_due(now);
        self.settle(now);
        while self.runs_due(now) {
            self.settle(now);
        }
        if now.at >= self.next_sweep {
            self.next_sweep = now.at + SWEEP;
            for ordinal in 0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX) {
                self.look_at(ordinal, now);
            }
            self.age_loads(now);
            self.tell_glances(false, now);
            self.watch_alerts(now);
        }
    }

    fn look_at(&mut self, ordinal: Ordinal, now: Now) {
        let node = self.at(ordinal);
        let Some(session) = node.session else { return };
        // Whoever holds its socket looks after it.
        if node.via.is_some() {
            return;
        }
        let silence = now.at.saturating_sub(node.heard);
        let (ping_after, suspect_after, offline_after) = match node.facts.version {
            Version::V2 => (OWN_SUSPECT.saturating_sub(SWEEP), OWN_SUSPECT, OWN_TIMEOUT),
            // The prototype's spore may block while it works: then silence says nothing.
            Version::V1 if !node.in_flight.is_empty() => (V1_PING, Duration::MAX, Duration::MAX),
            Version::V1 => (
                V1_PING,
                self.rules.heartbeat_timeout.mul_f32(0.75),
                self.rules.heartbeat_timeout,
            ),
        };
        if silence >= ping_after
            && node
                .pinged
                .is_none_or(|sent| now.at.saturating_sub(sent) >= ping_after)
        {
            self.at_mut(ordinal).pinged = Some(now.at);
            self.effects.push(Effect::Ping(session, 0));
        }
        let node = self.at(ordinal);
        if silence >= offline_after {
            self.fall_silent(ordinal, session, now);
        } else if silence >= suspect_after && node.phase == Phase::Online {
            self.set_phase(ordinal, Phase::Suspect);
            self.publish_node(ordinal, Event::NodeChanged);
        }
    }

    /// A spore of ours reconnects when its socket is closed; the prototype's exits, so its socket is left open.
    fn fall_silent(&mut self, ordinal: Ordinal, session: SessionId, now: Now) {
        match self.at(ordinal).facts.version {
            Version::V2 => {
                self.effects.push(Effect::Close(session, Close::silent()));
                self.closed(session, "silent for too long", now);
            }
            Version::V1 if self.at(ordinal).phase != Phase::Offline => {
                self.set_phase(ordinal, Phase::Offline);
                self.watching.lost(ordinal, now.at);
                self.publish_node(ordinal, |info| {
                    Event::NodeDisconnected(info, "no heartbeat".into())
                });
                self.keep_node(ordinal);
                self.node_is_gone(ordinal, now);
            }
            Version::V1 => {}
        }
    }

    /// An execution's time is up.
    fn due(&mut self, id: Uuid, now: Now) {
        let Some(execution) = self.executions.get(&id) else {
            return;
        };
        let (ordinal, seconds) = (execution.ordinal, execution.call.timeout.as_secs());
        match execution.state {
            ExecutionState::Queued => {
                self.at_mut(ordinal).queue.retain(|other| *other != id);
                let error = format!("no room on the node within {seconds} s; it was never sent");
                self.finish(id, ExecutionState::Expired, Some(error), now);
            }
            ExecutionState::Dispatched | ExecutionState::Running => self.overdue(id, ordinal, now),
            ExecutionState::Stopping => {
                self.blame(id, "the node did not prove that it stopped");
                self.settle_unknown(id, now);
            }
            ExecutionState::Unknown => self.settle_unknown(id, now),
            ExecutionState::Succeeded
            | ExecutionState::Failed
            | ExecutionState::TimedOut
            | ExecutionState::Cancelled
            | ExecutionState::Expired
            | ExecutionState::Refused => {}
        }
    }

    /// It ran too long. The caller hears so now; the proof that it stopped comes later, or never.
    fn overdue(&mut self, id: Uuid, ordinal: Ordinal, now: Now) {
        match self.at(ordinal).facts.version {
            Version::V2 => {
                self.answer_late(id);
                self.stop(id, ordinal, "timed out", now);
            }
            Version::V1 => {
                self.blame(
                    id,
                    "it did not answer in time; the prototype's protocol has no way to stop it",
                );
                self.answer_late(id);
                self.settle_unknown(id, now);
            }
        }
    }

    pub(super) fn stop(&mut self, id: Uuid, ordinal: Ordinal, why: &'static str, now: Now) {
        let Some(execution) = self.executions.get_mut(&id) else {
            return;
        };
        execution.stop = Some(why);
        if execution.lost {
            return;
        }
        execution.state = ExecutionState::Stopping;
        reschedule(&mut self.deadlines, execution, Some(now.at + PROOF));
        self.moved(id);
        self.send_cancel(ordinal, id, why, now);
    }

    pub(super) fn blame(&mut self, id: Uuid, error: &str) {
        if let Some(execution) = self.executions.get_mut(&id) {
            execution.end.error = Some(error.to_owned());
        }
    }
}
