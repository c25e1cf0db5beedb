//! The second yes, by name, for every door. All of it is in the audit log first. Not here: what it is bound to, see
//! [`crate::approval`].

use serde_json::json;
use uuid::Uuid;

use super::{Acceptance, Handle};
use crate::access::Caller;
use crate::approval::{Approval, NewRule, Rule};
use crate::audit::{Action, Deed};
use crate::joining::JoiningError;

impl Handle {
    /// What waits for a yes, and what was decided; oldest first.
    pub async fn approvals(&self) -> Result<Vec<Approval>, Acceptance> {
        self.look(|state| state.approvals().list()).await
    }

    /// One of them.
    pub async fn approval(&self, id: Uuid) -> Result<Option<Approval>, Acceptance> {
        self.look(move |state| state.approvals().get(id).cloned())
            .await
    }

    /// Says yes or no to one.
    pub async fn decide(
        &self,
        caller: &Caller,
        id: Uuid,
        yes: bool,
    ) -> Result<Approval, JoiningError> {
        let action = if yes {
            Action::Approve
        } else {
            Action::DenyApproval
        };
        let mut deed = Deed::new(caller, action).to(id);
        if let Some(one) = self.approval(id).await? {
            deed = deed.with(json!({
                "hash": one.hash, "asker": one.asker.name, "skill": one.skill, "method": one.method,
                "summary": one.summary, "nodes": one.nodes.len(),
            }));
        }
        let caller = caller.clone();
        self.change(
            deed,
            |_| None,
            move |state, now| state.decide_approval(id, yes, &caller, now),
        )
        .await
    }

    /// The rules, oldest first.
    pub async fn approval_rules(&self) -> Result<Vec<Rule>, Acceptance> {
        self.look(|state| state.approvals().rules()).await
    }

    /// Makes a rule.
    pub async fn make_approval_rule(
        &self,
        caller: &Caller,
        new: NewRule,
    ) -> Result<Rule, JoiningError> {
        let detail = serde_json::to_value(&new).unwrap_or_default();
        let deed = Deed::new(caller, Action::MakeRule).with(detail);
        let by = caller.principal.name.clone();
        self.change(
            deed,
            |rule: &Rule| Some(rule.id.to_string()),
            move |state, now| state.make_approval_rule(&new, &by, now),
        )
        .await
    }

    /// Removes a rule.
    pub async fn remove_approval_rule(
        &self,
        caller: &Caller,
        id: Uuid,
    ) -> Result<(), JoiningError> {
        let deed = Deed::new(caller, Action::RemoveRule).to(id);
        self.change(
            deed,
            |()| None,
            move |state, _| state.remove_approval_rule(id),
        )
        .await
    }
}
