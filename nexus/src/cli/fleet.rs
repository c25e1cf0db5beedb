//! `nexus fleet`: how instances of one swarm stand with each other, and what another one needs. Not here: what instances do.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use nexus::{fleet, secret};
use serde::Deserialize;

use super::answers::field;
use super::settings::{Settings, wait};
use super::{Ended, Exit, Failure, Problems, instances, time};

#[derive(Args)]
pub(super) struct Fleet {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// How an instance stands with its engine, and which others it hears of
    Status,
    /// Print the swarm's key, for NEXUS_FLEET_KEY of another instance. Whoever has it and the engine's password is one of them
    Key,
}

/// What an instance says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Standing {
    engine: Engine,
    nodes_held: u64,
    nodes_reached: u64,
    batches_broken: u64,
    letters_refused: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Engine {
    state: String,
    since: Option<String>,
    problem: Option<String>,
}

impl Fleet {
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        match self.what {
            What::Status => status(settings),
            What::Key => key(settings),
        }
    }
}

fn status(settings: &Settings) -> Ended {
    let client = settings.client()?;
    let (answer, others) = wait(async {
        let answer = client.get("/api/v1/fleet").await?;
        Ok((answer, client.get("/api/v1/instances").await?))
    })?;
    let screen = settings.screen();
    if settings.json {
        screen.json(&answer)?;
        return Ok(Exit::OK);
    }
    let Some(standing) = field::<Option<Standing>>(&answer, "fleet")? else {
        screen.note("this Nexus is alone; NEXUS_FLEET_URL makes it one of several");
        return Ok(Exit::OK);
    };
    let now = Timestamp::now();
    let engine = &standing.engine;
    let since = engine.since.as_deref().map(|at| time::ago(at, now));
    let since = since.map_or_else(String::new, |ago| format!(", since {ago}"));
    screen.fact("engine", &format!("{}{since}", engine.state))?;
    screen.fact("here", &standing.nodes_held.to_string())?;
    screen.fact("elsewhere", &standing.nodes_reached.to_string())?;
    screen.table(&instances::table(&others)?.0)?;
    if let Some(problem) = &engine.problem {
        screen.note(problem);
    }
    if standing.letters_refused > 0 {
        let refused = standing.letters_refused;
        screen.note(&format!(
            "{refused} letters were forged, moved or said again: somebody who has the engine's password is no instance of this swarm"
        ));
    }
    if standing.batches_broken > 0 {
        let broken = standing.batches_broken;
        screen.note(&format!(
            "{broken} batches were not taken by another instance; spores brought back what was in them"
        ));
    }
    Ok(Exit::OK)
}

fn key(settings: &Settings) -> Ended {
    if settings.is_remote() {
        return Err(Failure::usage(
            "the swarm's key is shown on the machine of an instance only",
        ));
    }
    let config = settings.local()?;
    let path = fleet::key_file(&config.data_dir);
    let kept = secret::private_directory(&config.data_dir)
        .and_then(|()| secret::load_or_create(&path, fleet::KEY_PREFIX));
    let key = kept.map_err(|error| Problems::from([format!("{}: {error}", path.display())]))?;
    settings.screen().say(key.reveal())?;
    Ok(Exit::OK)
}
