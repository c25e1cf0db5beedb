//! Which nodes are meant: a small language of names, tags and states, e.g. `tag:gpu and not site=paris, build-*`.
//! An empty expression means nobody. Comparisons are exact, byte for byte: no case folding, no Unicode
//! normalisation, and whole words only; a `*` or `?` outside of quotes is the one thing that widens a word.
//!
//! Not here: who may use one, see [`crate::access`], and where nodes come from.

mod matching;
mod parse;

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;
use std::sync::Arc;

pub use matching::Facts;
pub use parse::{DEPTH, LENGTH, ParseError, parse};

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

impl Field {
    const ALL: [(&'static str, Self); 7] = [
        ("name", Self::Name),
        ("id", Self::Id),
        ("tag", Self::Tag),
        ("group", Self::Group),
        ("skill", Self::Skill),
        ("platform", Self::Platform),
        ("state", Self::State),
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

impl Display for Expression {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |term| term.fmt(out))
    }
}

impl Display for Term {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => out.write_str("*"),
            Self::Is(Field::Name, Pattern::Exact(name)) => write_literal(out, name),
            Self::Is(field, pattern) => write!(out, "{}:{pattern}", field.word()),
            Self::Tagged(key, pattern) => write!(out, "{key}={pattern}"),
            Self::Not(term) => write!(out, "not {}", Nested(term)),
            Self::And(terms) => join(out, terms.iter().map(Nested), " and "),
            Self::Or(terms) => join(out, terms.iter().map(InOr), " or "),
        }
    }
}

fn join(
    out: &mut Formatter<'_>,
    terms: impl Iterator<Item = impl Display>,
    between: &str,
) -> fmt::Result {
    for (index, term) in terms.enumerate() {
        if index > 0 {
            out.write_str(between)?;
        }
        term.fmt(out)?;
    }
    Ok(())
}

/// A term between `or`s: `and` binds closer. Brackets that nobody wrote could make it too deep to be read again.
struct InOr<'a>(&'a Term);

impl Display for InOr<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Term::And(_) => self.0.fmt(out),
            Term::All | Term::Is(..) | Term::Tagged(..) | Term::Not(_) | Term::Or(_) => {
                Nested(self.0).fmt(out)
            }
        }
    }
}

/// A term in brackets if it needs them.
struct Nested<'a>(&'a Term);

impl Display for Nested<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Term::And(_) | Term::Or(_) => write!(out, "({})", self.0),
            Term::All | Term::Is(..) | Term::Tagged(..) | Term::Not(_) => self.0.fmt(out),
        }
    }
}

impl Display for Pattern {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(text) => write_literal(out, text),
            Self::Glob(text) => out.write_str(text),
        }
    }
}

/// In quotes unless it is a plain word.
fn write_literal(out: &mut Formatter<'_>, text: &str) -> fmt::Result {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let keyword = ["and", "or", "not", "all"].contains(&text);
    if !text.is_empty() && !keyword && text.chars().all(plain) {
        return out.write_str(text);
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    write!(out, "\"{escaped}\"")
}

#[cfg(test)]
mod tests;
