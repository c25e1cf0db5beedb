//! The second yes: rules say which asks need one, and for how many nodes at once; an approval is the yes to one ask. It is bound
//! to the hash of who asks, what exactly, and on which nodes; it is good once, and not for long. Pure: the time is passed in.
//!
//! A rule counts the nodes of one ask. Whoever asks for many nodes one by one is stopped only by a rule with `at_least: 1`.
//!
//! Not here: who may say yes, see [`crate::access`], and where it is asked for, see [`crate::state`].

mod elsewhere;
mod rule;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) use elsewhere::Told;
pub use rule::{By, NewRule, Rule, RuleError};

use crate::access::Caller;
use crate::audit::{Digest, Hasher, Who};
use crate::state::Call;
use crate::target::Facts;

/// Asks of one principal that may wait for a yes at once.
const PENDING: usize = 32;
/// Approvals that are remembered, of all kinds.
const APPROVALS: usize = 1_000;
/// How far the clock may be set back before approvals of the future are refused.
const SKEW: Duration = Duration::from_secs(300);

/// One ask that needs a yes, or has it, or had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// To speak of it, and to come back with.
    pub id: Uuid,
    /// Over everything that was asked, see [`hash`].
    pub hash: Digest,
    /// The rules that want it, id and name.
    pub rules: Vec<(Uuid, String)>,
    /// Who may say yes.
    pub by: By,
    /// Who asks.
    pub asker: Who,
    /// From where.
    pub from: String,
    /// What.
    pub skill: String,
    /// What.
    pub method: String,
    /// Short, without secrets.
    pub summary: String,
    /// Whole seconds.
    pub timeout: u64,
    /// All of them, sorted.
    pub nodes: Vec<String>,
    /// When it was first asked.
    pub asked_at: SystemTime,
    /// After this it is good for nothing.
    pub expires_at: SystemTime,
    /// Where it stands; see [`Approval::standing`].
    pub decision: Answered,
    /// Who decided, and when.
    pub decided: Option<(Who, SystemTime)>,
}

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// Nothing yet.
    Pending,
    /// Yes.
    Approved,
    /// No.
    Denied,
    /// Yes, and it was done.
    Used,
    /// It is too late, or the Nexus was restarted between the yes and its use.
    Expired,
}

/// Why nothing is approved, or why an approval does not do. Display: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    /// No such approval for this caller.
    #[error("approval {0} does not exist; ask again without one")]
    Unknown(Uuid),
    /// It stands differently.
    #[error("approval {0} {words}; ask again for a new one", words = .1.words())]
    Not(Uuid, Answered),
    /// It is for something else.
    #[error(
        "approval {0} is not for this: who asks, skill, method, every byte of the parameters, timeout and nodes must be the same"
    )]
    Other(Uuid),
    /// Another instance of the swarm uses it, or says no to it.
    #[error(
        "approval {0} is used, or was taken back, at another instance at this moment; look how it stands"
    )]
    Elsewhere(Uuid),
    /// Another rule was made since.
    #[error("approval {0} is older than rule {1:?}, which wants one too; ask again")]
    Rule(Uuid, String),
    /// Nobody approves his own.
    #[error("rule {0:?} wants the yes of another one than the asker")]
    Own(String),
    /// Too many wait.
    #[error("{PENDING} asks of yours wait for a yes already; wait until some are decided")]
    TooMany,
}

impl Answered {
    fn words(self) -> &'static str {
        match self {
            Self::Pending => "is not decided yet",
            Self::Approved => "is approved",
            Self::Denied => "was denied",
            Self::Used => "was used",
            Self::Expired => "has expired",
        }
    }
}

/// What somebody asks for, frozen.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Who.
    pub caller: &'a Caller,
    /// What.
    pub call: &'a Call,
    /// On which nodes, sorted.
    pub nodes: &'a [String],
}

/// SHA-256 over all that an approval is for.
pub fn hash(ask: Ask<'_>) -> Digest {
    let call = ask.call;
    let mut hash = Hasher::new(b"nexus approval v1\0");
    let parts = [
        ask.caller.principal.id.as_str(),
        &call.skill,
        &call.method,
        call.parameters.get(),
    ];
    for part in parts {
        hash.part(part.as_bytes());
    }
    hash.fixed(&call.timeout.as_secs().to_be_bytes());
    for node in ask.nodes {
        hash.part(node.as_bytes());
    }
    hash.end()
}

/// See the module.
#[derive(Debug, Default)]
pub struct Approvals {
    rules: BTreeMap<Uuid, Rule>,
    approvals: BTreeMap<Uuid, Approval>,
    /// Other instances have them too, so one must be held before it is used.
    several: bool,
    /// Nobody else in the swarm can use these.
    held: BTreeSet<Uuid>,
}

impl Approvals {
    /// What the store has kept. A yes that was not used is void: whether it was can have been lost with the power. In a swarm,
    /// which knows that, it is good again as soon as the swarm says so.
    pub fn restore(rules: Vec<Rule>, approvals: Vec<Approval>) -> Self {
        let void = |mut approval: Approval| {
            if approval.decision == Answered::Approved {
                approval.decision = Answered::Expired;
            }
            (approval.id, approval)
        };
        Self {
            rules: rules.into_iter().map(|rule| (rule.id, rule)).collect(),
            approvals: approvals.into_iter().map(void).collect(),
            ..Self::default()
        }
    }

    /// The rules that want a yes for this call on these nodes, oldest first.
    pub fn wanted<'a, 'b>(
        &'a self,
        skill: &'a str,
        method: &'a str,
        nodes: impl Iterator<Item = Facts<'b>> + Clone + 'a,
    ) -> impl Iterator<Item = &'a Rule> {
        self.rules
            .values()
            .filter(move |rule| rule.wants(skill, method, nodes.clone()))
    }

    /// Whether there are no rules.
    pub fn is_open(&self) -> bool {
        self.rules.is_empty()
    }

    /// The approval that an ask has to wait for: a new one (true), or the one that waits already.
    pub fn require(
        &mut self,
        ask: Ask<'_>,
        wanted: &[Rule],
        now: SystemTime,
    ) -> Result<(Approval, bool), ApprovalError> {
        let hash = hash(ask);
        let covers = |approval: &Approval| wanted.iter().all(|rule| approval.is_of(rule));
        let waiting = self.approvals.values().find(|approval| {
            approval.hash == hash && approval.standing(now) == Answered::Pending && covers(approval)
        });
        if let Some(waiting) = waiting {
            return Ok((waiting.clone(), false));
        }
        let asker = Who::of(ask.caller);
        let of_asker = self.approvals.values().filter(|approval| {
            approval.asker.id == asker.id && approval.standing(now) == Answered::Pending
        });
        if of_asker.count() >= PENDING {
            return Err(ApprovalError::TooMany);
        }
        let ttl = wanted.iter().map(|rule| rule.ttl).min().unwrap_or_default();
        let another = wanted.iter().any(|rule| rule.by == By::Another);
        let approval = Approval {
            id: Uuid::now_v7(),
            hash,
            rules: wanted
                .iter()
                .map(|rule| (rule.id, rule.name.clone()))
                .collect(),
            by: if another { By::Another } else { By::Anyone },
            asker,
            from: ask.caller.from.clone(),
            skill: ask.call.skill.clone(),
            method: ask.call.method.clone(),
            summary: ask.call.summary(),
            timeout: ask.call.timeout.as_secs(),
            nodes: ask.nodes.to_vec(),
            asked_at: now,
            expires_at: now + ttl,
            decision: Answered::Pending,
            decided: None,
        };
        self.approvals.insert(approval.id, approval.clone());
        Ok((approval, true))
    }

    /// Whether this approval does for this ask, now.
    pub fn check(
        &self,
        id: Uuid,
        ask: Ask<'_>,
        wanted: &[Rule],
        now: SystemTime,
    ) -> Result<(), ApprovalError> {
        // To others it does not exist.
        let of_asker = |approval: &&Approval| approval.asker.id == ask.caller.principal.id;
        let approval = self.approvals.get(&id).filter(of_asker);
        let approval = approval.ok_or(ApprovalError::Unknown(id))?;
        match approval.standing(now) {
            Answered::Approved => {}
            other @ (Answered::Pending | Answered::Denied | Answered::Used | Answered::Expired) => {
                return Err(ApprovalError::Not(id, other));
            }
        }
        if approval.hash != hash(ask) {
            return Err(ApprovalError::Other(id));
        }
        match wanted.iter().find(|rule| !approval.is_of(rule)) {
            Some(rule) => Err(ApprovalError::Rule(id, rule.name.clone())),
            None if self.several && !self.held.contains(&id) => Err(ApprovalError::Elsewhere(id)),
            None => Ok(()),
        }
    }

    /// It is used now, and never again.
    pub fn use_up(&mut self, id: Uuid) -> Option<Approval> {
        self.held.remove(&id);
        let approval = self.approvals.get_mut(&id)?;
        approval.decision = Answered::Used;
        Some(approval.clone())
    }

    /// Somebody decides.
    pub fn decide(
        &mut self,
        id: Uuid,
        yes: bool,
        caller: &Caller,
        now: SystemTime,
    ) -> Result<Approval, ApprovalError> {
        let unknown = ApprovalError::Unknown(id);
        let approval = self.approvals.get_mut(&id).ok_or(unknown)?;
        match approval.standing(now) {
            Answered::Pending => {}
            // What was approved by mistake can be taken back as long as it was not used.
            Answered::Approved if !yes => {}
            other
            @ (Answered::Approved | Answered::Denied | Answered::Used | Answered::Expired) => {
                return Err(ApprovalError::Not(id, other));
            }
        }
        if yes && approval.by == By::Another && approval.asker.id == caller.principal.id {
            let rule = approval.rules.first().map(|(_, name)| name.clone());
            return Err(ApprovalError::Own(rule.unwrap_or_default()));
        }
        approval.decision = if yes {
            Answered::Approved
        } else {
            Answered::Denied
        };
        approval.decided = Some((Who::of(caller), now));
        Ok(approval.clone())
    }

    /// One of them.
    pub fn get(&self, id: Uuid) -> Option<&Approval> {
        self.approvals.get(&id)
    }

    /// All of them, oldest first.
    pub fn list(&self) -> Vec<Approval> {
        self.approvals.values().cloned().collect()
    }

    /// All rules, oldest first.
    pub fn rules(&self) -> Vec<Rule> {
        self.rules.values().cloned().collect()
    }

    /// One rule more.
    pub fn add_rule(&mut self, rule: Rule) -> Result<(), RuleError> {
        if self.rules.len() >= rule::RULES && !self.rules.contains_key(&rule.id) {
            return Err(RuleError::TooMany);
        }
        self.rules.insert(rule.id, rule);
        Ok(())
    }

    /// One rule less. What waits because of it goes on waiting.
    pub fn remove_rule(&mut self, id: Uuid) -> Result<Rule, RuleError> {
        self.rules.remove(&id).ok_or(RuleError::Unknown(id))
    }

    /// Lets go of what is over when there are too many; the oldest first. Those that are gone.
    pub fn forget(&mut self, now: SystemTime) -> Vec<Uuid> {
        let over = |approval: &Approval| match approval.standing(now) {
            Answered::Pending | Answered::Approved => false,
            Answered::Denied | Answered::Used | Answered::Expired => true,
        };
        let surplus = self.approvals.len().saturating_sub(APPROVALS);
        let old = self.approvals.values().filter(|approval| over(approval));
        let gone: Vec<_> = old.take(surplus).map(|approval| approval.id).collect();
        for id in &gone {
            self.approvals.remove(id);
        }
        gone
    }
}

impl Approval {
    /// Where it stands now.
    pub fn standing(&self, now: SystemTime) -> Answered {
        let late = now >= self.expires_at || now + SKEW < self.asked_at;
        let open = matches!(self.decision, Answered::Pending | Answered::Approved);
        if open && late {
            Answered::Expired
        } else {
            self.decision
        }
    }

    /// Whether it can still be decided, or used.
    pub fn is_open(&self, now: SystemTime) -> bool {
        matches!(self.standing(now), Answered::Pending | Answered::Approved)
    }

    fn is_of(&self, rule: &Rule) -> bool {
        self.rules.iter().any(|(id, _)| *id == rule.id)
    }
}
