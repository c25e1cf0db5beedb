//! What somebody aims at: an expression, or nodes by their ids. Not here: which nodes these are at a moment, see
//! [`crate::state::State::resolve`].

use super::{Expression, ParseError};

/// Exactly one way of saying which nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// Whoever it matches when it is resolved.
    Expression(Expression),
    /// Exactly these, by their ids.
    Nodes(Vec<String>),
}

/// Why it is no aim. Display: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AimError {
    /// Both ways at once could contradict each other.
    #[error("say either target or node_ids, not both")]
    Both,
    /// Nothing is not everybody.
    #[error("say which nodes: target, an expression such as `tag:gpu`, or node_ids, a list of ids")]
    Neither,
    /// The expression cannot be read.
    #[error("target: {0}")]
    Expression(#[from] ParseError),
}

impl Aim {
    /// Of what an asker hands in. An empty expression is an aim; it means nobody.
    pub fn new(target: Option<&str>, nodes: Option<Vec<String>>) -> Result<Self, AimError> {
        match (target, nodes) {
            (Some(text), None) => Ok(Self::Expression(text.parse()?)),
            (None, Some(nodes)) => Ok(Self::Nodes(nodes)),
            (Some(_), Some(_)) => Err(AimError::Both),
            (None, None) => Err(AimError::Neither),
        }
    }

    /// As it was said; empty when nodes were named.
    pub fn text(&self) -> String {
        match self {
            Self::Expression(expression) => expression.to_string(),
            Self::Nodes(_) => String::new(),
        }
    }
}
