//! `nexus sources`: the brokers that jobs are taken from, and how that goes. Not here: changing them, the configuration has them.

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;

use super::answers::field;
use super::client::Client;
use super::settings::{Settings, wait};
use super::table::{Cell, Table};
use super::{Ended, Exit, time};

#[derive(Args)]
pub(super) struct Sources;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Source {
    name: String,
    at: String,
    token: String,
    dead: String,
    connected: bool,
    problem: Option<String>,
    since: String,
    taken: u64,
    known: u64,
    dead_lettered: u64,
    dead_reason: Option<String>,
    results_problem: Option<String>,
}

impl Sources {
    #[expect(clippy::unused_self, reason = "as all commands")]
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        wait(list(&settings.client()?, settings))
    }
}

async fn list(client: &Client, settings: &Settings) -> Ended {
    let answer = client.get("/api/v1/sources").await?;
    let screen = settings.screen();
    if settings.json {
        screen.json(&answer)?;
        return Ok(Exit::OK);
    }
    let sources: Vec<Source> = field(&answer, "sources")?;
    if sources.is_empty() {
        screen.note("no sources; [[sources]] in nexus.toml or NEXUS_SOURCES names brokers to take jobs from");
        return Ok(Exit::OK);
    }
    let mut table = Table::new(&[
        "NAME", "AT", "TOKEN", "STATE", "SINCE", "TAKEN", "AGAIN", "DEAD",
    ]);
    let now = Timestamp::now();
    for source in &sources {
        let state = match (source.connected, &source.problem) {
            (true, None) => "takes jobs",
            (true, Some(_)) => "waits",
            (false, _) => "not connected",
        };
        table.row([
            Cell::new(&source.name),
            Cell::new(&source.at),
            Cell::new(&source.token),
            state.into(),
            time::ago(&source.since, now).into(),
            source.taken.to_string().into(),
            source.known.to_string().into(),
            source.dead_lettered.to_string().into(),
        ]);
    }
    screen.table(&table)?;
    for source in &sources {
        if let Some(problem) = &source.problem {
            screen.note(&format!("{}: {problem}", source.name));
        }
        if source.dead_lettered > 0 {
            screen.note(&source.buried());
        }
        if let Some(problem) = &source.results_problem {
            screen.note(&format!("{}: results: {problem}", source.name));
        }
    }
    Ok(Exit::OK)
}

impl Source {
    fn buried(&self) -> String {
        let (name, count, dead) = (&self.name, self.dead_lettered, &self.dead);
        let to = if dead.is_empty() {
            "rejected, to where the queue sends its dead letters".to_owned()
        } else {
            format!("in {dead:?}, each with its reason")
        };
        let last = self.dead_reason.as_ref();
        let last = last.map_or_else(String::new, |why| format!("; the last one, {why}"));
        format!("{name}: {count} {to}{last}")
    }
}
