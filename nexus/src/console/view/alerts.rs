//! How alerts cross into the window: what fires by likely cause, single alerts, rules, and what is asked for. Not here: how
//! they are filled, see `translate/alerts.rs`.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Somebody should look at it.
    Warning,
    /// Somebody must look at it now.
    Critical,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "as in the core")]
pub enum ConditionKind {
    Offline,
    Cpu,
    Memory,
    Disk,
    Latency,
    Degraded,
    Held,
    Flapping,
    JobFailed,
    JobWaiting,
    JobPaused,
    RunFailed,
    ScheduleMissed,
    NodeWaiting,
}

/// When a rule is met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ConditionView {
    /// What it looks at.
    pub kind: ConditionKind,
    /// Percent; of a round trip milliseconds.
    pub above: Option<u32>,
    /// So often, of what comes and goes.
    pub times: Option<u32>,
    /// In so many minutes.
    pub minutes: Option<u32>,
}

/// Why some fire together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum LikelyKind {
    /// Most of a place, at about the same time.
    Outage,
    /// Many of a place, at about the same time.
    Site,
    /// Only spores of one version.
    Version,
    /// Only nodes with one tag.
    Tag,
    /// It is one thing.
    One,
    /// They have nothing but the rule in common.
    Many,
}

/// Why some fire together, and what they share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct LikelyView {
    /// Why.
    pub kind: LikelyKind,
    /// The place, version or tag.
    pub what: String,
    /// How many nodes the place has.
    pub of: u32,
}

/// What kind of thing an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum SubjectKind {
    /// A node.
    Node,
    /// A job.
    Job,
    /// A run of a runbook.
    Run,
    /// A schedule.
    Schedule,
    /// A machine at the door.
    Waiting,
}

/// What an alert is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct SubjectView {
    /// What it is.
    pub kind: SubjectKind,
    /// Its id.
    pub id: String,
    /// For people.
    pub name: String,
}

/// What fires for one likely reason.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CauseView {
    /// The same as long as it is the same reason.
    pub key: String,
    /// The rule.
    pub rule_id: String,
    /// Its name.
    pub rule: String,
    /// When it is met.
    pub condition: ConditionView,
    /// How bad it is.
    pub severity: Severity,
    /// Why they fire together.
    pub likely: LikelyView,
    /// Where, in English.
    pub place: String,
    /// The sites, by name; at most a few.
    pub sites: Vec<String>,
    /// What was told beside it.
    pub detail: Option<String>,
    /// When the first of them began.
    pub since: String,
    /// When the last of them began.
    pub latest: String,
    /// When something last happened to one of them: a note, another owner.
    pub touched: String,
    /// How many alerts.
    pub alerts: u32,
    /// The nodes.
    pub ordinals: Vec<u32>,
    /// What it is about, when that is one thing.
    pub subject: Option<SubjectView>,
    /// Who looks after all of it.
    pub owner: Option<String>,
    /// All of it was seen.
    pub acknowledged: bool,
    /// Until when all of it is muted.
    pub muted_until: Option<String>,
}

/// How many fire. What is muted or was seen is left out of `critical`, `warning` and `info`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct AlertCounts {
    /// Muted or not.
    pub firing: u32,
    /// Somebody must look at them now.
    pub critical: u32,
    /// Somebody should look at them.
    pub warning: u32,
    /// Good to know.
    pub info: u32,
    /// Muted.
    pub muted: u32,
    /// Seen.
    pub acknowledged: u32,
}

/// All that fires, the worst first, at most 200 causes.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AlertBoardView {
    /// By likely cause.
    pub causes: Vec<CauseView>,
    /// Causes that are left out.
    pub more: u32,
    /// How many alerts.
    pub counts: AlertCounts,
    /// `None` while something fires that is not muted.
    pub quiet_since: Option<String>,
}

/// What happened to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum AlertEventKind {
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct AlertEventView {
    /// When.
    pub at: String,
    /// What.
    pub what: AlertEventKind,
    /// By whom; `None`: by itself.
    pub by: Option<String>,
    /// More, for people.
    pub text: Option<String>,
}

/// Whether an alert goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum AlertStanding {
    /// It goes on.
    Firing,
    /// It is over.
    Resolved,
}

/// What a rule says of one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AlertView {
    /// To speak of it.
    pub id: String,
    /// The rule.
    pub rule_id: String,
    /// Its name.
    pub rule: String,
    /// When it is met.
    pub condition: ConditionView,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub subject: SubjectView,
    /// The node's, if it is one that is known.
    pub ordinal: Option<u32>,
    /// Whether it goes on.
    pub state: AlertStanding,
    /// Key of its cause, while it goes on.
    pub cause: Option<String>,
    /// Since when.
    pub since: String,
    /// When it was over.
    pub resolved_at: Option<String>,
    /// How often it fired.
    pub fired: u32,
    /// What was measured last.
    #[specta(type = Option<Number>)]
    pub value: Option<f64>,
    /// More, for people.
    pub detail: Option<String>,
    /// What all of its nodes have in common.
    pub common: Option<String>,
    /// Who looks after it.
    pub owner: Option<String>,
    /// Who has seen it.
    pub acknowledged_by: Option<String>,
    /// When.
    pub acknowledged_at: Option<String>,
    /// What people wrote beside it.
    pub note: Option<String>,
    /// Until when it is muted.
    pub muted_until: Option<String>,
    /// Oldest first.
    pub history: Vec<AlertEventView>,
}

/// Which alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    /// That fire and are not muted.
    Firing,
    /// That fire and are muted.
    Muted,
    /// That are over.
    Resolved,
    /// All of these.
    All,
}

/// Which alerts. All that is given must fit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
pub struct AlertQuery {
    /// How they stand.
    pub state: AlertState,
    /// Id of a rule.
    pub rule: Option<String>,
    /// Only so bad ones.
    pub severity: Option<Severity>,
    /// Key of a cause.
    pub cause: Option<String>,
    /// Id of a node.
    pub node: Option<String>,
    /// So many of the first are left out.
    pub skip: u32,
    /// At most so many.
    pub limit: u32,
}

/// Some of them, those that changed last first.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct AlertPage {
    /// Of this page.
    pub alerts: Vec<AlertView>,
    /// Of all pages.
    pub total: u32,
}

/// At what somebody aims; exactly one is given.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
pub struct AlertAim {
    /// Id of an alert.
    pub alert: Option<String>,
    /// Key of a cause.
    pub cause: Option<String>,
    /// Id of a rule.
    pub rule: Option<String>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AlertRuleView {
    /// To speak of it.
    pub id: String,
    /// For people.
    pub name: String,
    /// When it is met.
    pub condition: ConditionView,
    /// Target expression.
    pub nodes: String,
    /// For how long it must be met.
    pub for_seconds: u32,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it is looked at.
    pub enabled: bool,
    /// It was there from the beginning: removing it brings it back as it was.
    pub built_in: bool,
    /// `None`: it is as it was from the beginning.
    pub changed_by: Option<String>,
    /// When.
    pub changed_at: Option<String>,
}

/// What a rule is to be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AlertRuleRequest {
    /// For people.
    pub name: String,
    /// When it is met.
    pub condition: ConditionView,
    /// Target expression.
    pub nodes: String,
    /// For how long it must be met.
    pub for_seconds: u32,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it is looked at.
    pub enabled: bool,
}

/// The nodes that meet a rule now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct AlertPreview {
    /// At most 1,000 of them.
    pub ordinals: Vec<u32>,
    /// How many.
    pub count: u32,
    /// How many nodes it is about.
    pub of: u32,
}

/// Where alerts are posted, and how that goes since it was set or since the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WebhookView {
    /// Scheme and host, the rest is secret; `None`: nobody is told.
    pub to: Option<String>,
    /// The configuration says where; it cannot be changed here.
    pub configured: bool,
    /// Answered with 2xx.
    pub delivered: u32,
    /// Given up.
    pub failed: u32,
    /// Not tried, because too much waited.
    pub dropped: u32,
    /// When the last one was.
    pub delivered_at: Option<String>,
    /// What is wrong; `None` when the last one was delivered.
    pub trouble: Option<String>,
    /// Since when.
    pub trouble_since: Option<String>,
}
