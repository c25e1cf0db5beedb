//! Schedules, as they are kept: made, changed, and what became of their times. What they begin is checked when they are saved.
//!
//! Not here: when one is due, see [`crate::schedule`], and the clock, see [`crate::scheduler`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::SystemTime;

use protocol::Effect as Harm;
use uuid::Uuid;

use super::{Effect, State};
use crate::access::{Caller, Role};
use crate::audit::{Action, Decision, Entry};
use crate::model::{Event, Now};
use crate::runbook::{RunError, RunState, RunbookCall};
use crate::schedule::{Last, Marks, Outcome, SCHEDULES, Schedule, ScheduleError, Settled, What};
use crate::store::{Plan, Write};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Schedules {
    /// Ids grow with time.
    known: BTreeMap<Uuid, Arc<Schedule>>,
    /// What these began last goes on at another instance.
    elsewhere: BTreeSet<Uuid>,
}

impl State {
    /// Schedules from the store.
    pub(super) fn restore_schedules(&mut self, schedules: Vec<Schedule>) {
        let known = schedules.into_iter().map(|one| (one.id, Arc::new(one)));
        self.schedules.known = known.collect();
    }

    /// All of them, oldest first.
    pub fn schedules(&self) -> impl Iterator<Item = &Arc<Schedule>> {
        self.schedules.known.values()
    }

    /// One of them.
    pub fn schedule(&self, id: Uuid) -> Option<&Arc<Schedule>> {
        self.schedules.known.get(&id)
    }

    /// Whether what it began last is not over.
    pub fn is_busy(&self, schedule: &Schedule) -> bool {
        if self.schedules.elsewhere.contains(&schedule.id) {
            return true;
        }
        let Some(last) = &schedule.last else {
            return false;
        };
        let job = last.job_id.and_then(|id| self.job(id));
        let run = last.run_id.and_then(|id| self.run(id));
        job.is_some_and(|job| !job.state.is_over())
            || run.is_some_and(|run| matches!(run.state, RunState::Running | RunState::Stopping))
    }

    /// Keeps a new one. `confirmed`: what it begins may destroy something, and that is meant.
    pub fn make_schedule(
        &mut self,
        mut schedule: Schedule,
        caller: &Caller,
        confirmed: bool,
    ) -> Result<Arc<Schedule>, ScheduleError> {
        if self.schedules.known.len() >= SCHEDULES {
            return Err(ScheduleError::TooMany);
        }
        self.check_what(&mut schedule.what, caller, confirmed)?;
        Ok(self.keep_schedule(schedule))
    }

    /// Puts another one in its place. It stays its owner's, and so begins things by the owner's rights. Nothing that was due
    /// before is begun by it.
    pub fn edit_schedule(
        &mut self,
        mut new: Schedule,
        caller: &Caller,
        confirmed: bool,
        now: Now,
    ) -> Result<Arc<Schedule>, ScheduleError> {
        let old = self.changeable(new.id, caller)?;
        self.check_what(&mut new.what, caller, confirmed)?;
        new.owner = old.owner.clone();
        new.made_at = old.made_at;
        new.last = old.last.clone();
        new.marks = Marks {
            looked: now.wall.max(old.marks.fired.unwrap_or(now.wall)),
            fired: old.marks.fired,
        };
        Ok(self.keep_schedule(new))
    }

    /// Lets one go. What it began goes on.
    pub fn remove_schedule(&mut self, id: Uuid, caller: &Caller) -> Result<(), ScheduleError> {
        self.changeable(id, caller)?;
        self.drop_schedule(id);
        Ok(())
    }

    /// It is gone, here or at another instance.
    pub(super) fn drop_schedule(&mut self, id: Uuid) {
        self.schedules.elsewhere.remove(&id);
        let Some(old) = self.schedules.known.remove(&id) else {
            return;
        };
        self.watching.touch_schedule(id);
        self.effects
            .push(Effect::Store(Write::Plan(Plan::ForgetSchedule(id))));
        self.publish(|_| Event::ScheduleRemoved(old));
    }

    /// Another instance made or changed one. Nothing that was due before is begun by it here.
    pub(super) fn take_schedule(
        &mut self,
        mut new: Schedule,
        now: Now,
    ) -> Result<(), ScheduleError> {
        let old = self.schedules.known.get(&new.id);
        if old.is_none() && self.schedules.known.len() >= SCHEDULES {
            return Err(ScheduleError::TooMany);
        }
        let fired = old.and_then(|old| old.marks.fired);
        new.last = old.and_then(|old| old.last.clone());
        new.queued = None;
        new.marks = Marks {
            looked: now.wall.max(fired.unwrap_or(now.wall)),
            fired,
        };
        self.keep_schedule(new);
        Ok(())
    }

    /// Another instance took this time of a schedule: it is decided.
    pub(crate) fn take_turn(&mut self, id: Uuid, at: SystemTime, last: Option<Last>) {
        let Some(known) = self.schedules.known.get(&id) else {
            return;
        };
        let mut schedule = Schedule::clone(known);
        let begun = last
            .as_ref()
            .is_none_or(|last| last.outcome == Outcome::Started);
        schedule.marks.looked = schedule.marks.looked.max(at);
        if begun {
            schedule.marks.fired = schedule.marks.fired.max(Some(at));
        }
        schedule.queued = schedule.queued.filter(|queued| *queued > at);
        // What is told again may be older than what happened here since.
        let known_last = schedule.last.as_ref().map(|last| last.at);
        if let Some(last) = last.filter(|last| known_last.is_none_or(|known| last.at >= known)) {
            schedule.last = Some(last);
        }
        if schedule != **known {
            self.keep_schedule(schedule);
        }
    }

    /// Whether what it began last goes on at another instance.
    pub(crate) fn busy_elsewhere(&mut self, id: Uuid, busy: bool) {
        if busy && self.schedules.known.contains_key(&id) {
            self.schedules.elsewhere.insert(id);
        } else {
            self.schedules.elsewhere.remove(&id);
        }
    }

    /// It is due, and cannot be begun yet: said once for each of its times.
    pub(crate) fn schedule_waits(&mut self, id: Uuid, at: SystemTime, why: &str) {
        let Some(known) = self.schedules.known.get(&id) else {
            return;
        };
        if known.last.as_ref().is_some_and(|last| last.at == at) {
            return;
        }
        let mut schedule = Schedule::clone(known);
        let before = schedule.last.take();
        schedule.last = Some(Last {
            at,
            outcome: Outcome::Skipped,
            why: Some(why.to_owned()),
            job_id: before.as_ref().and_then(|last| last.job_id),
            run_id: before.as_ref().and_then(|last| last.run_id),
        });
        self.keep_schedule(schedule);
    }

    /// Pauses or resumes one. What was due while it was paused is not missed.
    pub fn pause_schedule(
        &mut self,
        id: Uuid,
        paused: bool,
        caller: &Caller,
        now: Now,
    ) -> Result<Arc<Schedule>, ScheduleError> {
        let mut schedule = Schedule::clone(&*self.changeable(id, caller)?);
        if schedule.paused && !paused {
            schedule.marks.looked = schedule.marks.looked.max(now.wall);
        }
        schedule.paused = paused;
        schedule.queued = None;
        Ok(self.keep_schedule(schedule))
    }

    /// Keeps what was decided about one of its times. What was begun or refused is told.
    pub fn settle_schedule(&mut self, id: Uuid, settled: Settled, now: Now) {
        let Some(known) = self.schedules.known.get(&id) else {
            return;
        };
        let mut schedule = Schedule::clone(known);
        let last = settled.last.clone();
        schedule.keep(settled);
        self.tell_fired(&schedule, &last, now);
        self.keep_schedule(schedule);
    }

    /// Somebody fired it by hand: it is busy with that from now on.
    pub fn fired_by_hand(&mut self, id: Uuid, last: Last) {
        if let Some(known) = self.schedules.known.get(&id) {
            let mut schedule = Schedule::clone(known);
            schedule.last = Some(last);
            self.keep_schedule(schedule);
        }
    }

    /// The clock was far ahead when it was decided last; see [`Marks::taken_back`].
    pub fn take_schedule_back(&mut self, id: Uuid, seen: Marks, now: Now) {
        let Some(known) = self.schedules.known.get(&id) else {
            return;
        };
        if known.marks == seen
            && let Some(marks) = seen.taken_back(now.wall)
        {
            let mut schedule = Schedule::clone(known);
            schedule.marks = marks;
            self.keep_schedule(schedule);
        }
    }

    /// One that this caller may change.
    fn changeable(&self, id: Uuid, caller: &Caller) -> Result<Arc<Schedule>, ScheduleError> {
        let known = self.schedules.known.get(&id);
        let known = known.ok_or(ScheduleError::Unknown(id))?;
        let principal = &caller.principal;
        let admin = principal.role >= Role::Admin && principal.scope.is_all();
        if known.owner.id != principal.id && !admin {
            return Err(ScheduleError::NotYours {
                name: known.name.clone(),
                owner: known.owner.name.clone(),
            });
        }
        Ok(Arc::clone(known))
    }

    /// Whether this caller may begin it at all. A runbook is bound to the version that is the newest now: who changes it later
    /// changes nothing of what is begun by the rights of another.
    fn check_what(
        &self,
        what: &mut What,
        caller: &Caller,
        confirmed: bool,
    ) -> Result<(), ScheduleError> {
        let calls: Vec<(String, String)> = match what {
            What::Job(job) => vec![(job.skill_name.clone(), job.method_name.clone())],
            What::Runbook(call) => self.check_runbook(call)?,
        };
        for (skill, method) in calls {
            let words = format!("{skill}.{method}");
            if !caller.principal.scope.allows(&skill, &method) {
                return Err(ScheduleError::Call(words));
            }
            if !confirmed && self.may_destroy(&skill, &method) {
                return Err(ScheduleError::Confirm(words));
            }
        }
        Ok(())
    }

    fn check_runbook(
        &self,
        call: &mut RunbookCall,
    ) -> Result<Vec<(String, String)>, ScheduleError> {
        let version = self.runbooks.find(&call.name, call.version)?;
        let mut parameters = version.runbook.parameters.iter();
        if let Some(secret) =
            parameters.find(|one| one.secret && call.parameters.contains_key(&one.name))
        {
            return Err(ScheduleError::Secret(secret.name.clone()));
        }
        let prepared = version
            .runbook
            .prepare(&call.parameters, call.target.as_deref());
        let (jobs, _) = prepared.map_err(RunError::from)?;
        call.version = Some(version.number);
        let calls = jobs
            .into_iter()
            .map(|job| (job.skill_name, job.method_name));
        Ok(calls.collect())
    }

    /// Whether a method may destroy something, as far as any node says. One that nobody knows may.
    pub(super) fn may_destroy(&self, skill: &str, method: &str) -> bool {
        let methods = self
            .nodes()
            .flat_map(|node| node.capabilities().methods.iter());
        let mut known = methods
            .filter(|one| one.skill == skill && one.method == method)
            .map(|one| one.effect)
            .peekable();
        known.peek().is_none() || known.any(|effect| effect == Harm::Destroy)
    }

    fn keep_schedule(&mut self, schedule: Schedule) -> Arc<Schedule> {
        let schedule = Arc::new(schedule);
        self.watching.touch_schedule(schedule.id);
        let row = Write::Plan(Plan::Schedule(Arc::clone(&schedule)));
        self.effects.push(Effect::Store(row));
        self.schedules
            .known
            .insert(schedule.id, Arc::clone(&schedule));
        let told = Arc::clone(&schedule);
        self.publish(|_| Event::ScheduleChanged(told));
        schedule
    }

    fn tell_fired(&mut self, schedule: &Schedule, last: &Last, now: Now) {
        let decision = match last.outcome {
            Outcome::Started => Decision::Allowed,
            Outcome::Refused => Decision::Denied,
            // Once a minute and harmless: it stands in the schedule.
            Outcome::Skipped => return,
        };
        let mut entry = Entry::new(Action::FireSchedule, now.wall);
        entry.decision = Some(decision);
        entry.why.clone_from(&last.why);
        let begun = last
            .job_id
            .or(last.run_id)
            .filter(|_| last.outcome == Outcome::Started);
        let subject = std::iter::once(schedule.id).chain(begun);
        entry.subject = subject.map(|id| id.to_string()).collect();
        entry.detail = Some(serde_json::json!({
            "name": schedule.name, "owner": schedule.owner.id, "due": protocol::rfc3339(last.at),
        }));
        self.tell(entry);
    }
}
