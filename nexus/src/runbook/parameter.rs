//! Parameters of a runbook: what they are, and whether a value fits. Not here: where values are put, see [`super::template`].

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::check::{RunbookError, is_printable};

/// Most parameters of a runbook.
const PARAMETERS: usize = 50;
/// Longest name, bytes.
const NAME: usize = 64;
/// Longest text as a value, bytes.
const TEXT: usize = 16 * 1024;
/// Most choices of one.
const CHOICES: usize = 100;

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// A word: letters, digits and `_`, beginning with a letter.
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// What it is when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub default: Option<Value>,
    /// Something must be said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Of a choice, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Never shown, and kept only as long as a run lives.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
}

/// What a parameter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    String,
    Integer,
    Number,
    Boolean,
    /// One of the choices.
    Choice,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Choice => "one of its choices",
        }
    }
}

impl Parameter {
    pub(super) fn check_all(parameters: &[Self]) -> Result<(), RunbookError> {
        if parameters.len() > PARAMETERS {
            return Err(RunbookError::TooMany("parameters", PARAMETERS));
        }
        for (at, parameter) in parameters.iter().enumerate() {
            parameter.check()?;
            let others = parameters.iter().take(at);
            if others.into_iter().any(|other| other.name == parameter.name) {
                return Err(parameter.wrong("is there twice"));
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<(), RunbookError> {
        if !is_name(&self.name) {
            let shown = protocol::limits::cut(&self.name, NAME);
            return Err(RunbookError::Parameter(
                shown.to_owned(),
                "must be a word of letters, digits and _".to_owned(),
            ));
        }
        if !is_printable(&self.title) {
            return Err(self.wrong("has a title that is too long or not printable"));
        }
        let choices_fit = self.choices.len() <= CHOICES
            && self
                .choices
                .iter()
                .all(|choice| !choice.is_empty() && is_printable(choice));
        match (self.kind, self.choices.is_empty()) {
            (Kind::Choice, true) => return Err(self.wrong("is a choice without choices")),
            (Kind::Choice, false) if !choices_fit => {
                return Err(
                    self.wrong("may have at most 100 choices, each 1 to 200 printable bytes")
                );
            }
            (Kind::Choice, false) => {}
            (_, false) => return Err(self.wrong("has choices; its type must be choice then")),
            (_, true) => {}
        }
        match &self.default {
            Some(_) if self.secret => {
                Err(self.wrong("is secret; a default would be seen by everybody"))
            }
            Some(_) if self.required => {
                Err(self.wrong("is required; a default makes no sense then"))
            }
            Some(default) => self.fits(default),
            None if self.required || self.kind == Kind::String => Ok(()),
            None => Err(self.wrong("needs a default, or required = true")),
        }
    }

    /// What it is when this is said.
    pub(super) fn value(&self, said: Option<&Value>) -> Result<Value, RunbookError> {
        match said.or(self.default.as_ref()) {
            Some(value) => self.fits(value).map(|()| value.clone()),
            None if self.required => Err(self.wrong("is required")),
            None => Ok(Value::from("")),
        }
    }

    /// Something that could be said, to try a template with.
    pub(super) fn sample(&self) -> Value {
        self.default.clone().unwrap_or_else(|| match self.kind {
            Kind::String => Value::from("x"),
            Kind::Integer | Kind::Number => Value::from(1),
            Kind::Boolean => Value::from(true),
            Kind::Choice => self.choices.first().cloned().into(),
        })
    }

    /// Whether whoever wrote the runbook has seen all that it can say.
    pub(super) fn is_harmless_text(&self) -> bool {
        match self.kind {
            Kind::String => false,
            Kind::Integer | Kind::Number | Kind::Boolean | Kind::Choice => true,
        }
    }

    fn fits(&self, value: &Value) -> Result<(), RunbookError> {
        let right = match (self.kind, value) {
            (Kind::String, Value::String(text)) => {
                let odd = |c: char| protocol::limits::is_deceptive(c) && !matches!(c, '\n' | '\t');
                if text.len() > TEXT || text.chars().any(odd) {
                    return Err(self.wrong("must be at most 16 KiB of printable text"));
                }
                true
            }
            (Kind::Integer, Value::Number(number)) => number.is_i64(),
            (Kind::Number, Value::Number(number)) => number.is_i64() || number.is_f64(),
            (Kind::Boolean, Value::Bool(_)) => true,
            (Kind::Choice, Value::String(text)) => self.choices.contains(text),
            (
                Kind::String | Kind::Integer | Kind::Number | Kind::Boolean | Kind::Choice,
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_),
            ) => false,
        };
        if right {
            Ok(())
        } else {
            Err(self.wrong(&format!("must be {}", self.kind.word())))
        }
    }

    fn wrong(&self, why: &str) -> RunbookError {
        RunbookError::Parameter(self.name.clone(), why.to_owned())
    }
}

/// What each parameter is in one run.
pub(super) fn values(
    parameters: &[Parameter],
    said: &Map<String, Value>,
) -> Result<Map<String, Value>, RunbookError> {
    let known = |name: &str| parameters.iter().any(|parameter| parameter.name == name);
    if let Some(name) = said.keys().find(|name| !known(name)) {
        let shown = protocol::limits::cut(name, NAME).to_owned();
        return Err(RunbookError::Parameter(
            shown,
            "is not one of this runbook".to_owned(),
        ));
    }
    let values = parameters.iter().map(|parameter| {
        let value = parameter.value(said.get(&parameter.name))?;
        Ok((parameter.name.clone(), value))
    });
    values.collect()
}

/// Whether it can be the name of a parameter.
pub(super) fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= NAME
        && bytes
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
