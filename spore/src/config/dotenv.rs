//! The `.env` file: `KEY=value`, quotes, comments, an optional `export`. Nothing is expanded.

use std::collections::BTreeMap;

/// The settings and what could not be read, by line.
pub(super) fn parse(text: &str) -> (BTreeMap<String, String>, Vec<String>) {
    let mut values = BTreeMap::new();
    let mut problems = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // A complaint names the line, never its text: it may be the token's.
        match entry(line) {
            Ok((key, value)) => drop(values.insert(key, value)),
            Err(problem) => problems.push(format!("line {}: {problem}", index + 1)),
        }
    }
    (values, problems)
}

fn entry(line: &str) -> Result<(String, String), &'static str> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (key, value) = line.split_once('=').ok_or("expected KEY=value")?;
    let key = key.trim();
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if key.is_empty() || !key.chars().all(word) {
        return Err("a key has letters, digits and `_` only");
    }
    Ok((key.to_owned(), unquote(value.trim())?))
}

fn unquote(value: &str) -> Result<String, &'static str> {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let Some(quote) = quote else {
        // Unquoted: a comment starts at ` #`.
        let end = value
            .find(" #")
            .or_else(|| value.find("\t#"))
            .unwrap_or(value.len());
        let bare = if value.starts_with('#') {
            ""
        } else {
            &value[..end]
        };
        return Ok(bare.trim_end().to_owned());
    };
    let mut plain = String::new();
    let mut rest = value[1..].chars();
    loop {
        match rest.next().ok_or("a quote is not closed")? {
            c if c == quote => break,
            '\\' if quote == '"' => match rest.next().ok_or("a quote is not closed")? {
                'n' => plain.push('\n'),
                't' => plain.push('\t'),
                c @ ('"' | '\\' | '$') => plain.push(c),
                c => plain.extend(['\\', c]),
            },
            c => plain.push(c),
        }
    }
    let rest = rest.as_str().trim_start();
    if rest.is_empty() || rest.starts_with('#') {
        Ok(plain)
    } else {
        Err("text after the closing quote")
    }
}
