//! An alert: what a rule says of one subject, who looks after it, and what became of it. Also its row in the store. Not
//! here: when it fires.

use std::collections::VecDeque;
use std::fmt::{self, Display, Formatter};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AlertRule, Condition, Severity};
use crate::audit::Hasher;

/// Things that happened to one alert, kept.
const HISTORY: usize = 30;
/// Most nodes of one alert.
pub(crate) const NODES: usize = 1_000;

/// What an alert is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A node, by its id.
    Node(String),
    /// A job.
    Job(Uuid),
    /// A run of a runbook.
    Run(Uuid),
    /// A schedule.
    Schedule(Uuid),
    /// A machine that waits to be let in, by its key.
    Waiting(String),
}

impl Subject {
    /// e.g. `node`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Node(_) => "node",
            Self::Job(_) => "job",
            Self::Run(_) => "run",
            Self::Schedule(_) => "schedule",
            Self::Waiting(_) => "waiting",
        }
    }

    /// Whether a condition is about such a subject.
    pub fn is_of(&self, condition: Condition) -> bool {
        match condition {
            Condition::Offline
            | Condition::Cpu { .. }
            | Condition::Memory { .. }
            | Condition::Disk { .. }
            | Condition::Latency { .. }
            | Condition::Degraded
            | Condition::Held
            | Condition::Flapping { .. } => matches!(self, Self::Node(_)),
            Condition::JobFailed | Condition::JobWaiting | Condition::JobPaused => {
                matches!(self, Self::Job(_))
            }
            Condition::RunFailed => matches!(self, Self::Run(_)),
            Condition::ScheduleMissed => matches!(self, Self::Schedule(_)),
            Condition::NodeWaiting => matches!(self, Self::Waiting(_)),
        }
    }
}

impl Display for Subject {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(id) | Self::Waiting(id) => out.write_str(id),
            Self::Job(id) | Self::Run(id) | Self::Schedule(id) => write!(out, "{id}"),
        }
    }
}

/// Whether it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It goes on.
    Firing,
    /// It is over.
    Resolved,
}

/// What happened to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum What {
    Fired,
    Resolved,
    Owned,
    Released,
    Acknowledged,
    Muted,
    Unmuted,
    Noted,
}

/// One thing that happened to an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Happened {
    /// When.
    #[schema(value_type = String)]
    pub at: SystemTime,
    /// What.
    pub what: What,
    /// By whom; none: by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// More, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// It follows from rule and subject, so it is the same one when it fires again.
    pub id: Uuid,
    /// The rule.
    pub rule: Uuid,
    /// What it was called when it fired.
    pub rule_name: String,
    /// When it is met.
    pub condition: Condition,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub subject: Subject,
    /// The name of that, when it fired.
    pub name: String,
    /// Whether it goes on.
    pub standing: Standing,
    /// Since when what it tells is so.
    pub since: SystemTime,
    /// When it was over.
    pub resolved_at: Option<SystemTime>,
    /// How often it fired.
    pub fired: u32,
    /// What was measured last: percent, milliseconds, times.
    pub value: Option<f64>,
    /// More, for people.
    pub detail: Option<String>,
    /// What all of its nodes have in common, if they have.
    #[serde(default)]
    pub common: Option<String>,
    /// The nodes of what is not itself a node.
    pub nodes: Vec<String>,
    /// Who looks after it.
    pub owner: Option<String>,
    /// Who has seen it, and when.
    pub acknowledged: Option<(String, SystemTime)>,
    /// What people wrote about it.
    pub note: Option<String>,
    /// The newest things that happened to it, oldest first.
    pub history: VecDeque<Happened>,
    /// It fires because another instance of the swarm says so.
    #[serde(default)]
    pub elsewhere: bool,
}

impl Alert {
    /// The id of what a rule says of a subject.
    pub fn id_of(rule: Uuid, subject: &Subject) -> Uuid {
        let mut hash = Hasher::new(b"nexus alert v1\0");
        hash.fixed(rule.as_bytes());
        hash.part(subject.kind().as_bytes());
        hash.part(subject.to_string().as_bytes());
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(hash.end().0) {
            *to = from;
        }
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    pub(super) fn new(rule: &AlertRule, subject: Subject, name: &str, since: SystemTime) -> Self {
        Self {
            id: Self::id_of(rule.id, &subject),
            rule: rule.id,
            rule_name: rule.name.clone(),
            condition: rule.condition,
            severity: rule.severity,
            subject,
            name: name.to_owned(),
            standing: Standing::Resolved,
            since,
            resolved_at: None,
            fired: 0,
            value: None,
            detail: None,
            common: None,
            nodes: Vec::new(),
            owner: None,
            acknowledged: None,
            note: None,
            history: VecDeque::new(),
            elsewhere: false,
        }
    }

    /// When something last happened to it.
    pub fn touched(&self) -> SystemTime {
        self.history.back().map_or(self.since, |last| last.at)
    }

    /// Whether it goes on.
    pub fn is_firing(&self) -> bool {
        self.standing == Standing::Firing
    }

    /// Begins anew: who looked after it the last time does not any more.
    pub(super) fn fire(&mut self, rule: &AlertRule, since: SystemTime, now: SystemTime) {
        self.rule_name.clone_from(&rule.name);
        self.condition = rule.condition;
        self.severity = rule.severity;
        self.standing = Standing::Firing;
        self.since = since;
        self.resolved_at = None;
        self.fired = self.fired.saturating_add(1);
        (self.owner, self.acknowledged, self.note) = (None, None, None);
        self.tell(What::Fired, None, None, now);
    }

    pub(super) fn resolve(&mut self, why: Option<&str>, now: SystemTime) {
        self.standing = Standing::Resolved;
        self.resolved_at = Some(now);
        self.tell(What::Resolved, None, why, now);
    }

    pub(super) fn tell(
        &mut self,
        what: What,
        by: Option<&str>,
        text: Option<&str>,
        at: SystemTime,
    ) {
        if self.history.len() >= HISTORY {
            self.history.pop_front();
        }
        self.history.push_back(Happened {
            at,
            what,
            by: by.map(str::to_owned),
            text: text.map(str::to_owned),
        });
    }
}
