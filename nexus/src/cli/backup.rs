//! `nexus backup` and `nexus restore`: what this machine's Nexus keeps, put away and taken up again. Not here: what belongs to it.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use nexus::backup::{self, BackupError};
use serde_json::json;

use super::answers::text;
use super::settings::{Settings, wait};
use super::{Ended, Exit, Failure};

/// How long a copy may take.
const PATIENCE: Duration = Duration::from_hours(4);

#[derive(Args)]
pub(super) struct Backup {
    /// A directory that is not there yet. Whoever can read it has this Nexus' keys
    to: PathBuf,
}

#[derive(Args)]
pub(super) struct Restore {
    /// What `nexus backup` made
    from: PathBuf,
    /// Begin at once with what waited when the backup was made, also if it has run since
    #[arg(long)]
    go_on: bool,
}

impl Backup {
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        only_here(settings)?;
        let config = settings.local()?;
        let begun = backup::begin(&config, &self.to)?;
        if !begun.copy_store()? {
            let client = settings.client()?.patient(PATIENCE);
            let copied = wait(async { Ok(client.post("/api/v1/backup", &json!({})).await?) })?;
            begun.take_store(text(&copied, "file"))?;
        }
        let bytes = begun.finish()?;
        let screen = settings.screen();
        if settings.json {
            screen.json(&json!({"directory": self.to, "bytes": bytes}))?;
        } else {
            screen.say(&self.to.display().to_string())?;
            screen.note(&format!(
                "{:.1} MiB, read through; whoever can read it has this Nexus' keys",
                bytes as f64 / 1024.0 / 1024.0
            ));
        }
        Ok(Exit::OK)
    }
}

impl Restore {
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        only_here(settings)?;
        let config = settings.local()?;
        let note = backup::restore(&config, &self.from, !self.go_on)?;
        let screen = settings.screen();
        if settings.json {
            screen.json(&json!({"directory": config.data_dir, "made_at": note.at}))?;
            return Ok(Exit::OK);
        }
        screen.say(&config.data_dir.display().to_string())?;
        screen.note(&format!("of {}, made by version {}", note.at, note.version));
        screen.note("tokens, nodes and codes that ended since then are back: end them again");
        if !self.go_on {
            screen.note(
                "nothing begins until `nexus release`: what waited then may have run since; see `nexus jobs`",
            );
        }
        Ok(Exit::OK)
    }
}

fn only_here(settings: &Settings) -> Result<(), Failure> {
    if settings.is_remote() {
        return Err(Failure::usage(
            "a backup is made and restored on the machine of the Nexus, for it holds the keys",
        ));
    }
    Ok(())
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        Self::failed(error.to_string())
    }
}
