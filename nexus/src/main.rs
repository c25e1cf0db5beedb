//! `nexus`: the Nexus without a window, and the command line for any Nexus. Flags are laid over the environment, the environment
//! over the file. Not here: anything that the desktop app needs too; that is the library.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
