//! `nexus completions`: teaches a shell to complete this program's words. Not here: names of nodes, which only a Nexus knows.

use clap::{Args, CommandFactory};
use clap_complete::{Generator, Shell};

use super::settings::Settings;
use super::{Ended, Exit, Failure};

#[derive(Args)]
pub(super) struct Completions {
    /// For this shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        let mut command = super::Cli::command();
        command.set_bin_name("nexus");
        command.build();
        let mut script = Vec::new();
        self.shell
            .try_generate(&command, &mut script)
            .map_err(|error| Failure::of_output(&error))?;
        settings.screen().write(&script, false)?;
        Ok(Exit::OK)
    }
}
