//! What this node allows at this moment: its policy, and the grants in force. And for each execution the [`Warrant`]: what
//! was asked for it, so that it can be stopped when a grant that it needs ends. Not here: time, see [`crate::grants`].

use std::sync::Arc;

use crate::grants::Grant;
use crate::policy::{Ask, Permit, Policy, Refusal};

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Allowance {
    policy: Arc<Policy>,
    grants: Vec<Grant>,
}

/// What an execution needs to go on.
#[derive(Debug, Default)]
pub(crate) struct Warrant {
    asked: Vec<Asked>,
    /// The rules that permitted it, in the order of what was asked.
    pub(crate) rules: Vec<String>,
    /// The grants among them.
    grants: Vec<Grant>,
}

/// An [`Ask`] that outlives its call.
#[derive(Debug)]
enum Asked {
    Method(String, String),
    Argv(Vec<String>),
    Shell,
    Variable(String),
    Read(String),
    Write(String),
}

impl Allowance {
    pub(crate) fn new(policy: Policy) -> Self {
        Self {
            policy: Arc::new(policy),
            grants: Vec::new(),
        }
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// From now on these grants are in force, and no others.
    pub(crate) fn set_grants(&mut self, grants: Vec<Grant>) {
        self.grants = grants;
    }

    /// Whether this may be done. The policy goes first, so that nothing depends on a grant without need; and among the
    /// grants the one that lasts longest.
    pub(crate) fn decide(&self, ask: &Ask) -> Result<Permit, Refusal> {
        self.policy.decide(ask).or_else(|refusal| {
            let found = self.grants.iter().filter_map(|grant| {
                let place = grant.what.covers(ask)?;
                let permit = Permit {
                    rule: grant.to_string(),
                    grant: Some(grant.id.clone()),
                    place,
                };
                Some((grant.until, permit))
            });
            let longest = found.max_by_key(|(until, _)| *until);
            longest.map(|(_, permit)| permit).ok_or(refusal)
        })
    }

    /// As [`Self::decide`], noting on the warrant what was asked and what permitted it.
    pub(crate) fn warrant(&self, ask: &Ask, warrant: &mut Warrant) -> Result<Permit, Refusal> {
        let permit = self.decide(ask)?;
        warrant.note(ask, &permit, &self.grants);
        Ok(permit)
    }

    /// Whether an execution may go on. Otherwise the grants that it hung on, for people. What other grants cover by now
    /// goes on with them.
    pub(crate) fn renew(&self, warrant: &mut Warrant) -> Result<(), String> {
        let lost = |grant: &&Grant| !self.grants.iter().any(|held| held.id == grant.id);
        let ended: Vec<String> = warrant
            .grants
            .iter()
            .filter(lost)
            .map(Grant::to_string)
            .collect();
        if ended.is_empty() {
            return Ok(());
        }
        let mut fresh = Warrant::default();
        for asked in &warrant.asked {
            let again = self.warrant(&asked.ask(), &mut fresh);
            again.map_err(|_| format!("{} ended", ended.join(" and ")))?;
        }
        *warrant = fresh;
        Ok(())
    }
}

impl Warrant {
    /// Whether anything of it can end.
    pub(crate) fn ends(&self) -> bool {
        !self.grants.is_empty()
    }

    fn note(&mut self, ask: &Ask, permit: &Permit, grants: &[Grant]) {
        self.asked.push(Asked::of(ask));
        self.rules.push(permit.rule.clone());
        let grant = grants
            .iter()
            .find(|grant| permit.grant.as_ref() == Some(&grant.id));
        self.grants.extend(grant.cloned());
    }
}

impl Asked {
    fn of(ask: &Ask) -> Self {
        match *ask {
            Ask::Method(skill, method) => Self::Method(skill.to_owned(), method.to_owned()),
            Ask::Argv(words) => Self::Argv(words.to_vec()),
            Ask::Shell => Self::Shell,
            Ask::Variable(name) => Self::Variable(name.to_owned()),
            Ask::Read(path) => Self::Read(path.to_owned()),
            Ask::Write(path) => Self::Write(path.to_owned()),
        }
    }

    fn ask(&self) -> Ask<'_> {
        match self {
            Self::Method(skill, method) => Ask::Method(skill, method),
            Self::Argv(words) => Ask::Argv(words),
            Self::Shell => Ask::Shell,
            Self::Variable(name) => Ask::Variable(name),
            Self::Read(path) => Ask::Read(path),
            Self::Write(path) => Ask::Write(path),
        }
    }
}

#[cfg(test)]
mod tests;
