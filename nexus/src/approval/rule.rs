//! Which asks need a second yes. Not here: the yes.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::{Scope, ScopeError};
use crate::target::Facts;

/// Most rules.
pub(super) const RULES: usize = 100;
/// Most nodes of one ask.
const TARGETS: u32 = 1_000;
/// Longest life of an approval: a day.
const LONGEST: u64 = 24 * 3600;

/// Who may say yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// An admin who did not ask.
    Another,
    /// Any admin; the asker too, on purpose.
    Anyone,
}

/// What a rule is to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRule {
    /// For people.
    pub name: String,
    /// `ShellSkill.run`, `FileSkill.*`, `*`.
    pub calls: Vec<String>,
    /// Target expression; only nodes in it count.
    pub nodes: String,
    /// From how many nodes in one ask on.
    #[serde(default = "one")]
    pub at_least: u32,
    /// How long an ask and its yes are good for, from the first ask on.
    #[serde(default = "a_quarter")]
    pub ttl_seconds: u64,
    /// Who may say yes.
    #[serde(default = "another")]
    pub by: By,
}

fn one() -> u32 {
    1
}

fn a_quarter() -> u64 {
    900
}

fn another() -> By {
    By::Another
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// To speak of it; grows with time.
    pub id: Uuid,
    /// For people.
    pub name: String,
    /// Nodes and calls.
    pub scope: Scope,
    /// From how many nodes in one ask on.
    pub at_least: u32,
    /// How long an ask and its yes are good for.
    pub ttl: Duration,
    /// Who may say yes.
    pub by: By,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: SystemTime,
}

/// Why there is no such rule. Display: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RuleError {
    #[error("the name must be 1 to 128 printable bytes")]
    Name,
    #[error("at_least must be 1 to {TARGETS}")]
    Count,
    #[error("ttl_seconds must be 1 to {LONGEST}")]
    Life,
    #[error("the rule is about nothing: give it calls and nodes, `*` for all")]
    Nothing,
    #[error(transparent)]
    Scope(#[from] ScopeError),
    #[error("there are {RULES} rules, no more are kept")]
    TooMany,
    #[error("rule {0} does not exist")]
    Unknown(Uuid),
}

impl Rule {
    /// As asked, if that makes sense.
    pub fn new(new: &NewRule, by: &str, now: SystemTime) -> Result<Self, RuleError> {
        let printable = !new.name.trim().is_empty()
            && new.name.len() <= 128
            && !new.name.chars().any(char::is_control);
        if !printable {
            return Err(RuleError::Name);
        }
        if !(1..=TARGETS).contains(&new.at_least) {
            return Err(RuleError::Count);
        }
        if !(1..=LONGEST).contains(&new.ttl_seconds) {
            return Err(RuleError::Life);
        }
        // A rule that matches nobody would look like protection.
        if new.calls.is_empty() || new.nodes.trim().is_empty() {
            return Err(RuleError::Nothing);
        }
        Ok(Self {
            id: Uuid::now_v7(),
            name: new.name.clone(),
            scope: Scope::parse(&new.nodes, &new.calls)?,
            at_least: new.at_least,
            ttl: Duration::from_secs(new.ttl_seconds),
            by: new.by,
            created_by: by.to_owned(),
            created_at: now,
        })
    }

    /// Whether this call on these nodes needs a yes.
    pub fn wants<'a>(
        &self,
        skill: &str,
        method: &str,
        nodes: impl Iterator<Item = Facts<'a>>,
    ) -> bool {
        if !self.scope.allows(skill, method) {
            return false;
        }
        let wanted = usize::try_from(self.at_least).unwrap_or(usize::MAX);
        let counted = nodes.filter(|node| self.scope.may_reach(node)).take(wanted);
        counted.count() >= wanted
    }
}
