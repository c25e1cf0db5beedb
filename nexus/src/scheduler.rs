//! The clock of schedules: sleeps until one is due, asks by whose rights, begins what it begins, and has that kept. It owns
//! nothing: whatever it knows it asks the hub for, each time.
//!
//! What is begun is begun first and kept then. So a crash in between makes it due once more, and the key of what is begun,
//! made of the schedule and the time that it is for, makes that the same job or run.
//!
//! Not here: what is due, see [`crate::schedule`].

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::access::{Caller, Object, Tokens, Verb};
use crate::audit::Hasher;
use crate::fleet::{Shared, Taken, Turns};
use crate::hub::{Acceptance, Handle};
use crate::job::{JobRequest, Origin, OriginKind};
use crate::joining::JoiningError;
use crate::runbook::{NewRun, RunError};
use crate::schedule::{Last, Outcome, Schedule, ScheduleError, Step, What};
use crate::state::SubmitError;

/// Longest sleep: the clock may have been set, or the machine slept.
const LONGEST: Duration = Duration::from_secs(30);
/// After a start, nodes have so long to come back before anything is asked of them.
const SETTLE: Duration = Duration::from_secs(20);
/// As long as something waits for the end of something else, or could not be begun for a passing reason.
const SOON: Duration = Duration::from_secs(2);
/// So long a clock must stand far behind what was decided before that counts as the error of the time before.
const STEADY: Duration = Duration::from_secs(3600);

/// See the module.
pub(crate) struct Scheduler {
    handle: Handle,
    tokens: Tokens,
    /// Only when other instances share the swarm.
    turns: Option<Arc<Turns>>,
    /// Since when the clock stands far behind what was decided about a schedule.
    behind: HashMap<Uuid, Instant>,
}

/// What came of a time that was due.
enum Fired {
    Begun(Begun),
    Refused(String),
    /// Not now, for a reason that passes.
    Later,
}

/// What was begun.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Begun {
    Job(Uuid),
    Run(Uuid),
}

impl Begun {
    fn last(self, at: SystemTime, why: Option<String>) -> Last {
        let (job_id, run_id) = match self {
            Self::Job(id) => (Some(id), None),
            Self::Run(id) => (None, Some(id)),
        };
        Last {
            at,
            outcome: Outcome::Started,
            why,
            job_id,
            run_id,
        }
    }
}

impl Scheduler {
    pub(crate) fn new(handle: Handle, tokens: Tokens, shared: Option<&Shared>) -> Self {
        Self {
            handle,
            tokens,
            turns: shared.map(|shared| Arc::clone(&shared.turns)),
            behind: HashMap::new(),
        }
    }

    /// Runs until the Nexus stops.
    pub(crate) async fn run(mut self, stopping: CancellationToken) {
        let changed = Arc::clone(&self.handle.clock);
        let mut wait = SETTLE;
        loop {
            tokio::select! {
                () = stopping.cancelled() => return,
                () = changed.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
            wait = match self.look().await {
                Ok(wait) => wait,
                Err(Acceptance::Stopping) if stopping.is_cancelled() => return,
                Err(error) => {
                    tracing::warn!(%error, "schedules could not be looked at");
                    LONGEST
                }
            };
        }
    }

    /// Begins what is due. How long nothing is, at most.
    async fn look(&mut self) -> Result<Duration, Acceptance> {
        let all = self.handle.look(|state| {
            let all = state
                .schedules()
                .map(|one| (Arc::clone(one), state.is_busy(one)));
            // What would be due while everything is stopped is missed.
            (!state.is_held()).then(|| all.collect::<Vec<_>>())
        });
        let Some(all) = all.await? else {
            return Ok(LONGEST);
        };
        self.behind
            .retain(|id, _| all.iter().any(|(one, _)| one.id == *id));
        let mut wait = LONGEST;
        for (schedule, busy) in all {
            let now = SystemTime::now();
            self.watch_clock(&schedule, now).await?;
            wait = wait.min(self.look_at(&schedule, busy, now).await?);
            // There may be a thousand, and others have work to do.
            tokio::task::yield_now().await;
        }
        Ok(wait)
    }

    async fn look_at(
        &self,
        schedule: &Schedule,
        busy: bool,
        now: SystemTime,
    ) -> Result<Duration, Acceptance> {
        match schedule.step(busy, now) {
            Step::Nothing => {}
            Step::Settle(settled) => self.handle.settle_schedule(schedule.id, settled).await?,
            Step::Fire { at, .. } if !self.is_ours(schedule, at).await? => return Ok(SOON),
            Step::Fire { at, until, missed } => {
                let fired = self.fire(schedule, at).await;
                let last = match fired {
                    Fired::Begun(begun) => {
                        let told = (missed > 0).then(|| format!("{missed} before it were missed"));
                        begun.last(at, told)
                    }
                    Fired::Refused(why) => Last {
                        at,
                        outcome: Outcome::Refused,
                        why: Some(why),
                        job_id: None,
                        run_id: None,
                    },
                    Fired::Later => return Ok(SOON),
                };
                let settled = schedule.settled(at, until, last);
                self.handle.settle_schedule(schedule.id, settled).await?;
                if let Some(turns) = &self.turns {
                    turns.settled(schedule.id);
                }
            }
        }
        if schedule.paused {
            return Ok(LONGEST);
        }
        if schedule.queued.is_some() {
            return Ok(SOON);
        }
        let next = schedule.when.next(now.max(schedule.marks.looked));
        let wait = next.and_then(|next| next.duration_since(now).ok());
        Ok(wait.unwrap_or(LONGEST))
    }

    /// Whether this instance begins what is due now. Where there are others, it takes the time first; if nobody can tell whether
    /// another one did, it waits, and says so.
    async fn is_ours(&self, schedule: &Schedule, at: SystemTime) -> Result<bool, Acceptance> {
        let Some(turns) = &self.turns else {
            return Ok(true);
        };
        match turns.take(schedule.id, at).await {
            Taken::Ours => Ok(true),
            Taken::Decided => Ok(false),
            Taken::NotNow(why) => {
                let (id, why) = (schedule.id, format!("not begun yet: {why}"));
                let said = self
                    .handle
                    .act(move |state, _| state.schedule_waits(id, at, &why));
                said.await.map(|()| false)
            }
        }
    }

    /// A clock that was far ahead must not silence a schedule until that time comes again.
    async fn watch_clock(
        &mut self,
        schedule: &Schedule,
        now: SystemTime,
    ) -> Result<(), Acceptance> {
        if schedule.marks.taken_back(now).is_none() {
            self.behind.remove(&schedule.id);
            return Ok(());
        }
        let since = self.behind.entry(schedule.id).or_insert_with(Instant::now);
        if since.elapsed() >= STEADY {
            tracing::warn!(schedule = %schedule.id, "the clock was far ahead when this schedule was due last; it goes by the present one again");
            self.handle
                .take_schedule_back(schedule.id, schedule.marks)
                .await?;
        }
        Ok(())
    }

    /// Begins it by the rights that its owner has now.
    async fn fire(&self, schedule: &Schedule, at: SystemTime) -> Fired {
        let owner = &schedule.owner;
        let Some(principal) = self.tokens.principal_of(&owner.id, SystemTime::now()) else {
            return Fired::Refused(format!(
                "the token {:?} that it belongs to was revoked, has expired, or is gone",
                owner.name
            ));
        };
        let caller = Caller {
            principal,
            from: "schedule".to_owned(),
        };
        if let Err(denied) = caller.may(Verb::Schedules, Object::Nexus) {
            return Fired::Refused(denied.to_string());
        }
        let key = format!("schedule:{}:{}", schedule.id, protocol::rfc3339(at));
        let id = id_of(&key);
        match begin(&self.handle, schedule, Some(key), id, caller).await {
            Ok(begun) => Fired::Begun(begun),
            Err(JoiningError::Nexus(error)) => match error {
                // It was begun before a crash, and is over or was changed since.
                Acceptance::Refused(SubmitError::KnownJob(id) | SubmitError::OtherJob(id)) => {
                    Fired::Begun(Begun::Job(id))
                }
                Acceptance::Refused(SubmitError::Busy(_) | SubmitError::Held(_))
                | Acceptance::NotKept(_)
                | Acceptance::Declined(_)
                | Acceptance::Stopping
                | Acceptance::Unrecorded(_) => Fired::Later,
                Acceptance::Refused(error) => Fired::Refused(error.to_string()),
            },
            Err(JoiningError::Run(RunError::TooMany)) => Fired::Later,
            Err(error) => Fired::Refused(error.to_string()),
        }
    }
}

/// Fires a schedule by hand, by the rights of whoever asks. Its own times stay as they are.
pub(crate) async fn fire_by_hand(
    handle: &Handle,
    schedule: &Schedule,
    caller: Caller,
) -> Result<Begun, JoiningError> {
    let begun = begin(handle, schedule, None, Uuid::now_v7(), caller).await?;
    let last = begun.last(SystemTime::now(), Some("by hand".to_owned()));
    handle.fired_by_hand(schedule.id, last).await?;
    Ok(begun)
}

async fn begin(
    handle: &Handle,
    schedule: &Schedule,
    key: Option<String>,
    id: Uuid,
    caller: Caller,
) -> Result<Begun, JoiningError> {
    let origin = Some(Origin {
        kind: OriginKind::Schedule,
        id: schedule.id.to_string(),
        name: schedule.name.clone(),
    });
    match &schedule.what {
        What::Job(job) => {
            let mut request = JobRequest::clone(job);
            request.dedupe_key = key;
            if request.label.is_empty() {
                request.label.clone_from(&schedule.name);
            }
            begin_job(handle, request, origin, caller).await
        }
        What::Runbook(call) => {
            let (version, _) = handle.runbook(&call.name, call.version).await?;
            let new = NewRun {
                id,
                version,
                parameters: call.parameters.clone(),
                target: call.target.clone(),
                caller,
                origin,
            };
            let (run, _) = handle.begin_run(new, true).await?;
            Ok(Begun::Run(run.id))
        }
    }
}

async fn begin_job(
    handle: &Handle,
    request: JobRequest,
    origin: Option<Origin>,
    caller: Caller,
) -> Result<Begun, JoiningError> {
    let (skill, method) = (&request.skill_name, &request.method_name);
    if !caller.principal.scope.allows(skill, method) {
        return Err(ScheduleError::Call(format!("{skill}.{method}")).into());
    }
    let mut job = request
        .into_job(caller, origin)
        .map_err(ScheduleError::from)?;
    let mut submitted = handle.submit_job(job.clone()).await;
    if let Err(Acceptance::Refused(SubmitError::ConfirmCount(count))) = submitted {
        // It was confirmed when the schedule was saved, for as many as there are.
        job.confirm_count = u32::try_from(count).ok();
        submitted = handle.submit_job(job).await;
    }
    Ok(Begun::Job(submitted?.info.id))
}

/// The same id for the same key.
fn id_of(key: &str) -> Uuid {
    let mut hash = Hasher::new(b"nexus schedule v1\0");
    hash.part(key.as_bytes());
    let [half @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = hash.end().0;
    Uuid::new_v8(half)
}
