//! A job and its targets as REST and events tell them. Not here: asking for one.

use protocol::{Effect, rfc3339};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::PrincipalKind;
use crate::job::{JobInfo, JobState, JobTargetInfo, Offline, Origin, Tally, TargetState};
use crate::rest::instances::MissingBody;

/// A job.
#[derive(Serialize, ToSchema)]
pub(crate) struct JobBody<'a> {
    id: Uuid,
    label: &'a str,
    state: JobState,
    /// Why it is paused, or how it ended.
    reason: Option<&'a str>,
    /// It is paused between two waves and waits for a person.
    at_gate: bool,
    asker: AskerBody<'a>,
    /// What it came from, when nobody asked for it directly.
    origin: Option<&'a Origin>,
    skill_name: &'a str,
    method_name: &'a str,
    /// Short human form of the parameters.
    summary: &'a str,
    /// The worst that the method may do: `read`, `change` or `destroy`.
    #[schema(value_type = String)]
    effect: Effect,
    /// The expression that was asked for; empty when nodes were named.
    target: &'a str,
    targets_sha256: String,
    /// How many targets.
    total: u32,
    /// On any this many of the nodes.
    any: Option<u32>,
    counts: Tally,
    /// Waves, if there is more than one.
    wave: Option<WaveBody<'a>>,
    /// The fleet is stopped, so nothing of it begins.
    held: bool,
    priority: u8,
    concurrency: u32,
    offline: Offline,
    retry_limit: u16,
    dedupe_key: Option<&'a str>,
    submitted_at: String,
    finished_at: Option<String>,
    expires_at: String,
}

#[derive(Serialize, ToSchema)]
struct AskerBody<'a> {
    id: &'a str,
    name: &'a str,
    kind: PrincipalKind,
}

#[derive(Serialize, ToSchema)]
struct WaveBody<'a> {
    /// From 1.
    current: u32,
    of: usize,
    /// Cumulative number of targets of each.
    ends: &'a [u32],
}

/// A target of a job.
#[derive(Serialize, ToSchema)]
pub(crate) struct TargetBody<'a> {
    index: u32,
    /// Empty while none is chosen.
    node_id: &'a str,
    node_name: &'a str,
    state: TargetState,
    /// From 1.
    wave: u32,
    attempts: u16,
    /// Of the last attempt.
    execution_id: Option<Uuid>,
    error: Option<&'a str>,
    exit_code: Option<i32>,
    /// Seconds.
    execution_time: Option<f64>,
    output_bytes: u64,
    /// It did not run: the older result of this execution did.
    from_cache: bool,
    next_try_at: Option<String>,
    finished_at: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct OneJob<'a> {
    pub(crate) status: &'static str,
    /// It was known already; nothing new is begun.
    pub(crate) duplicate: bool,
    pub(crate) job: JobBody<'a>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Jobs<'a> {
    pub(crate) status: &'static str,
    pub(crate) jobs: Vec<JobBody<'a>>,
    /// Instances that did not answer, so theirs are not in the list; left out when all did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) missing: Vec<MissingBody>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Targets<'a> {
    pub(crate) status: &'static str,
    pub(crate) targets: Vec<TargetBody<'a>>,
    /// Where the next page begins.
    pub(crate) next: Option<u32>,
}

impl<'a> JobBody<'a> {
    pub(crate) fn new(job: &'a JobInfo) -> Self {
        Self {
            id: job.id,
            label: &job.label,
            state: job.state,
            reason: job.reason.as_deref(),
            at_gate: job.at_gate,
            asker: AskerBody {
                id: &job.asker,
                name: &job.asker_name,
                kind: job.asker_kind,
            },
            origin: job.origin.as_ref(),
            skill_name: &job.skill,
            method_name: &job.method,
            summary: &job.summary,
            effect: job.effect,
            target: &job.target,
            targets_sha256: job.targets_sha256.to_string(),
            total: job.total,
            any: job.any,
            counts: job.tally,
            wave: job.wave.as_ref().map(|wave| WaveBody {
                current: wave.current,
                of: wave.ends.len(),
                ends: &wave.ends,
            }),
            held: job.held,
            priority: job.priority,
            concurrency: job.concurrency,
            offline: job.offline,
            retry_limit: job.retry_limit,
            dedupe_key: job.dedupe_key.as_deref(),
            submitted_at: rfc3339(job.submitted_at),
            finished_at: job.finished_at.map(rfc3339),
            expires_at: rfc3339(job.expires_at),
        }
    }
}

impl<'a> TargetBody<'a> {
    pub(crate) fn new(target: &'a JobTargetInfo) -> Self {
        Self {
            index: target.index,
            node_id: &target.node_id,
            node_name: &target.node_name,
            state: target.state,
            wave: target.wave,
            attempts: target.attempts,
            execution_id: target.execution_id,
            error: target.error.as_deref(),
            exit_code: target.exit_code,
            execution_time: target.duration.map(|duration| duration.as_secs_f64()),
            output_bytes: target.output_bytes,
            from_cache: target.from_cache,
            next_try_at: target.next_try.map(rfc3339),
            finished_at: target.finished_at.map(rfc3339),
        }
    }
}
