//! The journal of systemd, asked by `journalctl`. Not here: its files, whose format is nobody's business.

use std::time::{Duration, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::Value;

use super::super::command::{Programs, Said, Silent};
use super::{Asked, Found, HOME, LEVELS, LINE, Line, one_line};

/// Lines that are looked through for what is searched for.
const SEARCHED: usize = 2000;
/// More than that many lines can have: journalctl leaves out messages over 4 KiB.
const BYTES: usize = 12 * 1024 * 1024;
const FIELDS: &str = "MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,_SYSTEMD_UNIT,_PID";

/// A field that stands there twice is a list, and one that is no text is a list of bytes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Entry {
    #[serde(rename = "MESSAGE")]
    message: Value,
    #[serde(rename = "PRIORITY")]
    priority: Value,
    #[serde(rename = "SYSLOG_IDENTIFIER")]
    program: Value,
    #[serde(rename = "_SYSTEMD_UNIT")]
    unit: Value,
    #[serde(rename = "_PID")]
    pid: Value,
    #[serde(rename = "__REALTIME_TIMESTAMP")]
    at: Value,
    #[serde(rename = "__CURSOR")]
    cursor: Value,
}

pub(super) async fn read(asked: &Asked, programs: &Programs) -> Result<Found, String> {
    match programs.ask("journalctl", &arguments(asked), BYTES).await {
        Ok(said) if said.succeeded => Ok(found(asked, &said)),
        Ok(said) => Err(format!("journalctl: {}", said.complaint)),
        Err(Silent::Missing) => Err(format!(
            "there is no journal of systemd here; name a file under {HOME} as `path`"
        )),
        Err(Silent::Failed(why)) => Err(why),
    }
}

/// Values never stand alone, so none of them can become an option.
fn arguments(asked: &Asked) -> Vec<String> {
    let lines = if asked.search.is_empty() {
        asked.most()
    } else {
        SEARCHED
    };
    let mut arguments = vec![
        "--no-pager".to_owned(),
        "--output=json".to_owned(),
        format!("--output-fields={FIELDS}"),
        format!("--lines={lines}"),
    ];
    let given = [
        ("unit", &asked.unit),
        ("priority", &asked.priority),
        ("since", &asked.since),
        ("after-cursor", &asked.after),
    ];
    let given = given.into_iter().filter(|(_, value)| !value.is_empty());
    arguments.extend(given.map(|(name, value)| format!("--{name}={value}")));
    arguments
}

fn found(asked: &Asked, said: &Said) -> Found {
    let mut cursor = None;
    let mut lines = Vec::new();
    // What is no entry is a remark, such as that there are none.
    let entries = said.out.lines().filter(|line| line.starts_with('{'));
    for entry in entries.filter_map(|line| serde_json::from_str::<Entry>(line).ok()) {
        cursor = text(&entry.cursor).or(cursor);
        lines.push(line(&entry));
    }
    let full = asked.after.is_empty() && lines.len() >= asked.most();
    let (lines, over) = asked.newest(lines);
    let earlier = (!asked.after.is_empty()).then(|| asked.after.clone());
    Found {
        source: "journal".to_owned(),
        lines,
        cursor: cursor.or(earlier),
        more: full || over || said.cut,
        note: (!said.complaint.is_empty()).then(|| said.complaint.clone()),
    }
}

fn line(entry: &Entry) -> Line {
    let at = text(&entry.at).and_then(|micros| micros.parse::<u64>().ok());
    let level = text(&entry.priority).and_then(|level| level.parse::<usize>().ok());
    let from = text(&entry.program).or_else(|| text(&entry.unit));
    let message = match &entry.message {
        Value::Null => "(a message that is too long to be told)".to_owned(),
        some @ (Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => text(some).unwrap_or_default(),
    };
    Line {
        at: at.map(|micros| protocol::rfc3339(UNIX_EPOCH + Duration::from_micros(micros))),
        level: level.and_then(|level| LEVELS.get(level).copied()),
        from: one_line(&from.unwrap_or_default(), 100),
        pid: text(&entry.pid).and_then(|pid| pid.parse().ok()),
        text: one_line(&message, LINE),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => {
            let bytes: Option<Vec<u8>> = parts
                .iter()
                .map(|part| part.as_u64().and_then(|byte| u8::try_from(byte).ok()))
                .collect();
            match bytes {
                Some(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
                None => parts.first().and_then(text),
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(out: &str) -> Said {
        Said {
            out: out.to_owned(),
            complaint: String::new(),
            succeeded: true,
            cut: false,
        }
    }

    #[test]
    fn entries_of_any_kind_become_lines() {
        let out = r#"{"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1764182400000000","PRIORITY":"3","SYSLOG_IDENTIFIER":"sshd","_PID":"77","MESSAGE":"Failed\npassword"}
-- No entries --
{"MESSAGE":[104,105,27,91,51,49,109],"_SYSTEMD_UNIT":"a.service","PRIORITY":["9","x"],"__CURSOR":"s=1;i=3"}
{"MESSAGE":null,"_PID":"no"}
{broken"#;
        let found = found(&Asked::default(), &said(out));
        assert_eq!(found.lines.len(), 3);
        let at = UNIX_EPOCH + Duration::from_secs(1_764_182_400);
        assert_eq!(found.lines[0].at, Some(protocol::rfc3339(at)));
        assert_eq!(
            (found.lines[0].level, found.lines[0].pid),
            (Some("err"), Some(77))
        );
        assert_eq!(found.lines[0].text, "Failed password");
        assert_eq!(
            (found.lines[1].text.as_str(), found.lines[1].from.as_str()),
            ("hi [31m", "a.service")
        );
        assert_eq!(found.lines[1].level, None);
        assert!(found.lines[2].text.contains("too long"));
        assert_eq!(found.cursor.as_deref(), Some("s=1;i=3"));
    }

    #[test]
    fn nothing_new_keeps_the_place() {
        let asked = Asked {
            after: "s=1;i=9".to_owned(),
            ..Asked::default()
        };
        let found = found(&asked, &said("-- No entries --\n"));
        assert_eq!(found.cursor.as_deref(), Some("s=1;i=9"));
        assert!(found.lines.is_empty() && !found.more);
    }

    #[test]
    fn values_stay_values() {
        let asked = Asked {
            unit: "-H".to_owned(),
            since: "--vacuum-size 1".to_owned(),
            ..Asked::default()
        };
        let given = arguments(&asked);
        assert!(given.contains(&"--unit=-H".to_owned()));
        assert!(
            given
                .iter()
                .all(|word| word.starts_with("--") && word.contains(['=', 'p']))
        );
    }
}
