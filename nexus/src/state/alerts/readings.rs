//! What a node, a job, a run or a schedule says to a rule. Pure. Not here: for how long it must say so.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, SystemTime};

use crate::alerts::{AlertRule, Condition, Met, NODES, Reading};
use crate::job::{Job, JobState, TargetState};
use crate::model::{Now, Phase};
use crate::runbook::{Run, RunState};
use crate::schedule::{Outcome, Schedule};
use crate::state::Node;
use crate::target::Expression;
use crate::trust::Standing;

/// So many percent below the bound a load is neither above it nor clearly not.
const SLACK: f64 = 5.0;
/// The same of a disk, which does not go up and down by itself.
const DISK_SLACK: f64 = 2.0;
/// Who was met is away until the one that holds it has been asked, which takes moments, or longer when thousands come at once.
const MEETING: Duration = Duration::from_secs(10);
/// Longest text of others in an alert, bytes.
const TEXT: usize = 300;

/// What a node says. `aim`: which nodes count; none: nobody can tell.
pub(super) fn of_node(
    node: &Node,
    rule: &AlertRule,
    aim: Option<&Expression>,
    lost: Option<&VecDeque<Duration>>,
    in_grace: bool,
    now: Now,
) -> Reading {
    // Whoever holds it knows, and says so.
    if node.via.is_some() && rule.condition.is_known_by_one() {
        return Reading::of(Met::No);
    }
    let reading = match rule.condition {
        Condition::Offline => offline(node, now),
        Condition::Cpu { above } => load(node, node.cpu, above, in_grace),
        Condition::Memory { above } => load(node, node.memory, above, in_grace),
        Condition::Disk { above } => disk(node, above, in_grace),
        Condition::Latency { above_ms } => latency(node, above_ms),
        Condition::Degraded => Reading::of(is(node.phase == Phase::Suspect)),
        Condition::Held => held(node),
        Condition::Flapping { times, minutes } => flapping(lost, times, minutes, now),
        Condition::JobFailed
        | Condition::JobWaiting
        | Condition::JobPaused
        | Condition::RunFailed
        | Condition::ScheduleMissed
        | Condition::NodeWaiting => Reading::of(Met::No),
    };
    // Whether it is meant costs more than whether it is met.
    if reading.met == Met::No || aim.is_some_and(|aim| is_meant(aim, node)) {
        return reading;
    }
    Reading {
        again: reading.again,
        ..Reading::of(Met::No)
    }
}

fn is_meant(aim: &Expression, node: &Node) -> bool {
    aim.is_all() || aim.matches(&node.target_facts())
}

fn is(so: bool) -> Met {
    if so { Met::Yes } else { Met::No }
}

/// A revoked node is meant to be away.
fn offline(node: &Node, now: Now) -> Reading {
    let away = node.phase == Phase::Offline;
    if let Some(until) = node.met.map(|met| met + MEETING)
        && now.at < until
    {
        return Reading {
            again: Some(until),
            ..Reading::of(Met::Between)
        };
    }
    Reading {
        began: Some(node.last_seen),
        ..Reading::of(is(away && node.facts.trust.standing != Standing::Revoked))
    }
}

/// Of a node that is away nobody knows the load; after a start that says nothing.
fn load(node: &Node, share: f64, above: u8, in_grace: bool) -> Reading {
    if node.phase == Phase::Offline {
        return Reading::of(if in_grace { Met::Between } else { Met::No });
    }
    // Whoever holds its socket judges that.
    if !node.measured || node.via.is_some() {
        return Reading::of(Met::Between);
    }
    Reading::above(share * 100.0, f64::from(above), SLACK)
}

/// Spores of before do not tell; of them nobody knows.
fn disk(node: &Node, above: u8, in_grace: bool) -> Reading {
    if node.phase == Phase::Offline {
        return Reading::of(if in_grace { Met::Between } else { Met::No });
    }
    let Some(disk) = node.disk.as_ref().filter(|_| node.via.is_none()) else {
        return Reading::of(Met::Between);
    };
    Reading {
        detail: Some(format!("{}: {} free", disk.mount, bytes(disk.free))),
        ..Reading::above(disk.usage * 100.0, f64::from(above), DISK_SLACK)
    }
}

/// Bytes for people.
fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut unit = "bytes";
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let mut shown = count as f64;
    for larger in UNITS {
        if shown < 1024.0 {
            break;
        }
        shown /= 1024.0;
        unit = larger;
    }
    if shown < 10.0 && unit != "bytes" {
        format!("{shown:.1} {unit}")
    } else {
        format!("{shown:.0} {unit}")
    }
}

fn latency(node: &Node, above_ms: u32) -> Reading {
    if node.phase == Phase::Offline {
        return Reading::of(Met::No);
    }
    let bound = f64::from(above_ms);
    let measured = node.latency.filter(|_| node.via.is_none());
    measured.map_or(Reading::of(Met::Between), |latency| {
        Reading::above(latency.as_secs_f64() * 1000.0, bound, bound / 10.0)
    })
}

fn held(node: &Node) -> Reading {
    match &node.facts.trust.standing {
        Standing::Held(why) => Reading {
            detail: Some(short(why)),
            ..Reading::of(Met::Yes)
        },
        Standing::Accepted | Standing::Revoked => Reading::of(Met::No),
    }
}

fn flapping(lost: Option<&VecDeque<Duration>>, times: u8, minutes: u16, now: Now) -> Reading {
    let window = Duration::from_secs(u64::from(minutes) * 60);
    let recent = |at: &&Duration| now.at.saturating_sub(**at) < window;
    let recent: Vec<_> = lost.into_iter().flatten().filter(recent).collect();
    let met = match recent.len() {
        count if count >= usize::from(times) => Met::Yes,
        count if count * 2 >= usize::from(times) => Met::Between,
        _ => Met::No,
    };
    Reading {
        value: Some(f64::from(u32::try_from(recent.len()).unwrap_or(u32::MAX))),
        again: recent.first().map(|oldest| oldest.saturating_add(window)),
        ..Reading::of(met)
    }
}

/// What people call a job.
pub(super) fn title(job: &Job) -> String {
    if job.label.is_empty() {
        format!("{}.{}", job.call.skill, job.call.method)
    } else {
        job.label.clone()
    }
}

/// What a job says.
pub(super) fn of_job(job: &Job, rule: &AlertRule) -> Reading {
    let by_a_person = |reason: &str| reason.starts_with("paused by ");
    let reason = job.reason.as_deref();
    let met = match rule.condition {
        Condition::JobFailed => matches!(job.state, JobState::Failed | JobState::Expired),
        Condition::JobWaiting => job.at_gate,
        Condition::JobPaused => {
            job.state == JobState::Paused && !job.at_gate && !reason.is_some_and(by_a_person)
        }
        Condition::Offline
        | Condition::Cpu { .. }
        | Condition::Memory { .. }
        | Condition::Disk { .. }
        | Condition::Latency { .. }
        | Condition::Degraded
        | Condition::Held
        | Condition::Flapping { .. }
        | Condition::RunFailed
        | Condition::ScheduleMissed
        | Condition::NodeWaiting => false,
    };
    if !met {
        return Reading::of(Met::No);
    }
    let (nodes, common) = failures(job);
    let count = u32::try_from(nodes.len()).unwrap_or(u32::MAX);
    Reading {
        value: Some(f64::from(count)).filter(|count| *count > 0.0),
        detail: reason.map(short),
        common,
        nodes,
        began: job.finished_at,
        ..Reading::of(Met::Yes)
    }
}

/// The nodes on which it did not do what was asked, and what they have in common.
fn failures(job: &Job) -> (Vec<String>, Option<String>) {
    let bad = job.targets.iter().filter(|target| {
        matches!(
            target.state,
            TargetState::Failed
                | TargetState::TimedOut
                | TargetState::Unknown
                | TargetState::Expired
                | TargetState::Refused
        ) && !target.node_id.is_empty()
    });
    let bad: Vec<_> = bad.take(NODES).collect();
    let mut alike: HashMap<_, usize> = HashMap::new();
    for target in &bad {
        let seen = (target.state, target.end.exit_code, target.end.output_sha256);
        *alike.entry(seen).or_default() += 1;
    }
    let most = alike.into_iter().max_by_key(|(_, count)| *count);
    let common = most
        .filter(|_| bad.len() > 1)
        .and_then(|((state, code, output), count)| {
            let who = if count == bad.len() {
                format!("all {count}")
            } else if count * 5 >= bad.len() * 4 {
                format!("{count} of {}", bad.len())
            } else {
                return None;
            };
            let with = match (code, output) {
                (Some(code), Some(_)) => format!(" with exit code {code} and the same output"),
                (Some(code), None) => format!(" with exit code {code}"),
                (None, Some(_)) => " with the same output".to_owned(),
                (None, None) => String::new(),
            };
            Some(format!("{who} {}{with}", state.word().replace('_', " ")))
        });
    (
        bad.into_iter()
            .map(|target| target.node_id.clone())
            .collect(),
        common,
    )
}

/// What a run says.
pub(super) fn of_run(run: &Run) -> Reading {
    Reading {
        detail: run.reason.as_deref().map(short),
        began: run.finished_at,
        ..Reading::of(is(run.state == RunState::Failed))
    }
}

/// What a schedule says.
pub(super) fn of_schedule(schedule: &Schedule) -> Reading {
    let Some(last) = &schedule.last else {
        return Reading::of(Met::No);
    };
    let why = last.why.as_deref().unwrap_or_default();
    let met = match last.outcome {
        Outcome::Started => false,
        Outcome::Refused => true,
        // What waits for the one before it, or is left out because of it, is as somebody wanted it.
        Outcome::Skipped => why.starts_with("missed"),
    };
    Reading {
        detail: Some(short(why)).filter(|why| !why.is_empty()),
        began: Some(last.at),
        ..Reading::of(is(met))
    }
}

/// Somebody waits at the door.
pub(super) fn waits(since: SystemTime) -> Reading {
    Reading {
        began: Some(since),
        ..Reading::of(Met::Yes)
    }
}

fn short(text: &str) -> String {
    protocol::limits::cut(text, TEXT).to_owned()
}
