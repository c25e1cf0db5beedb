//! From an aim to a frozen list of nodes. What is outside of the asker's scope does not exist here. Not here: whether
//! these nodes can take a call, see [`super::choose`].

use std::collections::BTreeSet;

use super::{Node, State, SubmitError};
use crate::access::Scope;
use crate::audit::Digest;
use crate::model::Ordinal;
use crate::target::{Aim, Expression};

/// Most nodes of one frozen list.
pub const MAX_FROZEN: usize = 10_000;
/// Most comparisons for one expression, since everybody waits for them: tenths of a second.
const WORK: usize = 20_000_000;
/// Comparisons that putting one part of a group into an expression costs.
const PUT_IN: usize = 50;
/// How many missing nodes an error names.
const NAMED: usize = 20;

/// The nodes that were meant at one moment, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// In order of registration; 1 to [`MAX_FROZEN`].
    pub nodes: Vec<Ordinal>,
    /// Over their sorted ids, see [`Digest::of_targets`].
    pub sha256: Digest,
}

impl State {
    /// Freezes the nodes that are meant now, whether they can be reached or not. Nobody is an error, never everybody.
    pub fn resolve(&self, aim: &Aim, scope: &Scope) -> Result<Frozen, SubmitError> {
        let nodes = match aim {
            Aim::Expression(expression) => self.meant(expression, scope)?,
            Aim::Nodes(ids) => self.named(ids, scope)?,
        };
        if nodes.is_empty() {
            return Err(self.nobody(scope));
        }
        if nodes.len() > MAX_FROZEN {
            return Err(too_many(nodes.len()));
        }
        let ids: Vec<_> = nodes.iter().map(|node| node.facts.id.clone()).collect();
        Ok(Frozen {
            nodes: nodes.iter().map(|node| node.ordinal).collect(),
            sha256: Digest::of_targets(&ids),
        })
    }

    /// How many nodes an expression means now; none when it cannot be told, or when that costs more than is left of `work`.
    pub fn count(&self, expression: &Expression, scope: &Scope, work: &mut usize) -> Option<usize> {
        if *work == 0 {
            return None;
        }
        let expression = self.with_groups(expression).ok()?;
        *work = work.saturating_sub(expression.weight().saturating_mul(PUT_IN));
        *work = work.checked_sub(self.cost(&expression))?;
        let meant = self.nodes().filter(|node| {
            let facts = node.target_facts();
            scope.reaches(&facts) && expression.matches(&facts)
        });
        Some(meant.count())
    }

    /// The expression with its groups in it, unless it is so long that everybody would have to wait for it.
    pub(super) fn affordable(&self, expression: &Expression) -> Result<Expression, SubmitError> {
        let expression = self.with_groups(expression)?;
        if self.cost(&expression) > WORK {
            let why = "the expression is too long for so many nodes; use tags instead of many names and patterns";
            return Err(SubmitError::BadTargets(why.to_owned()));
        }
        Ok(expression)
    }

    fn cost(&self, expression: &Expression) -> usize {
        expression.weight().saturating_mul(self.nodes.len().max(1))
    }

    pub(super) fn nobody(&self, scope: &Scope) -> SubmitError {
        let reached = |node: &&Node| scope.reaches(&node.target_facts());
        SubmitError::NoTargets(self.nodes().filter(reached).count())
    }

    /// Those that an expression means, in order of registration.
    fn meant(&self, expression: &Expression, scope: &Scope) -> Result<Vec<&Node>, SubmitError> {
        let expression = self.affordable(expression)?;
        let nodes = self.nodes().filter(|node| {
            let facts = node.target_facts();
            scope.reaches(&facts) && expression.matches(&facts)
        });
        Ok(nodes.collect())
    }

    fn named(&self, ids: &[String], scope: &Scope) -> Result<Vec<&Node>, SubmitError> {
        if ids.len() > MAX_FROZEN {
            return Err(too_many(ids.len()));
        }
        let mut once = BTreeSet::new();
        if let Some(twice) = ids.iter().find(|id| !once.insert(id.as_str())) {
            let why = format!("node {twice} is named twice");
            return Err(SubmitError::BadTargets(why));
        }
        let (mut found, mut missing) = (Vec::with_capacity(ids.len()), Vec::new());
        for id in ids {
            match self.node(id) {
                Some(node) if scope.reaches(&node.target_facts()) => found.push(node),
                _ => missing.push(id.clone()),
            }
        }
        if !missing.is_empty() {
            let more = missing.len().saturating_sub(NAMED);
            missing.truncate(NAMED);
            return Err(SubmitError::UnknownNodes { missing, more });
        }
        found.sort_by_key(|node| node.ordinal);
        Ok(found)
    }
}

fn too_many(count: usize) -> SubmitError {
    SubmitError::BadTargets(format!(
        "these are {count} nodes, at most {MAX_FROZEN} can be asked at once; aim at fewer"
    ))
}
