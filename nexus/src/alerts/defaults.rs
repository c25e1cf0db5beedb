//! The rules that there are from the beginning. They can be changed and switched off; removing one that was changed brings
//! it back as it stands here. Not here: what rules mean.

use std::time::{Duration, SystemTime};

use uuid::Uuid;

use super::{AlertRule, Condition, Severity};
use crate::target::Expression;

/// One row: its number, its name, when it is met, for how many seconds, how bad it is, and whether it is on.
type Row = (u128, &'static str, Condition, u64, Severity, bool);

const ROWS: [Row; 14] = [
    (
        1,
        "No connection",
        Condition::Offline,
        120,
        Severity::Warning,
        true,
    ),
    (
        2,
        "CPU above 95 %",
        Condition::Cpu { above: 95 },
        600,
        Severity::Warning,
        true,
    ),
    (
        3,
        "Memory above 95 %",
        Condition::Memory { above: 95 },
        300,
        Severity::Warning,
        true,
    ),
    (
        4,
        "No heartbeat for a while",
        Condition::Degraded,
        30,
        Severity::Warning,
        true,
    ),
    (
        5,
        "Held: two machines showed one key",
        Condition::Held,
        0,
        Severity::Critical,
        true,
    ),
    (
        6,
        "Comes and goes",
        Condition::Flapping {
            times: 5,
            minutes: 15,
        },
        0,
        Severity::Warning,
        true,
    ),
    (
        7,
        "A job failed",
        Condition::JobFailed,
        0,
        Severity::Critical,
        true,
    ),
    (
        8,
        "A job was paused by its threshold",
        Condition::JobPaused,
        0,
        Severity::Warning,
        true,
    ),
    (
        9,
        "A job waits at a gate",
        Condition::JobWaiting,
        1_800,
        Severity::Warning,
        true,
    ),
    (
        10,
        "A runbook failed",
        Condition::RunFailed,
        0,
        Severity::Critical,
        true,
    ),
    (
        11,
        "A schedule missed its time",
        Condition::ScheduleMissed,
        0,
        Severity::Warning,
        true,
    ),
    (
        12,
        "A machine waits to be let in",
        Condition::NodeWaiting,
        1_800,
        Severity::Info,
        true,
    ),
    (
        13,
        "Disk above 90 %",
        Condition::Disk { above: 90 },
        300,
        Severity::Warning,
        true,
    ),
    (
        14,
        "Disk above 97 %",
        Condition::Disk { above: 97 },
        60,
        Severity::Critical,
        true,
    ),
];

/// All of them, in the order in which they are shown.
pub(super) fn defaults() -> impl Iterator<Item = AlertRule> {
    ROWS.into_iter().map(
        |(number, name, condition, seconds, severity, enabled)| AlertRule {
            id: Uuid::from_u128(number),
            name: name.to_owned(),
            condition,
            nodes: Expression::all(),
            hold: Duration::from_secs(seconds),
            severity,
            enabled,
            built_in: true,
            changed_by: None,
            changed_at: SystemTime::UNIX_EPOCH,
        },
    )
}

/// Whether a rule of this id is there from the beginning.
pub(super) fn is_built_in(id: Uuid) -> bool {
    ROWS.iter().any(|row| Uuid::from_u128(row.0) == id)
}
