//! `nexus schedules`: what begins by itself, and when. Not here: the clock that it begins by.

mod add;

use clap::{Args, Subcommand};
use http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answers::{field, text};
use super::client::Client;
use super::settings::{Settings, wait};
use super::table::{Cell, Table};
use super::{Ended, Exit, Failure, ids, time};

#[derive(Args)]
pub(super) struct Schedules {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// All of them
    List,
    /// One in full, with the next times
    Show(Which),
    /// Make one
    Add(Box<add::Add>),
    /// Let it begin nothing more
    Pause(Which),
    /// Let it begin again
    Resume(Which),
    /// Begin it now, out of its turn
    Run(Which),
    /// Forget it
    Remove(Which),
}

#[derive(Args)]
struct Which {
    /// Its name, its id, or the beginning of its id
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Schedule {
    id: String,
    name: String,
    when: String,
    cron: String,
    in_words: String,
    time_zone: String,
    overlap: String,
    missed: String,
    job: Option<Value>,
    runbook: Option<Value>,
    paused: bool,
    owner: Owner,
    next: Vec<String>,
    last: Option<Last>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Owner {
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Last {
    at: String,
    job_id: Option<String>,
    run_id: Option<String>,
    outcome: String,
    why: Option<String>,
}

impl Schedules {
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        let client = settings.client()?;
        let order = |which: &Which, verb: &'static str| {
            let name = which.name.clone();
            wait(async { order(&client, settings, &name, verb).await })
        };
        match &self.what {
            None | Some(What::List) => wait(list(&client, settings)),
            Some(What::Show(which)) => wait(show(&client, settings, &which.name)),
            Some(What::Add(add)) => wait(add.run(&client, settings)),
            Some(What::Pause(which)) => order(which, "pause"),
            Some(What::Resume(which)) => order(which, "resume"),
            Some(What::Run(which)) => order(which, "run"),
            Some(What::Remove(which)) => wait(remove(&client, settings, &which.name)),
        }
    }
}

async fn list(client: &Client, settings: &Settings) -> Ended {
    let answer = client.get("/api/v1/schedules").await?;
    let screen = settings.screen();
    if settings.json {
        screen.json(&answer)?;
        return Ok(Exit::OK);
    }
    let schedules: Vec<Schedule> = field(&answer, "schedules")?;
    if schedules.is_empty() {
        screen.note("no schedules; `nexus schedules add` makes one");
        return Ok(Exit::OK);
    }
    let mut table = Table::new(&["NAME", "WHEN", "NEXT", "LAST", "WHAT"]);
    for schedule in &schedules {
        let next = match (schedule.paused, schedule.next.first()) {
            (true, _) => "paused",
            (false, Some(next)) => next,
            (false, None) => "never",
        };
        table.row([
            Cell::new(&schedule.name),
            Cell::new(&schedule.when),
            Cell::new(next),
            schedule.last.as_ref().map(last).unwrap_or_default().into(),
            what(schedule).into(),
        ]);
    }
    screen.table(&table)?;
    Ok(Exit::OK)
}

async fn show(client: &Client, settings: &Settings, name: &str) -> Ended {
    let id = find(client, name).await?;
    let answer = client.get(&format!("/api/v1/schedules/{id}")).await?;
    let screen = settings.screen();
    if settings.json {
        screen.json(&answer)?;
        return Ok(Exit::OK);
    }
    let schedule: Schedule = field(&answer, "schedule")?;
    let cron = format!("{} {}", schedule.cron, schedule.time_zone);
    for (name, text) in [
        ("schedule", schedule.name.as_str()),
        ("id", &schedule.id),
        ("state", if schedule.paused { "paused" } else { "on" }),
        ("when", &schedule.when),
        ("that is", &schedule.in_words),
        ("cron", &cron),
        ("runs", &what(&schedule)),
        ("overlap", &schedule.overlap),
        ("missed", &schedule.missed),
        ("as", &schedule.owner.name),
        (
            "last",
            &schedule.last.as_ref().map(last).unwrap_or_default(),
        ),
        ("next", &schedule.next.join(", ")),
    ] {
        screen.fact(name, text)?;
    }
    Ok(Exit::OK)
}

/// What became of the last time, e.g. `skipped 5m ago: the one before still runs`.
fn last(last: &Last) -> String {
    let mut words = format!("{} {}", last.outcome, time::ago(&last.at, Timestamp::now()));
    if let Some(why) = &last.why {
        words += &format!(": {why}");
    }
    if let Some(job) = &last.job_id {
        words += &format!(", job {job}");
    }
    if let Some(run) = &last.run_id {
        words += &format!(", run {run}");
    }
    words
}

fn what(schedule: &Schedule) -> String {
    if let Some(runbook) = &schedule.runbook {
        return format!("runbook {}", text(runbook, "name"));
    }
    let Some(job) = &schedule.job else {
        return String::new();
    };
    let parameters = job.get("parameters").cloned().unwrap_or_default();
    let call = super::run::call::Call {
        skill: text(job, "skill_name").to_owned(),
        method: text(job, "method_name").to_owned(),
        parameters,
    };
    format!("{} on {}", call.in_words(), text(job, "target"))
}

async fn order(client: &Client, settings: &Settings, name: &str, verb: &str) -> Ended {
    let id = find(client, name).await?;
    let path = format!("/api/v1/schedules/{id}/{verb}");
    let answer = client.post(&path, &json!({})).await?;
    done(settings, &answer, &format!("{name}: {verb}"))
}

async fn remove(client: &Client, settings: &Settings, name: &str) -> Ended {
    let id = find(client, name).await?;
    let path = format!("/api/v1/schedules/{id}");
    let answer = client.ask(Method::DELETE, &path, None).await?;
    done(settings, &answer, &format!("{name} is forgotten"))
}

fn done(settings: &Settings, answer: &Value, words: &str) -> Ended {
    let screen = settings.screen();
    if settings.json {
        screen.json(answer)?;
        return Ok(Exit::OK);
    }
    // What was begun by hand.
    for name in ["job_id", "run_id"] {
        let id = text(answer, name);
        if !id.is_empty() {
            screen.say(id)?;
        }
    }
    screen.note(words);
    Ok(Exit::OK)
}

/// Its name comes first: it is what people chose.
async fn find(client: &Client, name: &str) -> Result<String, Failure> {
    let answer = client.get("/api/v1/schedules").await?;
    let schedules: Vec<Schedule> = field(&answer, "schedules")?;
    let named: Vec<_> = schedules.iter().filter(|one| one.name == name).collect();
    match named.as_slice() {
        [one] => Ok(one.id.clone()),
        [] => {
            let all = schedules.iter().map(|one| one.id.as_str());
            let missing = |_| Failure::failed(format!("no schedule has the name or id {name:?}"));
            ids::find(name, all, "schedule").map_err(missing)
        }
        several => Err(Failure::failed(format!(
            "{} schedules are called {name:?}; give the id",
            several.len()
        ))),
    }
}
