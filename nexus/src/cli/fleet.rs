//! `nexus fleet`: what another instance of the same swarm needs. Not here: what instances do.

use clap::{Args, Subcommand};
use nexus::{fleet, secret};

use super::settings::Settings;
use super::{Ended, Exit, Failure, Problems};

#[derive(Args)]
pub(super) struct Fleet {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Print the swarm's key, for NEXUS_FLEET_KEY of another instance. Whoever has it and the engine's password is one of them
    Key,
}

impl Fleet {
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        match self.what {
            What::Key => key(settings),
        }
    }
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
