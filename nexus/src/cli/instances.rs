//! `nexus instances`: which Nexuses share this swarm, and what is told of one that does not answer. Not here: adding one, see
//! [`super::fleet`].

use std::collections::HashMap;

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::answers::{field, text};
use super::client::{AskError, Client};
use super::screen::Screen;
use super::settings::{Settings, wait};
use super::table::{Cell, Table};
use super::{Ended, Exit, Failure, time};

#[derive(Args)]
pub(super) struct Instances;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Instance {
    id: Option<String>,
    name: String,
    version: String,
    addresses: Vec<String>,
    sessions: u32,
    this: bool,
    state: String,
    heard_at: String,
}

impl Instances {
    #[expect(clippy::unused_self, reason = "as all commands")]
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        wait(list(&settings.client()?, settings))
    }
}

async fn list(client: &Client, settings: &Settings) -> Ended {
    let answer = client.get("/api/v1/instances").await?;
    let screen = settings.screen();
    if settings.json {
        screen.json(&answer)?;
        return Ok(Exit::OK);
    }
    let (table, count) = table(&answer)?;
    screen.table(&table)?;
    if count == 1 {
        screen.note("no other instance shares this swarm");
    }
    Ok(Exit::OK)
}

/// What `/api/v1/instances` says, for people, and how many that are.
pub(super) fn table(answer: &Value) -> Result<(Table, usize), Failure> {
    let instances: Vec<Instance> = field(answer, "instances")?;
    let mut table = Table::new(&[
        "NAME",
        "STATE",
        "NODES",
        "VERSION",
        "HEARD",
        "ADDRESSES",
        "ID",
    ]);
    let now = Timestamp::now();
    for one in &instances {
        let (state, heard) = if one.this {
            ("this one".to_owned(), String::new())
        } else {
            (one.state.clone(), time::ago(&one.heard_at, now))
        };
        table.row([
            Cell::new(&one.name),
            Cell::state(&state),
            one.sessions.to_string().into(),
            Cell::new(&one.version),
            heard.into(),
            one.addresses.join(" ").into(),
            Cell::new(one.id.as_deref().unwrap_or_default()),
        ]);
    }
    Ok((table, instances.len()))
}

/// How each instance is called, by its id.
pub(super) async fn names(client: &Client) -> Result<HashMap<String, String>, AskError> {
    let answer = client.get("/api/v1/instances").await?;
    let listed = answer.get("instances").and_then(Value::as_array);
    let names = listed.into_iter().flatten().map(|one| {
        let name = text(one, "name").to_owned();
        (text(one, "id").to_owned(), name)
    });
    Ok(names.collect())
}

/// Tells whose part is missing in an answer.
pub(super) fn tell_missing(screen: &Screen, answer: &Value, theirs: &str) {
    for line in missing(answer, theirs) {
        screen.note(&line);
    }
}

/// Whose part is missing, one line each.
pub(super) fn missing(answer: &Value, theirs: &str) -> Vec<String> {
    let missing = answer.get("missing").and_then(Value::as_array);
    let line = |one: &Value| {
        let (name, why) = (text(one, "name"), text(one, "why"));
        format!("instance {name:?} did not answer, {theirs}: {why}")
    };
    missing.into_iter().flatten().map(line).collect()
}
