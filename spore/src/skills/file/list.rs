//! `FileSkill.list_files`: one line for an entry, as the prototype writes them, sorted.

use cap_std::fs::Dir;
use serde::Deserialize;

use super::{Done, Operation, Target};

/// Most entries that are listed.
const ENTRIES: usize = 10_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    #[serde(default = "here")]
    pub(super) path: String,
}

fn here() -> String {
    ".".to_owned()
}

pub(super) fn operation(target: Target) -> Operation {
    Box::new(move |dir| list(dir, &target))
}

fn list(dir: &Dir, target: &Target) -> Done {
    let failed = |error: std::io::Error| target.failure("list", &error);
    let dir = dir.open_dir(&target.path).map_err(failed)?;
    let mut lines = Vec::new();
    let mut more = false;
    for entry in dir.entries().map_err(failed)? {
        if lines.len() == ENTRIES {
            more = true;
            break;
        }
        let name = entry.map_err(failed)?.file_name();
        // Links are followed as far as they stay inside; what leads out, or nowhere, is shown as a file.
        let kind = if dir.metadata(&name).is_ok_and(|found| found.is_dir()) {
            "DIR"
        } else {
            "FILE"
        };
        lines.push((one_line(&name.to_string_lossy()), kind));
    }
    lines.sort();
    let lines: Vec<String> = lines
        .into_iter()
        .map(|(name, kind)| format!("[{kind}] {name}"))
        .collect();
    Ok((lines.join("\n"), more))
}

/// A name may hold line breaks; a line may not.
fn one_line(name: &str) -> String {
    let mut line = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_control() {
            line.extend(c.escape_default())
        } else {
            line.push(c)
        }
    }
    line
}
