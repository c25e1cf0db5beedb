//! Runbooks as text: TOML for people, JSON for programs, the same in both. Not here: whether one makes sense, see
//! [`Runbook::check`].

use super::Runbook;
use super::check::RunbookError;

/// Largest text, bytes.
const LARGEST: usize = 256 * 1024;

/// Reads and checks one.
pub fn from_toml(text: &str) -> Result<Runbook, RunbookError> {
    if text.len() > LARGEST {
        return Err(RunbookError::Large(LARGEST));
    }
    let runbook: Runbook = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let (line, column) = place(text, at);
        let what = error.message().to_owned();
        RunbookError::Syntax { line, column, what }
    })?;
    // A date is a table of a private name to whoever asks for any value.
    if text_has_dates(&runbook) {
        return Err(RunbookError::Value(
            "a date (write it in quotes)".to_owned(),
        ));
    }
    runbook.check()?;
    Ok(runbook)
}

/// Reads and checks one.
pub fn from_json(text: &str) -> Result<Runbook, RunbookError> {
    if text.len() > LARGEST {
        return Err(RunbookError::Large(LARGEST));
    }
    let runbook: Runbook = serde_json::from_str(text).map_err(|error| {
        let said = error.to_string();
        // It says the place a second time.
        let what = said
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned();
        RunbookError::Syntax {
            line: error.line(),
            column: error.column(),
            what,
        }
    })?;
    runbook.check()?;
    Ok(runbook)
}

/// As people edit it; [`from_toml`] reads it back as the same.
pub fn to_toml(runbook: &Runbook) -> Result<String, RunbookError> {
    toml::to_string_pretty(runbook).map_err(|error| RunbookError::Value(error.to_string()))
}

fn text_has_dates(runbook: &Runbook) -> bool {
    let defaults = runbook
        .parameters
        .iter()
        .filter_map(|parameter| parameter.default.as_ref());
    let fields = runbook.steps.iter().flat_map(|step| step.job.values());
    defaults.chain(fields).any(has_dates)
}

fn has_dates(value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        Value::Array(items) => items.iter().any(has_dates),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, field)| name.starts_with("$__toml_private") || has_dates(field)),
    }
}

/// Line and column of a byte, from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |last| last.chars().count())
        + 1;
    (line, column)
}
