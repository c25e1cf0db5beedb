//! The language's grammar, by hand. It takes any text, never panics, and its depth is bounded.
//!
//! ```text
//! any  = both (("or" | ",") both)*          word = field ":" value | key "=" value | value
//! both = one ("and" one)*                   field = name | id | tag | group | skill | platform | state
//! one  = "not" one | "(" any ")" | "*" | "all" | word
//! ```
//! Not here: what it means.

use std::sync::Arc;

use super::{Expression, Field, Pattern, Term};

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
        let start = self.at;
        let word = self.bare();
        match word {
            "" => Err(self.error("expected a name, a tag or `(`")),
            "and" | "or" => {
                self.at = start;
                Err(self.error(&format!(
                    "expected a name before `{word}`; quote it if it is one"
                )))
            }
            "*" | "all" => {
                self.skip_space();
                Ok(Term::All)
            }
            word => match word.find([':', '=']) {
                None => {
                    self.skip_space();
                    Ok(Term::Is(Field::Name, pattern(word)))
                }
                Some(split) => self.pair(start, split),
            },
        }
    }

    /// `field:value` or `key=value`; the value may stand in quotes.
    fn pair(&mut self, start: usize, split: usize) -> Result<Term, ParseError> {
        let end = self.at;
        let part = |from, to| self.text.get(from..to).unwrap_or_default();
        let (key, rest) = (part(start, start + split), part(start + split + 1, end));
        let is_tag = part(start + split, start + split + 1) == "=";
        let field = Field::from_word(key);
        if key.is_empty() || key.contains(['*', '?']) || (!is_tag && field.is_none()) {
            self.at = start;
            return Err(self.error(&format!(
                "{key:?} is no field; there are name, id, tag, group, skill, platform and state, or tag=value"
            )));
        }
        let value = if !rest.is_empty() {
            pattern(rest)
        } else if self.rest().starts_with('"') {
            Pattern::Exact(self.quoted()?)
        } else {
            return Err(self.error("expected a value"));
        };
        self.skip_space();
        Ok(match field {
            Some(field) if !is_tag => Term::Is(field, value),
            _ => Term::Tagged(key.to_owned(), value),
        })
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
    fn bare(&mut self) -> &'a str {
        let word = self.peek();
        self.at += word.len();
        word
    }

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
        let before = self.text.get(..self.at).unwrap_or_default();
        ParseError {
            what: what.to_owned(),
            position: before.chars().count() + 1,
        }
    }
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
