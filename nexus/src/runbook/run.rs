//! One run of a runbook: which step is next, and how it ended. Pure: jobs are begun by [`crate::state`], and what became of
//! them is told here. Everything that a run needs was put into it when it began; so neither a new version of its runbook nor
//! the loss of an old one changes it.
//!
//! Not here: what a step asks for, see [`super::check`].

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Condition, RunbookError, Version};
use crate::access::Caller;
use crate::job::{Asker, JobRequest, JobState, Origin};

/// Most runs that live at once.
pub(crate) const LIVE: usize = 1_000;

/// A wish to run something, checked and filled in.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// Minted by the asker, so that asking twice is noticed.
    pub id: Uuid,
    /// What.
    pub version: std::sync::Arc<Version>,
    /// Parameters, as said.
    pub parameters: Map<String, Value>,
    /// Which nodes, for steps that do not say so.
    pub target: Option<String>,
    /// Who asks.
    pub caller: Caller,
    /// What it came from, when nobody asked for it directly.
    pub origin: Option<Origin>,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Minted by the asker.
    pub id: Uuid,
    /// Name of the runbook.
    pub runbook: String,
    /// Its version.
    pub version: u32,
    /// Its title then.
    pub title: String,
    /// What each parameter is; secret ones only as long as it lives.
    pub parameters: Map<String, Value>,
    /// Those that are never shown.
    pub secret: Vec<String>,
    /// Which nodes, for steps that do not say so.
    pub target: Option<String>,
    /// Who asked, with what it might do then.
    pub(crate) asker: Asker,
    /// What it came from.
    pub origin: Option<Origin>,
    /// Where it is.
    pub state: RunState,
    /// In order.
    pub steps: Vec<RunStep>,
    /// Why it ended so.
    pub reason: Option<String>,
    /// Wall clock.
    pub started_at: SystemTime,
    /// Wall clock.
    pub finished_at: Option<SystemTime>,
}

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// A step runs.
    Running,
    /// Cancelled; the job of its step has not proved that it stopped.
    Stopping,
    /// Every step did what was asked, or was allowed to fail, or was passed over.
    Succeeded,
    /// A step failed.
    Failed,
    /// Somebody cancelled it.
    Cancelled,
}

/// One step of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunStep {
    /// For people.
    pub name: String,
    /// Whether it runs.
    pub when: Condition,
    /// Its failure does not count.
    pub continue_on_failure: bool,
    /// What it asks for; dropped when it was asked, for it may hold secrets.
    pub ask: Option<Box<JobRequest>>,
    /// Its job, once there is one.
    pub job: Option<Uuid>,
    /// Where it is.
    pub state: StepState,
}

/// Where a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Its turn has not come.
    Pending,
    /// Its job lives.
    Running,
    /// Its job succeeded.
    Succeeded,
    /// Its job did not, or was not taken.
    Failed,
    /// It was passed over.
    Skipped,
}

impl RunState {
    /// Whether nothing more of it happens.
    pub fn is_over(self) -> bool {
        match self {
            Self::Running | Self::Stopping => false,
            Self::Succeeded | Self::Failed | Self::Cancelled => true,
        }
    }

    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Run {
    /// A run that has not begun, if everything that it will ask for makes sense.
    pub(crate) fn new(new: &NewRun, now: SystemTime) -> Result<Self, RunbookError> {
        let runbook = &new.version.runbook;
        let (jobs, parameters) = runbook.prepare(&new.parameters, new.target.as_deref())?;
        let steps = runbook.steps.iter().zip(jobs).map(|(step, job)| RunStep {
            name: step.name.clone(),
            when: step.when,
            continue_on_failure: step.continue_on_failure,
            ask: Some(Box::new(job)),
            job: None,
            state: StepState::Pending,
        });
        let secret = runbook
            .parameters
            .iter()
            .filter(|parameter| parameter.secret);
        Ok(Self {
            id: new.id,
            runbook: runbook.name.clone(),
            version: new.version.number,
            title: runbook.title.clone(),
            parameters,
            secret: secret.map(|parameter| parameter.name.clone()).collect(),
            target: new.target.clone().or_else(|| runbook.target.clone()),
            asker: Asker::of(&new.caller),
            origin: new.origin.clone(),
            state: RunState::Running,
            steps: steps.collect(),
            reason: None,
            started_at: now,
            finished_at: None,
        })
    }

    /// Id of who asked.
    pub fn asker_id(&self) -> &str {
        &self.asker.id
    }

    /// For people.
    pub fn asker_name(&self) -> &str {
        &self.asker.name
    }

    /// Index of the step that it is at; the number of steps when it is behind the last one.
    pub fn at(&self) -> usize {
        let ahead = |step: &RunStep| matches!(step.state, StepState::Pending | StepState::Running);
        self.steps
            .iter()
            .position(ahead)
            .unwrap_or(self.steps.len())
    }

    /// Index of the step whose job is to be asked for next, if none runs. Those that do not run are passed over.
    pub(crate) fn next_step(&mut self) -> Option<usize> {
        if self.state != RunState::Running {
            return None;
        }
        let mut before = None;
        let mut failed = false;
        for (index, step) in self.steps.iter_mut().enumerate() {
            match step.state {
                StepState::Running => return None,
                StepState::Skipped => {}
                StepState::Succeeded => before = Some(true),
                StepState::Failed => {
                    before = Some(false);
                    failed |= !step.continue_on_failure;
                }
                StepState::Pending => {
                    let runs = match (step.when, before) {
                        (_, None) | (Condition::Always, Some(_)) => true,
                        (Condition::Success, Some(_)) => !failed,
                        (Condition::Failure, Some(succeeded)) => !succeeded,
                    };
                    if runs {
                        return Some(index);
                    }
                    step.state = StepState::Skipped;
                }
            }
        }
        None
    }

    /// What the step asks for. A job that it has already is found by the same key.
    pub(crate) fn ask(&self, index: usize) -> Option<JobRequest> {
        let mut request = JobRequest::clone(self.steps.get(index)?.ask.as_ref()?);
        request.dedupe_key = Some(format!("run:{}:{index}", self.id));
        Some(request)
    }

    /// Its job is taken on.
    pub(crate) fn begun(&mut self, index: usize, job: Uuid) {
        if let Some(step) = self.steps.get_mut(index) {
            step.state = StepState::Running;
            step.job = Some(job);
        }
    }

    /// The job of a step is over.
    pub(crate) fn job_over(&mut self, job: Uuid, state: JobState, reason: Option<&str>) {
        let ours = |step: &RunStep| step.job == Some(job) && step.state == StepState::Running;
        if let Some(index) = self.steps.iter().position(ours) {
            let why = format!(
                "its job {}{}",
                state.word(),
                reason.map(|why| format!(": {why}")).unwrap_or_default()
            );
            self.step_over(index, state == JobState::Succeeded, &why);
        }
    }

    /// A step has ended, or could not begin.
    pub(crate) fn step_over(&mut self, index: usize, succeeded: bool, why: &str) {
        let Some(step) = self.steps.get_mut(index) else {
            return;
        };
        step.ask = None;
        step.state = if succeeded {
            StepState::Succeeded
        } else {
            StepState::Failed
        };
        if !succeeded && !step.continue_on_failure && self.reason.is_none() {
            self.reason = Some(format!("step {} ({}) failed: {why}", index + 1, step.name));
        }
    }

    /// The job of the step that runs.
    pub(crate) fn live_job(&self) -> Option<Uuid> {
        let running = self
            .steps
            .iter()
            .find(|step| step.state == StepState::Running);
        running.and_then(|step| step.job)
    }

    /// Somebody wants it to stop: no further step begins.
    pub(crate) fn cancel(&mut self, by: &str) {
        self.state = RunState::Stopping;
        self.reason = Some(format!("cancelled by {by}"));
    }

    /// Ends it when no step runs and none is to come. Nothing secret is left then.
    pub(crate) fn end_if_done(&mut self, now: SystemTime) -> bool {
        if self.state.is_over() || self.live_job().is_some() || self.next_step().is_some() {
            return false;
        }
        let failed = |step: &RunStep| step.state == StepState::Failed && !step.continue_on_failure;
        self.state = match self.state {
            RunState::Stopping => RunState::Cancelled,
            _ if self.steps.iter().any(failed) => RunState::Failed,
            RunState::Running | RunState::Succeeded | RunState::Failed | RunState::Cancelled => {
                RunState::Succeeded
            }
        };
        for step in &mut self.steps {
            step.ask = None;
            if step.state == StepState::Pending {
                step.state = StepState::Skipped;
            }
        }
        let secret = std::mem::take(&mut self.parameters).into_iter();
        self.parameters = secret
            .filter(|(name, _)| !self.secret.contains(name))
            .collect();
        self.finished_at = Some(now);
        true
    }
}
