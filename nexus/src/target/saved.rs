//! Saved groups inside of expressions: `@gpu-boxes`. An expression names them; before it is matched they are put in its
//! place, so that what is matched does not change while it is. A group that was not put in is nobody, and so is its
//! opposite. Not here: which groups there are.

use std::sync::Arc;

use super::{Expression, Term};

/// Most groups in one another.
pub const NESTED: usize = 8;
/// Most terms of an expression with all its groups in it: about as many as the longest expression can hold by itself.
const TERMS: usize = 2_000;
/// Longest name, bytes.
const NAME: usize = 64;

/// Where groups are looked up.
pub trait Saved {
    /// What the group of this name means.
    fn get(&self, name: &str) -> Option<&Expression>;
    /// Names that somebody could have meant who wrote this one.
    fn near(&self, name: &str) -> Vec<String>;
}

/// Why groups cannot be put in. Display: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SavedError {
    /// There is none of this name.
    #[error("there is no saved group @{name}{}", meant(.near))]
    Unknown {
        /// The name.
        name: String,
        /// Those that are like it.
        near: Vec<String>,
    },
    /// It contains itself: the way round.
    #[error("saved groups go round in a circle: @{}", .0.join(" → @"))]
    Circle(Vec<String>),
    /// Groups in groups in groups.
    #[error("saved groups are nested more than {NESTED} deep: @{}", .0.join(" → @"))]
    Deep(Vec<String>),
    /// Together they are too much.
    #[error("with its saved groups the expression has more than {TERMS} parts; say it with tags")]
    Wide,
}

/// Whether a group can be called so: 1 to 64 of `a-z 0-9 . _ -`, the first one a letter or digit.
pub fn is_group_name(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    name.len() <= NAME
        && name.starts_with(letter)
        && name.chars().all(|c| letter(c) || "._-".contains(c))
}

impl Expression {
    /// The groups that it names itself, each once, in their order.
    pub fn saved(&self) -> Vec<&str> {
        let mut names = Vec::new();
        if let Some(term) = self.term() {
            term.each(&mut |part| {
                if let Term::Saved(name) = part
                    && !names.contains(&name.as_str())
                {
                    names.push(name.as_str());
                }
            });
        }
        names
    }

    /// The same with what its groups mean in their place.
    pub fn with_groups(&self, groups: &dyn Saved) -> Result<Self, SavedError> {
        let Some(term) = self.term() else {
            return Ok(Self::default());
        };
        if self.saved().is_empty() {
            return Ok(self.clone());
        }
        let mut placing = Placing {
            groups,
            way: Vec::new(),
            terms: 0,
        };
        placing.term(term).map(|term| Self(Some(Arc::new(term))))
    }
}

struct Placing<'a> {
    groups: &'a dyn Saved,
    /// The groups that we are in.
    way: Vec<String>,
    terms: usize,
}

impl Placing<'_> {
    fn term(&mut self, term: &Term) -> Result<Term, SavedError> {
        self.terms += 1;
        if self.terms > TERMS {
            return Err(SavedError::Wide);
        }
        Ok(match term {
            Term::Saved(name) => self.group(name)?,
            Term::Not(inner) => Term::Not(Box::new(self.term(inner)?)),
            Term::And(terms) => Term::And(self.terms(terms)?),
            Term::Or(terms) => Term::Or(self.terms(terms)?),
            Term::All | Term::Is(..) | Term::Tagged(..) | Term::Has(_) | Term::Bound(_) => {
                term.clone()
            }
        })
    }

    fn terms(&mut self, terms: &[Term]) -> Result<Vec<Term>, SavedError> {
        terms.iter().map(|term| self.term(term)).collect()
    }

    fn group(&mut self, name: &str) -> Result<Term, SavedError> {
        if self.way.iter().any(|outer| outer == name) {
            return Err(SavedError::Circle(self.way_to(name)));
        }
        if self.way.len() >= NESTED {
            return Err(SavedError::Deep(self.way_to(name)));
        }
        let groups = self.groups;
        let Some(meant) = groups.get(name) else {
            return Err(SavedError::Unknown {
                name: name.to_owned(),
                near: groups.near(name),
            });
        };
        // Any of nothing: nobody.
        let Some(term) = meant.term() else {
            return Ok(Term::Or(Vec::new()));
        };
        self.way.push(name.to_owned());
        let placed = self.term(term)?;
        self.way.pop();
        Ok(placed)
    }

    fn way_to(&self, name: &str) -> Vec<String> {
        let mut way = self.way.clone();
        way.push(name.to_owned());
        way
    }
}

fn meant(near: &[String]) -> String {
    if near.is_empty() {
        return "; GET /api/v1/groups lists those that there are".to_owned();
    }
    format!("; did you mean @{}?", near.join(" or @"))
}
