//! `nexus jobs`: which there are, one of them in full, and what can be done with one. Not here: starting one, see [`super::run`].

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::answers::{Job, field, nodes, text};
use super::client::{AskError, Client};
use super::instances::tell_missing;
use super::run::submit::confirm;
use super::run::summary;
use super::screen::Screen;
use super::settings::{Settings, wait};
use super::table::{Cell, Table};
use super::{Ended, Exit, Failure, ids, time};

/// So many are looked through for the beginning of an id.
const SEARCHED: u32 = 1000;
/// So many are shown unless more are wanted.
const NEWEST: u32 = 20;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Jobs {
    #[command(subcommand)]
    what: Option<What>,
    /// Only those that are not over
    #[arg(long, conflicts_with = "all")]
    live: bool,
    /// As far back as the Nexus lists them, not just the newest ones
    #[arg(long)]
    all: bool,
}

#[derive(Subcommand)]
enum What {
    /// How one stands, node by node
    Show {
        /// Its id, or the beginning of it
        id: String,
    },
    /// Begin nothing more of it
    Pause {
        /// Its id, or the beginning of it
        id: String,
    },
    /// Go on with it
    Resume {
        /// Its id, or the beginning of it
        id: String,
    },
    /// Stop it; `nexus stop --job` waits for the proof
    Cancel {
        /// Its id, or the beginning of it
        id: String,
    },
    /// Once more, on those that failed
    Rerun {
        /// Its id, or the beginning of it
        id: String,
        /// Also where nobody knows what became of it, so that it may run twice there
        #[arg(long)]
        unknown: bool,
        /// The number of nodes, for what may destroy something on several of them
        #[arg(long, value_name = "N")]
        yes: Option<u32>,
    },
}

impl Jobs {
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        let client = settings.client()?;
        let order = |id: &str, verb: &'static str| {
            let id = id.to_owned();
            wait(async { order(&client, settings, &id, verb).await })
        };
        match &self.what {
            None => wait(self.list(&client, settings)),
            Some(What::Show { id }) => wait(show(&client, settings, id)),
            Some(What::Pause { id }) => order(id, "pause"),
            Some(What::Resume { id }) => order(id, "resume"),
            Some(What::Cancel { id }) => order(id, "cancel"),
            Some(What::Rerun { id, unknown, yes }) => {
                wait(rerun(&client, settings, id, *unknown, *yes))
            }
        }
    }

    async fn list(&self, client: &Client, settings: &Settings) -> Ended {
        let state = if self.live { "live" } else { "all" };
        let shown = if self.all || self.live {
            SEARCHED
        } else {
            NEWEST
        };
        // Ids are shortened so that they stay clear among all that are looked through for them.
        let limit = if settings.json { shown } else { SEARCHED };
        let path = format!("/api/v1/jobs?state={state}&limit={limit}");
        let answer = client.get(&path).await?;
        let screen = settings.screen();
        if settings.json {
            screen.json(&answer)?;
            return Ok(Exit::OK);
        }
        let jobs: Vec<Job> = field(&answer, "jobs")?;
        if jobs.is_empty() {
            screen.note("no jobs; `nexus run TARGET COMMAND` makes one");
        } else {
            screen.table(&table(&jobs, shown))?;
        }
        tell_missing(&screen, &answer, "its jobs are not in this list");
        Ok(Exit::OK)
    }
}

fn table(jobs: &[Job], shown: u32) -> Table {
    let mut table = Table::new(&["ID", "STATE", "NODES", "OUTCOME", "WHAT", "BY", "WHEN"]);
    let now = Timestamp::now();
    let whole: Vec<_> = jobs.iter().map(|job| job.id.as_str()).collect();
    let shown = usize::try_from(shown).unwrap_or(usize::MAX);
    for (job, id) in jobs.iter().zip(ids::shortened(&whole)).take(shown) {
        let what = if job.label.is_empty() {
            job.call()
        } else {
            job.label.clone()
        };
        table.row([
            Cell::new(id),
            Cell::state(&job.state),
            job.total.to_string().into(),
            job.counts.in_words().into(),
            what.into(),
            Cell::new(&job.asker.name),
            time::ago(&job.submitted_at, now).into(),
        ]);
    }
    table
}

async fn show(client: &Client, settings: &Settings, id: &str) -> Ended {
    let id = find(client, id).await?;
    let answer = client.get(&format!("/api/v1/jobs/{id}")).await?;
    let targets = summary::targets(client, &id).await?;
    let screen = settings.screen();
    if settings.json {
        let path = format!("/api/v1/jobs/{id}/targets?limit=1000");
        let first = client.get(&path).await?;
        let job = answer.get("job").cloned().unwrap_or_default();
        let targets = first.get("targets").cloned().unwrap_or_default();
        screen.json(&json!({"job": job, "targets": targets, "next": first.get("next")}))?;
        return Ok(Exit::OK);
    }
    let job: Job = field(&answer, "job")?;
    facts(&screen, &job)?;
    let mut table = Table::new(&[
        "NODE",
        "STATE",
        "EXIT",
        "TOOK",
        "TRIES",
        "OUTPUT",
        "EXECUTION",
        "WHY",
    ]);
    for target in &targets {
        let exit = target.exit_code.map(|code| code.to_string());
        let took = target.execution_time.map(time::took);
        let output = match (target.output_bytes, target.from_cache) {
            (_, true) => "older".to_owned(),
            (0, false) => String::new(),
            (bytes, false) => format!("{bytes} B"),
        };
        table.row([
            Cell::new(&target.node_name),
            Cell::state(&target.state),
            exit.unwrap_or_default().into(),
            took.unwrap_or_default().into(),
            target.attempts.to_string().into(),
            output.into(),
            Cell::new(target.execution_id.as_deref().unwrap_or_default()),
            Cell::new(target.error.as_deref().unwrap_or_default()),
        ]);
    }
    screen.table(&table)?;
    Ok(Exit::OK)
}

fn facts(screen: &Screen, job: &Job) -> Result<(), Failure> {
    let now = Timestamp::now();
    let held = if job.held {
        ", held: the fleet is stopped"
    } else {
        ""
    };
    let state = format!("{}{held}", job.state.replace('_', " "));
    let wave = job.wave.as_ref();
    let wave = wave.map_or_else(String::new, |wave| {
        format!("{} of {}", wave.current, wave.of)
    });
    let on = match (job.any, job.target.as_str()) {
        (Some(any), target) => format!("any {any} of {target}"),
        (None, target) => format!("{} {target}", nodes(job.total)),
    };
    let origin = job.origin.as_ref();
    let origin = origin.map_or_else(String::new, |origin| {
        format!(
            "{} {}",
            origin.kind,
            origin.name.as_deref().unwrap_or_default()
        )
    });
    let ends = job.expires_at.as_deref().filter(|_| !job.is_over());
    let finished = job.finished_at.as_deref();
    for (name, what) in [
        ("job", job.id.as_str()),
        ("label", &job.label),
        ("state", &state),
        ("why", job.reason.as_deref().unwrap_or_default()),
        ("runs", &job.call()),
        ("on", &on),
        ("outcome", &job.counts.in_words()),
        ("wave", &wave),
        ("asked by", &job.asker.name),
        ("came from", &origin),
        ("asked", &time::ago(&job.submitted_at, now)),
        (
            "over",
            &finished.map(|at| time::ago(at, now)).unwrap_or_default(),
        ),
        ("given up at", ends.unwrap_or_default()),
    ] {
        screen.fact(name, what)?;
    }
    Ok(())
}

async fn order(client: &Client, settings: &Settings, id: &str, verb: &str) -> Ended {
    let id = find(client, id).await?;
    let path = format!("/api/v1/jobs/{id}/{verb}");
    let answer = client.post(&path, &json!({})).await?;
    let screen = settings.screen();
    if settings.json {
        screen.json(&answer)?;
        return Ok(Exit::OK);
    }
    let job: Job = field(&answer, "job")?;
    screen.say(&format!("{id}: {} ({})", job.state, job.counts.in_words()))?;
    Ok(Exit::OK)
}

async fn rerun(
    client: &Client,
    settings: &Settings,
    id: &str,
    unknown: bool,
    yes: Option<u32>,
) -> Ended {
    let id = find(client, id).await?;
    let mut only = vec!["failed", "timed_out", "refused", "expired"];
    only.extend(unknown.then_some("unknown"));
    let path = format!("/api/v1/jobs/{id}/rerun");
    let again = uuid::Uuid::new_v4();
    let body = |yes: Option<u32>| json!({"only": only, "id": again, "confirm_count": yes});
    let screen = settings.screen();
    let answer = match client.post(&path, &body(yes)).await {
        Err(AskError::Refused(refused)) if refused.code == "confirm_count" && yes.is_none() => {
            let count = refused.context.get("count").and_then(Value::as_u64);
            let count = u32::try_from(count.unwrap_or_default()).unwrap_or(u32::MAX);
            let typed = confirm(&screen, "it once more", count).await?;
            client.post(&path, &body(Some(typed))).await?
        }
        answered => answered?,
    };
    if settings.json {
        screen.json(&answer)?;
        return Ok(Exit::OK);
    }
    let job: Job = field(&answer, "job")?;
    screen.note(&format!(
        "again on {}; `nexus logs {} --follow` shows it",
        nodes(job.total),
        job.id
    ));
    screen.say(&job.id)?;
    Ok(Exit::OK)
}

/// The id of the one job that is meant.
pub(super) async fn find(client: &Client, typed: &str) -> Result<String, Failure> {
    if let Some(id) = ids::whole(typed) {
        return Ok(id);
    }
    ids::check(typed)?;
    let jobs = listed(client).await?;
    ids::find(typed, jobs.iter().map(|job| text(job, "id")), "job")
}

/// As many jobs as are listed at once.
pub(super) async fn listed(client: &Client) -> Result<Vec<Value>, AskError> {
    let path = format!("/api/v1/jobs?state=all&limit={SEARCHED}");
    let answer = client.get(&path).await?;
    let jobs = answer.get("jobs").and_then(Value::as_array);
    Ok(jobs.cloned().unwrap_or_default())
}
