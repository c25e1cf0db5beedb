//! The fleet's last day on its way to the window.

use protocol::rfc3339;

use super::Refusal;
use crate::console::view::BridgeError;
use crate::console::view::time::{
    BucketView, FleetAtView, JobAtView, NodeHistoryView, SpanView, ThenView, TimelineView,
};
use crate::history::{
    Bucket, FleetThen, HistoryError, JobThen, NodePast, Reading, Span, Stood, Timeline,
};

/// A time in parts.
pub(crate) fn timeline(told: &Timeline) -> TimelineView {
    TimelineView {
        from_ms: told.from,
        to_ms: told.to,
        oldest_ms: told.oldest,
        buckets: told.buckets.iter().map(bucket).collect(),
    }
}

fn bucket(one: &Bucket) -> BucketView {
    BucketView {
        at_ms: one.at,
        known: one.known,
        online: one.online,
        degraded: one.degraded,
        offline: one.offline,
        fell: one.deeds.fell,
        jobs: one.deeds.jobs,
        jobs_failed: one.deeds.jobs_failed,
        executions: one.deeds.executions,
        executions_failed: one.deeds.executions_failed,
    }
}

/// The fleet at a moment.
pub(crate) fn fleet_at(told: &FleetThen) -> FleetAtView {
    let readings = || told.nodes.iter().map(|node| node.reading);
    FleetAtView {
        at_ms: told.at,
        sampled_ms: told.sampled,
        ordinals: told.nodes.iter().map(|node| node.ordinal).collect(),
        states: readings().map(|one| one.stood as u8).collect(),
        cpu: readings().map(|one| percent(one.cpu)).collect(),
        memory: readings().map(|one| percent(one.memory)).collect(),
        tasks: readings().map(|one| one.tasks).collect(),
        jobs: told.jobs.iter().map(job).collect(),
    }
}

fn job(job: &JobThen) -> JobAtView {
    let info = &job.info;
    JobAtView {
        id: info.id.to_string(),
        label: info.label.clone(),
        skill: info.skill.clone(),
        method: info.method.clone(),
        summary: info.summary.clone(),
        state: info.state.word().to_owned(),
        submitted_at: rfc3339(info.submitted_at),
        finished_at: info.finished_at.map(rfc3339),
        total: info.total,
        ordinals: job.places.clone(),
    }
}

/// A node over some hours.
pub(crate) fn node_history(told: &NodePast) -> NodeHistoryView {
    let readings = || told.samples.iter().map(|(_, reading)| *reading);
    NodeHistoryView {
        from_ms: told.from,
        to_ms: told.to,
        at_ms: told.samples.iter().map(|(at, _)| *at).collect(),
        cpu: readings().map(Reading::cpu).collect(),
        memory: readings().map(Reading::memory).collect(),
        tasks: readings().map(|one| one.tasks).collect(),
        states: readings().map(|one| one.stood as u8).collect(),
        spans: told.spans.iter().map(span).collect(),
    }
}

fn span(span: &Span) -> SpanView {
    SpanView {
        from_ms: span.from,
        to_ms: span.to,
        state: match span.stood {
            None => ThenView::Unknown,
            Some(Stood::Absent) => ThenView::Absent,
            Some(Stood::Idle) => ThenView::Idle,
            Some(Stood::Busy) => ThenView::Busy,
            Some(Stood::Degraded) => ThenView::Degraded,
            Some(Stood::Offline) => ThenView::Offline,
            Some(Stood::Suspect) => ThenView::Suspect,
        },
    }
}

fn percent(byte: u8) -> u8 {
    u8::try_from((u16::from(byte) * 100 + 127) / 255).unwrap_or(100)
}

impl From<HistoryError> for Refusal {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Asked(why) => Self(BridgeError::new("invalid", why)),
            HistoryError::NoSuchNode(_) => Self(BridgeError::new("not_found", error.to_string())),
            HistoryError::Acceptance(error) => error.into(),
            HistoryError::Store(error) => error.into(),
            HistoryError::Away(error) => crate::hub::Unreached::Away(error).into(),
        }
    }
}
