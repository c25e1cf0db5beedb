//! Results that are as good as new ones for a while: of methods that say so, by call and node. They are forgotten at a
//! restart, which costs an execution and nothing else. Not here: whose word it is that a method may be answered so.

use std::collections::{HashMap, VecDeque};
use std::time::SystemTime;

use uuid::Uuid;

use crate::audit::Digest;
use crate::job::{TargetEnd, TargetState};
use crate::model::Now;
use crate::state::State;

/// Most results.
const RESULTS: usize = 20_000;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Results {
    known: HashMap<Key, Known>,
    oldest_first: VecDeque<(Key, Uuid)>,
}

/// A call and the id of a node.
type Key = (Digest, String);

#[derive(Debug, Clone)]
struct Known {
    execution: Uuid,
    at: SystemTime,
    end: TargetEnd,
}

impl Results {
    fn put(&mut self, key: Key, known: Known) {
        self.oldest_first.push_back((key.clone(), known.execution));
        self.known.insert(key, known);
        while self.oldest_first.len() > RESULTS {
            let Some((key, execution)) = self.oldest_first.pop_front() else {
                return;
            };
            if self
                .known
                .get(&key)
                .is_some_and(|known| known.execution == execution)
            {
                self.known.remove(&key);
            }
        }
    }
}

impl State {
    /// Whether the node says that results of this method may be used again.
    fn is_cacheable(&self, ordinal: u32, skill: &str, method: &str) -> bool {
        let mut methods = self.at(ordinal).capabilities().methods.iter();
        methods.any(|one| one.skill == skill && one.method == method && one.cacheable)
    }

    /// An attempt did what was asked.
    pub(super) fn remember_result(&mut self, id: Uuid, now: Now) {
        let Some(execution) = self.executions.get(&id) else {
            return;
        };
        let (skill, method) = (&execution.call.skill, &execution.call.method);
        if !self.is_cacheable(execution.ordinal, skill, method) {
            return;
        }
        let Some(attempt) = execution.attempt else {
            return;
        };
        let number = self.jobs.numbers.get(&attempt.job).copied();
        let Some(job) = number.and_then(|number| self.jobs.get(number)) else {
            return;
        };
        let Some(target) = job.target(attempt.index) else {
            return;
        };
        let key = (job.call_sha256, execution.node.0.clone());
        let known = Known {
            execution: id,
            at: now.wall,
            end: target.end.clone(),
        };
        self.jobs.results.put(key, known);
    }

    /// True: an older result did, and the target is settled by it.
    pub(super) fn answer_from_cache(&mut self, (number, index): (u64, u32), now: Now) -> bool {
        let Some(job) = self.jobs.live.get(&number) else {
            return false;
        };
        let (Some(cache), Some(target)) = (job.policy.cache, job.target(index)) else {
            return false;
        };
        if !self.is_cacheable(target.ordinal, &job.call.skill, &job.call.method) {
            return false;
        }
        let key = (job.call_sha256, target.node_id.clone());
        let Some(known) = self.jobs.results.known.get(&key).cloned() else {
            return false;
        };
        // A clock that was put back makes nothing fresh.
        let age = now.wall.duration_since(known.at);
        if age.map_or(true, |age| age.as_secs() > cache.max_age) {
            return false;
        }
        if let Some(target) = self
            .jobs
            .get_mut(number)
            .and_then(|job| job.target_mut(index))
        {
            target.execution = Some(known.execution);
            target.end = TargetEnd {
                from_cache: true,
                ..known.end
            };
        }
        self.settle_target((number, index), TargetState::Succeeded, None, now);
        true
    }
}
