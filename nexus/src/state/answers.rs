//! What nodes say of their executions. Identity comes from the session: a node may speak of its own only, and
//! end each of them once. Not here: heartbeats' meaning for liveness.

use std::sync::Arc;
use std::time::Duration;

use protocol::{
    Accepted, Ack, DiskUse, FromSpore, Heartbeat, Output, Problem, Response, Version, limits,
};
use uuid::Uuid;

use super::{Answer, Effect, Kept, Mode, State, frame, reschedule};
use crate::audit::{Draft, Ended, Outcome};
use crate::model::{Chunk, Disk, Event, ExecutionState, Now, Ordinal, SessionId};
use crate::store::Write;

/// Output of one execution that is kept, bytes.
const OUTPUT_KEPT: u64 = 64 << 20;
/// Results above this stay on disk only, bytes.
const RESULT_IN_MEMORY: usize = 64 * 1024;
/// Longest place of a disk, letters.
const MOUNT: usize = 200;
const RECENT: usize = super::RECENT;

impl State {
    /// One message of a session.
    pub fn message(&mut self, session: SessionId, message: FromSpore, now: Now) {
        let Some(ordinal) = self.heard(session, now) else {
            return;
        };
        match message {
            FromSpore::Heartbeat(heartbeat) => self.heartbeat(ordinal, &heartbeat, now),
            FromSpore::Announcement(announcement) => {
                self.announced(ordinal, session, announcement, now);
            }
            FromSpore::Accepted(accepted) => self.accepted(ordinal, &accepted),
            FromSpore::Output(output) => self.output(ordinal, &output, now),
            FromSpore::Response(response) => self.response(ordinal, response, now),
            FromSpore::Problem(problem) => self.problem(ordinal, &problem, now),
            FromSpore::Disconnect(_) => self.closed(session, "left", now),
            // A second handshake means nothing; the contract says to ignore it.
            FromSpore::Hello(_) | FromSpore::Handshake(_) => {}
        }
    }

    /// Something reached the disk.
    pub fn kept(&mut self, kept: Kept, now: Now) {
        let (id, next_seq, finished) = match kept {
            Kept::Accepted(id) => return self.released(id, now),
            Kept::Job(_) => return,
            Kept::Output(id, next_seq) => (id, next_seq, false),
            Kept::Finished(id) => {
                let next_seq = self
                    .executions
                    .get(&id)
                    .map_or(u64::MAX, |execution| execution.output.next_seq);
                (id, next_seq, true)
            }
        };
        let Some(execution) = self.executions.get(&id) else {
            return;
        };
        let node = self.at(execution.ordinal);
        if let (Some(session), Version::V2) = (node.session, node.facts.version) {
            let ack = Ack {
                request_id: id.to_string(),
                next_seq,
                finished,
            };
            self.effects.push(Effect::Send(session, frame(&ack, now)));
        }
    }

    /// Something did not reach the disk.
    pub fn lost(&mut self, kept: Kept, why: &str, now: Now) {
        match kept {
            Kept::Accepted(id) => self.not_kept(id, why, now),
            Kept::Job(id) => self.job_not_kept(id, now),
            Kept::Output(..) | Kept::Finished(_) => {}
        }
    }

    fn heartbeat(&mut self, ordinal: Ordinal, heartbeat: &Heartbeat, now: Now) {
        let node = self.at_mut(ordinal);
        node.cpu = heartbeat.cpu_usage.clamp(0.0, 1.0);
        node.memory = heartbeat.memory_usage.clamp(0.0, 1.0);
        node.disk = disk(heartbeat.disk.as_ref(), node.disk.take());
        node.measured = true;
        node.reported_tasks = heartbeat.active_tasks;
        node.last_heartbeat = now.wall;
        self.mark_load(ordinal, now);
        self.publish_node(ordinal, Event::NodeLoad);
    }

    fn accepted(&mut self, ordinal: Ordinal, accepted: &Accepted) {
        let Some(id) = self.own(ordinal, &accepted.request_id) else {
            return;
        };
        if let Some(execution) = self
            .executions
            .get_mut(&id)
            .filter(|one| one.state == ExecutionState::Dispatched)
        {
            execution.state = ExecutionState::Running;
            self.moved(id);
        }
    }

    fn output(&mut self, ordinal: Ordinal, output: &Output, now: Now) {
        let Some(id) = self.own(ordinal, &output.request_id) else {
            return;
        };
        let Some(execution) = self.executions.get_mut(&id).filter(|one| one.is_out()) else {
            return;
        };
        if execution.output.bytes >= OUTPUT_KEPT {
            // A spore of ours stops by itself long before; whoever goes on must not fill the disk, nor wait for us.
            execution.output.gap = true;
            execution.output.next_seq = execution.output.next_seq.max(output.seq + 1);
            return self.kept(Kept::Output(id, output.seq + 1), now);
        }
        let Ok(bytes) = output.bytes() else { return };
        let chunk = Chunk {
            execution: id,
            seq: output.seq,
            stream: output.stream,
            at_ms: output.at_ms,
            bytes: bytes.into_owned(),
        };
        let first = execution.output.bytes == 0;
        if let Some(chunk) = execution.output.take(chunk) {
            if self.listening {
                self.effects
                    .push(Effect::Publish(Event::OutputAppended(Arc::clone(&chunk))));
            }
            let job = execution.attempt.map(|attempt| attempt.job);
            self.effects.push(Effect::Store(Write::Output(chunk, job)));
        }
        if first {
            self.publish_execution(id);
        }
    }

    /// The end, from the node it was sent to, once. A late one corrects "unknown".
    fn response(&mut self, ordinal: Ordinal, response: Response, now: Now) {
        let Some(response) = self.not_a_glance(ordinal, response, now) else {
            return;
        };
        let Some(id) = self.own(ordinal, &response.request_id) else {
            return;
        };
        let Some(execution) = self.executions.get_mut(&id) else {
            return;
        };
        if execution.state.is_over() && execution.state != ExecutionState::Unknown {
            // Repeated because our acknowledgement was lost.
            if execution.mode == Mode::Stream {
                self.kept(Kept::Finished(id), now);
            }
            return;
        }
        if response.outcome() == protocol::Outcome::Refused {
            let why = response
                .error
                .unwrap_or_else(|| "the node refused it".to_owned());
            self.refuse_or_move(id, limits::cut(&why, limits::TEXT), now);
            self.pump(ordinal, now);
            return;
        }
        let state = match response.outcome() {
            protocol::Outcome::Succeeded => ExecutionState::Succeeded,
            protocol::Outcome::TimedOut => ExecutionState::TimedOut,
            protocol::Outcome::Cancelled if execution.stop == Some("timed out") => {
                ExecutionState::TimedOut
            }
            protocol::Outcome::Cancelled => ExecutionState::Cancelled,
            protocol::Outcome::Failed | protocol::Outcome::Refused => ExecutionState::Failed,
        };
        let execution_time = response.execution_time.clamp(0.0, 1e9);
        execution.end.duration = Some(Duration::from_secs_f64(execution_time));
        execution.end.exit_code = response.exit_code;
        execution.end.signal = response
            .signal
            .map(|signal| limits::cut(&signal, 32).to_owned());
        execution.output.gap |= response.output_truncated
            || response
                .next_seq
                .is_some_and(|next| next != execution.output.next_seq);
        execution.end.result = Some(response.result)
            .filter(|result| result.get() != "null")
            .map(Arc::from);
        let error = response
            .error
            .map(|error| limits::cut(&error, limits::TEXT).to_owned());
        self.finish(id, state, error, now);
    }

    fn problem(&mut self, ordinal: Ordinal, problem: &Problem, now: Now) {
        let id = problem
            .request_id
            .as_deref()
            .and_then(|id| self.own(ordinal, id));
        tracing::debug!(node = %self.at(ordinal).facts.id, code = %problem.code, "the spore reports a problem");
        let out = |id: &Uuid| {
            self.executions
                .get(id)
                .is_some_and(super::Execution::is_out)
        };
        if let Some(id) = id.filter(|id| problem.code == "unknown_execution" && out(id)) {
            self.blame(
                id,
                "the node does not know it; whether it ran cannot be proved",
            );
            self.settle_unknown(id, now);
        }
    }

    /// The last word of an execution, unless it is a correction: disk, screens, the waiting caller, the queue.
    pub(super) fn finish(
        &mut self,
        id: Uuid,
        state: ExecutionState,
        error: Option<String>,
        now: Now,
    ) {
        let Some(execution) = self.executions.get_mut(&id) else {
            return;
        };
        let was_unknown = execution.state == ExecutionState::Unknown;
        execution.state = state;
        execution.lost = false;
        execution.end.error = error;
        execution.end.at = Some(now.wall);
        execution.end.elapsed = Some(now.at.saturating_sub(execution.submitted));
        let measured = execution.sent.map(|sent| now.at.saturating_sub(sent));
        execution.end.duration = execution.end.duration.or(measured);
        reschedule(&mut self.deadlines, execution, None);
        let ordinal = execution.ordinal;
        if was_unknown {
            self.unknown.remove(id);
        }
        self.end_of(id);
        self.attempt_ended(id, now);
        self.recent.push_back(id);
        if self.recent.len() > RECENT {
            let oldest = self.recent.pop_front();
            oldest.and_then(|oldest| self.executions.remove(&oldest));
        }
        let node = self.at_mut(ordinal);
        if node.in_flight.remove(&id) {
            node.count(state);
            // The last heartbeat may have counted it.
            node.reported_tasks = node.reported_tasks.saturating_sub(1);
            self.pump(ordinal, now);
            self.has_room_again(ordinal);
        }
    }

    /// Nobody can prove what became of it. It leaves the waiting, but stays open to correction.
    pub(super) fn settle_unknown(&mut self, id: Uuid, now: Now) {
        let Some(execution) = self.executions.get_mut(&id) else {
            return;
        };
        execution.state = ExecutionState::Unknown;
        execution.end.at = Some(now.wall);
        let ordinal = execution.ordinal;
        reschedule(&mut self.deadlines, execution, None);
        let node = self.at_mut(ordinal);
        if node.in_flight.contains(&id) {
            node.count(ExecutionState::Unknown);
        }
        self.end_of(id);
        self.attempt_ended(id, now);
        self.remember_unknown(id, now);
    }

    /// It may still be corrected, as long as it is among the newest ones.
    pub(super) fn remember_unknown(&mut self, id: Uuid, now: Now) {
        let Some(oldest) = self.unknown.insert(id) else {
            return;
        };
        self.attempt_ended(oldest, now);
        if let Some(mut execution) = self.executions.remove(&oldest) {
            reschedule(&mut self.deadlines, &mut execution, None);
            let node = self.at_mut(execution.ordinal);
            node.in_flight.remove(&oldest);
        }
    }

    /// The caller's time is up and the execution is not.
    pub(super) fn answer_late(&mut self, id: Uuid) {
        if let Some(execution) = self
            .executions
            .get_mut(&id)
            .filter(|execution| execution.awaited)
        {
            execution.awaited = false;
            let placement = execution
                .route
                .as_ref()
                .and_then(|route| route.placement.clone());
            let answer = Answer {
                execution: Arc::new(execution.info()),
                placement,
                late: true,
            };
            self.effects.push(Effect::Answer(id, answer));
        }
    }

    fn end_of(&mut self, id: Uuid) {
        let Some(execution) = self.executions.get_mut(&id) else {
            return;
        };
        let info = Arc::new(execution.info());
        let ended = Ended {
            at: info.finished_at.unwrap_or(info.submitted_at),
            outcome: Outcome {
                execution: id,
                state: info.state,
                exit_code: info.exit_code,
            },
        };
        let kept = (execution.mode == Mode::Stream).then_some(Kept::Finished(id));
        let answer = std::mem::take(&mut execution.awaited).then(|| {
            let placement = execution
                .route
                .as_ref()
                .and_then(|route| route.placement.clone());
            Answer {
                execution: Arc::clone(&info),
                placement,
                late: false,
            }
        });
        // What stays in memory is small; the disk has the rest.
        execution.end.result = execution
            .end
            .result
            .take()
            .filter(|result| result.get().len() <= RESULT_IN_MEMORY);
        execution.call.parameters = serde_json::value::RawValue::NULL.to_owned();
        self.effects.push(Effect::Audit(Draft::Ended(ended)));
        if let Some(answer) = answer {
            self.effects.push(Effect::Answer(id, answer));
        }
        if self.listening {
            self.effects
                .push(Effect::Publish(Event::ExecutionChanged(Arc::clone(&info))));
        }
        self.effects.push(Effect::Store(Write::End(info, kept)));
    }

    /// The execution of this id, if it was sent to this node.
    fn own(&self, ordinal: Ordinal, request_id: &str) -> Option<Uuid> {
        let id = Uuid::try_parse(request_id).ok()?;
        let execution = self.executions.get(&id)?;
        // A removed node's ordinal may be another one's now; its executions are not.
        let its = execution.ordinal == ordinal && execution.node.0 == self.at(ordinal).facts.id;
        (its && execution.sent.is_some()).then_some(id)
    }
}

/// What a node says of its fullest disk; a share that is none is not believed. `before` saves making the same text again.
pub(super) fn disk(said: Option<&DiskUse>, before: Option<Disk>) -> Option<Disk> {
    let said = said.filter(|said| (0.0..=1.0).contains(&said.usage))?;
    let same = before.filter(|before| *before.mount == *said.mount);
    let mount = same.map_or_else(
        || {
            let shown = said.mount.chars().take(MOUNT);
            let shown: String = shown.filter(|c| !limits::is_deceptive(*c)).collect();
            shown.into()
        },
        |before| before.mount,
    );
    Some(Disk {
        usage: said.usage,
        free: said.free,
        mount,
    })
}
