//! Between an ask and what it begins: may this be run on these nodes at all, and does a rule want a second yes?
//! Not here: the yes itself, see [`crate::approval`].

use std::sync::Arc;

use uuid::Uuid;

use super::{Call, Effect, Node, State, SubmitError};
use crate::access::Caller;
use crate::approval::{Approval, ApprovalError, Approvals, Ask, NewRule, Rule, RuleError};
use crate::audit::{Action, CallTold, Decision, Digest, Entry};
use crate::model::{Event, Now, Ordinal};
use crate::store::Write;
use crate::trust::Joined;

impl State {
    /// Rules and approvals from the store.
    pub fn restore_approvals(&mut self, approvals: Approvals) {
        self.approvals = approvals;
        self.approvals.set_several(self.rules.several);
    }

    /// Rules and approvals.
    pub fn approvals(&self) -> &Approvals {
        &self.approvals
    }

    /// Whether these nodes, all of them, may be asked. Uses the approval up, so everything else must be checked before.
    pub(super) fn pass(
        &mut self,
        caller: &Caller,
        call: &Call,
        nodes: &[Ordinal],
        approval: Option<Uuid>,
        now: Now,
    ) -> Result<(), SubmitError> {
        if self.approvals.is_open() && approval.is_none() {
            return Ok(());
        }
        let facts = nodes.iter().map(|node| self.at(*node).target_facts());
        let wanted: Vec<Rule> = self
            .approvals
            .wanted(&call.skill, &call.method, facts)
            .cloned()
            .collect();
        if wanted.is_empty() && approval.is_none() {
            return Ok(());
        }
        let mut ids: Vec<_> = nodes
            .iter()
            .map(|node| self.at(*node).facts.id.clone())
            .collect();
        ids.sort();
        let ask = Ask {
            caller,
            call,
            nodes: &ids,
        };
        match approval {
            Some(id) => {
                self.approvals.check(id, ask, &wanted, now.wall)?;
                if let Some(used) = self.approvals.use_up(id) {
                    self.keep_approval(used);
                }
                Ok(())
            }
            None => {
                let (waiting, new) = self.approvals.require(ask, &wanted, now.wall)?;
                if new {
                    self.tell_required(caller, call, &waiting, now);
                    self.keep_approval(waiting.clone());
                    self.forget_approvals(now);
                }
                Err(SubmitError::NeedsApproval(Box::new(waiting)))
            }
        }
    }

    /// Why a node is not chosen, although it could: a rule wants a second yes for it, which is given to named nodes only.
    pub(super) fn guarded_by(&self, node: &Node, skill: &str, method: &str) -> Option<String> {
        if self.approvals.is_open() {
            return None;
        }
        let facts = std::iter::once(node.target_facts());
        let rule = self.approvals.wanted(skill, method, facts).next()?;
        Some(rule.name.clone())
    }

    /// Nodes that came in with the shared token may be anybody's.
    pub(super) fn is_closed_to(&self, node: &Node, skill: &str, method: &str) -> bool {
        let trust = &node.facts.trust;
        let shared = trust.key.is_none() && trust.joined == Joined::SharedToken;
        let allowed = &self.rules.shared_token_calls;
        shared && !allowed.allows(skill, method)
    }

    /// Somebody decides about an approval.
    pub fn decide_approval(
        &mut self,
        id: Uuid,
        yes: bool,
        caller: &Caller,
        now: Now,
    ) -> Result<Approval, ApprovalError> {
        let decided = self.approvals.decide(id, yes, caller, now.wall)?;
        self.keep_approval(decided.clone());
        Ok(decided)
    }

    /// Makes a rule.
    pub fn make_approval_rule(
        &mut self,
        new: &NewRule,
        by: &str,
        now: Now,
    ) -> Result<Rule, RuleError> {
        let rule = Rule::new(new, by, now.wall)?;
        self.take_approval_rule(rule.clone())?;
        Ok(rule)
    }

    /// Keeps a rule, also one of another instance.
    pub(super) fn take_approval_rule(&mut self, rule: Rule) -> Result<(), RuleError> {
        self.approvals.add_rule(rule.clone())?;
        let row = Write::ApprovalRule(Box::new(rule));
        self.effects.push(Effect::Store(row));
        Ok(())
    }

    /// Removes a rule.
    pub fn remove_approval_rule(&mut self, id: Uuid) -> Result<(), RuleError> {
        self.approvals.remove_rule(id)?;
        self.effects
            .push(Effect::Store(Write::ForgetApprovalRule(id)));
        Ok(())
    }

    pub(super) fn keep_approval(&mut self, approval: Approval) {
        let row = Write::Approval(Box::new(approval.clone()));
        self.effects.push(Effect::Store(row));
        self.publish(|_| Event::ApprovalChanged(Arc::new(approval)));
    }

    pub(super) fn forget_approvals(&mut self, now: Now) {
        for id in self.approvals.forget(now.wall) {
            self.effects.push(Effect::Store(Write::ForgetApproval(id)));
        }
    }

    fn tell_required(&mut self, caller: &Caller, call: &Call, waiting: &Approval, now: Now) {
        let mut entry = Entry::new(Action::AskApproval, now.wall).by(caller);
        entry.decision = Some(Decision::NeedsApproval);
        entry.call = Some(CallTold {
            skill: waiting.skill.clone(),
            method: waiting.method.clone(),
            summary: waiting.summary.clone(),
            timeout: waiting.timeout,
            sha256: Digest::of_call(&call.skill, &call.method, call.parameters.get()),
        });
        entry.targets_sha256 = Some(Digest::of_targets(&waiting.nodes));
        entry.targets = waiting.nodes.clone();
        entry.approval = Some(waiting.id);
        entry.subject = waiting.rules.iter().map(|(id, _)| id.to_string()).collect();
        self.tell(entry);
    }
}
