//! `nexus schedules add`: a job or a runbook, and the times at which it begins. Not here: what the times mean.

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::Schedule;
use crate::cli::answers::field;
use crate::cli::client::Client;
use crate::cli::run::call::CallArgs;
use crate::cli::run::policy::PolicyArgs;
use crate::cli::run::submit::confirmed;
use crate::cli::runbooks::{Pair, pair, pairs};
use crate::cli::settings::Settings;
use crate::cli::{Ended, Exit, Failure};

#[derive(Args)]
pub(super) struct Add {
    /// For people
    name: String,
    /// e.g. "every weekday at 9am", or cron: "0 9 * * 1-5"
    #[arg(long, value_name = "WORDS|CRON")]
    when: String,
    /// Whose clock it goes by, e.g. Europe/Warsaw
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    zone: String,
    /// What happens when the one before still runs
    #[arg(long, value_enum, default_value = "skip")]
    overlap: Overlap,
    /// What happens to times at which the Nexus was off
    #[arg(long, value_enum, default_value = "skip")]
    missed: Missed,
    /// On which nodes
    #[arg(long)]
    target: Option<String>,
    /// A runbook instead of a command
    #[arg(long, value_name = "NAME", conflicts_with_all = ["sh", "call", "command"])]
    runbook: Option<String>,
    /// A parameter of the runbook; may be given several times
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = pair, requires = "runbook")]
    set: Vec<Pair>,
    /// It may destroy something each time, and that is meant
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    call: CallArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum Overlap {
    /// It is left out
    Skip,
    /// It waits
    Queue,
    /// Both run
    Allow,
}

#[derive(Clone, Copy, ValueEnum)]
enum Missed {
    /// They are gone
    Skip,
    /// It runs once for all of them
    Once,
}

impl Add {
    /// Makes it.
    pub(super) async fn run(&self, client: &Client, settings: &Settings) -> Ended {
        let screen = settings.screen();
        let body = self.body()?;
        let answer = confirmed(client, &screen, "/api/v1/schedules", body, self.yes).await?;
        if settings.json {
            screen.json(&answer)?;
            return Ok(Exit::OK);
        }
        let schedule: Schedule = field(&answer, "schedule")?;
        screen.say(&schedule.id)?;
        screen.note(&format!(
            "{}: {}",
            schedule.in_words,
            schedule.next.join(", ")
        ));
        Ok(Exit::OK)
    }

    /// What is sent.
    fn body(&self) -> Result<Value, Failure> {
        let overlap = match self.overlap {
            Overlap::Skip => "skip",
            Overlap::Queue => "queue",
            Overlap::Allow => "allow",
        };
        let missed = match self.missed {
            Missed::Skip => "skip",
            Missed::Once => "once",
        };
        let (mut job, mut runbook) = (Value::Null, Value::Null);
        if let Some(name) = &self.runbook {
            runbook = json!({"name": name, "parameters": pairs(&self.set), "target": self.target});
        } else if self.call.is_empty() {
            return Err(Failure::usage(
                "say what it begins: a command, --sh 'a line for the shell', --call SKILL.METHOD, or --runbook NAME",
            ));
        } else {
            job = self.job()?;
        }
        Ok(
            json!({"name": self.name, "when": self.when, "time_zone": self.zone, "overlap": overlap,
            "missed": missed, "job": job, "runbook": runbook}),
        )
    }

    fn job(&self) -> Result<Value, Failure> {
        let target = self.target.as_ref().ok_or_else(|| {
            Failure::usage(
                "say on which nodes: --target, e.g. --target 'tag:gpu'; * is all of them",
            )
        })?;
        let call = self.call.call()?;
        let mut body = Map::new();
        self.policy.write(&mut body);
        body.insert("target".to_owned(), json!(target));
        body.insert("skill_name".to_owned(), json!(call.skill));
        body.insert("method_name".to_owned(), json!(call.method));
        body.insert("parameters".to_owned(), call.parameters);
        Ok(Value::Object(body))
    }
}
