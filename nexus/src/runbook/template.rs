//! `{{parameter}}` in the texts of a step becomes its value. A text that is nothing but a parameter becomes the value with its
//! type; within a text it is inserted as text, once: what a value says is never read as a template again. Braces round
//! anything that is no word, such as `{{.Names}}`, stay as they are.
//!
//! **Where no text may be inserted.** Within a command line and within a target expression, an inserted text could be more
//! than one word, and so be anything. There only what cannot be is taken: numbers, truth values and choices; in a target
//! also single words. Arguments that stand alone (`argv`) and environment variables take any text.
//!
//! **Where a secret may stand.** Only as the value of a field whose name says so (`PASSWORD`, `api_token`): by that name it is
//! left out of whatever is told or kept of the execution, and looked for in its output.
//!
//! Not here: what parameters are, see [`super::parameter`].

use std::cell::Cell;

use serde_json::{Map, Value};

use super::check::RunbookError;
use super::parameter::{Parameter, is_name};
use crate::redact;

/// Words after which a program reads the next one as its own language, besides `-c`, `-e` and what ends so.
const CODE_FLAGS: [&str; 6] = [
    "/c",
    "/k",
    "-command",
    "-encodedcommand",
    "--command",
    "--eval",
];

/// Most bytes that the values of one run take up in its steps.
const INSERTED: usize = 256 * 1024;

/// Where a text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Names of skill and method: no parameters at all.
    Fixed,
    /// A target expression.
    Target,
    /// Read by a shell or another interpreter.
    CommandLine,
    /// The value of a field whose name says that it is secret, so that everything that tells of it leaves it out.
    Secret,
    Any,
}

/// The values of one run.
pub(super) struct Values<'a> {
    parameters: &'a [Parameter],
    values: &'a Map<String, Value>,
    /// Bytes that values may still take up, wherever they are put.
    left: Cell<usize>,
}

impl<'a> Values<'a> {
    pub(super) fn new(parameters: &'a [Parameter], values: &'a Map<String, Value>) -> Self {
        Self {
            parameters,
            values,
            left: Cell::new(INSERTED),
        }
    }
}

/// A job with its parameters put in.
pub(super) fn fill(
    job: &Map<String, Value>,
    values: &Values<'_>,
) -> Result<Map<String, Value>, RunbookError> {
    let is = |field: &str, word: &str| job.get(field).and_then(Value::as_str) == Some(word);
    let shell = is("skill_name", "ShellSkill") && is("method_name", "run");
    let filled = job.iter().map(|(field, value)| {
        let value = match (field.as_str(), value) {
            ("skill_name" | "method_name", _) => values.fill(value, Place::Fixed)?,
            ("target" | "prefer" | "avoid", _) => values.fill(value, Place::Target)?,
            ("parameters", Value::Object(parameters)) if shell => values.fill_shell(parameters)?,
            _ => values.fill(value, Place::Any)?,
        };
        Ok((field.clone(), value))
    });
    filled.collect()
}

impl Values<'_> {
    fn fill_shell(&self, parameters: &Map<String, Value>) -> Result<Value, RunbookError> {
        let filled = parameters.iter().map(|(field, value)| {
            let value = match (field.as_str(), value) {
                ("command", _) => self.fill(value, Place::CommandLine)?,
                ("argv", Value::Array(words)) => self.fill_argv(words)?,
                _ => self.fill(value, Place::Any)?,
            };
            Ok((field.clone(), value))
        });
        filled.collect::<Result<Map<_, _>, _>>().map(Value::Object)
    }

    /// `["sh", "-c", "…"]` is a command line in disguise.
    fn fill_argv(&self, words: &[Value]) -> Result<Value, RunbookError> {
        let mut place = Place::Any;
        let filled = words.iter().map(|word| {
            let filled = self.fill(word, place)?;
            let flag = filled.as_str().map(str::to_ascii_lowercase);
            place = match (place, flag) {
                (Place::Any, Some(flag)) if is_code_flag(&flag) => Place::CommandLine,
                // What follows are its arguments, `$0`, `$1`: they stand alone again.
                _ => Place::Any,
            };
            Ok(filled)
        });
        filled.collect::<Result<Vec<_>, _>>().map(Value::Array)
    }

    fn fill(&self, value: &Value, place: Place) -> Result<Value, RunbookError> {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(value.clone()),
            Value::String(text) => self.fill_text(text, place),
            Value::Array(items) => {
                let items = items.iter().map(|item| self.fill(item, place));
                items.collect::<Result<Vec<_>, _>>().map(Value::Array)
            }
            Value::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, field)| Ok((name.clone(), self.fill(field, place.of(name))?)));
                fields.collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
        }
    }

    fn fill_text(&self, text: &str, place: Place) -> Result<Value, RunbookError> {
        let mut pieces = Pieces(text);
        let Some(first) = pieces.next() else {
            return Ok(Value::from(""));
        };
        if let Piece::Parameter(name) = first
            && pieces.0.is_empty()
        {
            let (_, value) = self.find(name, place)?;
            return Ok(value.clone());
        }
        let mut whole = String::with_capacity(text.len());
        for piece in std::iter::once(first).chain(pieces) {
            match piece {
                Piece::Text(text) => whole.push_str(text),
                Piece::Parameter(name) => {
                    let (parameter, value) = self.find(name, place)?;
                    let value = value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned);
                    insertable(parameter, &value, place)?;
                    whole.push_str(&value);
                }
            }
        }
        Ok(whole.into())
    }

    fn find(&self, name: &str, place: Place) -> Result<(&Parameter, &Value), RunbookError> {
        if place == Place::Fixed {
            return Err(RunbookError::Fixed);
        }
        let parameter = self.parameters.iter().find(|one| one.name == name);
        let found = parameter.zip(self.values.get(name));
        let (parameter, value) = found.ok_or_else(|| RunbookError::NoParameter(name.to_owned()))?;
        if parameter.secret && place != Place::Secret {
            return Err(RunbookError::SecretPlace(name.to_owned()));
        }
        let bytes = value.as_str().map_or(8, str::len);
        let left = self.left.get().checked_sub(bytes);
        self.left.set(left.ok_or(RunbookError::Inserted(INSERTED))?);
        Ok((parameter, value))
    }
}

impl Place {
    /// Where the field of this name stands, within something that stands here.
    fn of(self, name: &str) -> Self {
        if self == Self::Any && redact::is_secret_name(name) {
            Self::Secret
        } else {
            self
        }
    }
}

/// `-c`, `-lc`, `-e`; in lower case.
fn is_code_flag(word: &str) -> bool {
    let short = word.len() <= 4 && word.starts_with('-') && !word.starts_with("--");
    (short && word.ends_with(['c', 'e'])) || CODE_FLAGS.contains(&word)
}

fn insertable(parameter: &Parameter, value: &str, place: Place) -> Result<(), RunbookError> {
    let name = || parameter.name.clone();
    match place {
        Place::Fixed => Err(RunbookError::Fixed),
        Place::Any | Place::Secret => Ok(()),
        Place::CommandLine if parameter.is_harmless_text() => Ok(()),
        Place::CommandLine => Err(RunbookError::Injection(name())),
        Place::Target if parameter.is_harmless_text() || is_single(value) => Ok(()),
        Place::Target => Err(RunbookError::TargetInjection(name())),
    }
}

/// Letters, digits, `.`, `_`, `-`: nothing that could end a word of an expression, or be an operator of it.
fn is_single(value: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let reserved = ["and", "or", "not", "all"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word));
    !value.is_empty() && value.bytes().all(fits) && !reserved
}

#[derive(Clone, Copy)]
enum Piece<'a> {
    Text(&'a str),
    Parameter(&'a str),
}

struct Pieces<'a>(&'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let text = self.0;
        if text.is_empty() {
            return None;
        }
        if let Some((name, rest)) = parameter_at(text) {
            self.0 = rest;
            return Some(Piece::Parameter(name));
        }
        // Every brace may be the first one: `{{{p}}}` is `{{p}}` in braces.
        let mut braces = text.match_indices('{').map(|(at, _)| at);
        let next = braces.find(|at| {
            text.get(*at..)
                .is_some_and(|rest| parameter_at(rest).is_some())
        });
        let (piece, rest) = text.split_at_checked(next.unwrap_or(text.len()))?;
        self.0 = rest;
        Some(Piece::Text(piece))
    }
}

/// `{{name}}` at the beginning of a text, and what follows.
fn parameter_at(text: &str) -> Option<(&str, &str)> {
    // A name is short, so a text of nothing but braces costs no more than its length.
    let inner = text.strip_prefix("{{")?;
    let near = protocol::limits::cut(inner, 128);
    let (name, _) = near.split_once("}}")?;
    let rest = inner.get(name.len() + 2..)?;
    let name = name.trim_matches(' ');
    is_name(name).then_some((name, rest))
}
