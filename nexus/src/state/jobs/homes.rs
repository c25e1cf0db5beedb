//! Slots of "any k of these" look for a node, and for another one when the first could not do it. Not here: jobs for each of
//! their targets.

use std::collections::BTreeSet;

use crate::job::{Job, Offline, TargetState};
use crate::model::{Now, Ordinal, Phase};
use crate::state::{Search, State, Wishes, seed_of};

impl State {
    /// Gives a slot the best of the nodes that are left for it, and puts it in line there.
    pub(super) fn seek_home(&mut self, number: u64, index: u32, now: Now) {
        let Some(job) = self.jobs.live.get(&number) else {
            return;
        };
        let (found, later) = self.best_home(job, index);
        let Some(ordinal) = found else {
            let wait =
                later && (job.policy.offline == Offline::Wait || now.at < self.jobs.patience);
            return if wait {
                self.step_target(number, index, TargetState::Waiting);
                self.jobs.homeless.insert((number, index));
            } else {
                self.no_home_left(number, index, now);
            };
        };
        let facts = self.at(ordinal).facts.clone();
        if let Some(target) = self
            .jobs
            .get_mut(number)
            .and_then(|job| job.target_mut(index))
        {
            target.node_id.clone_from(&facts.id);
            target.node_name.clone_from(&facts.name);
            target.ordinal = ordinal;
        }
        self.its_turn(number, ordinal);
        self.offer(number, index, now);
    }

    fn its_turn(&mut self, number: u64, ordinal: Ordinal) {
        let Some(job) = self.jobs.live.get(&number) else {
            return;
        };
        let wishes = Wishes {
            strategy: job.policy.wishes.strategy,
            ..Wishes::default()
        };
        let (skill, method) = (job.call.skill.clone(), job.call.method.clone());
        self.placed(&skill, &method, &wishes, ordinal);
    }

    /// The best candidate by the job's wishes, and whether one may come later.
    fn best_home(&self, job: &Job, index: u32) -> (Option<Ordinal>, bool) {
        let Some(slot) = job.target(index) else {
            return (None, false);
        };
        let taken: BTreeSet<Ordinal> = job
            .targets
            .iter()
            .filter(|other| !other.node_id.is_empty())
            .map(|other| other.ordinal)
            .collect();
        let left = job.candidates.iter().copied().filter(|ordinal| {
            !slot.tried.contains(ordinal) && !taken.contains(ordinal) && !self.at(*ordinal).removed
        });
        let away = |ordinal: &Ordinal| {
            let node = self.at(*ordinal);
            node.session.is_none() || node.phase == Phase::Offline
        };
        let (later, mut here): (Vec<_>, Vec<_>) = left.partition(away);
        let (call, scope) = (&job.call, &job.caller.principal.scope);
        let (wishes, seed) = (
            self.wishes_of(job),
            seed_of(job.id).wrapping_add(index.into()),
        );
        loop {
            let search = Search {
                nodes: Some(&here),
                in_line: true,
                named: true,
                ..Search::new(&call.skill, &call.method, scope)
            };
            let Some(best) = self.place_among(&search, &wishes, seed).0 else {
                return (None, !later.is_empty());
            };
            if self.directed(&self.at(best).facts.id, call, scope).is_ok() {
                return (Some(best), !later.is_empty());
            }
            here.retain(|ordinal| *ordinal != best);
        }
    }

    /// What a job wishes, with its groups as they are now.
    fn wishes_of(&self, job: &Job) -> Wishes {
        let wishes = job.policy.wishes.read().unwrap_or_default();
        Wishes {
            resource: job.policy.resource.clone(),
            ..wishes.with_groups_left(self.groups())
        }
    }

    fn no_home_left(&mut self, number: u64, index: u32, now: Now) {
        let Some(target) = self.jobs.get(number).and_then(|job| job.target(index)) else {
            return;
        };
        let (state, error) = match (target.tried.len(), &target.error) {
            (0, _) => (
                TargetState::Refused,
                "none of the nodes can take it".to_owned(),
            ),
            (count, None) => (
                TargetState::Failed,
                format!("{count} nodes were tried, none is left"),
            ),
            (count, Some(error)) => (
                TargetState::Failed,
                format!("{count} nodes were tried, none is left; the last one: {error}"),
            ),
        };
        self.settle_target((number, index), state, Some(error), now);
        self.course(number, now);
    }

    /// A slot is not on its node any more; if it was begun there, it does not come back to it.
    pub(super) fn leave_home(&mut self, number: u64, index: u32) {
        let Some(job) = self
            .jobs
            .get_mut(number)
            .filter(|job| job.policy.any.is_some())
        else {
            return;
        };
        if let Some(target) = job.target_mut(index) {
            if target.execution.is_some() && !target.node_id.is_empty() {
                target.tried.push(target.ordinal);
            }
            target.node_id.clear();
            target.node_name.clear();
        }
    }
}
