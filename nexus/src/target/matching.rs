//! Whether a node is meant. Not here: the language.

use super::{Expression, Field, Pattern, Term};
use crate::model::{NodeInfo, Phase};

/// What of a node can be asked for.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the fields are those of NodeFacts")]
pub struct Facts<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub tags: &'a [String],
    pub group: &'a str,
    pub skills: &'a [String],
    pub platform: &'a str,
    pub phase: Phase,
}

impl<'a> Facts<'a> {
    /// Those of a node.
    pub fn of(facts: &'a crate::model::NodeFacts, phase: Phase) -> Self {
        Self {
            id: &facts.id,
            name: &facts.name,
            tags: &facts.capabilities.tags,
            group: facts.group_key.as_deref().unwrap_or_default(),
            skills: &facts.capabilities.skills,
            platform: &facts.capabilities.platform,
            phase,
        }
    }
}

impl<'a> From<&'a NodeInfo> for Facts<'a> {
    fn from(node: &'a NodeInfo) -> Self {
        Self::of(&node.facts, node.phase)
    }
}

impl Expression {
    /// Whether this node is meant. Nobody is meant by an empty expression.
    pub fn matches(&self, node: &Facts<'_>) -> bool {
        self.term().is_some_and(|term| term.matches(node))
    }
}

impl Term {
    fn matches(&self, node: &Facts<'_>) -> bool {
        match self {
            Self::All => true,
            Self::Is(field, pattern) => field.matches(pattern, node),
            Self::Tagged(key, pattern) => node.tags.iter().any(|tag| {
                tag.strip_prefix(key.as_str())
                    .and_then(|rest| rest.strip_prefix(['=', ':']))
                    .is_some_and(|value| pattern.matches(value))
            }),
            Self::Not(term) => !term.matches(node),
            Self::And(terms) => terms.iter().all(|term| term.matches(node)),
            Self::Or(terms) => terms.iter().any(|term| term.matches(node)),
        }
    }
}

impl Field {
    fn matches(self, pattern: &Pattern, node: &Facts<'_>) -> bool {
        let any = |values: &[String]| values.iter().any(|value| pattern.matches(value));
        match self {
            Self::Name => pattern.matches(node.name),
            Self::Id => pattern.matches(node.id),
            Self::Tag => any(node.tags),
            Self::Group => pattern.matches(node.group),
            Self::Skill => any(node.skills),
            Self::Platform => pattern.matches(node.platform),
            Self::State => pattern.matches(match node.phase {
                Phase::Online => "online",
                Phase::Suspect => "suspect",
                Phase::Offline => "offline",
            }),
        }
    }
}

impl Pattern {
    /// Whether the whole text is like this.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Exact(word) => word == text,
            Self::Glob(glob) => glob_matches(glob, text),
        }
    }
}

/// Goes back to the last star only, so that the time is at most the product of both lengths.
fn glob_matches(glob: &str, text: &str) -> bool {
    let (mut glob, mut text) = (glob.chars(), text.chars());
    let mut star = None;
    loop {
        let there = text.clone();
        match (glob.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                star = Some((glob.clone(), there.clone()));
                text = there;
            }
            (Some('?'), Some(_)) => {}
            (Some(wanted), Some(got)) if wanted == got => {}
            _ => {
                let Some((after, mut from)) = star.take() else {
                    return false;
                };
                if from.next().is_none() {
                    return false;
                }
                glob = after.clone();
                text = from.clone();
                star = Some((after, from));
            }
        }
    }
}
