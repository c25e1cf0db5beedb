//! The language's grammar, by hand. It takes any text, never panics, and its depth is bounded.
//!
//! ```text
//! any  = both (("or" | ",") both)*          word = field ":" value | key ("=" | "!=") value | value | "@" group
//! both = one ("and" one)*                          | fact ("<" | "<=" | ">" | ">=" | "=" | "!=") amount
//! one  = "not" one | "(" any ")" | "*" | "all" | word
//! ```
//! The fields are those of [`Field`] and `has`, the facts those of [`Measure`]. `key=value` is a tag, unless the key is a
//! fact and the value an amount of it; such a tag is written with its value in quotes.
//!
//! Not here: what it means.

use std::sync::Arc;

use super::measure::{Bound, Measure, Relation};
use super::saved::is_group_name;
use super::{Expression, Feature, Field, Pattern, Term};

/// Longest expression, bytes.
pub const LENGTH: usize = 2048;
/// Most brackets and `not` in one another.
pub const DEPTH: usize = 32;

/// What is wrong with an expression. Display: a sentence that says where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} at character {position}")]
pub struct ParseError {
    /// In words.
    pub what: String,
    /// Where, counted in characters from 1.
    pub position: usize,
}

/// Reads an expression. Only white space: nobody.
pub fn parse(text: &str) -> Result<Expression, ParseError> {
    if text.len() > LENGTH {
        return Err(ParseError {
            what: format!("the expression has more than {LENGTH} bytes"),
            position: 1,
        });
    }
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
    };
    parser.skip_space();
    if parser.rest().is_empty() {
        return Ok(Expression::default());
    }
    let term = parser.any()?;
    if !parser.rest().is_empty() {
        return Err(parser.error("expected `and`, `or` or `,`"));
    }
    Ok(Expression(Some(Arc::new(term))))
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn any(&mut self) -> Result<Term, ParseError> {
        let mut terms = vec![self.both()?];
        while self.takes(",") || self.takes_word("or") {
            terms.push(self.both()?);
        }
        Ok(single(terms, Term::Or))
    }

    fn both(&mut self) -> Result<Term, ParseError> {
        let mut terms = vec![self.one()?];
        while self.takes_word("and") {
            terms.push(self.one()?);
        }
        Ok(single(terms, Term::And))
    }

    fn one(&mut self) -> Result<Term, ParseError> {
        if self.depth >= DEPTH {
            return Err(self.error(&format!("nested more than {DEPTH} deep")));
        }
        self.depth += 1;
        let term = if self.takes_word("not") {
            Term::Not(Box::new(self.one()?))
        } else if self.takes("(") {
            let term = self.any()?;
            if !self.takes(")") {
                return Err(self.error("expected `)`"));
            }
            term
        } else {
            self.word()?
        };
        self.depth -= 1;
        Ok(term)
    }

    fn word(&mut self) -> Result<Term, ParseError> {
        if self.rest().starts_with('"') {
            return Ok(Term::Is(Field::Name, Pattern::Exact(self.quoted()?)));
        }
        if self.rest().starts_with('@') {
            return self.saved();
        }
        let start = self.at;
        let word = self.peek();
        if word.is_empty() {
            return Err(self.error("expected a name, a tag or `(`"));
        }
        if ["and", "or"].contains(&word) {
            let what = format!("expected a name before `{word}`; quote it if it is one");
            return Err(self.error(&what));
        }
        let key = word.get(..sign_in(word)).unwrap_or(word);
        self.at += key.len();
        let after = self.at;
        if self.takes_colon() {
            return self.field(key, start);
        }
        self.skip_space();
        match self.relation() {
            Some(relation) => self.compared(key, relation, start),
            None => {
                self.at = after;
                self.skip_space();
                Ok(match key {
                    "*" | "all" => Term::All,
                    word => Term::Is(Field::Name, pattern(word)),
                })
            }
        }
    }

    /// What is behind `@`.
    fn saved(&mut self) -> Result<Term, ParseError> {
        let word = self.peek();
        let name = word.get(1..).unwrap_or_default();
        if !is_group_name(name) {
            let what = "`@` begins the name of a saved group: 1 to 64 of a-z 0-9 . _ -; quote a name that begins so";
            return Err(self.error(what));
        }
        self.at += word.len();
        self.skip_space();
        Ok(Term::Saved(name.to_owned()))
    }

    /// `field:value`; the value may stand in quotes.
    fn field(&mut self, key: &str, start: usize) -> Result<Term, ParseError> {
        let field = Field::from_word(key);
        if field.is_none() && key != "has" {
            let fields: Vec<_> = Field::ALL.iter().map(|(name, _)| *name).collect();
            let what = format!(
                "{key:?} is no field; there are {} and has, or tag=value",
                fields.join(", ")
            );
            return Err(self.error_at(start, &what));
        }
        let at = self.at;
        let value = self.value()?;
        self.skip_space();
        match (field, &value) {
            (Some(field), _) => Ok(Term::Is(field, value)),
            (None, Pattern::Exact(word) | Pattern::Glob(word)) => {
                let feature = Feature::from_word(word);
                feature
                    .map(Term::Has)
                    .ok_or_else(|| self.error_at(at, "there are has:gpu and has:docker"))
            }
        }
    }

    /// A fact and what it is compared with, or `key=value` and `key!=value` of a tag.
    fn compared(
        &mut self,
        key: &str,
        relation: Relation,
        start: usize,
    ) -> Result<Term, ParseError> {
        self.skip_space();
        let (at, word) = (self.at, self.peek());
        let measure = Measure::from_word(key);
        if let Some(measure) = measure {
            let text = word.strip_prefix('=').unwrap_or(word);
            if let Some(amount) = measure.amount(text) {
                self.at += word.len();
                self.skip_space();
                return Ok(Term::Bound(Bound {
                    measure,
                    relation,
                    amount,
                }));
            }
        }
        let wanted = match relation {
            Relation::Equal => true,
            Relation::Unequal => false,
            Relation::Less | Relation::AtMost | Relation::More | Relation::AtLeast => {
                return Err(match measure {
                    Some(measure) => self.error_at(at, &format!("expected {}", measure.example())),
                    None => self.error_at(start, &not_compared(key)),
                });
            }
        };
        if key.is_empty() || key.contains(['*', '?']) {
            let what = format!("{key:?} is no tag; write tag=value");
            return Err(self.error_at(start, &what));
        }
        let value = self.value()?;
        self.skip_space();
        let tagged = Term::Tagged(key.to_owned(), value);
        if wanted {
            return Ok(tagged);
        }
        // It is written out with `not`, and must not be too deep then.
        if self.depth >= DEPTH {
            return Err(self.error_at(start, &format!("nested more than {DEPTH} deep")));
        }
        Ok(Term::Not(Box::new(tagged)))
    }

    fn value(&mut self) -> Result<Pattern, ParseError> {
        if self.rest().starts_with('"') {
            return Ok(Pattern::Exact(self.quoted()?));
        }
        let word = self.peek();
        if word.is_empty() || ["and", "or", "not"].contains(&word) {
            return Err(self.error("expected a value; quote it if it is one"));
        }
        self.at += word.len();
        Ok(pattern(word))
    }

    fn takes_colon(&mut self) -> bool {
        let there = self.rest().starts_with(':');
        self.at += usize::from(there);
        there
    }

    fn relation(&mut self) -> Option<Relation> {
        let mut all = Relation::ALL.iter();
        let (sign, relation) = all.find(|(sign, _)| self.rest().starts_with(sign))?;
        self.at += sign.len();
        Some(*relation)
    }

    fn quoted(&mut self) -> Result<String, ParseError> {
        let start = self.at;
        let mut value = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((index, character)) = characters.next() {
            match character {
                '"' => {
                    self.at = start + index + 1;
                    self.skip_space();
                    return Ok(value);
                }
                '\\' => match characters.next() {
                    Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
                    _ => {
                        self.at = start + index;
                        return Err(self.error("`\\` stands only before `\"` and `\\`"));
                    }
                },
                other => value.push(other),
            }
        }
        self.at = start;
        Err(self.error("this `\"` is never closed"))
    }

    /// The word that begins here, perhaps empty.
    fn peek(&self) -> &'a str {
        let rest = self.rest();
        let end = rest
            .find(|c: char| c.is_whitespace() || c.is_control() || "(),\"".contains(c))
            .unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    fn takes(&mut self, sign: &str) -> bool {
        let there = self.rest().starts_with(sign);
        if there {
            self.at += sign.len();
            self.skip_space();
        }
        there
    }

    fn takes_word(&mut self, word: &str) -> bool {
        self.peek() == word && self.takes(word)
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn error(&self, what: &str) -> ParseError {
        self.error_at(self.at, what)
    }

    fn error_at(&self, at: usize, what: &str) -> ParseError {
        let before = self.text.get(..at).unwrap_or_default();
        ParseError {
            what: what.to_owned(),
            position: before.chars().count() + 1,
        }
    }
}

/// Where the first sign of a word is, or its end.
fn sign_in(word: &str) -> usize {
    let sign = |(at, c): (usize, char)| {
        let unequal = c == '!' && word.get(at..).is_some_and(|rest| rest.starts_with("!="));
        (":=<>".contains(c) || unequal).then_some(at)
    };
    word.char_indices().find_map(sign).unwrap_or(word.len())
}

fn not_compared(key: &str) -> String {
    let facts: Vec<_> = Measure::ALL.iter().map(|(name, _)| *name).collect();
    format!(
        "{key:?} is no fact that can be compared; there are {}",
        facts.join(", ")
    )
}

fn pattern(word: &str) -> Pattern {
    if word.contains(['*', '?']) {
        Pattern::Glob(word.to_owned())
    } else {
        Pattern::Exact(word.to_owned())
    }
}

fn single(mut terms: Vec<Term>, many: impl FnOnce(Vec<Term>) -> Term) -> Term {
    match terms.pop() {
        Some(only) if terms.is_empty() => only,
        Some(last) => {
            terms.push(last);
            many(terms)
        }
        None => many(terms),
    }
}
