//! Expressions as text. What is written is read back as the same, and is no deeper. Not here: reading.

use std::fmt::{self, Display, Formatter};

use super::measure::Measure;
use super::{Expression, Feature, Field, Pattern, Term};

impl Display for Expression {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.term().map_or(Ok(()), |term| term.fmt(out))
    }
}

impl Display for Term {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => out.write_str("*"),
            Self::Is(Field::Name, Pattern::Exact(name)) => out.write_str(&literal(name)),
            Self::Is(field, pattern) => write!(out, "{}:{pattern}", field.word()),
            Self::Tagged(key, Pattern::Exact(value)) if is_amount(key, value) => {
                write!(out, "{key}={}", quoted(value))
            }
            Self::Tagged(key, pattern) => write!(out, "{key}={pattern}"),
            Self::Has(feature) => write!(out, "has:{}", feature.word()),
            Self::Bound(bound) => bound.fmt(out),
            Self::Saved(name) => write!(out, "@{name}"),
            Self::Not(term) => write!(out, "not {}", Nested(term)),
            Self::And(terms) => join(out, terms.iter().map(Nested), " and "),
            Self::Or(terms) => join(out, terms.iter().map(InOr), " or "),
        }
    }
}

/// Whether `key=value` without quotes would be read as a comparison of a fact.
fn is_amount(key: &str, value: &str) -> bool {
    Measure::from_word(key).is_some_and(|measure| measure.amount(value).is_some())
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
        if matches!(self.0, Term::And(_)) {
            return self.0.fmt(out);
        }
        Nested(self.0).fmt(out)
    }
}

/// A term in brackets if it needs them.
struct Nested<'a>(&'a Term);

impl Display for Nested<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        if matches!(self.0, Term::And(_) | Term::Or(_)) {
            return write!(out, "({})", self.0);
        }
        self.0.fmt(out)
    }
}

impl Display for Pattern {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(text) => out.write_str(&literal(text)),
            Self::Glob(text) => out.write_str(text),
        }
    }
}

impl Feature {
    pub(super) const ALL: [(&'static str, Self); 2] =
        [("gpu", Self::Gpu), ("docker", Self::Docker)];

    pub(super) fn from_word(word: &str) -> Option<Self> {
        let mut all = Self::ALL.iter();
        all.find(|(name, _)| *name == word).map(|(_, own)| *own)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Gpu => "gpu",
            Self::Docker => "docker",
        }
    }
}

/// Exactly this text, in quotes unless it is a plain word.
pub(super) fn literal(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let keyword = ["and", "or", "not", "all"].contains(&text);
    if !text.is_empty() && !keyword && text.chars().all(plain) {
        return text.to_owned();
    }
    quoted(text)
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}
