//! How the proof of what was done crosses into the window: the audit log, and the second yes. They mirror
//! `ui/src/bridge/typesProof.ts`. Not here: how they are filled, see `translate/proof.rs` and `translate/approval.rs`.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use crate::console::view::Json;
use crate::console::view::execution::ExecutionStateView;
use crate::console::view::trust::RoleView;

/// How something was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DecisionView {
    /// It may.
    Allowed,
    /// It may not.
    Denied,
    /// Not yet.
    NeedsApproval,
}

/// Who asked, as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct WhoView {
    /// `local`, or the id of a token.
    pub id: String,
    /// For people.
    pub name: String,
    /// `local`, `token`, or what a newer Nexus knows.
    pub kind: String,
    /// How much it could do.
    pub role: RoleView,
}

/// A call without its parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct CallToldView {
    /// e.g. `ShellSkill`
    pub skill: String,
    /// e.g. `run`
    pub method: String,
    /// Short, without secrets.
    pub summary: String,
    /// Whole seconds.
    #[specta(type = Number)]
    pub timeout: u64,
    /// Over skill, method and parameters.
    pub sha256: String,
}

/// How one execution ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OutcomeView {
    /// Which.
    pub execution: String,
    /// How.
    pub state: ExecutionStateView,
    /// Of the process.
    pub exit_code: Option<i32>,
}

/// An instance in whose log something stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct InstanceNameView {
    /// The same over its restarts.
    pub id: String,
    /// For people.
    pub name: String,
}

/// One entry of an audit log.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntryView {
    /// Its place, from 1.
    #[specta(type = Number)]
    pub number: u64,
    /// Over everything before it, and its text.
    pub hash: String,
    /// In whose log; null when this Nexus is alone.
    pub instance: Option<InstanceNameView>,
    /// RFC 3339, UTC.
    pub at: String,
    /// What was done, as a word.
    pub action: String,
    /// Who asked.
    pub who: Option<WhoView>,
    /// From where.
    pub from: Option<String>,
    /// How it was decided.
    pub decision: Option<DecisionView>,
    /// Why, in words.
    pub why: Option<String>,
    /// Ids of what it is about.
    pub subject: Vec<String>,
    /// What is run.
    pub call: Option<CallToldView>,
    /// Node ids, frozen.
    pub targets: Vec<String>,
    /// Over the sorted targets.
    pub targets_sha256: Option<String>,
    /// In the order of the targets.
    pub executions: Vec<String>,
    /// By which approval.
    pub approval: Option<String>,
    /// How executions ended.
    pub outcomes: Vec<OutcomeView>,
    /// Number of the entry of the same log that this one continues.
    #[specta(type = Option<Number>)]
    pub about: Option<u64>,
    /// How often.
    #[specta(type = Option<Number>)]
    pub count: Option<u64>,
    /// More, without secrets.
    pub detail: Json,
}

/// Which entries; all that is given must fit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    /// These words stand somewhere in it; empty is anything.
    pub search: String,
    /// What was done.
    pub action: Option<String>,
    /// Name or id of who asked; empty is anybody.
    pub who: String,
    /// Id of a node.
    pub node: Option<String>,
    /// Id of the instance in whose log it is; null is any.
    pub instance: Option<String>,
    /// What an earlier page gave; or a number, then of the log of `instance` only those with a smaller one.
    pub before: Option<String>,
    /// At most so many.
    pub limit: u32,
}

/// Some entries, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct AuditPage {
    /// Those that fit.
    pub entries: Vec<AuditEntryView>,
    /// Ask again with this, if there may be older ones.
    pub before: Option<String>,
    /// Whose logs are known here, this instance first; empty when this Nexus is alone.
    pub instances: Vec<InstanceNameView>,
}

/// One thing that is wrong with the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct FaultView {
    /// Number of the entry.
    #[specta(type = Number)]
    pub number: u64,
    /// What, as a word.
    pub kind: String,
    /// In words.
    pub detail: String,
}

/// What verifying came to, of the log of the instance that is asked and of its copies of others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct AuditVerdict {
    /// Its own.
    pub own: VerdictView,
    /// The others.
    pub copies: Vec<AuditCopyView>,
}

/// A copy of another instance's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct AuditCopyView {
    /// Whose.
    pub instance: InstanceNameView,
    /// Which.
    pub copy: u32,
    /// Why it begins where it does, as a word.
    pub why: String,
    /// When that was, RFC 3339.
    pub since: String,
    /// It goes on; an older one has what its origin does not have any more.
    pub current: bool,
    /// Whether it is whole.
    pub verdict: VerdictView,
}

/// Whether one log is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct VerdictView {
    /// Nothing is wrong.
    pub ok: bool,
    /// How many entries were looked at.
    #[specta(type = Number)]
    pub entries: u64,
    /// Number of the first one.
    #[specta(type = Number)]
    pub first: u64,
    /// Number of the last one.
    #[specta(type = Number)]
    pub last: u64,
    /// Hash of the last one.
    pub hash: String,
    /// Good signatures.
    #[specta(type = Number)]
    pub checkpoints: u64,
    /// Entries after the newest good signature.
    #[specta(type = Number)]
    pub unsigned: u64,
    /// Of the key that has to have signed.
    pub fingerprint: String,
    /// The first twenty things that are wrong.
    pub faults: Vec<FaultView>,
}

/// Where a second yes stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum AnsweredView {
    /// Nothing was answered yet.
    Pending,
    /// Yes.
    Approved,
    /// No.
    Denied,
    /// Yes, and it was done.
    Used,
    /// Too late.
    Expired,
}

/// Who may say the second yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum ByView {
    /// An admin who did not ask.
    Another,
    /// Any admin, the asker too.
    Anyone,
}

/// Something that needs a second yes, or has it, or had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalView {
    /// To speak of it.
    pub id: String,
    /// Where it stands.
    pub state: AnsweredView,
    /// Who asks.
    pub asked_by: String,
    /// This window asks.
    pub own: bool,
    /// Who may say yes.
    pub by: ByView,
    /// From where.
    pub from: String,
    /// RFC 3339, UTC.
    pub asked_at: String,
    /// RFC 3339, UTC.
    pub expires_at: String,
    /// What.
    pub skill: String,
    /// What.
    pub method: String,
    /// Short, without secrets.
    pub summary: String,
    /// Whole seconds.
    #[specta(type = Number)]
    pub timeout_seconds: u64,
    /// Over who asks, the whole call and the nodes.
    pub hash: String,
    /// Node ids, frozen.
    pub targets: Vec<String>,
    /// Names of the rules that want it.
    pub rules: Vec<String>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// RFC 3339, UTC.
    pub decided_at: Option<String>,
}

/// When a second yes is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RuleView {
    /// To speak of it.
    pub id: String,
    /// For people.
    pub name: String,
    /// Which calls.
    pub calls: Vec<String>,
    /// Which nodes count.
    pub nodes: String,
    /// From how many of them on.
    pub at_least: u32,
    /// How long an ask and its yes are good for.
    #[specta(type = Number)]
    pub ttl_seconds: u64,
    /// Who may say yes.
    pub by: ByView,
    /// Who made it.
    pub created_by: String,
    /// RFC 3339, UTC.
    pub created_at: String,
}

/// What a rule is to be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleRequest {
    /// For people.
    pub name: String,
    /// Which calls.
    pub calls: Vec<String>,
    /// Which nodes count.
    pub nodes: String,
    /// From how many of them on.
    pub at_least: u32,
    /// How long an ask and its yes are good for.
    #[specta(type = Number)]
    pub ttl_seconds: u64,
    /// Who may say yes.
    pub by: ByView,
}
