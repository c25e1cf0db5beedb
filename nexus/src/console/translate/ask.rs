//! What the window asks for about jobs, as the Nexus takes it, and what became of it. The Nexus judges the values.

use crate::Acceptance;
use crate::access::Caller;
use crate::job::{
    Cache, JobRequest as Asked, NewJob, Offline, Retry, StopAfter, TargetState, WaveGate, Waves,
};
use crate::model::Phase;
use crate::state::{Frozen, Node, State, Strategy, SubmitError, Submitted};
use crate::target::Aim;
use protocol::Effect;

use super::{Refusal, id, job};
use crate::console::view::BridgeError;
use crate::console::view::ask::{
    GateView, JobAnswer, JobRequest, RefusedTargetView, ResolvedView, StrategyView, TargetRequest,
};
use crate::console::view::job::{OfflineView, TargetStateView};

/// Most nodes that are told with the reason why they cannot take a call.
const LISTED: usize = 1_000;

/// Which nodes are meant.
pub(crate) fn aim(request: &TargetRequest) -> Result<Aim, BridgeError> {
    let aim = Aim::new(request.target.as_deref(), request.node_ids.clone());
    Ok(aim.map_err(Refusal::from)?)
}

/// A frozen list as the window shows it before anything is asked.
pub(crate) fn resolved(
    swarm: &State,
    aim: &Aim,
    frozen: &Frozen,
    call: Option<&(String, String)>,
) -> ResolvedView {
    let meant = |node: &&Node| frozen.nodes.binary_search(&node.ordinal).is_ok();
    let nodes: Vec<&Node> = swarm.nodes().filter(meant).collect();
    let offline = |node: &&&Node| node.phase == Phase::Offline;
    let away = nodes.iter().filter(offline).count();
    let effect = call.map(|(skill, method)| swarm.harm(&frozen.nodes, skill, method).0);
    let refused = nodes.iter().filter_map(|node| {
        let (skill, method) = call?;
        let why = swarm.able(node, skill, method).err()?;
        Some(RefusedTargetView {
            node_id: node.facts.id.clone(),
            node_name: node.facts.name.clone(),
            why: why.to_string(),
        })
    });
    ResolvedView {
        target: aim.text(),
        targets_sha256: frozen.sha256.to_string(),
        count: frozen.nodes.len(),
        online: frozen.nodes.len().saturating_sub(away),
        offline: away,
        effect: effect.map(super::node::effect),
        confirm: effect == Some(Effect::Destroy) && frozen.nodes.len() > 1,
        ordinals: frozen.nodes.clone(),
        refused: refused.take(LISTED).collect(),
    }
}

/// A job, asked for by the owner.
pub(crate) fn new_job(request: JobRequest, caller: Caller) -> Result<NewJob, BridgeError> {
    let asked = Asked {
        id: Some(id(&request.id)?),
        approval: request.approval.as_deref().map(id).transpose()?,
        ..job_request(request)?
    };
    Ok(asked.into_job(caller, None).map_err(Refusal::from)?)
}

/// What is asked for, without what is about one moment.
pub(super) fn job_request(request: JobRequest) -> Result<Asked, BridgeError> {
    let bad = || {
        BridgeError::new(
            "bad_request",
            "The time limit must be from a second to a day.",
        )
    };
    let seconds = request.timeout_seconds.ceil();
    if !(1.0..=86_400.0).contains(&seconds) {
        return Err(bad());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is from 1 to 86400"
    )]
    let timeout = seconds as u32;
    Ok(Asked {
        id: None,
        label: request.label,
        dedupe_key: None,
        target: request.target,
        node_ids: request.node_ids,
        targets_sha256: request.targets_sha256,
        confirm_count: request.confirm_count,
        skill_name: request.skill,
        method_name: request.method,
        parameters: request.parameters.0,
        timeout,
        any: request.any,
        spread_by: request
            .spread_by
            .or_else(|| (request.strategy == StrategyView::Spread).then(|| "group".to_owned())),
        strategy: strategy(request.strategy),
        prefer: request.prefer,
        avoid: request.avoid,
        offline: match request.offline {
            OfflineView::Skip => Offline::Skip,
            OfflineView::Wait => Offline::Wait,
        },
        expires_in: request.expires_in_seconds,
        priority: request.priority,
        concurrency: request.concurrency,
        resource: request.resource,
        waves: request.waves.map(|waves| Waves {
            canary: waves.canary,
            steps: waves.steps,
            gate: match waves.gate {
                GateView::Auto => WaveGate::Auto,
                GateView::Ask => WaveGate::Ask,
            },
            pause: waves.pause_seconds,
        }),
        stop_after: request.stop_after.map(|stop| StopAfter {
            failures: stop.failures,
            percent: stop.percent,
        }),
        retry: request.retry.map_or_else(Retry::default, |retry| Retry {
            limit: retry.limit,
            backoff: retry.backoff_seconds,
            max_backoff: retry.max_backoff_seconds,
            consent: retry.consent,
        }),
        cache: request.cache_seconds.map(|max_age| Cache { max_age }),
        approval: None,
    })
}

fn strategy(view: StrategyView) -> Strategy {
    match view {
        StrategyView::LeastLoad => Strategy::LeastLoad,
        StrategyView::Weighted => Strategy::Weighted,
        StrategyView::RoundRobin => Strategy::RoundRobin,
        StrategyView::TwoChoices => Strategy::TwoChoices,
        StrategyView::Spread => Strategy::Spread,
    }
}

/// The states in which targets of a job that is run once more ended.
pub(crate) fn rerun_states(only: &[TargetStateView]) -> Result<Vec<TargetState>, BridgeError> {
    let states: Vec<_> = TargetState::ALL
        .into_iter()
        .filter(|state| only.contains(&super::target_state(*state)))
        .collect();
    if states.iter().any(|state| !state.is_over()) {
        let why = "Only targets that ended can be run once more.";
        return Err(BridgeError::new("invalid", why));
    }
    Ok(states)
}

/// What became of an ask. What the operator can answer is no error.
pub(crate) fn job_answer(outcome: Result<Submitted, Acceptance>) -> Result<JobAnswer, BridgeError> {
    match outcome {
        Ok(submitted) => Ok(JobAnswer::Accepted {
            job: Box::new(job(&submitted.info)),
            duplicate: submitted.duplicate,
        }),
        Err(Acceptance::Refused(SubmitError::NeedsApproval(approval))) => Ok(JobAnswer::Approval {
            approval: approval.id.to_string(),
        }),
        Err(Acceptance::Refused(SubmitError::TargetsChanged { sha256, count })) => {
            Ok(JobAnswer::Changed {
                sha256: sha256.to_string(),
                count,
            })
        }
        Err(Acceptance::Refused(SubmitError::ConfirmCount(count))) => {
            Ok(JobAnswer::Count { count })
        }
        Err(Acceptance::Refused(SubmitError::Targets(faults))) => {
            let told = |(node, why): (String, SubmitError)| RefusedTargetView {
                node_name: node.clone(),
                node_id: node,
                why: why.to_string(),
            };
            Ok(JobAnswer::Refused {
                refused: faults.into_iter().take(LISTED).map(told).collect(),
            })
        }
        Err(error) => Err(Refusal::from(error).into()),
    }
}

#[cfg(test)]
mod tests;
