//! Which nodes are meant: a small language of names, tags, facts and states, e.g. `tag:gpu and not site=paris, build-*`
//! or `cpu_cores>=8 and mem_free>4GiB and not @kiosks`. A fact that is not known makes nobody a target, see [`matching`].
//! An empty expression means nobody. Comparisons are exact, byte for byte: no case folding, no Unicode
//! normalisation, and whole words only; a `*` or `?` outside of quotes is the one thing that widens a word.
//!
//! Not here: who may use one, see [`crate::access`], and where nodes come from.

mod aim;
mod complete;
mod matching;
mod measure;
mod parse;
mod saved;
mod written;

use std::str::FromStr;
use std::sync::Arc;

pub use aim::{Aim, AimError};
pub use complete::{Completion, Proposal, complete};
pub use matching::{Facts, Live};
pub use measure::{Bound, Measure, Relation};
pub use parse::{DEPTH, LENGTH, ParseError, parse};
pub use saved::{NESTED, Saved, SavedError, is_group_name};

/// A parsed expression. Cheap to clone. The default is nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expression(Option<Arc<Term>>);

/// A part of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// `*` or `all`.
    All,
    /// `name:…`, or a bare word for a name.
    Is(Field, Pattern),
    /// `key=value`: a tag `key=value` or `key:value`.
    Tagged(String, Pattern),
    /// `has:gpu`.
    Has(Feature),
    /// `cpu_cores>=8`.
    Bound(Bound),
    /// `@name`: whoever a saved group means.
    Saved(String),
    /// Whoever is not.
    Not(Box<Term>),
    /// Whoever is all of it; two or more.
    And(Vec<Term>),
    /// Whoever is any of it; two or more.
    Or(Vec<Term>),
}

/// What of a node is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Its name for people.
    Name,
    /// Its id.
    Id,
    /// One of its tags.
    Tag,
    /// The name of its group on the map.
    Group,
    /// One of its skills.
    Skill,
    /// Its platform, e.g. `linux`.
    Platform,
    /// `online`, `suspect` or `offline`.
    State,
    /// Its system, e.g. `Debian GNU/Linux 12`.
    Os,
    /// e.g. `x86_64`.
    Arch,
    /// The machine's own name.
    Hostname,
    /// Of its spore, e.g. `0.1.0`.
    Version,
}

/// What a machine has or has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// A GPU that a driver answers for.
    Gpu,
    /// A Docker engine that answers.
    Docker,
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// Exactly this.
    Exact(String),
    /// `*` is any text, `?` any one character.
    Glob(String),
}

impl Expression {
    /// Every node there is and will be.
    pub fn all() -> Self {
        Self(Some(Arc::new(Term::All)))
    }

    /// Whether it means every node, whatever it is like.
    pub fn is_all(&self) -> bool {
        self.0.as_deref() == Some(&Term::All)
    }

    /// The first fact in it that changes from heartbeat to heartbeat.
    pub fn live_fact(&self) -> Option<Measure> {
        let mut found = None;
        self.term()?.each(&mut |term| {
            if let Term::Bound(bound) = term {
                found = found.or(Some(bound.measure).filter(|measure| measure.is_live()));
            }
        });
        found
    }

    /// What looking at one node costs at most, in comparisons of words; patterns count more.
    pub fn weight(&self) -> usize {
        let mut weight = 0;
        if let Some(term) = self.term() {
            term.each(&mut |part| weight += part.weight());
        }
        weight
    }

    /// Its outermost part; none for nobody.
    pub fn term(&self) -> Option<&Term> {
        self.0.as_deref()
    }
}

impl FromStr for Expression {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(text)
    }
}

impl Term {
    /// Shows every part, outer ones first.
    fn each<'a>(&'a self, see: &mut dyn FnMut(&'a Self)) {
        see(self);
        match self {
            Self::Not(term) => term.each(see),
            Self::And(terms) | Self::Or(terms) => terms.iter().for_each(|term| term.each(see)),
            Self::All
            | Self::Is(..)
            | Self::Tagged(..)
            | Self::Has(_)
            | Self::Bound(_)
            | Self::Saved(_) => {}
        }
    }

    fn weight(&self) -> usize {
        let of = |pattern: &Pattern| match pattern {
            Pattern::Exact(_) => 1,
            Pattern::Glob(glob) => 4 + glob.len(),
        };
        match self {
            Self::Is(_, pattern) => of(pattern),
            Self::Tagged(_, pattern) => 4 + of(pattern),
            Self::All
            | Self::Has(_)
            | Self::Bound(_)
            | Self::Saved(_)
            | Self::Not(_)
            | Self::And(_)
            | Self::Or(_) => 1,
        }
    }
}

impl Field {
    const ALL: [(&'static str, Self); 11] = [
        ("name", Self::Name),
        ("id", Self::Id),
        ("tag", Self::Tag),
        ("group", Self::Group),
        ("skill", Self::Skill),
        ("platform", Self::Platform),
        ("state", Self::State),
        ("os", Self::Os),
        ("arch", Self::Arch),
        ("hostname", Self::Hostname),
        ("version", Self::Version),
    ];

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, field)| *field)
    }

    fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, field)| *field == self)
            .map_or("name", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests;
