//! `nexus runbooks run`: starts a run and tells of its steps until it is over. Not here: what a step does.

use std::collections::HashMap;
use std::time::Duration;

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Pair, pair, pairs};
use crate::cli::answers::field;
use crate::cli::client::{Client, in_url};
use crate::cli::run::interrupt::Interrupts;
use crate::cli::run::submit::confirmed;
use crate::cli::screen::Screen;
use crate::cli::settings::{Settings, wait};
use crate::cli::{Ended, Exit};

/// Between two looks at a run.
const LOOK: Duration = Duration::from_millis(500);

#[derive(Args)]
pub(super) struct RunBook {
    /// Its name
    name: String,
    /// Its parameters
    #[arg(value_name = "KEY=VALUE", value_parser = pair)]
    parameters: Vec<Pair>,
    /// On which nodes, over the runbook's own
    #[arg(long)]
    target: Option<String>,
    /// An older version
    #[arg(long)]
    version: Option<u64>,
    /// Steps may destroy something, and that is meant
    #[arg(long)]
    yes: bool,
    /// Only print the id of the run
    #[arg(long, short)]
    detach: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Run {
    id: String,
    state: String,
    reason: Option<String>,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Step {
    name: String,
    state: String,
    job_id: Option<String>,
}

impl RunBook {
    pub(super) fn run(&self, client: &Client, settings: &Settings) -> Ended {
        let body = json!({"id": uuid::Uuid::new_v4(), "parameters": pairs(&self.parameters), "target": self.target,
            "version": self.version});
        let path = format!("/api/v1/runbooks/{}/run", in_url(&self.name));
        wait(async {
            let screen = settings.screen();
            let answer = confirmed(client, &screen, &path, body, self.yes).await?;
            let run: Run = field(&answer, "run")?;
            if self.detach {
                if settings.json {
                    screen.json(&answer)?;
                } else {
                    screen.say(&run.id)?;
                }
                return Ok(Exit::OK);
            }
            follow(client, settings, run).await
        })
    }
}

async fn follow(client: &Client, settings: &Settings, first: Run) -> Ended {
    let screen = settings.screen();
    let mut interrupts = Interrupts::listen()?;
    let path = format!("/api/v1/runs/{}", first.id);
    let mut told = HashMap::new();
    let mut run = first;
    let mut raw = Value::Null;
    let mut is_stopping = false;
    loop {
        if !settings.json {
            tell(&screen, &run, &mut told);
        }
        if is_over(&run.state) {
            break;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = interrupts.next() => {
                if is_stopping {
                    screen.note(&format!("run {} goes on without us", run.id));
                    return Ok(Exit::INTERRUPTED);
                }
                is_stopping = true;
                client.post(&format!("{path}/cancel"), &json!({})).await?;
                screen.note("stopping it… and waiting for the proof; Ctrl-C again leaves it alone");
            }
        }
        raw = client.get(&path).await?;
        run = field(&raw, "run")?;
    }
    if settings.json {
        screen.json(&raw)?;
    } else {
        let why = run.reason.as_deref().unwrap_or_default();
        let gap = if why.is_empty() { "" } else { ": " };
        screen.note(&format!("run {}: {}{gap}{why}", run.id, run.state));
    }
    Ok(exit(&run, is_stopping))
}

fn exit(run: &Run, is_stopping: bool) -> Exit {
    let is_unknown = run.state == "unknown" || run.steps.iter().any(|step| step.state == "unknown");
    match run.state.as_str() {
        _ if is_unknown => Exit::UNKNOWN,
        _ if is_stopping => Exit::INTERRUPTED,
        "succeeded" => Exit::OK,
        _ => Exit::FAILED,
    }
}

/// Each step when it begins and when it ends.
fn tell(screen: &Screen, run: &Run, told: &mut HashMap<String, String>) {
    for step in &run.steps {
        let is_new = told.get(&step.name) != Some(&step.state);
        if is_new && step.state != "pending" {
            let job = step.job_id.as_deref();
            let job = job.map_or_else(String::new, |job| format!(" (job {job})"));
            screen.note(&format!("{}: {}{job}", step.name, step.state));
        }
        told.insert(step.name.clone(), step.state.clone());
    }
}

fn is_over(state: &str) -> bool {
    matches!(state, "succeeded" | "failed" | "cancelled" | "unknown")
}
