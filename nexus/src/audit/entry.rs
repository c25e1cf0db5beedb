//! What one entry says. Not here: how entries hang together, see [`super::chain`].

use std::time::SystemTime;

use protocol::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Digest;
use crate::access::{Caller, PrincipalKind, Role};
use crate::model::ExecutionState;

/// What was done, asked for, or happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Action {
    Execute,
    /// A console looked at a node: a method that only reads, whose answer is kept nowhere.
    Glance,
    /// An execution goes to another node, because the first one certainly did not start it.
    Move,
    Cancel,
    SubmitJob,
    PauseJob,
    ResumeJob,
    CancelJob,
    /// Everything was stopped, and is held.
    StopFleet,
    ReleaseFleet,
    StopNode,
    MakeSchedule,
    EditSchedule,
    RemoveSchedule,
    PauseSchedule,
    ResumeSchedule,
    /// A schedule was due, or somebody fired it by hand.
    FireSchedule,
    PutRunbook,
    RemoveRunbook,
    BeginRun,
    CancelRun,
    /// Executions are over: how.
    Ended,
    /// What became of the entry that `about` names.
    Outcome,
    MakeToken,
    RevokeToken,
    MakeJoinCode,
    WithdrawJoinCode,
    RekeyNode,
    AcceptNode,
    TurnAwayNode,
    EditNode,
    RevokeNode,
    ReleaseNode,
    RemoveNode,
    AskApproval,
    Approve,
    DenyApproval,
    MakeRule,
    RemoveRule,
    /// Made or changed a saved group.
    PutGroup,
    RemoveGroup,
    /// The map is another one.
    ApplyChart,
    UndoChart,
    /// Made or changed a rule of alerts.
    PutAlertRule,
    RemoveAlertRule,
    /// Took an alert, handed it over, or let it go.
    OwnAlert,
    AcknowledgeAlert,
    NoteAlert,
    MuteAlert,
    UnmuteAlert,
    /// Alerts are posted there from now on.
    SetAlertWebhook,
    RemoveAlertWebhook,
    /// What was set here was replaced by what was set at another instance.
    ReplacedElsewhere,
    /// What another instance's log says is not what it said before; what was copied of it is kept.
    AuditDiverged,
    NodeJoined,
    NodeWaiting,
    /// It has a new key.
    NodeRekeyed,
    /// Two machines showed one key, and both are held.
    CloneHeld,
    /// A node was not let in.
    NodeRefused,
    WrongToken,
    /// Somebody asked for what he may not do.
    Denied,
    ExportAudit,
    /// The store was copied.
    MakeBackup,
    PruneAudit,
    Start,
    Stop,
}

/// How it was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Decision {
    Allowed,
    Denied,
    NeedsApproval,
}

/// Who asked, as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Who {
    /// `local`, or the id of a token.
    pub id: String,
    /// For people.
    pub name: String,
    /// How it was known.
    pub kind: PrincipalKind,
    /// How much it could do.
    pub role: Role,
}

/// A call without its parameters: they may be secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallTold {
    /// e.g. `ShellSkill`
    pub skill: String,
    /// e.g. `run`
    pub method: String,
    /// Short, and without what looks like a secret.
    pub summary: String,
    /// Whole seconds.
    pub timeout: u64,
    /// SHA-256 over skill, method and parameters as they were sent, see [`Digest::of_call`].
    #[schema(value_type = String)]
    pub sha256: Digest,
}

/// How one execution ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Outcome {
    /// Which.
    pub execution: Uuid,
    /// How.
    pub state: ExecutionState,
    /// Of the process, when it exited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
}

/// One entry. What does not apply is left out of its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its place, from 1.
    pub number: u64,
    /// RFC 3339, UTC.
    pub at: String,
    /// What.
    pub action: Action,
    /// Who asked; none when the Nexus or a node did it by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<Who>,
    /// Address, or `desktop`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// How it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Ids of what it is about: a node, a token, a code, a rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subject: Vec<String>,
    /// What is run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallTold>,
    /// Node ids, frozen when it was asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// SHA-256 over the sorted targets, see [`Digest::of_targets`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub targets_sha256: Option<Digest>,
    /// In the order of the targets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub executions: Vec<Uuid>,
    /// By which approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Uuid>,
    /// How executions ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<Outcome>,
    /// Number of the entry that this one continues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<u64>,
    /// How often, when it is more than once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// More, without secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub detail: Option<Value>,
}

impl Who {
    pub(crate) fn of(caller: &Caller) -> Self {
        let principal = &caller.principal;
        Self {
            id: principal.id.clone(),
            name: principal.name.clone(),
            kind: principal.kind,
            role: principal.role,
        }
    }
}

impl Entry {
    /// An entry that has no place yet.
    pub(crate) fn new(action: Action, at: SystemTime) -> Self {
        Self {
            number: 0,
            at: rfc3339(at),
            action,
            who: None,
            from: None,
            decision: None,
            why: None,
            subject: Vec::new(),
            call: None,
            targets: Vec::new(),
            targets_sha256: None,
            executions: Vec::new(),
            approval: None,
            outcomes: Vec::new(),
            about: None,
            count: None,
            detail: None,
        }
    }

    /// The same, asked for by somebody.
    #[must_use]
    pub(crate) fn by(mut self, caller: &Caller) -> Self {
        self.who = Some(Who::of(caller));
        self.from = Some(caller.from.clone());
        self
    }

    /// The same, about these.
    #[must_use]
    pub(crate) fn about(mut self, subject: impl IntoIterator<Item = String>) -> Self {
        self.subject = subject.into_iter().collect();
        self
    }

    /// The same, with more.
    #[must_use]
    pub(crate) fn with(mut self, detail: Value) -> Self {
        self.detail = Some(detail);
        self
    }
}
