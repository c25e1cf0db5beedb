//! Schedules, runbooks and runs, by name, for every door. What people change is in the audit log first. Not here: what they
//! mean, see [`crate::schedule`] and [`crate::runbook`].

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;

use super::{Acceptance, Handle};
use crate::access::Caller;
use crate::audit::{Action, Deed};
use crate::joining::JoiningError;
use crate::runbook::{NewRun, Put, Run, Runbook, Version};
use crate::schedule::{Last, Marks, Schedule, ScheduleError, Settled, What};

impl Handle {
    /// All schedules, oldest first.
    pub async fn schedules(&self) -> Result<Vec<Arc<Schedule>>, Acceptance> {
        self.look(|state| state.schedules().cloned().collect())
            .await
    }

    /// One of them.
    pub async fn schedule(&self, id: Uuid) -> Result<Option<Arc<Schedule>>, Acceptance> {
        self.look(move |state| state.schedule(id).cloned()).await
    }

    /// Keeps a new one. `confirmed`: what it begins may destroy something, and that is meant.
    pub async fn make_schedule(
        &self,
        caller: &Caller,
        schedule: Schedule,
        confirmed: bool,
    ) -> Result<Arc<Schedule>, JoiningError> {
        let deed = Deed::new(caller, Action::MakeSchedule).with(told(&schedule));
        let by = caller.clone();
        let made = self.change(
            deed,
            |made: &Arc<Schedule>| Some(made.id.to_string()),
            move |state, _| state.make_schedule(schedule, &by, confirmed),
        );
        self.clock_changed(made.await)
    }

    /// Puts another one in the place of the one with its id.
    pub async fn edit_schedule(
        &self,
        caller: &Caller,
        schedule: Schedule,
        confirmed: bool,
    ) -> Result<Arc<Schedule>, JoiningError> {
        let deed = Deed::new(caller, Action::EditSchedule)
            .to(schedule.id)
            .with(told(&schedule));
        let by = caller.clone();
        let changed = self.change(
            deed,
            |_| None,
            move |state, now| state.edit_schedule(schedule, &by, confirmed, now),
        );
        self.clock_changed(changed.await)
    }

    /// Lets one go.
    pub async fn remove_schedule(&self, caller: &Caller, id: Uuid) -> Result<(), JoiningError> {
        let deed = Deed::new(caller, Action::RemoveSchedule).to(id);
        let by = caller.clone();
        self.change(
            deed,
            |()| None,
            move |state, _| state.remove_schedule(id, &by),
        )
        .await
    }

    /// Pauses or resumes one.
    pub async fn pause_schedule(
        &self,
        caller: &Caller,
        id: Uuid,
        paused: bool,
    ) -> Result<Arc<Schedule>, JoiningError> {
        let action = if paused {
            Action::PauseSchedule
        } else {
            Action::ResumeSchedule
        };
        let deed = Deed::new(caller, action).to(id);
        let by = caller.clone();
        let changed = self.change(
            deed,
            |_| None,
            move |state, now| state.pause_schedule(id, paused, &by, now),
        );
        self.clock_changed(changed.await)
    }

    /// Begins now what one begins, by the rights of whoever asks. Its own times stay as they are.
    pub async fn fire_schedule(&self, caller: Caller, id: Uuid) -> Result<(), JoiningError> {
        let found = self.schedule(id).await?;
        let schedule = found.ok_or(ScheduleError::Unknown(id))?;
        crate::scheduler::fire_by_hand(self, &schedule, caller).await?;
        Ok(())
    }

    /// Keeps what was decided about one of its times.
    pub(crate) async fn settle_schedule(
        &self,
        id: Uuid,
        settled: Settled,
    ) -> Result<(), Acceptance> {
        self.act(move |state, now| state.settle_schedule(id, settled, now))
            .await
    }

    /// Somebody fired it by hand.
    pub(crate) async fn fired_by_hand(&self, id: Uuid, last: Last) -> Result<(), Acceptance> {
        self.act(move |state, _| state.fired_by_hand(id, last))
            .await
    }

    /// The clock was far ahead when it was decided last.
    pub(crate) async fn take_schedule_back(&self, id: Uuid, seen: Marks) -> Result<(), Acceptance> {
        self.act(move |state, now| state.take_schedule_back(id, seen, now))
            .await
    }

    /// The newest version of each runbook, by name.
    pub async fn runbooks(&self) -> Result<Vec<Arc<Version>>, Acceptance> {
        self.look(|state| state.runbooks().newest().cloned().collect())
            .await
    }

    /// All versions of a runbook that are kept, oldest first.
    pub async fn runbook_versions(&self, name: &str) -> Result<Vec<Arc<Version>>, JoiningError> {
        let name = name.to_owned();
        let found = self.look(move |state| {
            let runbooks = state.runbooks();
            runbooks.find(&name, None)?;
            Ok::<_, crate::runbook::RunError>(runbooks.versions(&name).to_vec())
        });
        Ok(found.await??)
    }

    /// One version of a runbook, or the newest; with the numbers of all that are kept.
    pub async fn runbook(
        &self,
        name: &str,
        version: Option<u32>,
    ) -> Result<(Arc<Version>, Vec<u32>), JoiningError> {
        let name = name.to_owned();
        let found = self.look(move |state| {
            let runbooks = state.runbooks();
            let found = runbooks.find(&name, version)?;
            let numbers = runbooks.versions(&name).iter().map(|one| one.number);
            Ok::<_, crate::runbook::RunError>((Arc::clone(found), numbers.collect()))
        });
        Ok(found.await??)
    }

    /// A new runbook, or a new version of one.
    pub async fn put_runbook(
        &self,
        caller: &Caller,
        runbook: Runbook,
    ) -> Result<Put, JoiningError> {
        let deed = Deed::new(caller, Action::PutRunbook)
            .to(&runbook.name)
            .with(json!({"title": runbook.title, "steps": runbook.steps.len()}));
        let by = caller.clone();
        self.change(
            deed,
            |put: &Put| {
                Some(format!(
                    "{}@{}",
                    put.version.runbook.name, put.version.number
                ))
            },
            move |state, now| state.put_runbook(runbook, &by, now),
        )
        .await
    }

    /// Lets a runbook go, with all its versions.
    pub async fn remove_runbook(&self, caller: &Caller, name: &str) -> Result<(), JoiningError> {
        let deed = Deed::new(caller, Action::RemoveRunbook).to(name);
        let (name, by) = (name.to_owned(), caller.clone());
        self.change(
            deed,
            |()| None,
            move |state, _| state.remove_runbook(&name, &by),
        )
        .await
    }

    /// Runs, newest first.
    pub async fn runs(&self) -> Result<Vec<Arc<Run>>, Acceptance> {
        self.look(|state| state.all_runs().into_iter().rev().collect())
            .await
    }

    /// One of them.
    pub async fn one_run(&self, id: Uuid) -> Result<Option<Arc<Run>>, Acceptance> {
        self.look(move |state| state.run(id)).await
    }

    /// Begins a run; returns when it is on disk. True: it was known already.
    pub async fn begin_run(
        &self,
        new: NewRun,
        confirmed: bool,
    ) -> Result<(Arc<Run>, bool), JoiningError> {
        let version = &new.version;
        let deed = Deed::new(&new.caller, Action::BeginRun)
            .to(format!("{}@{}", version.runbook.name, version.number))
            .with(json!({"target": new.target, "origin": new.origin}));
        self.change(
            deed,
            |(run, _): &(Arc<Run>, bool)| Some(run.id.to_string()),
            move |state, now| state.begin_run(new, confirmed, now),
        )
        .await
    }

    /// Cancels a run with the job of its step.
    pub async fn cancel_run(&self, caller: &Caller, id: Uuid) -> Result<Arc<Run>, JoiningError> {
        let deed = Deed::new(caller, Action::CancelRun).to(id);
        let by = caller.clone();
        self.change(
            deed,
            |_| None,
            move |state, now| state.cancel_run(id, &by, now),
        )
        .await
    }

    /// Wakes the clock, which sleeps until the next time that it knew.
    fn clock_changed<T, E>(&self, changed: Result<T, E>) -> Result<T, E> {
        self.clock.notify_one();
        changed
    }
}

/// What the audit log says of a schedule: what is begun, by its hash, not with its parameters.
fn told(schedule: &Schedule) -> serde_json::Value {
    let what = match &schedule.what {
        What::Job(job) => json!({
            "skill": job.skill_name, "method": job.method_name, "target": job.target, "node_ids": job.node_ids,
            "sha256": crate::audit::Digest::of_call(&job.skill_name, &job.method_name, &job.parameters.to_string()),
        }),
        What::Runbook(call) => {
            json!({"runbook": call.name, "version": call.version, "target": call.target})
        }
    };
    json!({
        "name": schedule.name, "when": schedule.when.typed(), "cron": schedule.when.cron(),
        "time_zone": schedule.when.time_zone(), "paused": schedule.paused, "what": what,
    })
}
