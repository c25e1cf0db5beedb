//! A job is asked for: once or twice, for whom, allowed or not. Not here: its course.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use protocol::Effect as Harm;
use uuid::Uuid;

use super::{MAX_TARGETS, Timer};
use crate::audit::{Action, CallTold, Decision, Digest, Entry};
use crate::job::{
    Job, JobInfo, JobRow, JobState, NewJob, Offline, Tally, Target, TargetState, ends,
};
use crate::model::{Now, Ordinal, Phase};
use crate::state::resolve::Frozen;
use crate::state::{Effect, Kept, State, SubmitError};
use crate::store::Write;

/// Refusals that an error lists.
const LISTED: usize = 20;
/// By then an instance that comes into a swarm has heard of all nodes.
const GATHERS: Duration = Duration::from_secs(10);

/// What became of an ask.
#[derive(Debug, Clone, PartialEq)]
pub struct Submitted {
    /// The job.
    pub info: Arc<JobInfo>,
    /// It was known already; nothing new is begun.
    pub duplicate: bool,
}

impl State {
    /// Takes a job on, or says why not. It begins when it is on disk.
    pub fn submit_job(&mut self, new: NewJob, now: Now) -> Result<Submitted, SubmitError> {
        let call_sha256 = new.call_sha256();
        if let Some(known) = self.known_job(&new, call_sha256)? {
            return Ok(known);
        }
        let frozen = self.resolve(&new.aim, &new.caller.principal.scope)?;
        // That it can be read was checked with the rest of the policy.
        self.wishes_with_groups(new.policy.wishes.read().unwrap_or_default())?;
        if new.sha256.is_some_and(|shown| shown != frozen.sha256) {
            return Err(SubmitError::TargetsChanged {
                sha256: frozen.sha256,
                count: frozen.nodes.len(),
            });
        }
        let (effect, idempotent) = self.harm(&frozen.nodes, &new.call.skill, &new.call.method);
        check_count(&new, effect, &frozen)?;
        let targets = self.first_look(&new, &frozen, now)?;
        if self.jobs.targets + targets.len() > MAX_TARGETS {
            return Err(SubmitError::Busy("the Nexus".to_owned()));
        }
        self.pass(&new.caller, &new.call, &frozen.nodes, new.approval, now)?;
        let number = self.jobs.next;
        let job = make(
            new,
            number,
            call_sha256,
            (effect, idempotent),
            &frozen,
            targets,
            now,
        );
        self.tell_job_asked(&job, &frozen, now);
        Ok(self.take_on(job, now))
    }

    fn take_on(&mut self, job: Job, now: Now) -> Submitted {
        let (number, id) = (job.number, job.id);
        self.jobs.next = number + 1;
        let candidates = job
            .candidates
            .iter()
            .map(|one| self.at(*one).facts.id.clone());
        let row = JobRow {
            number,
            info: Arc::new(job.info(false)),
            record: Some(job.record(candidates.collect())),
        };
        let info = Arc::new(job.info(self.is_held()));
        self.effects.push(Effect::Store(Write::Job(
            Box::new(row),
            Some(Kept::Job(id)),
        )));
        if let Some(declined) = self.jobs.numbers.insert(id, number) {
            self.jobs.over.remove(&declined);
        }
        self.jobs.ids.remember(id, id);
        if let Some(key) = &job.dedupe_key {
            self.jobs.keys.remember(key.clone(), id);
        }
        self.jobs.targets += job.targets.len();
        self.jobs
            .timers
            .insert((job.expires, number, Timer::Expire));
        self.jobs.live.insert(number, job);
        self.jobs.dirty.insert(number);
        self.open_wave(number, now);
        self.course(number, now);
        Submitted {
            info,
            duplicate: false,
        }
    }

    /// As if it had never been asked for.
    pub(super) fn forget_asked(&mut self, id: Uuid) {
        self.jobs.ids.forget(&id);
        self.jobs.keys.forget_of(id);
    }

    /// The same ask once more.
    fn known_job(&self, new: &NewJob, call: Digest) -> Result<Option<Submitted>, SubmitError> {
        let by_key = new.dedupe_key.as_ref();
        let by_key = by_key.and_then(|key| self.jobs.keys.find(key));
        let here = by_key.or_else(|| self.jobs.ids.find(&new.id));
        let info = match here {
            Some(id) => self.job(id).ok_or(SubmitError::KnownJob(id))?,
            // Somebody may ask the next instance again, when the first one did not answer.
            None => match self.job_afar(new.id, new.dedupe_key.as_deref()) {
                Some(info) => info,
                None => return Ok(None),
            },
        };
        let id = info.id;
        if info.call_sha256 != call || info.asker != new.caller.principal.id {
            return Err(SubmitError::OtherJob(id));
        }
        Ok(Some(Submitted {
            info,
            duplicate: true,
        }))
    }

    /// The worst that the method may do on any of these, whose places are their own, and whether it may be repeated on all.
    pub fn harm(&self, nodes: &[Ordinal], skill: &str, method: &str) -> (Harm, bool) {
        let (mut worst, mut idempotent) = (Harm::Read, true);
        for ordinal in nodes {
            let known = self.at(*ordinal).capabilities().methods.iter();
            let found = known
                .filter(|known| known.skill == skill && known.method == method)
                .map(|known| (known.effect, known.idempotent))
                .next();
            let (effect, repeatable) = found.unwrap_or((Harm::Destroy, false));
            idempotent &= repeatable || effect == Harm::Read;
            worst = match (worst, effect) {
                (Harm::Destroy, _) | (_, Harm::Destroy) => Harm::Destroy,
                (Harm::Change, _) | (_, Harm::Change) => Harm::Change,
                (Harm::Read, Harm::Read) => Harm::Read,
            };
        }
        (worst, idempotent)
    }

    /// The targets as they stand: those that cannot take it are told so at once. Those that are there come first, so that a
    /// canary is one that sings.
    fn first_look(
        &self,
        new: &NewJob,
        frozen: &Frozen,
        now: Now,
    ) -> Result<Vec<Target>, SubmitError> {
        // Who just came into a swarm has yet to hear who holds which node.
        let gathers = self.instance.is_some() && now.at < GATHERS;
        let may_come = gathers || new.policy.offline == Offline::Wait;
        let (mut here, mut away, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        let mut able = 0;
        for &ordinal in &frozen.nodes {
            let node = self.at(ordinal);
            let mut target = Target::new(node.facts.id.clone(), node.facts.name.clone(), ordinal);
            let offline = node.session.is_none() || node.phase == Phase::Offline;
            let scope = &new.caller.principal.scope;
            match self.directed(&node.facts.id, &new.call, scope) {
                Ok(_) | Err(SubmitError::Busy(_)) => able += 1,
                Err(SubmitError::Offline(_)) if may_come => able += 1,
                Err(error) => {
                    let state = if offline {
                        TargetState::Skipped
                    } else {
                        TargetState::Refused
                    };
                    target.state = state;
                    target.settled = true;
                    target.error = Some(error.to_string());
                    refused.push((node.facts.id.clone(), error));
                }
            }
            if offline {
                away.push(target)
            } else {
                here.push(target)
            }
        }
        if able == 0 {
            refused.truncate(LISTED);
            return Err(SubmitError::Targets(refused));
        }
        let Some(any) = new.policy.any else {
            here.append(&mut away);
            return Ok(here);
        };
        let slots = usize::try_from(any).unwrap_or(usize::MAX);
        if slots > frozen.nodes.len() {
            return Err(SubmitError::BadTargets(format!(
                "any {slots} of {} nodes is more than there are",
                frozen.nodes.len()
            )));
        }
        Ok(vec![Target::new(String::new(), String::new(), 0); slots])
    }

    fn tell_job_asked(&mut self, job: &Job, frozen: &Frozen, now: Now) {
        let ids = frozen
            .nodes
            .iter()
            .map(|one| self.at(*one).facts.id.clone());
        let mut entry = Entry::new(Action::SubmitJob, now.wall).by(&job.caller);
        entry.decision = Some(Decision::Allowed);
        entry.targets = ids.collect();
        entry.call = Some(CallTold {
            skill: job.call.skill.clone(),
            method: job.call.method.clone(),
            summary: job.summary.clone(),
            timeout: job.call.timeout.as_secs(),
            sha256: job.call_sha256,
        });
        entry.targets_sha256 = Some(frozen.sha256);
        entry.subject = vec![job.id.to_string()];
        if let Some(origin) = &job.origin {
            entry.detail = Some(serde_json::json!({ "origin": origin }));
        }
        self.tell(entry);
    }
}

/// Whoever may destroy something on many nodes says on how many.
fn check_count(new: &NewJob, effect: Harm, frozen: &Frozen) -> Result<(), SubmitError> {
    let reached = new.policy.any.map_or(frozen.nodes.len(), |any| {
        usize::try_from(any).unwrap_or(usize::MAX)
    });
    let said = new
        .confirm_count
        .map(|count| usize::try_from(count).unwrap_or(usize::MAX));
    let wanted = effect == Harm::Destroy && reached > 1;
    if (wanted && said.is_none()) || said.is_some_and(|said| said != reached) {
        return Err(SubmitError::ConfirmCount(reached));
    }
    Ok(())
}

fn make(
    new: NewJob,
    number: u64,
    call_sha256: Digest,
    (effect, idempotent): (Harm, bool),
    frozen: &Frozen,
    targets: Vec<Target>,
    now: Now,
) -> Job {
    let total = u32::try_from(targets.len()).unwrap_or(u32::MAX);
    let mut tally = Tally::default();
    targets.iter().for_each(|target| tally.enter(target.state));
    let open = targets.iter().filter(|target| !target.settled).count();
    Job {
        number,
        id: new.id,
        label: new.label,
        dedupe_key: new.dedupe_key,
        caller: new.caller,
        origin: new.origin,
        summary: new.call.summary(),
        call: new.call,
        call_sha256,
        effect,
        idempotent,
        expression: new.aim.text(),
        sha256: frozen.sha256,
        ends: ends(new.policy.waves.as_ref(), total),
        candidates: if new.policy.any.is_some() {
            frozen.nodes.clone()
        } else {
            Vec::new()
        },
        submitted_at: now.wall,
        expires_at: now.wall + new.policy.life(),
        expires: now.at.saturating_add(new.policy.life()),
        next_wave: None,
        policy: new.policy,
        targets,
        finished_at: None,
        state: JobState::Running,
        reason: None,
        wave: 0,
        at_gate: false,
        gate_passed: false,
        was_cancelled: false,
        threshold_waived: false,
        tally,
        open: u32::try_from(open).unwrap_or(u32::MAX),
        out: 0,
        parked: VecDeque::new(),
        outstanding: BTreeSet::new(),
    }
}
