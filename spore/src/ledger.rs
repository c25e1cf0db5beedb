//! Every execution that the Nexus may still ask about: those that run, and those that ended and whose end is
//! not yet acknowledged. It outlives sessions, and is bounded.
//!
//! Not here: what is due on the link, and how anything is executed.

mod entry;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::{Ack, ExecuteSkill, Outcome, Output, Response, Resume, Running, Stream, Version};
use tokio::sync::Semaphore;

use crate::execution::{End, Finding, Order, Stop};
use entry::{Entry, Stage};

/// Unacknowledged output of one execution, bytes; a running process waits at this.
pub(crate) const WINDOW: usize = 4 * 1024 * 1024;
/// More than the largest piece, so that one that was begun always finds room.
const SPARE: usize = 64 * 1024;
/// Bytes held for all executions together; over it nothing new is taken.
const HELD: usize = 64 * 1024 * 1024;
/// Executions that are remembered; below what a handshake may list.
const ENTRIES: usize = 1000;
/// Ends that are still known after they were acknowledged, so that a late repeat runs nothing.
const RECENT: usize = 512;
/// A remembered result is dropped over this size, bytes.
const RECENT_RESULT: usize = 4096;
/// Answers to repeats that wait to be sent.
const AGAIN: usize = 64;
/// Ends of collected executions that are kept for the next session.
const COLLECTED: usize = 64;
/// And their size, bytes; the newest one is kept whatever its size.
const COLLECTED_BYTES: usize = 8 * 1024 * 1024;
/// An end that was not acknowledged for this long is told again.
const REPEAT: Duration = Duration::from_secs(10);

/// The executions of this node.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: BTreeMap<String, Entry>,
    recent: VecDeque<Response>,
    again: VecDeque<Response>,
    /// Collected executions whose end was told: nobody acknowledges those, so the newest few are kept in case
    /// that the connection broke under them.
    collected: VecDeque<String>,
    /// Whose output was sent last: the next one is another's.
    turn: String,
    wire: Option<Version>,
}

/// One thing to say.
#[derive(Debug)]
pub(crate) enum Saying {
    Accepted(String),
    Output(Output),
    Response(Response),
}

impl Ledger {
    /// Whether this execution is known; if so, what the Nexus should know of it is said again.
    pub(crate) fn repeat(&mut self, request_id: &str) -> bool {
        if let Some(entry) = self.entries.get_mut(request_id) {
            entry.repeat();
            return true;
        }
        let Some(recent) = self
            .recent
            .iter()
            .find(|response| response.request_id == request_id)
        else {
            return false;
        };
        if self.again.len() < AGAIN {
            self.again.push_back(recent.clone());
        }
        true
    }

    /// Why nothing new is taken, if so.
    pub(crate) fn full(&self) -> Option<String> {
        if self.entries.len() >= ENTRIES {
            return Some(format!(
                "{ENTRIES} earlier executions are not acknowledged yet"
            ));
        }
        let held: usize = self.entries.values().map(Entry::held).sum();
        (held >= HELD).then(|| "results of earlier executions are not acknowledged yet, and memory for more is spent".to_owned())
    }

    /// Notes a new execution and makes its order.
    pub(crate) fn admit(&mut self, call: ExecuteSkill) -> Order {
        let order = Order {
            request_id: call.request_id.clone(),
            skill: call.skill_name.clone(),
            method: call.method_name.clone(),
            parameters: call.parameters,
            timeout: Duration::from_secs(u64::from(call.timeout)),
            stream: call.stream && self.wire == Some(Version::V2),
            stop: Stop::default(),
            credit: Arc::new(Semaphore::new(WINDOW + SPARE)),
        };
        self.entries.insert(call.request_id, Entry::new(&order));
        order
    }

    /// Tells the Nexus a refusal of something that was never admitted.
    pub(crate) fn refuse(&mut self, call: ExecuteSkill, node_id: &str, reason: String) {
        let request_id = call.request_id.clone();
        if self.entries.len() < ENTRIES {
            self.admit(call);
            self.ended(&request_id, node_id, End::refused(reason));
        } else if self.again.len() < AGAIN {
            self.again
                .push_back(response(&request_id, node_id, End::refused(reason), None));
        }
    }

    pub(crate) fn started(&mut self, request_id: &str) {
        if let Some(entry) = self.entries.get_mut(request_id) {
            entry.started();
        }
    }

    pub(crate) fn chunk(&mut self, request_id: &str, stream: Stream, at_ms: u64, bytes: Vec<u8>) {
        let wire = self.wire;
        if let Some(entry) = self.entries.get_mut(request_id) {
            entry.chunk(stream, at_ms, bytes);
            if wire != Some(Version::V2) {
                entry.trim(WINDOW);
            }
        }
    }

    pub(crate) fn ended(&mut self, request_id: &str, node_id: &str, end: End) {
        let Some(entry) = self
            .entries
            .get_mut(request_id)
            .filter(|entry| entry.active())
        else {
            return;
        };
        let next_seq = entry.ended();
        let response = response(
            request_id,
            node_id,
            end,
            entry.streams().then_some(next_seq),
        );
        if entry.heard_of() {
            entry.answer(response);
        } else {
            self.entries.remove(request_id);
            self.remember(response);
        }
    }

    /// Asks a running execution to stop; false when none has this id.
    pub(crate) fn cancel(&mut self, request_id: &str) -> bool {
        if let Some(entry) = self.entries.get(request_id) {
            entry.stop();
        }
        // One that has ended answers with its end.
        self.entries.get(request_id).is_some_and(Entry::active) || self.repeat(request_id)
    }

    /// Asks all running executions to stop.
    pub(crate) fn cancel_all(&mut self) {
        self.entries.values().for_each(Entry::stop);
    }

    /// How many run.
    pub(crate) fn active(&self) -> u32 {
        let entries = self.entries.values();
        let active = entries
            .filter(|entry| entry.active() && !entry.is_look())
            .count();
        u32::try_from(active).unwrap_or(u32::MAX)
    }

    /// Whether nothing is left that the Nexus does not have.
    pub(crate) fn settled(&self) -> bool {
        self.entries.values().all(Entry::settled) && self.again.is_empty()
    }

    /// For the handshake: all that runs or is not acknowledged.
    pub(crate) fn running(&mut self) -> Vec<Running> {
        let listed = self.entries.iter_mut().map(|(id, entry)| entry.list(id));
        listed.collect()
    }

    /// A session has begun: what it resumes goes on from where the Nexus has it; what was listed and is not
    /// resumed goes on unheard.
    pub(crate) fn opened(&mut self, version: Version, resume: &[Resume]) {
        self.wire = Some(version);
        let points: BTreeMap<&str, u64> = resume
            .iter()
            .map(|resume| (resume.request_id.as_str(), resume.next_seq))
            .collect();
        let mut forgotten = Vec::new();
        for (id, entry) in &mut self.entries {
            match version {
                Version::V1 => entry.resume_v1(),
                Version::V2 if !entry.resume(points.get(id.as_str()).copied()) => {
                    forgotten.push(id.clone())
                }
                Version::V2 => {}
            }
        }
        for id in forgotten {
            self.forget(&id);
        }
    }

    /// The session is over. Output goes on into the window, and over it the oldest is dropped.
    pub(crate) fn lost(&mut self) {
        self.wire = None;
        self.again.clear();
        self.entries
            .values_mut()
            .for_each(|entry| entry.trim(WINDOW));
    }

    /// The Nexus keeps what it acknowledges, so that we need not.
    pub(crate) fn ack(&mut self, ack: &Ack, now: Instant) {
        let Some(entry) = self.entries.get_mut(&ack.request_id) else {
            return;
        };
        entry.acknowledged(ack.next_seq, now);
        if ack.finished && matches!(entry.stage(), Stage::Ended) {
            self.forget(&ack.request_id);
        }
    }

    /// Called now and then: tells old ends again, and frees a process whose output was sent long ago and never
    /// acknowledged.
    pub(crate) fn beat(&mut self, now: Instant) {
        self.entries
            .values_mut()
            .for_each(|entry| entry.beat(now, REPEAT));
    }

    /// The next thing to say: what is short and final first, then output, each execution in its turn.
    pub(crate) fn next(&mut self, now: Instant) -> Option<Saying> {
        let version = self.wire?;
        if let Some(response) = self.again.pop_front() {
            return Some(Saying::Response(response));
        }
        if version == Version::V2
            && let Some(id) = self
                .entries
                .iter_mut()
                .find_map(|(id, entry)| entry.take_acceptance().then_some(id))
        {
            return Some(Saying::Accepted(id.clone()));
        }
        let answer = self
            .entries
            .iter_mut()
            .find_map(|(id, entry)| Some((id, entry.take_response(now)?)));
        if let Some((id, response)) = answer {
            let id = id.clone();
            if version == Version::V1 {
                self.forget(&id);
            } else if response.next_seq.is_none() {
                self.told(id);
            }
            return Some(Saying::Response(response));
        }
        let after = (
            std::ops::Bound::Excluded(self.turn.clone()),
            std::ops::Bound::Unbounded,
        );
        let later = self
            .entries
            .range_mut::<String, _>(after)
            .find_map(|(id, entry)| entry.take_output(id));
        let output = later.or_else(|| {
            self.entries
                .iter_mut()
                .find_map(|(id, entry)| entry.take_output(id))
        })?;
        self.turn.clone_from(&output.request_id);
        Some(Saying::Output(output))
    }

    /// The end of a collected execution is on its way; the oldest such ends are let go, by number and by size,
    /// for nobody else would ever make room.
    fn told(&mut self, request_id: String) {
        if !self.collected.contains(&request_id) {
            self.collected.push_back(request_id);
        }
        let size = |id: &String| self.entries.get(id).map_or(0, Entry::held);
        let mut bytes: usize = self.collected.iter().map(size).sum();
        while self.collected.len() > COLLECTED
            || (bytes > COLLECTED_BYTES && self.collected.len() > 1)
        {
            let Some(oldest) = self.collected.pop_front() else {
                break;
            };
            bytes -= self.entries.get(&oldest).map_or(0, Entry::held);
            self.forget(&oldest);
        }
    }

    fn forget(&mut self, request_id: &str) {
        if let Some(response) = self
            .entries
            .remove(request_id)
            .and_then(Entry::into_response)
        {
            self.remember(response);
        }
    }

    fn remember(&mut self, mut response: Response) {
        if response.result.get().len() > RECENT_RESULT {
            response.result = serde_json::value::RawValue::NULL.to_owned();
            response.output_truncated = true;
        }
        if self.recent.len() >= RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(response);
    }
}

fn response(request_id: &str, node_id: &str, end: End, next_seq: Option<u64>) -> Response {
    let (result, cut) = match &end.result {
        Some(found) if next_seq.is_none() => result(found),
        Some(_) | None => (serde_json::value::RawValue::NULL.to_owned(), false),
    };
    Response {
        request_id: request_id.to_owned(),
        node_id: node_id.to_owned(),
        success: end.outcome == Outcome::Succeeded,
        result,
        error: end
            .error
            .map(|error| protocol::limits::cut(&error, protocol::limits::TEXT).to_owned()),
        execution_time: end.seconds,
        outcome: Some(end.outcome),
        exit_code: end.exit_code,
        signal: end.signal,
        next_seq,
        output_truncated: end.truncated || cut,
    }
}

/// Largest result as JSON, bytes: with everything around it a frame that the Nexus reads.
const RESULT: usize = protocol::limits::FRAME_FROM_SPORE - 1024 * 1024;

/// As JSON. A text is cut when escaping makes it larger than a frame; a value goes whole or not at all.
fn result(found: &Finding) -> (Box<serde_json::value::RawValue>, bool) {
    let text = match found {
        Finding::Text(text) => text,
        Finding::Json(value) if value.get().len() <= RESULT => return (value.clone(), false),
        Finding::Json(_) => return (serde_json::value::RawValue::NULL.to_owned(), true),
    };
    let mut kept = text.as_str();
    loop {
        let json = serde_json::value::to_raw_value(kept);
        match json {
            Ok(json) if json.get().len() <= RESULT => return (json, kept.len() < text.len()),
            Ok(_) => kept = protocol::limits::cut(kept, kept.len() / 2),
            // Text always serialises.
            Err(_) => return (serde_json::value::RawValue::NULL.to_owned(), true),
        }
    }
}

#[cfg(test)]
mod tests;
