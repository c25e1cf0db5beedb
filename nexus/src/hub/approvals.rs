//! The second yes, by name, for every door. All of it is in the audit log first. Not here: what it is bound to, see
//! [`crate::approval`].

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::json;
use uuid::Uuid;

use super::{Acceptance, Handle};
use crate::access::Caller;
use crate::approval::{Answered, Approval, ApprovalError, NewRule, Rule};
use crate::audit::{Action, Deed};
use crate::fleet::{EngineError, Held, Yeses};
use crate::joining::JoiningError;
use crate::state::SubmitError;

/// How often it is looked whether another instance told something.
const MOMENTS: u32 = 20;
/// Between two looks.
const MOMENT: Duration = Duration::from_millis(50);

impl Handle {
    /// What waits for a yes, and what was decided; oldest first.
    pub async fn approvals(&self) -> Result<Vec<Approval>, Acceptance> {
        self.look(|state| state.approvals().list()).await
    }

    /// One of them. What was asked for at another instance a moment ago may be on its way.
    pub async fn approval(&self, id: Uuid) -> Result<Option<Approval>, Acceptance> {
        self.approval_when(id, |_| true).await
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
        self.audit
            .during(deed, self.decided(id, yes, caller), |_| None)
            .await
    }

    /// In a swarm a no is held like a use, so that of the two only one is so.
    async fn decided(
        &self,
        id: Uuid,
        yes: bool,
        caller: &Caller,
    ) -> Result<Approval, JoiningError> {
        let by = caller.clone();
        let deciding = self.changed(move |state, now| state.decide_approval(id, yes, &by, now));
        let Some(yeses) = &self.yeses else {
            return deciding.await;
        };
        yeses.may_tell().map_err(|error| untold(id, &error))?;
        let known = self.approval(id).await?;
        if yes || !known.is_some_and(|one| one.is_open(SystemTime::now())) {
            return deciding.await;
        }
        let held = self.hold(yeses, id).await?;
        let decided = deciding.await;
        if decided.is_err() {
            held.give_back().await;
        }
        decided
    }

    /// Asks for something that may need a second yes: while it comes back with one, nobody else in the swarm can use that, and
    /// if it was not used, it is as before.
    pub(super) async fn by_approval<T>(
        &self,
        approval: Option<Uuid>,
        caller: &Caller,
        asking: impl Future<Output = Result<T, Acceptance>>,
    ) -> Result<T, Acceptance> {
        let Some((yeses, id)) = self.yeses.as_ref().zip(approval) else {
            return asking.await;
        };
        let standing = |one: &Approval| one.standing(SystemTime::now());
        let decided = |one: &Approval| standing(one) != Answered::Pending;
        let known = self.approval_when(id, decided).await?;
        let own = known.filter(|one| one.asker.id == caller.principal.id);
        if own.is_none_or(|one| standing(&one) != Answered::Approved) {
            // The state says why.
            return asking.await;
        }
        let held = self.hold(yeses, id).await?;
        self.act(move |state, _| state.hold_approval(id)).await?;
        let asked = asking.await;
        let unused = self.act(move |state, _| state.let_go_of_approval(id));
        if unused.await.unwrap_or(false) {
            held.give_back().await;
        }
        asked
    }

    async fn hold(&self, yeses: &Arc<Yeses>, id: Uuid) -> Result<Held, Acceptance> {
        let held = yeses.hold(id).await.map_err(|error| untold(id, &error))?;
        held.ok_or_else(|| SubmitError::from(ApprovalError::Elsewhere(id)).into())
    }

    /// One of them, as soon as it is so; as it is when that takes too long. What is new at another instance comes within moments.
    async fn approval_when(
        &self,
        id: Uuid,
        is_so: impl Fn(&Approval) -> bool,
    ) -> Result<Option<Approval>, Acceptance> {
        for left in (0..MOMENTS).rev() {
            let known = self
                .look(move |state| state.approvals().get(id).cloned())
                .await?;
            let heard = self
                .yeses
                .as_ref()
                .is_some_and(|one| one.may_tell().is_ok());
            if left == 0 || !heard || known.as_ref().is_some_and(&is_so) {
                return Ok(known);
            }
            tokio::time::sleep(MOMENT).await;
        }
        Ok(None)
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

/// Nobody here knows what became of an approval elsewhere.
fn untold(id: Uuid, error: &EngineError) -> Acceptance {
    Acceptance::Declined(format!(
        "nobody can tell whether approval {id} was used or taken back at another instance, so nothing is done with it now: {error}"
    ))
}
