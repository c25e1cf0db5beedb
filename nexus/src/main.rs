//! `nexus`: the Nexus without a window. Flags are laid over the environment, the environment over the file.
//! Not here: anything that the desktop app needs too; that is the library.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            for problem in problems {
                cli::complain(&problem);
            }
            ExitCode::FAILURE
        }
    }
}
