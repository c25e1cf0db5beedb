//! From what the Nexus says to what the window understands, and back. Not here: when it is said.

mod alerts;
mod approval;
mod ask;
mod chart;
mod execution;
mod job;
mod join;
mod node;
mod plan;
mod policy;
mod proof;
mod target;
mod time;
mod trust;

use crate::access::Denied;
use crate::audit::ExportError;
use crate::job::RequestError;
use crate::model::{GroupInfo, Snapshot};
use crate::state::{CancelError, JobError};
use crate::store::StoreError;
use crate::target::AimError;
use crate::{Acceptance, GlanceError, Unreached};

pub(crate) use alerts::{
    alert, alert_aim, alert_board, alert_query, alert_rule, new_alert_rule, webhook,
};
pub(crate) use approval::{answer, approval, new_rule, rule};
pub(crate) use ask::{aim, job_answer, new_job, rerun_states, resolved};
pub(crate) use chart::{chart, chart_by, chart_preview, places};
pub(crate) use execution::{execution, id, output, stream, submission, whole_output};
pub(crate) use job::{job, output_group, stop, target, target_state};
pub(crate) use join::{join, one_machine_soon};
pub(crate) use node::{degraded, node, vitals};
pub(crate) use plan::{new_call, new_schedule, run, runbook, schedule, when};
pub(crate) use policy::policy;
pub(crate) use proof::{audit_page, audit_query, audit_verdict};
pub(crate) use target::{completion, saved_group};
pub(crate) use time::{fleet_at, node_history, timeline};
pub(crate) use trust::{join_code, made_token, new_join_code, new_token, token, trust, waiting};

use super::Desk;
use crate::console::view::{BridgeError, DiscView, FeedEvent, GroupView, NexusView, ViewerView};

/// Everything as of now.
pub(crate) fn snapshot(snapshot: &Snapshot, desk: &Desk) -> FeedEvent {
    let viewer = &desk.caller().principal;
    FeedEvent::Snapshot {
        nexus: nexus(desk),
        chart: chart(&snapshot.chart),
        groups: groups(&snapshot.groups),
        nodes: snapshot.nodes.iter().map(node).collect(),
        executions: snapshot
            .executions
            .iter()
            .map(|info| execution(info))
            .collect(),
        waiting: snapshot.waiting.iter().map(waiting).collect(),
        codes: snapshot.join_codes.iter().map(join_code).collect(),
        approvals: snapshot
            .approvals
            .iter()
            .map(|one| approval(one, viewer))
            .collect(),
        jobs: snapshot.jobs.iter().map(|info| job(info)).collect(),
        stop: Some(stop(&snapshot.stop)).filter(|stop| !stop.since.is_empty()),
        alerts: alert_board(&snapshot.alerts),
    }
}

/// The groups of the map. The home system is round the core and needs no name.
pub(crate) fn groups(groups: &[GroupInfo]) -> Vec<GroupView> {
    groups
        .iter()
        .map(|group| GroupView {
            index: group.index,
            key: group.key.clone(),
            label: label(&group.key),
            discs: group
                .discs
                .iter()
                .map(|disc| DiscView {
                    x: disc.x,
                    y: disc.y,
                    r: disc.r,
                })
                .collect(),
        })
        .collect()
}

fn nexus(desk: &Desk) -> NexusView {
    let console = desk.console();
    let viewer = &desk.caller().principal;
    NexusView {
        id: console.name().to_owned(),
        name: console.name().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        address: console.address().to_string(),
        exposed: !console.address().ip().is_loopback(),
        you: ViewerView {
            id: viewer.id.clone(),
            name: viewer.name.clone(),
            role: trust::role(viewer.role),
            may_not: desk.refused(),
        },
    }
}

/// `new-york` is written New York on the map.
fn label(key: &str) -> String {
    if key.is_empty() {
        return "Home".to_owned();
    }
    let words = key.split(['-', '_', ' ']).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).collect()
        })
    };
    words.map(capital).collect::<Vec<_>>().join(" ")
}

/// Why the Nexus says no, on its way to the window.
pub(crate) struct Refusal(BridgeError);

impl From<Refusal> for BridgeError {
    fn from(refusal: Refusal) -> Self {
        refusal.0
    }
}

impl From<Acceptance> for Refusal {
    fn from(error: Acceptance) -> Self {
        Self(BridgeError::new(error.code(), error.to_string()))
    }
}

impl From<GlanceError> for Refusal {
    fn from(error: GlanceError) -> Self {
        Self(BridgeError::new(error.code(), error.to_string()))
    }
}

impl From<CancelError> for Refusal {
    fn from(error: CancelError) -> Self {
        let code = match &error {
            CancelError::NotFound(_) => "not_found",
            CancelError::Over { .. } => "over",
            CancelError::Unsupported(_) => "unsupported",
        };
        Self(BridgeError::new(code, error.to_string()))
    }
}

impl From<JobError> for Refusal {
    fn from(error: JobError) -> Self {
        let code = match &error {
            JobError::NotFound(_) => "not_found",
            JobError::State { .. } => "state",
        };
        Self(BridgeError::new(code, error.to_string()))
    }
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        Self(BridgeError::new("forbidden", denied.to_string()))
    }
}

impl From<RequestError> for Refusal {
    fn from(error: RequestError) -> Self {
        Self(BridgeError::new("invalid", error.to_string()))
    }
}

impl From<AimError> for Refusal {
    fn from(error: AimError) -> Self {
        Self(BridgeError::new("target", error.to_string()))
    }
}

impl From<ExportError> for Refusal {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Unrecorded(error) => {
                Self(BridgeError::new("unrecorded", error.to_string()))
            }
            ExportError::Store(error) => error.into(),
            ExportError::NoCopy(_) => Self(BridgeError::new("not_found", error.to_string())),
        }
    }
}

impl From<Unreached> for Refusal {
    fn from(error: Unreached) -> Self {
        Self(BridgeError::new(error.code(), error.to_string()))
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self(BridgeError::new("store", error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn keys_become_names() {
        assert_eq!(super::label("new-york"), "New York");
        assert_eq!(super::label("łódź"), "Łódź");
        assert_eq!(super::label(""), "Home");
    }
}
