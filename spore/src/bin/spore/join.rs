//! `spore join`: makes this machine a member. Not here: going there, which a start does.

use std::io::Read;

use spore::{Config, JoinCode, Spore};

/// Longest text that is read from standard input.
const LONGEST: u64 = 8192;

/// Keeps the membership and says what to compare.
#[expect(clippy::print_stdout, reason = "the output of the command")]
pub(crate) fn join(config: &Config, code: &str, save: bool) -> Result<(), String> {
    let mut text = code.to_owned();
    if code == "-" {
        text.clear();
        let mut input = std::io::stdin().take(LONGEST);
        input
            .read_to_string(&mut text)
            .map_err(|error| error.to_string())?;
    }
    let code: JoinCode = text
        .parse()
        .map_err(|error| format!("what was given {error}"))?;
    let fingerprint = Spore::join(config, &code).map_err(|error| error.to_string())?;
    println!("This machine's key: {fingerprint}");
    if save {
        println!(
            "Kept in {}; start the spore with the same user and data directory.",
            config.data_dir.display()
        );
    }
    Ok(())
}
