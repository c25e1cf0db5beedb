//! What a token is limited to: nodes × calls. Calls are compared part by part, each part whole; no patterns inside
//! of words. Not here: what a role may do.

use std::sync::Arc;

use crate::target::{Expression, Facts, LENGTH, ParseError};

/// Most calls of one scope.
const CALLS: usize = 64;

/// Nodes × calls. Cheap to clone. The default is nothing at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    nodes: Expression,
    calls: Arc<[CallPattern]>,
}

/// Skill and method; none stands for any.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CallPattern(Option<String>, Option<String>);

/// Why a scope is none. Display: a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// The nodes.
    #[error("scope of nodes: {0}")]
    Nodes(#[from] ParseError),
    /// A saved group, which others may change.
    #[error(
        "a saved group cannot limit anybody, for others may change it: write out what @{0} means"
    )]
    Saved(String),
    /// A load, which changes by itself.
    #[error(
        "{0} changes from heartbeat to heartbeat and cannot limit anybody; use tags, names, or what stays"
    )]
    Live(&'static str),
    /// A call.
    #[error("{0:?} is no call; write `ShellSkill.run`, `FileSkill.*` or `*`")]
    Call(String),
    /// Too many calls.
    #[error("at most {CALLS} calls in one scope")]
    TooMany,
}

impl Scope {
    /// Every node, every call.
    pub fn all() -> Self {
        Self {
            nodes: Expression::all(),
            calls: Arc::new([CallPattern(None, None)]),
        }
    }

    /// Of a target expression and of calls. Empty ones mean none.
    pub fn parse(nodes: &str, calls: &[String]) -> Result<Self, ScopeError> {
        if calls.len() > CALLS {
            return Err(ScopeError::TooMany);
        }
        let calls: Result<Vec<_>, _> = calls.iter().map(|call| CallPattern::parse(call)).collect();
        let nodes: Expression = nodes.parse()?;
        // Whoever may edit groups would widen what others may do.
        if let Some(name) = nodes.saved().first() {
            return Err(ScopeError::Saved((*name).to_owned()));
        }
        if let Some(fact) = nodes.live_fact() {
            return Err(ScopeError::Live(fact.word()));
        }
        // It is kept as it is written out, which can be longer, and must be read again after a restart.
        if nodes.to_string().len() > LENGTH {
            let what = format!("written out in full it has more than {LENGTH} bytes");
            return Err(ParseError { what, position: 1 }.into());
        }
        Ok(Self {
            nodes,
            calls: calls?.into(),
        })
    }

    /// Which nodes.
    pub fn nodes(&self) -> &Expression {
        &self.nodes
    }

    /// Which calls, as written.
    pub fn calls(&self) -> Vec<String> {
        self.calls.iter().map(CallPattern::written).collect()
    }

    /// Whether it limits nothing.
    pub fn is_all(&self) -> bool {
        self.nodes.is_all() && self.calls.contains(&CallPattern(None, None))
    }

    /// Whether this node is in it.
    pub fn reaches(&self, node: &Facts<'_>) -> bool {
        self.nodes.matches(node)
    }

    /// Whether this node is in it as far as anybody knows: what a node does not tell must not free it from a rule.
    pub fn may_reach(&self, node: &Facts<'_>) -> bool {
        self.nodes.may_match(node)
    }

    /// Whether this call is in it.
    pub fn allows(&self, skill: &str, method: &str) -> bool {
        let fits =
            |pattern: &Option<String>, word| pattern.as_deref().is_none_or(|own| own == word);
        self.calls
            .iter()
            .any(|call| fits(&call.0, skill) && fits(&call.1, method))
    }
}

impl CallPattern {
    fn parse(text: &str) -> Result<Self, ScopeError> {
        let wrong = || ScopeError::Call(text.to_owned());
        if text == "*" {
            return Ok(Self(None, None));
        }
        let part = |part: &str| match part {
            "*" => Ok(None),
            word if !word.is_empty()
                && word.len() <= protocol::limits::NAME
                && word
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') =>
            {
                Ok(Some(word.to_owned()))
            }
            _ => Err(wrong()),
        };
        let (skill, method) = text.split_once('.').ok_or_else(wrong)?;
        Ok(Self(part(skill)?, part(method)?))
    }

    fn written(&self) -> String {
        let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "*".to_owned());
        match (&self.0, &self.1) {
            (None, None) => "*".to_owned(),
            (skill, method) => format!("{}.{}", part(skill), part(method)),
        }
    }
}
