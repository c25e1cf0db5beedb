//! Jobs of other instances, as they tell of them, so that screens here show the whole swarm. Nothing is decided about them here.
//! Not here: their targets and executions, which their owner is asked for ([`crate::fleet`]).

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::job::JobInfo;
use crate::model::{Event, Now};
use crate::state::{Effect, State};

/// Most of them; the oldest that are over go first.
const MOST: usize = 1000;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Afar(HashMap<Uuid, Arc<JobInfo>>);

impl Afar {
    fn make_room(&mut self) {
        if self.0.len() < MOST {
            return;
        }
        let oldest = self
            .0
            .values()
            .min_by_key(|job| (!job.state.is_over(), job.submitted_at));
        if let Some(id) = oldest.map(|job| job.id) {
            self.0.remove(&id);
        }
    }
}

impl State {
    /// How a job of another instance stands.
    pub(crate) fn know_job(&mut self, info: JobInfo, now: Now) {
        if self.lives(info.id) {
            return;
        }
        if info.state.is_over() {
            // It may have been a step of a run that goes on here.
            self.run_job_over(&info, now);
        }
        let info = Arc::new(info);
        self.jobs.afar.make_room();
        let before = self.jobs.afar.0.insert(info.id, Arc::clone(&info));
        if self.listening && before.as_ref() != Some(&info) {
            self.effects.push(Effect::Publish(Event::JobChanged(info)));
        }
    }

    /// The one that another instance has of this id or dedupe key.
    pub(super) fn job_afar(&self, id: Uuid, key: Option<&str>) -> Option<Arc<JobInfo>> {
        let afar = &self.jobs.afar.0;
        let by_key = || {
            let mut all = afar.values();
            all.find(|job| key.is_some() && job.dedupe_key.as_deref() == key)
        };
        afar.get(&id).or_else(by_key).cloned()
    }

    /// Nobody tells of it any more, or it is ours by now.
    pub(crate) fn forget_job_afar(&mut self, id: Uuid) {
        self.jobs.afar.0.remove(&id);
    }

    /// Jobs that live or are recent, here and at other instances; oldest first.
    pub(crate) fn jobs_of_all(&self) -> Vec<Arc<JobInfo>> {
        let mut jobs = self.jobs(true);
        let here = |id: &Uuid| self.jobs.numbers.contains_key(id);
        let others = self.jobs.afar.0.iter().filter(|(id, _)| !here(id));
        jobs.extend(others.map(|(_, job)| Arc::clone(job)));
        jobs.sort_by_key(|job| (job.submitted_at, job.number));
        jobs
    }
}
