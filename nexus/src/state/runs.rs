//! Runs of runbooks: each step is a job, and the next one is asked for when that is over. Also the runbooks themselves.
//!
//! A step is asked for under a key of its own, so that asking again after a restart finds the job that is there. Nothing is
//! decided while a job is moved on: its end is noted, and looked at when all inputs are in.
//!
//! Not here: which step is next, see [`crate::runbook::Run`].

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::{Control, Effect, State, SubmitError};
use crate::access::{Caller, Role};
use crate::job::{JobInfo, JobRequest, JobState, Origin, OriginKind};
use crate::model::{Event, Now};
use crate::runbook::{
    LIVE, Maker, NewRun, Put, Run, RunError, RunState, Runbook, RunbookError, Runbooks, StepState,
    Version,
};
use crate::store::{Left, Plan, Write};
use crate::target::Aim;

/// After a start, nodes have so long to come back before steps are asked for.
const SETTLE: Duration = Duration::from_secs(20);
/// Runs that are over and are kept.
const OVER: usize = 1_000;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Runs {
    live: BTreeMap<Uuid, Arc<Run>>,
    over: HashMap<Uuid, Arc<Run>>,
    over_in_order: VecDeque<Uuid>,
    /// Which run a job that lives is a step of.
    by_job: HashMap<Uuid, Uuid>,
    /// Runs that must be looked at.
    touched: BTreeSet<Uuid>,
    /// Those of an earlier life, until nodes have had time to come back.
    restored: BTreeSet<Uuid>,
}

impl Runs {
    /// One that is over; the id of the oldest one, if that is not kept any more.
    fn add_over(&mut self, run: Arc<Run>) -> Option<Uuid> {
        self.over_in_order.push_back(run.id);
        self.over.insert(run.id, run);
        let surplus = self.over_in_order.len() > OVER;
        let oldest = surplus.then(|| self.over_in_order.pop_front()).flatten();
        if let Some(oldest) = oldest {
            self.over.remove(&oldest);
        }
        oldest
    }
}

impl State {
    /// Schedules, runbooks and runs from the store.
    pub(crate) fn restore_plans(&mut self, left: Left) {
        self.restore_schedules(left.schedules);
        self.restore_runbooks(left.runbooks);
        self.restore_runs(left.runs);
    }

    /// Runbooks from the store.
    pub(super) fn restore_runbooks(&mut self, versions: Vec<Version>) {
        self.runbooks = Runbooks::restore(versions);
    }

    /// Runs from the store, each with those of its jobs that are over. They are looked at when nodes have had time to come
    /// back: of a step that nobody could take, nothing more would be tried.
    pub(super) fn restore_runs(&mut self, runs: Vec<(Run, Vec<JobInfo>)>) {
        let mut runs = runs;
        runs.sort_by_key(|(run, _)| (run.finished_at, run.id));
        for (mut run, jobs) in runs {
            if run.state.is_over() {
                self.runs.add_over(Arc::new(run));
                continue;
            }
            for job in jobs {
                let key = job
                    .dedupe_key
                    .as_deref()
                    .and_then(|key| key.rsplit(':').next());
                if let Some(index) = key.and_then(|index| index.parse::<usize>().ok())
                    && run.steps.get(index).is_some_and(|step| {
                        step.state == StepState::Pending || step.job == Some(job.id)
                    })
                {
                    run.begun(index, job.id);
                    run.job_over(job.id, job.state, job.reason.as_deref());
                }
            }
            self.runs
                .by_job
                .extend(run.live_job().map(|job| (job, run.id)));
            self.runs.restored.insert(run.id);
            self.runs.live.insert(run.id, Arc::new(run));
        }
    }

    /// All runbooks.
    pub fn runbooks(&self) -> &Runbooks {
        &self.runbooks
    }

    /// A new runbook, or a new version of one.
    pub fn put_runbook(
        &mut self,
        runbook: Runbook,
        caller: &Caller,
        now: Now,
    ) -> Result<Put, RunbookError> {
        let put = self
            .runbooks
            .put(runbook, maker(caller), is_admin(caller), now.wall)?;
        if put.new {
            let row = Write::Plan(Plan::Runbook(Arc::clone(&put.version)));
            self.effects.push(Effect::Store(row));
        }
        if let Some(gone) = put.gone {
            self.forget_runbook(&put.version.runbook.name, gone);
        }
        Ok(put)
    }

    fn forget_runbook(&mut self, name: &str, number: u32) {
        let row = Write::Plan(Plan::ForgetRunbook(name.to_owned(), number));
        self.effects.push(Effect::Store(row));
    }

    /// Another instance made a version of a runbook.
    pub(super) fn take_runbook(&mut self, version: Version) -> Result<(), RunbookError> {
        let name = version.runbook.name.clone();
        let version = Arc::new(version);
        let gone = self.runbooks.take(Arc::clone(&version))?;
        let row = Write::Plan(Plan::Runbook(version));
        self.effects.push(Effect::Store(row));
        if let Some(gone) = gone {
            self.forget_runbook(&name, gone);
        }
        Ok(())
    }

    /// Another instance let go of a version of a runbook.
    pub(super) fn drop_runbook(&mut self, name: &str, number: u32) {
        if self.runbooks.drop_one(name, number) {
            self.forget_runbook(name, number);
        }
    }

    /// Lets a runbook go, with all its versions. Its runs go on.
    pub fn remove_runbook(&mut self, name: &str, caller: &Caller) -> Result<(), RunError> {
        let gone = self
            .runbooks
            .remove(name, &caller.principal.id, is_admin(caller))?;
        for version in gone {
            self.forget_runbook(name, version.number);
        }
        Ok(())
    }

    /// Runs that live and those that are kept, oldest first.
    pub fn all_runs(&self) -> Vec<Arc<Run>> {
        let live = self.runs.live.values().cloned();
        let mut all: Vec<_> = self.runs.over.values().cloned().chain(live).collect();
        all.sort_by_key(|run| (run.started_at, run.id));
        all
    }

    /// One of them.
    pub fn run(&self, id: Uuid) -> Option<Arc<Run>> {
        let found = self.runs.live.get(&id);
        found.or_else(|| self.runs.over.get(&id)).cloned()
    }

    /// Begins a run, or finds the one of this id. `confirmed`: it may destroy something on several nodes, and that is meant.
    pub fn begin_run(
        &mut self,
        new: NewRun,
        confirmed: bool,
        now: Now,
    ) -> Result<(Arc<Run>, bool), RunError> {
        if let Some(known) = self.run(new.id) {
            return Ok((known, true));
        }
        if self.runs.live.len() >= LIVE {
            return Err(RunError::TooMany);
        }
        let run = Run::new(&new, now.wall)?;
        let scope = &new.caller.principal.scope;
        for step in &run.steps {
            let Some(ask) = &step.ask else { continue };
            if !scope.allows(&ask.skill_name, &ask.method_name) {
                return Err(RunError::Call(format!(
                    "{}.{}",
                    ask.skill_name, ask.method_name
                )));
            }
            if !confirmed
                && self.may_destroy(&ask.skill_name, &ask.method_name)
                && self.reaches_several(ask, &new.caller)
            {
                return Err(RunError::Confirm(step.name.clone()));
            }
        }
        let id = run.id;
        self.runs.live.insert(id, Arc::new(run));
        self.runs.touched.insert(id);
        self.keep_run(id);
        self.run(id)
            .map(|run| (run, false))
            .ok_or(RunError::Unknown(id))
    }

    /// Begins no further step of it, and cancels the job of the one that runs.
    pub fn cancel_run(
        &mut self,
        id: Uuid,
        caller: &Caller,
        now: Now,
    ) -> Result<Arc<Run>, RunError> {
        let Some(run) = self.runs.live.get_mut(&id).map(Arc::make_mut) else {
            let over = self.runs.over.get(&id).ok_or(RunError::Unknown(id))?;
            return Err(RunError::State {
                id,
                state: over.state,
            });
        };
        if run.state == RunState::Stopping {
            return Err(RunError::State {
                id,
                state: run.state,
            });
        }
        run.cancel(&caller.principal.name);
        let job = run.live_job();
        self.keep_run(id);
        if let Some(job) = job {
            // It may be over, or stopping, by itself.
            let _ = self.control_job(job, Control::Cancel, caller, now);
        }
        self.runs.touched.insert(id);
        self.run(id).ok_or(RunError::Unknown(id))
    }

    /// A job is over; perhaps it was a step.
    pub(super) fn run_job_over(&mut self, info: &JobInfo, _: Now) {
        let Some(id) = self.runs.by_job.remove(&info.id) else {
            return;
        };
        if let Some(run) = self.runs.live.get_mut(&id).map(Arc::make_mut) {
            run.job_over(info.id, info.state, info.reason.as_deref());
            self.runs.touched.insert(id);
        }
    }

    /// Moves on the runs of which something is over. True: there were such.
    pub(super) fn runs_due(&mut self, now: Now) -> bool {
        if now.at >= self.runs_timeout() {
            let mut restored = std::mem::take(&mut self.runs.restored);
            self.runs.touched.append(&mut restored);
        }
        let touched = std::mem::take(&mut self.runs.touched);
        for id in &touched {
            self.move_run_on(*id, now);
        }
        !touched.is_empty()
    }

    /// When [`Self::runs_due`] wants to be called by itself.
    pub(super) fn runs_timeout(&self) -> Duration {
        if self.runs.restored.is_empty() {
            Duration::MAX
        } else {
            SETTLE
        }
    }

    fn move_run_on(&mut self, id: Uuid, now: Now) {
        // Out of its place, so that nothing else moves it meanwhile.
        let Some(run) = self.runs.live.remove(&id) else {
            return;
        };
        let mut run = Arc::unwrap_or_clone(run);
        self.catch_up(&mut run);
        while let Some(index) = run.next_step() {
            let Some(ask) = run.ask(index) else {
                run.step_over(index, false, "what it asks for is lost");
                continue;
            };
            match self.ask_for_step(&run, ask, now) {
                Ok(job) => run.begun(index, job),
                Err(why) => {
                    run.step_over(index, false, &why);
                    continue;
                }
            }
            self.catch_up(&mut run);
        }
        self.runs.by_job.extend(run.live_job().map(|job| (job, id)));
        let over = run.end_if_done(now.wall);
        self.runs.live.insert(id, Arc::new(run));
        self.keep_run(id);
        if over
            && let Some(run) = self.runs.live.remove(&id)
            && let Some(forgotten) = self.runs.add_over(run)
        {
            self.effects
                .push(Effect::Store(Write::Plan(Plan::ForgetRun(forgotten))));
        }
    }

    /// The job of its step may be over before anybody listened.
    fn catch_up(&self, run: &mut Run) {
        let Some(job) = run.live_job() else { return };
        match self.job(job) {
            Some(info) if info.state.is_over() => {
                run.job_over(job, info.state, info.reason.as_deref())
            }
            Some(_) => {}
            None => run.job_over(job, JobState::Failed, Some("nothing is known of it")),
        }
    }

    fn ask_for_step(&mut self, run: &Run, ask: JobRequest, now: Now) -> Result<Uuid, String> {
        let caller = run.asker.caller().map_err(|error| error.to_string())?;
        let origin = Origin {
            kind: OriginKind::Runbook,
            id: run.id.to_string(),
            name: run.runbook.clone(),
        };
        let mut new = ask
            .into_job(caller, Some(origin))
            .map_err(|error| error.to_string())?;
        // Whoever began the run said that this is meant.
        let mut submitted = self.submit_job(new.clone(), now);
        if let Err(SubmitError::ConfirmCount(count)) = submitted {
            new.confirm_count = u32::try_from(count).ok();
            submitted = self.submit_job(new, now);
        }
        match submitted {
            Ok(submitted) => Ok(submitted.info.id),
            // Its end was missed; that it is not known fails the step.
            Err(SubmitError::KnownJob(id)) => Ok(id),
            Err(error) => Err(error.to_string()),
        }
    }

    fn reaches_several(&self, ask: &JobRequest, caller: &Caller) -> bool {
        let aim = Aim::new(ask.target.as_deref(), ask.node_ids.clone());
        let frozen = aim
            .ok()
            .and_then(|aim| self.resolve(&aim, &caller.principal.scope).ok());
        frozen.is_some_and(|frozen| frozen.nodes.len() > 1)
    }

    fn keep_run(&mut self, id: Uuid) {
        if let Some(run) = self.run(id) {
            self.watching.touch_run(id);
            let row = Write::Plan(Plan::Run(Arc::clone(&run)));
            self.effects.push(Effect::Store(row));
            self.publish(|_| Event::RunChanged(run));
        }
    }
}

/// Who may change what belongs to others.
fn is_admin(caller: &Caller) -> bool {
    caller.principal.role >= Role::Admin && caller.principal.scope.is_all()
}

fn maker(caller: &Caller) -> Maker {
    Maker {
        id: caller.principal.id.clone(),
        name: caller.principal.name.clone(),
    }
}
