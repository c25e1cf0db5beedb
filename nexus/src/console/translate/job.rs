//! Jobs on their way to the window. Not here: what is asked for on its way back (`ask`).

use std::time::Duration;

use crate::access::PrincipalKind;
use crate::job::{
    JobInfo, JobState, JobTargetInfo, Offline, Origin, OriginKind, OutputGroup, Tally, TargetState,
};
use crate::model::StopInfo;
use protocol::rfc3339;
use uuid::Uuid;

use crate::console::view::job::{
    AskerView, CountsView, GroupMemberView, JobStateView, JobView, OfflineView, OriginKindView,
    OriginView, OutputGroupView, StopView, TargetStateView, TargetView, WaveView,
};

/// A job as of now.
pub(crate) fn job(info: &JobInfo) -> JobView {
    JobView {
        id: info.id.to_string(),
        label: info.label.clone(),
        state: match info.state {
            JobState::Running => JobStateView::Running,
            JobState::Paused => JobStateView::Paused,
            JobState::Stopping => JobStateView::Stopping,
            JobState::Succeeded => JobStateView::Succeeded,
            JobState::Failed => JobStateView::Failed,
            JobState::Cancelled => JobStateView::Cancelled,
            JobState::Expired => JobStateView::Expired,
        },
        reason: info.reason.clone(),
        asker: AskerView {
            id: info.asker.clone(),
            name: info.asker_name.clone(),
            kind: match info.asker_kind {
                PrincipalKind::Local => "local".to_owned(),
                PrincipalKind::Token => "token".to_owned(),
            },
        },
        origin: info.origin.as_ref().map(origin),
        skill: info.skill.clone(),
        method: info.method.clone(),
        summary: info.summary.clone(),
        effect: Some(super::node::effect(info.effect)),
        target: info.target.clone(),
        targets_sha256: info.targets_sha256.to_string(),
        total: info.total,
        any: info.any,
        counts: counts(&info.tally),
        wave: info.wave.as_ref().map(|wave| WaveView {
            current: wave.current,
            of: u32::try_from(wave.ends.len()).unwrap_or(u32::MAX),
            ends: wave.ends.clone(),
        }),
        gate: info
            .wave
            .as_ref()
            .filter(|_| info.at_gate)
            .map(|wave| wave.current),
        held: info.held,
        priority: info.priority,
        concurrency: info.concurrency,
        offline: match info.offline {
            Offline::Skip => OfflineView::Skip,
            Offline::Wait => OfflineView::Wait,
        },
        retry_limit: info.retry_limit,
        submitted_at: rfc3339(info.submitted_at),
        finished_at: info.finished_at.map(rfc3339),
        expires_at: Some(rfc3339(info.expires_at)),
    }
}

fn origin(origin: &Origin) -> OriginView {
    OriginView {
        kind: match origin.kind {
            OriginKind::Schedule => OriginKindView::Schedule,
            OriginKind::Runbook => OriginKindView::Runbook,
            OriginKind::Rerun => OriginKindView::Rerun,
            OriginKind::Source => OriginKindView::Source,
        },
        id: origin.id.clone(),
        name: origin.name.clone(),
    }
}

fn counts(tally: &Tally) -> CountsView {
    CountsView {
        queued: tally.queued,
        waiting: tally.waiting,
        dispatched: tally.dispatched,
        running: tally.running,
        stopping: tally.stopping,
        succeeded: tally.succeeded,
        failed: tally.failed,
        timed_out: tally.timed_out,
        cancelled: tally.cancelled,
        unknown: tally.unknown,
        expired: tally.expired,
        refused: tally.refused,
        skipped: tally.skipped,
    }
}

/// A target as of now.
pub(crate) fn target(info: &JobTargetInfo) -> TargetView {
    TargetView {
        index: info.index,
        node_id: info.node_id.clone(),
        node_name: info.node_name.clone(),
        state: target_state(info.state),
        wave: info.wave,
        attempts: info.attempts,
        execution_id: info.execution_id.as_ref().map(Uuid::to_string),
        error: info.error.clone(),
        exit_code: info.exit_code,
        duration_ms: info.duration.map(|duration| millis(duration.as_secs_f64())),
        output_bytes: info.output_bytes,
        from_cache: info.from_cache,
        next_try_at: info.next_try.map(rfc3339),
        finished_at: info.finished_at.map(rfc3339),
    }
}

/// Where a target is.
pub(crate) fn target_state(state: TargetState) -> TargetStateView {
    match state {
        TargetState::Queued => TargetStateView::Queued,
        TargetState::Waiting => TargetStateView::Waiting,
        TargetState::Dispatched => TargetStateView::Dispatched,
        TargetState::Running => TargetStateView::Running,
        TargetState::Stopping => TargetStateView::Stopping,
        TargetState::Succeeded => TargetStateView::Succeeded,
        TargetState::Failed => TargetStateView::Failed,
        TargetState::TimedOut => TargetStateView::TimedOut,
        TargetState::Cancelled => TargetStateView::Cancelled,
        TargetState::Unknown => TargetStateView::Unknown,
        TargetState::Expired => TargetStateView::Expired,
        TargetState::Refused => TargetStateView::Refused,
        TargetState::Skipped => TargetStateView::Skipped,
    }
}

/// Targets that ended in the same way.
pub(crate) fn output_group(group: OutputGroup) -> OutputGroupView {
    let members = group.nodes.into_iter().map(|node| GroupMemberView {
        node_id: node.node_id,
        node_name: node.node_name,
        execution_id: node.execution_id.as_ref().map(Uuid::to_string),
        duration_ms: node.execution_time.map(millis),
    });
    OutputGroupView {
        state: target_state(group.state),
        exit_code: group.exit_code,
        error: group.error,
        sha256: group
            .sha256
            .map(|hash| hash.to_string())
            .unwrap_or_default(),
        count: group.count,
        majority: group.majority,
        nodes: members.collect(),
        text: group.text,
        truncated: group.truncated,
        diff: group.diff,
    }
}

/// The stop of everything, or of one node.
pub(crate) fn stop(info: &StopInfo) -> StopView {
    StopView {
        held: info.held,
        by: info.by.clone(),
        since: info.since.map(rfc3339).unwrap_or_default(),
        reason: info.reason.clone(),
        stopping: info.stopping,
        proved: info.proved,
        unknown: info.unknown,
        never_sent: info.never_sent,
        cannot: info.cannot,
    }
}

/// From seconds; also a time that was measured in another way is told as a whole number.
fn millis(seconds: f64) -> f64 {
    let longest = Duration::from_secs(u32::MAX.into()).as_secs_f64();
    (seconds.clamp(0.0, longest) * 1000.0).round()
}
