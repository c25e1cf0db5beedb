//! One execution in the ledger: its stage, its numbered output, and what of it is still to be said.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::{Output, Response, Running, Stream, limits};
use tokio::sync::Semaphore;

use super::WINDOW;
use crate::execution::{Order, Stop};

/// Longest name of a skill or method in the handshake's list, bytes: all of it must fit its frame.
const NAME: usize = 64;

#[derive(Debug)]
pub(super) struct Entry {
    skill: String,
    method: String,
    stop: Stop,
    credit: Arc<Semaphore>,
    streams: bool,
    stage: Stage,
    response: Option<Response>,
    /// Unacknowledged chunks without a gap; the first has the number `first_seq`.
    chunks: VecDeque<Chunk>,
    first_seq: u64,
    /// The next chunk to send.
    cursor: u64,
    /// Bytes in `chunks`.
    bytes: usize,
    say_accepted: bool,
    say_response: bool,
    /// When the end was last told.
    told: Option<Instant>,
    /// When output was last acknowledged, or first waited for it.
    progress: Option<Instant>,
    /// Was in the list of the last handshake.
    listed: bool,
    /// The Nexus did not take it up again: it ends unheard.
    unheard: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Starting,
    Running,
    Ended,
}

#[derive(Debug)]
struct Chunk {
    stream: Stream,
    at_ms: u64,
    bytes: Vec<u8>,
}

impl Entry {
    pub(super) fn new(order: &Order) -> Self {
        Self {
            skill: name(&order.skill),
            method: name(&order.method),
            stop: order.stop.clone(),
            credit: Arc::clone(&order.credit),
            streams: order.stream,
            stage: Stage::Starting,
            response: None,
            chunks: VecDeque::new(),
            first_seq: 0,
            cursor: 0,
            bytes: 0,
            say_accepted: false,
            say_response: false,
            told: None,
            progress: None,
            listed: false,
            unheard: false,
        }
    }

    pub(super) fn stage(&self) -> Stage {
        self.stage
    }

    pub(super) fn active(&self) -> bool {
        self.stage != Stage::Ended
    }

    /// Whether it only looks at this machine: looking at a node does not make it busy.
    pub(super) fn is_look(&self) -> bool {
        self.skill == crate::skills::LOOKS
    }

    pub(super) fn streams(&self) -> bool {
        self.streams
    }

    /// Whether nobody waits for anything more of it: the end of a collected one is never acknowledged.
    pub(super) fn settled(&self) -> bool {
        !self.streams && self.stage == Stage::Ended && self.told.is_some() && !self.say_response
    }

    pub(super) fn heard_of(&self) -> bool {
        !self.unheard
    }

    /// Bytes that this execution keeps in memory.
    pub(super) fn held(&self) -> usize {
        self.bytes
            + self
                .response
                .as_ref()
                .map_or(0, |response| response.result.get().len())
    }

    pub(super) fn stop(&self) {
        self.stop.cancel();
    }

    pub(super) fn started(&mut self) {
        self.stage = Stage::Running;
        self.say_accepted = true;
    }

    /// Notes the end; tells how many chunks there were.
    pub(super) fn ended(&mut self) -> u64 {
        self.stage = Stage::Ended;
        self.next_seq()
    }

    pub(super) fn answer(&mut self, response: Response) {
        self.response = Some(response);
        self.say_response = true;
    }

    pub(super) fn repeat(&mut self) {
        match self.stage {
            Stage::Starting => {}
            Stage::Running => self.say_accepted = true,
            Stage::Ended => self.say_response = true,
        }
    }

    pub(super) fn chunk(&mut self, stream: Stream, at_ms: u64, bytes: Vec<u8>) {
        self.bytes += bytes.len();
        self.chunks.push_back(Chunk {
            stream,
            at_ms,
            bytes,
        });
        if self.unheard {
            self.trim(0);
        }
    }

    /// Drops the oldest output until at most `most` bytes are left.
    pub(super) fn trim(&mut self, most: usize) {
        while self.bytes > most && self.drop_first() {}
    }

    pub(super) fn list(&mut self, id: &str) -> Running {
        self.listed = true;
        Running {
            request_id: id.to_owned(),
            skill_name: self.skill.clone(),
            method_name: self.method.clone(),
            first_seq: self.first_seq,
            next_seq: self.next_seq(),
        }
    }

    /// A v2 session goes on from `point`; false when the execution is to be forgotten.
    pub(super) fn resume(&mut self, point: Option<u64>) -> bool {
        match point {
            Some(next_seq) => {
                self.unheard = false;
                self.drop_below(next_seq);
                self.cursor = self.first_seq;
                self.say_accepted = self.stage == Stage::Running;
                self.say_response = self.response.is_some();
                self.progress = None;
            }
            // It began after the handshake was sent, so the Nexus could not know.
            None if !self.listed => self.cursor = self.first_seq,
            None => {
                self.unheard = true;
                self.trim(0);
            }
        }
        !self.unheard || self.active()
    }

    /// A v1 session knows only ends.
    pub(super) fn resume_v1(&mut self) {
        self.trim(0);
        self.say_response = self.response.is_some();
    }

    pub(super) fn acknowledged(&mut self, next_seq: u64, now: Instant) {
        self.progress = Some(now);
        self.drop_below(next_seq);
    }

    pub(super) fn beat(&mut self, now: Instant, patience: Duration) {
        let old = |at: Option<Instant>| at.is_some_and(|at| now.duration_since(at) >= patience);
        if self.streams && self.response.is_some() && old(self.told) {
            self.say_response = true;
        }
        if self.bytes >= WINDOW && self.cursor >= self.next_seq() {
            let waits_since = *self.progress.get_or_insert(now);
            if old(Some(waits_since)) {
                self.trim(WINDOW / 2);
            }
        }
    }

    pub(super) fn take_acceptance(&mut self) -> bool {
        std::mem::take(&mut self.say_accepted)
    }

    /// The end, once all output before it is on its way.
    pub(super) fn take_response(&mut self, now: Instant) -> Option<Response> {
        if !self.say_response || self.cursor < self.next_seq() {
            return None;
        }
        self.say_response = false;
        self.told = Some(now);
        self.response.clone()
    }

    pub(super) fn take_output(&mut self, id: &str) -> Option<Output> {
        let at = usize::try_from(self.cursor - self.first_seq).ok()?;
        let chunk = self.chunks.get(at)?;
        let output = Output::new(
            id.to_owned(),
            self.cursor,
            chunk.stream,
            chunk.at_ms,
            &chunk.bytes,
        );
        self.cursor += 1;
        Some(output)
    }

    pub(super) fn into_response(self) -> Option<Response> {
        self.response
    }

    fn next_seq(&self) -> u64 {
        self.first_seq + self.chunks.len() as u64
    }

    fn drop_below(&mut self, seq: u64) {
        while self.first_seq < seq && self.drop_first() {}
    }

    fn drop_first(&mut self) -> bool {
        let Some(chunk) = self.chunks.pop_front() else {
            return false;
        };
        self.first_seq += 1;
        self.cursor = self.cursor.max(self.first_seq);
        self.bytes -= chunk.bytes.len();
        self.credit.add_permits(chunk.bytes.len());
        true
    }
}

/// A name that a refused call may have made up, as it may stand in a handshake.
fn name(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_control())
        .take(NAME)
        .collect();
    limits::cut(&plain, NAME).to_owned()
}
