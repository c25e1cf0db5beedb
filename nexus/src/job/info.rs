//! What others see of a job and its targets. Also its row in the store: what is written there is read back by any later Nexus.
//! Not here: JSON of the doors, which is the same but for times.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Job, JobState, Offline, Origin, Tally, TargetState};
use crate::access::PrincipalKind;
use crate::audit::Digest;
use protocol::Effect;

/// A job as of now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobInfo {
    /// Minted by the asker.
    pub id: Uuid,
    /// In order of submission.
    pub number: u64,
    /// For people; may be empty.
    pub label: String,
    /// Where it is.
    pub state: JobState,
    /// Why it is paused, or how it ended.
    pub reason: Option<String>,
    /// Id of who asked: `local`, or that of a token.
    pub asker: String,
    /// For people.
    pub asker_name: String,
    /// How it was known.
    pub asker_kind: PrincipalKind,
    /// What it came from.
    pub origin: Option<Origin>,
    /// e.g. `ShellSkill`.
    pub skill: String,
    /// e.g. `run`.
    pub method: String,
    /// Short human form of the parameters.
    pub summary: String,
    /// The worst that the method may do on any of the targets.
    pub effect: Effect,
    /// The expression that was asked for; empty when nodes were named.
    pub target: String,
    /// Over the ids of the frozen nodes.
    pub targets_sha256: Digest,
    /// How many targets.
    pub total: u32,
    /// On any this many of the nodes.
    pub any: Option<u32>,
    /// How many are where.
    pub tally: Tally,
    /// Waves, if there is more than one.
    pub wave: Option<WaveInfo>,
    /// The fleet is stopped, so nothing of it is begun.
    pub held: bool,
    /// 0..=9.
    pub priority: u8,
    /// 0 is no limit of its own.
    pub concurrency: u32,
    /// What becomes of offline nodes.
    pub offline: Offline,
    /// Attempts after the first one.
    pub retry_limit: u16,
    /// The same key is the same job.
    pub dedupe_key: Option<String>,
    /// Wall clock.
    pub submitted_at: SystemTime,
    /// Wall clock.
    pub finished_at: Option<SystemTime>,
    /// What has not begun by then is given up.
    pub expires_at: SystemTime,
    /// Over skill, method and parameters.
    pub call_sha256: Digest,
    /// It is paused between two waves.
    #[serde(default)]
    pub at_gate: bool,
    /// Somebody has seen how the open wave ended.
    #[serde(default)]
    pub gate_passed: bool,
    /// Somebody goes on although the threshold is reached.
    #[serde(default)]
    pub threshold_waived: bool,
}

/// How far the waves have come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaveInfo {
    /// From 1.
    pub current: u32,
    /// Cumulative number of targets of each.
    pub ends: Vec<u32>,
}

/// A target as of now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobTargetInfo {
    /// From 0.
    pub index: u32,
    /// Empty while none is chosen.
    pub node_id: String,
    /// Its name when it was frozen.
    pub node_name: String,
    /// Where it is.
    pub state: TargetState,
    /// From 1.
    pub wave: u32,
    /// So far.
    pub attempts: u16,
    /// Of the last attempt.
    pub execution_id: Option<Uuid>,
    /// Why not.
    pub error: Option<String>,
    /// Of the process.
    pub exit_code: Option<i32>,
    /// As the node measured it.
    pub duration: Option<Duration>,
    /// Streamed.
    pub output_bytes: u64,
    /// Over what it wrote, or over its result when it wrote nothing.
    pub output_sha256: Option<Digest>,
    /// It did not run: an older result did.
    pub from_cache: bool,
    /// When it is tried again.
    pub next_try: Option<SystemTime>,
    /// Wall clock.
    pub finished_at: Option<SystemTime>,
}

impl Job {
    /// As others see it.
    pub(crate) fn info(&self, held: bool) -> JobInfo {
        let principal = &self.caller.principal;
        let waves = (self.ends.len() > 1).then(|| WaveInfo {
            current: u32::try_from(self.wave)
                .unwrap_or(u32::MAX)
                .saturating_add(1),
            ends: self.ends.clone(),
        });
        JobInfo {
            id: self.id,
            number: self.number,
            label: self.label.clone(),
            state: self.state,
            reason: self.reason.clone(),
            asker: principal.id.clone(),
            asker_name: principal.name.clone(),
            asker_kind: principal.kind,
            origin: self.origin.clone(),
            skill: self.call.skill.clone(),
            method: self.call.method.clone(),
            summary: self.summary.clone(),
            effect: self.effect,
            target: self.expression.clone(),
            targets_sha256: self.sha256,
            total: u32::try_from(self.targets.len()).unwrap_or(u32::MAX),
            any: self.policy.any,
            tally: self.tally,
            wave: waves,
            held: held && !self.state.is_over(),
            priority: self.policy.priority,
            concurrency: self.policy.concurrency,
            offline: self.policy.offline,
            retry_limit: self.policy.retry.limit,
            dedupe_key: self.dedupe_key.clone(),
            submitted_at: self.submitted_at,
            finished_at: self.finished_at,
            expires_at: self.expires_at,
            call_sha256: self.call_sha256,
            at_gate: self.at_gate,
            gate_passed: self.gate_passed,
            threshold_waived: self.threshold_waived,
        }
    }

    /// One of its targets, as others see it.
    pub(crate) fn target_info(&self, index: u32) -> Option<JobTargetInfo> {
        let wave = u32::try_from(self.wave_of(index)).unwrap_or(u32::MAX);
        let target = self.target(index)?;
        Some(target.info(index, wave.saturating_add(1)))
    }
}

impl super::Target {
    /// As others see it.
    pub(crate) fn info(&self, index: u32, wave: u32) -> JobTargetInfo {
        JobTargetInfo {
            index,
            node_id: self.node_id.clone(),
            node_name: self.node_name.clone(),
            state: self.state,
            wave,
            attempts: self.attempts,
            execution_id: self.execution,
            error: self.error.clone(),
            exit_code: self.end.exit_code,
            duration: self.end.duration,
            output_bytes: self.end.output_bytes,
            output_sha256: self.end.output_sha256,
            from_cache: self.end.from_cache,
            next_try: self.next_try,
            finished_at: self.end.at,
        }
    }
}
