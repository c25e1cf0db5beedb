//! What is worth an alert: rules, as they are asked for and as they are kept. Not here: whether one fires, see
//! [`super::watch`], and the rules that there are from the beginning, see [`super::defaults`].

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::target::{Expression, LENGTH, ParseError, SavedError};

/// Most rules.
pub const RULES: usize = 100;
/// Longest time that something must hold before it fires, seconds: a week.
const LONGEST: u64 = 7 * 24 * 3600;
/// Longest name, bytes.
const NAME: usize = 100;

/// How bad it is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Somebody should look at it.
    #[default]
    Warning,
    /// Somebody must look at it now.
    Critical,
}

impl Severity {
    /// As written everywhere.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// When a rule is met. `kind` says which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// A node cannot be reached.
    Offline,
    /// Its load is above so many percent.
    Cpu {
        /// Percent, 1 to 100.
        above: u8,
    },
    /// Its used memory is above so many percent.
    Memory {
        /// Percent, 1 to 100.
        above: u8,
    },
    /// The fullest of its disks that can be written is above so many percent. Nodes that do not tell meet it never.
    Disk {
        /// Percent, 1 to 100.
        above: u8,
    },
    /// Its round trip is above so many milliseconds.
    Latency {
        /// Milliseconds, 1 to 60,000.
        above_ms: u32,
    },
    /// It is silent for longer than it should be, and not given up.
    Degraded,
    /// It is held, because two machines showed one key.
    Held,
    /// Its connection was lost so often in so many minutes.
    Flapping {
        /// 2 to 30.
        times: u8,
        /// 1 to 1,440.
        minutes: u16,
    },
    /// A job ended with failures, or its time ran out.
    JobFailed,
    /// A job waits at a gate.
    JobWaiting,
    /// A job was paused by its threshold, or because it cannot be kept.
    JobPaused,
    /// A run of a runbook failed.
    RunFailed,
    /// A time of a schedule was missed or refused.
    ScheduleMissed,
    /// A machine waits to be let in.
    NodeWaiting,
}

impl Condition {
    /// As written everywhere.
    pub fn word(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Cpu { .. } => "cpu",
            Self::Memory { .. } => "memory",
            Self::Disk { .. } => "disk",
            Self::Latency { .. } => "latency",
            Self::Degraded => "degraded",
            Self::Held => "held",
            Self::Flapping { .. } => "flapping",
            Self::JobFailed => "job_failed",
            Self::JobWaiting => "job_waiting",
            Self::JobPaused => "job_paused",
            Self::RunFailed => "run_failed",
            Self::ScheduleMissed => "schedule_missed",
            Self::NodeWaiting => "node_waiting",
        }
    }

    /// Whether it is about nodes, which target expressions choose.
    pub fn is_of_nodes(self) -> bool {
        match self {
            Self::Offline
            | Self::Cpu { .. }
            | Self::Memory { .. }
            | Self::Disk { .. }
            | Self::Latency { .. }
            | Self::Degraded
            | Self::Held
            | Self::Flapping { .. } => true,
            Self::JobFailed
            | Self::JobWaiting
            | Self::JobPaused
            | Self::RunFailed
            | Self::ScheduleMissed
            | Self::NodeWaiting => false,
        }
    }

    /// Whether it has happened, rather than goes on: then it is over when somebody has seen it.
    pub fn has_happened(self) -> bool {
        matches!(
            self,
            Self::JobFailed | Self::RunFailed | Self::ScheduleMissed
        )
    }

    fn check(self) -> Result<(), AlertError> {
        let fits = match self {
            Self::Cpu { above } | Self::Memory { above } | Self::Disk { above } => {
                (1..=100).contains(&above)
            }
            Self::Latency { above_ms } => (1..=60_000).contains(&above_ms),
            Self::Flapping { times, minutes } => {
                (2..=30).contains(&times) && (1..=1_440).contains(&minutes)
            }
            Self::Offline
            | Self::Degraded
            | Self::Held
            | Self::JobFailed
            | Self::JobWaiting
            | Self::JobPaused
            | Self::RunFailed
            | Self::ScheduleMissed
            | Self::NodeWaiting => true,
        };
        fits.then_some(()).ok_or(AlertError::Bound)
    }
}

/// What a rule is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAlertRule {
    /// For people.
    pub name: String,
    /// When it is met.
    pub condition: Condition,
    /// Target expression: only these nodes count. `*` for rules that are not about nodes.
    #[serde(default = "all")]
    pub nodes: String,
    /// For how long it must be met before it fires.
    #[serde(default)]
    pub for_seconds: u64,
    /// How bad it is.
    #[serde(default)]
    pub severity: Severity,
    /// Whether it is looked at.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn all() -> String {
    "*".to_owned()
}

fn yes() -> bool {
    true
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRule {
    /// To speak of it.
    pub id: Uuid,
    /// For people.
    pub name: String,
    /// When it is met.
    pub condition: Condition,
    /// Which nodes count; it may name saved groups.
    pub nodes: Expression,
    /// For how long it must be met.
    pub hold: Duration,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it is looked at.
    pub enabled: bool,
    /// It was there from the beginning.
    pub built_in: bool,
    /// Who made it what it is; none if nobody did.
    pub changed_by: Option<String>,
    /// When.
    pub changed_at: SystemTime,
}

/// Why there is no such rule or alert. Display: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum AlertError {
    #[error("the name must be 1 to {NAME} printable bytes")]
    Name,
    #[error(
        "the bound does not fit: percent is 1 to 100, latency 1 to 60000 ms, flapping 2 to 30 times in 1 to 1440 minutes"
    )]
    Bound,
    #[error("for_seconds must be 0 to {LONGEST} (a week)")]
    Hold,
    #[error("nodes: {0}")]
    Nodes(#[from] ParseError),
    #[error("nodes: {0}")]
    Saved(#[from] SavedError),
    #[error("an empty expression means nobody: say which nodes, `*` for all")]
    Nobody,
    #[error("this rule is not about nodes; leave nodes out, or say `*`")]
    NotOfNodes,
    #[error("there are {RULES} rules, no more are kept; remove one first")]
    TooMany,
    #[error("alert rule {0} does not exist; GET /api/v1/alert-rules lists those that there are")]
    UnknownRule(String),
    #[error("alert {0} does not exist; GET /api/v1/alerts lists those that there are")]
    UnknownAlert(String),
    #[error(
        "no alert fires for the cause {0:?} any more; GET /api/v1/alerts/causes lists those that do"
    )]
    UnknownCause(String),
    #[error("say exactly one of alert, cause and rule")]
    Aim,
    #[error("a rule has no owner and is not acknowledged; name an alert or a cause")]
    NotARule,
    #[error("until must be in the next 365 days")]
    Until,
    #[error("{0} must have at most {1} printable bytes")]
    Text(&'static str, usize),
    #[error("nothing is muted by {0:?}")]
    NotMuted(String),
    #[error("alerts cannot be posted there: {0}")]
    Webhook(&'static str),
    #[error(
        "the configuration of the Nexus says where alerts are posted (NEXUS_ALERT_WEBHOOK); change it there"
    )]
    HookFixed,
    #[error("there are too many mutes; take some back first")]
    TooManyMutes,
}

impl AlertError {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownRule(_) => "unknown_rule",
            Self::UnknownAlert(_) => "unknown_alert",
            Self::UnknownCause(_) => "unknown_cause",
            Self::NotMuted(_) => "not_muted",
            Self::TooMany | Self::TooManyMutes => "too_many",
            Self::HookFixed => "configured",
            Self::Name
            | Self::Bound
            | Self::Hold
            | Self::Nodes(_)
            | Self::Saved(_)
            | Self::Nobody
            | Self::NotOfNodes
            | Self::Aim
            | Self::NotARule
            | Self::Until
            | Self::Webhook(_)
            | Self::Text(..) => "invalid",
        }
    }
}

impl AlertRule {
    /// As asked, if that makes sense.
    pub fn new(
        id: Uuid,
        new: &NewAlertRule,
        by: &str,
        now: SystemTime,
    ) -> Result<Self, AlertError> {
        let name = new.name.trim();
        if name.is_empty() || !printable(name, NAME) {
            return Err(AlertError::Name);
        }
        new.condition.check()?;
        if new.for_seconds > LONGEST {
            return Err(AlertError::Hold);
        }
        let nodes: Expression = new.nodes.parse()?;
        if nodes.term().is_none() {
            return Err(AlertError::Nobody);
        }
        if !new.condition.is_of_nodes() && !nodes.is_all() {
            return Err(AlertError::NotOfNodes);
        }
        // It is kept as it is written out, which can be longer, and must be read again after a restart.
        if nodes.to_string().len() > LENGTH {
            let what = format!("written out in full it has more than {LENGTH} bytes");
            return Err(ParseError { what, position: 1 }.into());
        }
        Ok(Self {
            id,
            name: name.to_owned(),
            condition: new.condition,
            nodes,
            hold: Duration::from_secs(new.for_seconds),
            severity: new.severity,
            enabled: new.enabled,
            built_in: false,
            changed_by: Some(by.to_owned()),
            changed_at: now,
        })
    }
}

/// Whether a text of people can be shown as it is.
pub(super) fn printable(text: &str, most: usize) -> bool {
    text.len() <= most && !text.chars().any(protocol::limits::is_deceptive)
}
