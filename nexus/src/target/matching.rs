//! Whether a node is meant. The logic is Kleene's, with three values: a fact that a node does not have (the load of one
//! that is offline, the `os` of a prototype's spore) is unknown, and so is its opposite; `and` is the lesser of its parts,
//! `or` the greater one. Only a certain yes makes a node a target. Not here: the language.

use protocol::Capabilities;

use super::{Expression, Feature, Field, Pattern, Term};
use crate::model::{NodeFacts, NodeInfo, Phase};

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
    /// What the machine is like: cores, memory, system; none when nobody knows.
    pub machine: Option<&'a Capabilities>,
    /// How it is at the moment; none while it is offline.
    pub live: Option<Live>,
}

/// How a node is at the moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Live {
    /// 0..=1 by the last heartbeat; none before the first one of a session.
    pub cpu: Option<f64>,
    /// The same.
    pub memory: Option<f64>,
    /// As the Nexus counts them.
    pub tasks: u32,
}

/// Whether something is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    No,
    Unknown,
    Yes,
}

impl From<bool> for Truth {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

impl Truth {
    fn opposite(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }
}

impl<'a> Facts<'a> {
    /// Those of a node.
    pub fn of(facts: &'a NodeFacts, phase: Phase, live: Live) -> Self {
        Self {
            id: &facts.id,
            name: &facts.name,
            tags: &facts.capabilities.tags,
            group: facts.group_key.as_deref().unwrap_or_default(),
            skills: &facts.capabilities.skills,
            platform: &facts.capabilities.platform,
            phase,
            machine: Some(&facts.capabilities),
            live: (phase != Phase::Offline).then_some(live),
        }
    }
}

impl<'a> From<&'a NodeInfo> for Facts<'a> {
    fn from(node: &'a NodeInfo) -> Self {
        let live = Live {
            cpu: Some(node.cpu),
            memory: Some(node.memory),
            tasks: node.active_tasks,
        };
        Self::of(&node.facts, node.phase, live)
    }
}

impl Expression {
    /// Whether this node is meant, for certain. Nobody is meant by an empty expression.
    pub fn matches(&self, node: &Facts<'_>) -> bool {
        self.term()
            .is_some_and(|term| term.holds(node) == Truth::Yes)
    }

    /// Whether this node is meant as far as anybody knows: for what protects, where not knowing must not help.
    pub fn may_match(&self, node: &Facts<'_>) -> bool {
        self.term()
            .is_some_and(|term| term.holds(node) != Truth::No)
    }
}

impl Term {
    fn holds(&self, node: &Facts<'_>) -> Truth {
        match self {
            Self::All => Truth::Yes,
            Self::Is(field, pattern) => field.holds(pattern, node),
            Self::Tagged(key, pattern) => Truth::from(node.tags.iter().any(|tag| {
                tag.strip_prefix(key.as_str())
                    .and_then(|rest| rest.strip_prefix(['=', ':']))
                    .is_some_and(|value| pattern.matches(value))
            })),
            Self::Has(feature) => feature.holds(node),
            Self::Bound(bound) => bound.holds(node),
            Self::Saved(_) => Truth::Unknown,
            Self::Not(term) => term.holds(node).opposite(),
            Self::And(terms) => least(terms, node),
            Self::Or(terms) => greatest(terms, node),
        }
    }
}

fn least(terms: &[Term], node: &Facts<'_>) -> Truth {
    let mut all = Truth::Yes;
    for term in terms {
        all = all.min(term.holds(node));
        if all == Truth::No {
            break;
        }
    }
    all
}

fn greatest(terms: &[Term], node: &Facts<'_>) -> Truth {
    let mut any = Truth::No;
    for term in terms {
        any = any.max(term.holds(node));
        if any == Truth::Yes {
            break;
        }
    }
    any
}

impl Feature {
    fn holds(self, node: &Facts<'_>) -> Truth {
        node.machine.map_or(Truth::Unknown, |machine| {
            Truth::from(match self {
                Self::Gpu => machine.has_gpu,
                Self::Docker => machine.has_docker,
            })
        })
    }
}

impl Field {
    fn holds(self, pattern: &Pattern, node: &Facts<'_>) -> Truth {
        let is = |text: &str| Truth::from(pattern.matches(text));
        let any =
            |values: &[String]| Truth::from(values.iter().any(|value| pattern.matches(value)));
        // Older spores do not tell it.
        let told = |text: fn(&Capabilities) -> &String| match node.machine.map(text) {
            Some(text) if !text.is_empty() => is(text),
            Some(_) | None => Truth::Unknown,
        };
        match self {
            Self::Name => is(node.name),
            Self::Id => is(node.id),
            Self::Tag => any(node.tags),
            Self::Group => is(node.group),
            Self::Skill => any(node.skills),
            Self::Platform => is(node.platform),
            Self::State => is(node.phase.word()),
            Self::Os => told(|machine| &machine.os),
            Self::Arch => told(|machine| &machine.arch),
            Self::Hostname => told(|machine| &machine.hostname),
            Self::Version => told(|machine| &machine.spore_version),
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
