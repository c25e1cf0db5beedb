//! Schedules and runbooks on their way to the window, and what is asked for on its way back. The Nexus judges the values.

use std::time::SystemTime;

use crate::access::{Caller, Principal};
use crate::job::{JobRequest as Asked, Offline, WaveGate};
use crate::redact;
use crate::runbook::{
    self, Kind, Parameter, Run, RunError, RunState, RunbookError, StepState, Version,
};
use crate::schedule::{
    Last, Missed, Outcome, Overlap, Schedule, ScheduleError, ScheduleRequest, What, When,
};
use crate::state::Strategy;
use protocol::rfc3339;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Refusal;
use super::ask::job_request;
use crate::console::view::ask::{
    GateView, JobRequest, RetryRequest, StopAfterRequest, StrategyView, WavesRequest,
};
use crate::console::view::job::OfflineView;
use crate::console::view::plan::{
    FiredView, LastView, MissedView, OverlapView, OwnerView, RunStateView, RunView, RunbookCall,
    RunbookView, SchedulePlan, ScheduleView, StepStateView, StepView, WhenView,
};
use crate::console::view::{BridgeError, Json};

/// Times that are told ahead.
const AHEAD: usize = 5;

/// A schedule as of now.
pub(crate) fn schedule(schedule: &Schedule, viewer: &Principal, now: SystemTime) -> ScheduleView {
    let (mut job, mut runbook) = match &schedule.what {
        What::Job(job) => (Some(told(job)), None),
        What::Runbook(call) => (None, Some(runbook_call(call))),
    };
    if !schedule.is_whole_for(viewer) {
        let parameters = job.iter_mut().map(|job| &mut job.parameters.0);
        let more = runbook.iter_mut().map(|call| &mut call.parameters.0);
        for parameters in parameters.chain(more) {
            redact::value(parameters);
        }
    }
    let ahead = if schedule.paused { 0 } else { AHEAD };
    ScheduleView {
        id: schedule.id.to_string(),
        name: schedule.name.clone(),
        when: schedule.when.typed().to_owned(),
        cron: schedule.when.cron().to_owned(),
        time_zone: schedule.when.time_zone().to_owned(),
        overlap: match schedule.overlap {
            Overlap::Skip => OverlapView::Skip,
            Overlap::Queue => OverlapView::Queue,
            Overlap::Allow => OverlapView::Allow,
        },
        missed: match schedule.missed {
            Missed::Skip => MissedView::Skip,
            Missed::Once => MissedView::Once,
        },
        job,
        runbook,
        paused: schedule.paused,
        owner: OwnerView {
            id: schedule.owner.id.clone(),
            name: schedule.owner.name.clone(),
        },
        next: upcoming(&schedule.when, now.max(schedule.marks.looked), ahead),
        last: schedule.last.as_ref().map(last),
    }
}

fn last(last: &Last) -> LastView {
    LastView {
        at: rfc3339(last.at),
        job_id: last.job_id.as_ref().map(Uuid::to_string),
        run_id: last.run_id.as_ref().map(Uuid::to_string),
        outcome: match last.outcome {
            Outcome::Started => FiredView::Started,
            Outcome::Skipped => FiredView::Skipped,
            Outcome::Refused => FiredView::Refused,
        },
        why: last.why.clone(),
    }
}

fn runbook_call(call: &runbook::RunbookCall) -> RunbookCall {
    RunbookCall {
        name: call.name.clone(),
        version: call.version,
        parameters: Json(Value::Object(call.parameters.clone())),
        target: call.target.clone(),
    }
}

/// What a job of a schedule asks for, in the words of the window.
fn told(asked: &Asked) -> JobRequest {
    let retry = asked.retry;
    JobRequest {
        id: String::new(),
        label: asked.label.clone(),
        target: asked.target.clone(),
        node_ids: asked.node_ids.clone(),
        targets_sha256: None,
        confirm_count: None,
        skill: asked.skill_name.clone(),
        method: asked.method_name.clone(),
        parameters: Json(asked.parameters.clone()),
        timeout_seconds: asked.timeout.into(),
        any: asked.any,
        strategy: match asked.strategy {
            Strategy::LeastLoad => StrategyView::LeastLoad,
            Strategy::Weighted => StrategyView::Weighted,
            Strategy::RoundRobin => StrategyView::RoundRobin,
            Strategy::TwoChoices => StrategyView::TwoChoices,
            Strategy::Spread => StrategyView::Spread,
        },
        prefer: asked.prefer.clone(),
        avoid: asked.avoid.clone(),
        spread_by: asked.spread_by.clone(),
        offline: match asked.offline {
            Offline::Skip => OfflineView::Skip,
            Offline::Wait => OfflineView::Wait,
        },
        expires_in_seconds: asked.expires_in,
        priority: asked.priority,
        concurrency: asked.concurrency,
        resource: asked.resource.clone(),
        cache_seconds: asked.cache.map(|cache| cache.max_age),
        waves: asked.waves.as_ref().map(|waves| WavesRequest {
            canary: waves.canary,
            steps: waves.steps.clone(),
            gate: match waves.gate {
                WaveGate::Auto => GateView::Auto,
                WaveGate::Ask => GateView::Ask,
            },
            pause_seconds: waves.pause,
        }),
        stop_after: asked.stop_after.map(|stop| StopAfterRequest {
            failures: stop.failures,
            percent: stop.percent,
        }),
        retry: (retry.limit > 0).then_some(RetryRequest {
            limit: retry.limit,
            backoff_seconds: retry.backoff,
            max_backoff_seconds: retry.max_backoff,
            consent: retry.consent,
        }),
        approval: None,
    }
}

/// What the window asks for, as the Nexus takes it; and whether what it may destroy is meant. What a job asks for that
/// the window does not know, for example a preference, is kept from the one that stands there.
pub(crate) fn new_schedule(
    plan: SchedulePlan,
    id: Uuid,
    before: Option<&Schedule>,
    caller: &Caller,
    now: SystemTime,
) -> Result<(Schedule, bool), BridgeError> {
    let confirmed = plan.confirm_destructive;
    let job = plan.job.map(job_request).transpose()?.map(|asked| {
        let Some(What::Job(kept)) = before.map(|schedule| &schedule.what) else {
            return asked;
        };
        Asked {
            prefer: kept.prefer.clone(),
            avoid: kept.avoid.clone(),
            spread_by: asked.spread_by.clone().or_else(|| kept.spread_by.clone()),
            resource: kept.resource.clone(),
            cache: kept.cache,
            ..asked
        }
    });
    let asked = ScheduleRequest {
        name: plan.name,
        when: plan.when,
        time_zone: plan.time_zone,
        overlap: match plan.overlap {
            OverlapView::Skip => Overlap::Skip,
            OverlapView::Queue => Overlap::Queue,
            OverlapView::Allow => Overlap::Allow,
        },
        missed: match plan.missed {
            MissedView::Skip => Missed::Skip,
            MissedView::Once => Missed::Once,
        },
        job,
        runbook: plan.runbook.map(new_call).transpose()?,
        paused: before.is_some_and(|schedule| schedule.paused),
        confirm_destructive: confirmed,
    };
    let made = asked.into_schedule(id, caller, now);
    Ok((made.map_err(Refusal::from)?, confirmed))
}

/// A wish to run a runbook, as the Nexus takes it.
pub(crate) fn new_call(call: RunbookCall) -> Result<runbook::RunbookCall, BridgeError> {
    Ok(runbook::RunbookCall {
        name: call.name,
        version: call.version,
        parameters: fields(call.parameters)?,
        target: call.target,
    })
}

fn fields(parameters: Json) -> Result<Map<String, Value>, BridgeError> {
    match parameters.0 {
        Value::Object(fields) => Ok(fields),
        Value::Null => Ok(Map::new()),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Err(
            BridgeError::new("bad_request", "The parameters must be an object."),
        ),
    }
}

/// What a time means.
pub(crate) fn when(typed: &str, zone: &str, now: SystemTime) -> Result<WhenView, BridgeError> {
    let when = When::parse(typed, zone, now);
    let when = when.map_err(|error| Refusal::from(ScheduleError::from(error)))?;
    Ok(WhenView {
        cron: when.cron().to_owned(),
        in_words: when.in_words(),
        next: upcoming(&when, now, AHEAD),
    })
}

fn upcoming(when: &When, after: SystemTime, many: usize) -> Vec<String> {
    let times = when.upcoming(after, many);
    times
        .iter()
        .map(|time| time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
        .collect()
}

/// The newest version of a runbook.
pub(crate) fn runbook(version: &Version) -> RunbookView {
    let document = &version.runbook;
    RunbookView {
        name: document.name.clone(),
        title: document.title.clone(),
        version: version.number,
        parameters: Json(schema(&document.parameters)),
        steps: document
            .steps
            .iter()
            .map(|step| step.name.clone())
            .collect(),
        target: document.target.clone().unwrap_or_default(),
        changed_at: rfc3339(version.at),
        changed_by: version.by.name.clone(),
    }
}

/// The parameters as a JSON Schema, in their order, for the form.
fn schema(parameters: &[Parameter]) -> Value {
    let one = |parameter: &Parameter| {
        let mut schema = match parameter.kind {
            Kind::String if parameter.secret => json!({"type": "string", "format": "secret"}),
            Kind::String => json!({"type": "string"}),
            Kind::Integer => json!({"type": "integer"}),
            Kind::Number => json!({"type": "number"}),
            Kind::Boolean => json!({"type": "boolean"}),
            Kind::Choice => json!({"enum": parameter.choices}),
        };
        if let Value::Object(fields) = &mut schema {
            let title = Some(&parameter.title).filter(|title| !title.is_empty());
            fields.insert("title".to_owned(), json!(title.unwrap_or(&parameter.name)));
            if let Some(default) = &parameter.default {
                fields.insert("default".to_owned(), default.clone());
            }
        }
        (parameter.name.clone(), schema)
    };
    let properties: Map<String, Value> = parameters.iter().map(one).collect();
    let required: Vec<_> = parameters
        .iter()
        .filter(|parameter| parameter.required)
        .map(|parameter| &parameter.name)
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// A run of a runbook as of now.
pub(crate) fn run(run: &Run) -> RunView {
    let steps = run.steps.iter().map(|step| StepView {
        name: step.name.clone(),
        state: match step.state {
            StepState::Pending => StepStateView::Pending,
            StepState::Running => StepStateView::Running,
            StepState::Succeeded => StepStateView::Succeeded,
            StepState::Failed => StepStateView::Failed,
            StepState::Skipped => StepStateView::Skipped,
        },
        job_id: step.job.as_ref().map(Uuid::to_string),
    });
    RunView {
        id: run.id.to_string(),
        runbook: run.runbook.clone(),
        version: run.version,
        state: match run.state {
            RunState::Running => RunStateView::Running,
            RunState::Stopping => RunStateView::Stopping,
            RunState::Succeeded => RunStateView::Succeeded,
            RunState::Failed => RunStateView::Failed,
            RunState::Cancelled => RunStateView::Cancelled,
        },
        reason: run.reason.clone(),
        asker: run.asker_name().to_owned(),
        steps: steps.collect(),
        started_at: rfc3339(run.started_at),
        finished_at: run.finished_at.map(rfc3339),
    }
}

impl From<ScheduleError> for Refusal {
    fn from(error: ScheduleError) -> Self {
        let code = match &error {
            ScheduleError::Unknown(_) => "unknown_schedule",
            ScheduleError::NotYours { .. } | ScheduleError::Call(_) => "forbidden",
            ScheduleError::TooMany => "too_many",
            ScheduleError::Confirm(_) => "confirm",
            ScheduleError::Run(RunError::Confirm(_)) => "confirm",
            ScheduleError::Run(_)
            | ScheduleError::Name
            | ScheduleError::When(_)
            | ScheduleError::What
            | ScheduleError::Job(_)
            | ScheduleError::Momentary(_)
            | ScheduleError::Secret(_)
            | ScheduleError::Parameters => "invalid",
        };
        Self(BridgeError::new(code, error.to_string()))
    }
}

impl From<RunbookError> for Refusal {
    fn from(error: RunbookError) -> Self {
        Self(BridgeError::new("runbook", error.to_string()))
    }
}

impl From<RunError> for Refusal {
    fn from(error: RunError) -> Self {
        let code = match &error {
            RunError::NoRunbook(_) | RunError::NoVersion { .. } => "unknown_runbook",
            RunError::Unknown(_) => "unknown_run",
            RunError::Runbook(_) => "runbook",
            RunError::State { .. } => "state",
            RunError::TooMany => "busy",
            RunError::Confirm(_) => "confirm",
            RunError::Call(_) => "forbidden",
        };
        Self(BridgeError::new(code, error.to_string()))
    }
}

#[cfg(test)]
mod tests;
