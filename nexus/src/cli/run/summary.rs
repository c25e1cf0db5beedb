//! What came of a job on several nodes: like outcomes together, odd ones first. Not here: output while it comes.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::printer::{Look, Printer};
use crate::cli::Failure;
use crate::cli::answers::{Job, Output, Target, field, nodes};
use crate::cli::client::Client;
use crate::cli::screen::Screen;
use crate::cli::table::{Cell, Table};

/// Most names of one line.
const NAMES: usize = 12;
/// Most targets that are told one by one.
const TOLD: usize = 20;
/// Targets of one page; as many as the Nexus gives.
const PAGE: usize = 1000;

/// Nodes with the same outcome.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::cli) struct Group {
    state: String,
    exit_code: Option<i64>,
    count: u32,
    majority: bool,
    nodes: Vec<Member>,
    text: Option<String>,
    truncated: bool,
    error: Option<String>,
    diff: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Member {
    node_name: String,
    execution_id: Option<String>,
}

/// Nodes by what came of them.
pub(in crate::cli) async fn groups(client: &Client, id: &str) -> Result<Vec<Group>, Failure> {
    let answer = client.get(&format!("/api/v1/jobs/{id}/groups")).await?;
    field(&answer, "groups")
}

/// All targets of a job.
pub(in crate::cli) async fn targets(client: &Client, id: &str) -> Result<Vec<Target>, Failure> {
    let mut all: Vec<Target> = Vec::new();
    let mut after: Option<u64> = None;
    loop {
        let from = after.map_or_else(String::new, |after| format!("&after={after}"));
        let path = format!("/api/v1/jobs/{id}/targets?limit={PAGE}{from}");
        let answer = client.get(&path).await?;
        let page: Vec<Target> = field(&answer, "targets")?;
        let next = answer.get("next").and_then(Value::as_u64);
        all.extend(page);
        // A next page that does not begin later would never end.
        match next {
            Some(next) if after.is_none_or(|after| next > after) => after = Some(next),
            Some(_) | None => return Ok(all),
        }
    }
}

/// Like outcomes in a table on standard error, with the count of everything.
pub(in crate::cli) fn tell(screen: &Screen, job: &Job, groups: &[Group]) {
    if groups.len() > 1 {
        let mut table = Table::new(&["STATE", "EXIT", "NODES", "", "OUTPUT"]);
        for group in groups {
            let exit = group.exit_code.map(|code| code.to_string());
            let said = group.text.as_ref().filter(|text| !text.is_empty());
            let first = said.or(group.error.as_ref()).map_or("", String::as_str);
            let first = first.lines().next().unwrap_or_default();
            table.row([
                Cell::state(&group.state),
                exit.unwrap_or_default().into(),
                group.count.to_string().into(),
                group.names().into(),
                Cell::new(first),
            ]);
        }
        screen.note_table(&table);
    }
    screen.note(&format!("{}: {}", nodes(job.total), job.counts.in_words()));
}

/// Each outcome in full on standard output: what the majority wrote, and how the others differ.
pub(in crate::cli) fn show(screen: &Screen, groups: &[Group]) -> Result<(), Failure> {
    for group in groups {
        let exit = match group.exit_code {
            Some(code) if code != 0 => format!(", exit code {code}"),
            Some(_) | None => String::new(),
        };
        let odd = if group.majority || groups.len() == 1 {
            ""
        } else {
            " (unlike most)"
        };
        screen.say(&format!(
            "== {}: {}{exit}{odd}: {}",
            nodes(group.count),
            group.state.replace('_', " "),
            group.names()
        ))?;
        let said = [&group.diff, &group.text, &group.error];
        let said = said.into_iter().flatten().find(|text| !text.is_empty());
        screen.text(said.map_or("", String::as_str))?;
        if group.truncated {
            screen.say("… cut; `nexus logs` shows all of it")?;
        }
    }
    Ok(())
}

/// Nodes of the prototype and some methods write nothing while they run: what they answered is shown at the end.
pub(in crate::cli) fn show_late(printer: &mut Printer, groups: &[Group]) -> Result<(), Failure> {
    for group in groups {
        let Some(text) = group.text.as_deref().filter(|text| !text.is_empty()) else {
            continue;
        };
        for node in &group.nodes {
            let Some(id) = &node.execution_id else {
                continue;
            };
            if !printer.has_heard(id) {
                printer.write(&Output::late(id, &node.node_name, text))?;
                printer.end(id)?;
            }
        }
    }
    Ok(())
}

/// Targets that have no output to be told by: which, and why.
pub(in crate::cli) fn tell_idle(screen: &Screen, targets: &[Target]) {
    let mut idle: HashMap<String, Vec<&str>> = HashMap::new();
    for target in targets {
        if matches!(target.state.as_str(), "refused" | "skipped" | "expired") {
            let why = target.error.as_deref().unwrap_or("no reason given");
            let line = format!("{}: {why}", target.state);
            idle.entry(line).or_default().push(&target.node_name);
        }
    }
    let mut idle: Vec<_> = idle.into_iter().collect();
    idle.sort();
    for (line, names) in idle.iter().take(TOLD) {
        screen.note(&format!("{line}: {}", shortened(names, names.len())));
    }
}

impl Group {
    fn names(&self) -> String {
        let mut names: Vec<_> = self
            .nodes
            .iter()
            .map(|node| node.node_name.as_str())
            .collect();
        names.sort_unstable();
        shortened(&names, usize::try_from(self.count).unwrap_or(usize::MAX))
    }
}

/// The first names of so many.
fn shortened(names: &[&str], count: usize) -> String {
    let listed: Vec<_> = names.iter().take(NAMES).copied().collect();
    let rest = count.saturating_sub(listed.len());
    let listed = listed.join(", ");
    match rest {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}

/// The look of a job on so many targets.
pub(in crate::cli) fn look(total: u32, no_prefix: bool) -> Look {
    match (total, no_prefix) {
        (0 | 1, _) => Look::AsItComes,
        (_, true) => Look::Lines,
        (_, false) => Look::Named,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_are_counted_instead() {
        let names: Vec<_> = (0..20).map(|n| format!("n{n}")).collect();
        let members = names.iter().map(|name| Member {
            node_name: name.clone(),
            ..Member::default()
        });
        let group = Group {
            count: 500,
            nodes: members.collect(),
            ..Group::default()
        };
        let told = group.names();
        assert!(told.starts_with("n0, n1, n10"), "{told}");
        assert!(told.ends_with("n19 and 488 more"), "{told}");
    }
}
