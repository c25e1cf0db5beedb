//! What another instance of the swarm tells, kept for as long as that may take: if that instance is gone by then, it is told by this
//! one. Not here: whose turn it is, see [`crate::fleet`].

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::QUEUE;
use super::news::Message;

/// Whoever lives has told it by then: three tries, and what it takes to see that one is gone.
const TOLD: Duration = Duration::from_secs(60);

/// See the module.
#[derive(Default)]
pub(super) struct Unsaid(VecDeque<(Instant, Message)>);

impl Unsaid {
    pub(super) fn keep(&mut self, messages: Vec<Message>, now: Instant) {
        self.prune(now);
        for message in messages {
            if self.0.len() >= QUEUE {
                self.0.pop_front();
            }
            self.0.push_back((now, message));
        }
    }

    /// What may not have been told.
    pub(super) fn take(&mut self, now: Instant) -> Vec<Message> {
        self.prune(now);
        self.0.drain(..).map(|(_, message)| message).collect()
    }

    fn prune(&mut self, now: Instant) {
        let old = |at: &Instant| now.saturating_duration_since(*at) >= TOLD;
        while self.0.front().is_some_and(|(at, _)| old(at)) {
            self.0.pop_front();
        }
    }
}
