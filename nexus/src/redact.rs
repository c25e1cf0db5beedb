//! Takes secrets out of what is kept and of what is shown to others: by the names of parameters, and by shapes that cannot
//! be mistaken. Linear in the text, whatever the text.
//!
//! What cannot be found: a secret that looks like any other word (`mysql -phunter2`), one that is encoded, one of a shape
//! that is not listed, and one that is split over two pieces of output, unless it was a parameter of the execution. And what
//! is live stays as it is: whoever waits for an answer asked for it.
//! Not here: what is redacted when; that is for those who keep.

mod known;
mod scan;

use std::borrow::Cow;

use serde_json::Value;

pub use known::Known;

/// What stands there instead.
pub const REDACTED: &str = "[redacted]";

/// Names whose values are secret, also as the end of a longer name (`db_password`, `GITHUB_TOKEN`).
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "authorization",
    "credential",
    "credentials",
    "privatekey",
    "secretkey",
    "accesskey",
    "signingkey",
    "encryptionkey",
    "cookie",
];
/// Secret only when they are the whole name.
const WHOLE_NAMES: &[&str] = &["pass", "auth", "pin"];

/// A text without what looks like a secret.
pub fn text(text: &str) -> Cow<'_, str> {
    match bytes(text.as_bytes()) {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        // Only whole characters are replaced.
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// The same for bytes, which may be anything. What was UTF-8 stays UTF-8.
pub fn bytes(bytes: &[u8]) -> Cow<'_, [u8]> {
    without(bytes, &scan::secrets(bytes))
}

/// A JSON text, by names and shapes; one that is none, by shapes.
pub fn json(json: &str) -> Cow<'_, str> {
    if !scan::may_hold_secrets(json.as_bytes()) {
        return Cow::Borrowed(json);
    }
    let Ok(mut parsed) = serde_json::from_str::<Value>(json) else {
        return text(json);
    };
    if value(&mut parsed) {
        Cow::Owned(parsed.to_string())
    } else {
        Cow::Borrowed(json)
    }
}

/// A JSON value in place. True: something was taken out.
pub fn value(value: &mut Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        Value::String(string) => match text(string) {
            Cow::Borrowed(_) => false,
            Cow::Owned(clean) => {
                *string = clean;
                true
            }
        },
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |changed, item| self::value(item) | changed),
        Value::Object(fields) => fields.iter_mut().fold(false, |changed, (name, field)| {
            if is_secret_name(name) && !is_empty(field) {
                *field = Value::from(REDACTED);
                return true;
            }
            self::value(field) | changed
        }),
    }
}

/// Whether what is called so is secret.
pub fn is_secret_name(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    WHOLE_NAMES.contains(&plain.as_str()) || NAMES.iter().any(|secret| plain.ends_with(secret))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::String(text) => text.is_empty(),
        Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
    }
}

/// With these ranges, which are in order and apart, replaced.
fn without<'a>(bytes: &'a [u8], ranges: &[(usize, usize)]) -> Cow<'a, [u8]> {
    if ranges.is_empty() {
        return Cow::Borrowed(bytes);
    }
    let mut clean = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for &(from, to) in ranges {
        clean.extend_from_slice(bytes.get(at..from).unwrap_or_default());
        clean.extend_from_slice(REDACTED.as_bytes());
        at = to;
    }
    clean.extend_from_slice(bytes.get(at..).unwrap_or_default());
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests;
