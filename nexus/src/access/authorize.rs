//! The one decision. Pure: no clock, no lock, no look-up.

use super::{Principal, Role};
use crate::target::Facts;

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Verb {
    SeeNode,
    SeeExecution,
    /// Schedules, runbooks and runs; with limits only one's own, but for runbooks.
    SeePlans,
    ReadMetrics,
    ReadDocs,
    /// Events; each one is then checked by itself.
    Listen,
    Execute,
    Cancel,
    /// Make and change schedules; those of others only as an admin.
    Schedules,
    /// Write runbooks; those of others only as an admin.
    Runbooks,
    /// Stop everything; only without limits.
    StopFleet,
    /// Let it go on.
    ReleaseFleet,
    EditNode,
    RevokeNode,
    RemoveNode,
    /// Make, see and revoke API tokens.
    Tokens,
    /// Make, see and withdraw join codes, and give nodes new keys.
    JoinCodes,
    /// See who waits; accept and turn away.
    WaitingRoom,
    ReadAudit,
    /// Make, change and remove saved groups. That changes what the expressions of others mean.
    EditGroups,
    /// Make another chart of the map, or take one back. It moves the map of everybody.
    EditChart,
    /// Take, acknowledge, note and mute alerts. Muting changes what others hear of.
    Alerts,
    /// Write rules of alerts.
    AlertRules,
    /// Have the store copied, beside it.
    Backup,
    /// One approval: one's own, or any if one may say the second yes.
    SeeApproval,
    /// Say the second yes.
    Approve,
}

/// What it is to be done with.
#[derive(Debug, Clone, Copy)]
pub enum Object<'a> {
    /// The Nexus as a whole.
    Nexus,
    /// A node, or the node of an execution; none when the Nexus does not know it (any more).
    Node(Option<&'a Facts<'a>>),
    /// A call. Its node is checked by [`super::Scope::reaches`] when it is placed, each time it is placed.
    Call {
        /// e.g. `ShellSkill`
        skill: &'a str,
        /// e.g. `run`
        method: &'a str,
    },
}

/// Why not. Display: a sentence for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The role is too small.
    #[error("your token has the role {}, this needs {}; ask for one with a larger role", has.word(), needs.word())]
    Role {
        /// What the caller has.
        has: Role,
        /// What it would need.
        needs: Role,
    },
    /// The scope is too small for something that is about the whole swarm.
    #[error("your token is limited to some nodes or calls, and this is about the whole swarm")]
    Limited,
    /// The call is outside of the scope.
    #[error("your token is not allowed to make this call")]
    Call,
    /// The node is outside of the scope, so for this caller it does not exist.
    #[error("it does not exist")]
    Hidden,
}

impl Verb {
    /// The smallest role that may.
    pub fn needs(self) -> Role {
        match self {
            Self::SeeNode
            | Self::SeeExecution
            | Self::SeePlans
            | Self::ReadMetrics
            | Self::ReadDocs
            | Self::Listen => Role::Viewer,
            Self::Execute
            | Self::Schedules
            | Self::Runbooks
            | Self::Cancel
            | Self::StopFleet
            | Self::EditGroups
            | Self::Alerts
            | Self::SeeApproval => Role::Operator,
            Self::ReleaseFleet
            | Self::AlertRules
            | Self::EditNode
            | Self::EditChart
            | Self::RevokeNode
            | Self::RemoveNode
            | Self::Tokens
            | Self::JoinCodes
            | Self::WaitingRoom
            | Self::ReadAudit
            | Self::Backup
            | Self::Approve => Role::Admin,
        }
    }
}

impl Verb {
    /// Whether it reaches beyond what a limited caller can see.
    fn is_about_all(self) -> bool {
        self.needs() == Role::Admin
            || matches!(self, Self::EditGroups | Self::StopFleet | Self::Alerts)
    }
}

/// Whether this principal may do this with that. The role is looked at first, so that a caller who may not do a
/// thing at all cannot find out what exists.
pub fn authorize(principal: &Principal, verb: Verb, object: Object<'_>) -> Result<(), Denied> {
    let (has, needs) = (principal.role, verb.needs());
    if has < needs {
        return Err(Denied::Role { has, needs });
    }
    let scope = &principal.scope;
    match object {
        Object::Nexus if !verb.is_about_all() || scope.is_all() => Ok(()),
        Object::Nexus => Err(Denied::Limited),
        Object::Node(_) if scope.nodes().is_all() => Ok(()),
        Object::Node(Some(node)) if scope.reaches(node) => Ok(()),
        Object::Node(_) => Err(Denied::Hidden),
        Object::Call { skill, method } if scope.allows(skill, method) => Ok(()),
        Object::Call { .. } => Err(Denied::Call),
    }
}
