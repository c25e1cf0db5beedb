//! `SystemSkill.logs`: the newest lines of the journal, or of a file. A later look goes on where the one before ended, by
//! its cursor. Not here: following for as long as somebody likes; whoever wants that asks again.

mod file;
mod journal;

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::Judge;
use super::super::places::Places;
use super::command::Programs;
use super::{Told, one_line};
use crate::policy::{Ask, under};
use file::LogFile;

/// Lines unless asked otherwise, and at most.
const LINES: (usize, usize) = (200, 2000);
/// Longest line that is told, bytes.
const LINE: usize = 4 * 1024;
/// Where the system keeps its logs.
const HOME: &str = "/var/log";
const LEVELS: [&str; 8] = [
    "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug",
];

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Asked {
    unit: String,
    path: String,
    lines: Option<usize>,
    priority: String,
    since: String,
    search: String,
    after: String,
}

/// Where the lines come from.
#[derive(Debug)]
pub(super) enum Source {
    Journal,
    File(LogFile),
}

/// One line; what is not known of it is null or empty.
#[derive(Debug, PartialEq, Serialize)]
struct Line {
    /// RFC 3339.
    at: Option<String>,
    level: Option<&'static str>,
    /// The unit or program.
    from: String,
    pid: Option<u32>,
    text: String,
}

/// What was found, oldest first.
#[derive(Debug, Serialize)]
struct Found {
    source: String,
    lines: Vec<Line>,
    /// Where the next look goes on.
    cursor: Option<String>,
    /// There are older lines, or there were more than could be told.
    more: bool,
    /// What its source had to say about it.
    note: Option<String>,
}

/// Checks what was asked, and opens what is to be read.
pub(super) fn source(asked: &Asked, places: &Places, judge: &mut Judge) -> Result<Source, String> {
    check(asked)?;
    if asked.path.is_empty() {
        return Ok(Source::Journal);
    }
    let journals = [&asked.unit, &asked.priority, &asked.since];
    if journals.iter().any(|given| !given.is_empty()) {
        return Err(
            "`unit`, `priority` and `since` are for the journal; a file is only lines".to_owned(),
        );
    }
    let path = Path::new(&asked.path);
    if !path.is_absolute() || asked.path.contains('\0') {
        return Err(format!(
            "`path` must be a file under {HOME}, from the root on"
        ));
    }
    let place = match judge.ask(&Ask::Read(&asked.path))? {
        Some(permit) => permit.place,
        // Without a policy commands may run, so what the system logs is no secret to the caller.
        None => under(&[HOME.to_owned()], &asked.path).and_then(|(_, place)| place),
    };
    let place = place.ok_or_else(|| format!("`path` must be a file under {HOME}"))?;
    let closed = |why: String| format!("cannot use {}: {why}", place.display());
    let dir = places.dir(&place).map_err(|why| closed(why.to_string()))?;
    let rest = path
        .strip_prefix(&place)
        .map_err(|why| closed(why.to_string()))?;
    Ok(Source::File(LogFile {
        dir,
        path: rest.to_string_lossy().into_owned(),
        asked: asked.path.clone(),
        confinement: judge.confinement(),
    }))
}

pub(super) async fn look(asked: Asked, source: Source, programs: Programs) -> Result<Told, String> {
    let found = match source {
        Source::Journal => journal::read(&asked, &programs).await?,
        Source::File(file) => super::aside(move || file.read(&asked)).await?,
    };
    let lines = in_words(&found);
    Told::new(&found, lines)
}

fn check(asked: &Asked) -> Result<(), String> {
    let most = asked.lines.unwrap_or(LINES.0);
    if !(1..=LINES.1).contains(&most) {
        return Err(format!("`lines` must be 1 to {}", LINES.1));
    }
    let odd = |text: &str, also: &str| {
        text.chars()
            .any(|c| !c.is_ascii_alphanumeric() && !also.contains(c))
    };
    if asked.unit.len() > 200 || odd(&asked.unit, ":_.\\@-*") {
        return Err("`unit` is no name of a unit, such as nginx.service".to_owned());
    }
    if asked.since.len() > 60 || odd(&asked.since, " :.+-/") {
        return Err(
            "`since` is no time, such as \"1 hour ago\" or \"2026-11-26 08:00\"".to_owned(),
        );
    }
    if asked.after.len() > 400 || odd(&asked.after, "=;:-") {
        return Err("`after` is no cursor of an earlier answer".to_owned());
    }
    if !asked.priority.is_empty() && !LEVELS.contains(&asked.priority.as_str()) {
        return Err(format!("`priority` is one of {}", LEVELS.join(", ")));
    }
    if asked.search.len() > 200 {
        return Err("`search` is too long".to_owned());
    }
    Ok(())
}

impl Asked {
    fn most(&self) -> usize {
        self.lines.unwrap_or(LINES.0)
    }

    /// The newest of these that hold what is searched for, and whether there were more.
    fn newest(&self, mut lines: Vec<Line>) -> (Vec<Line>, bool) {
        let wanted = self.search.to_lowercase();
        lines.retain(|line| {
            wanted.is_empty()
                || line.text.to_lowercase().contains(&wanted)
                || line.from.to_lowercase().contains(&wanted)
        });
        let over = lines.len().saturating_sub(self.most());
        lines.drain(..over);
        (lines, over > 0)
    }
}

fn in_words(found: &Found) -> String {
    let mut text = String::new();
    for line in &found.lines {
        for part in [line.at.as_deref(), line.level].into_iter().flatten() {
            text.push_str(part);
            text.push(' ');
        }
        if !line.from.is_empty() {
            text.push_str(&line.from);
            if let Some(pid) = line.pid {
                text.push_str(&format!("[{pid}]"));
            }
            text.push_str(": ");
        }
        text.push_str(&line.text);
        text.push('\n');
    }
    if let Some(note) = &found.note {
        text.push_str(&format!("({note})\n"));
    }
    text
}

#[cfg(test)]
mod tests;
