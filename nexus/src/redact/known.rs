//! Secrets that are known because they were parameters of an execution: what it writes may hold them, whole or split over two
//! pieces. Not here: those that are recognised by their shape.

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, MatchKind};
use serde_json::Value;

use super::{is_secret_name, scan};

/// Shorter values are found in any text.
const SHORTEST: usize = 6;
/// Longer ones are not looked for.
const LONGEST: usize = 4096;
/// Values of one execution.
const VALUES: usize = 32;

/// See the module.
#[derive(Debug)]
pub struct Known {
    words: AhoCorasick,
    longest: usize,
}

impl Known {
    /// The secret values among these parameters, a JSON text; none if there are none.
    pub fn of(parameters: &str) -> Option<Self> {
        if !scan::may_hold_secrets(parameters.as_bytes()) {
            return None;
        }
        let mut values = Vec::new();
        collect(&serde_json::from_str(parameters).ok()?, false, &mut values);
        let longest = values.iter().map(String::len).max()?;
        let words = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&values)
            .ok()?;
        Some(Self { words, longest })
    }

    /// Where they stand, in order and apart.
    pub fn find(&self, text: &[u8]) -> Vec<(usize, usize)> {
        let found = self.words.find_iter(text);
        found.map(|hit| (hit.start(), hit.end())).collect()
    }

    /// How much of the end of a piece may be the beginning of one.
    pub fn overlap(&self) -> usize {
        self.longest - 1
    }

    /// Bytes without them.
    pub fn clean<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        super::without(bytes, &self.find(bytes))
    }

    /// A text without them.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.clean(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// A JSON text without them in its strings.
    pub fn json<'a>(&self, json: &'a str) -> Cow<'a, str> {
        match serde_json::from_str::<Value>(json) {
            Ok(mut value) => {
                self.value(&mut value);
                Cow::Owned(value.to_string())
            }
            Err(_) => self.text(json),
        }
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text).into_owned(),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.value(field)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

fn collect(value: &Value, secret: bool, values: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            if secret && (SHORTEST..=LONGEST).contains(&text.len()) && values.len() < VALUES {
                values.push(text.clone());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, secret, values)),
        Value::Object(fields) => fields.iter().for_each(|(name, field)| {
            collect(field, secret || is_secret_name(name), values);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
