//! `spore join`: makes this machine a member, and asks what it is to allow. Not here: going there, which a start does.

use std::io::{BufRead, IsTerminal, Read, Write};

use spore::policy::{self, Preset};
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
    allow(config)?;
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

/// Sees to it that there is a policy: before anybody can ask for anything.
#[expect(clippy::print_stdout, reason = "the output of the command")]
fn allow(config: &Config) -> Result<(), String> {
    if policy::exists(&config.data_dir) {
        if config.policy.is_some() {
            println!("This machine has a policy already; it stays as it is.");
        }
        return Ok(());
    }
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let chosen = match config.policy {
        Some(preset) => preset,
        None if terminal => ask()?,
        None => Preset::Operate,
    };
    policy::install(&config.data_dir, chosen).map_err(|error| {
        let place = config.data_dir.display();
        format!("the policy cannot be kept in {place}: {error}")
    })?;
    let place = config.data_dir.join("policy.toml");
    println!("This machine allows `{chosen}`: {}.", chosen.meaning());
    println!("To change that, edit {}.", place.display());
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a question at a terminal")]
fn ask() -> Result<Preset, String> {
    println!("What may the Nexus do on this machine?");
    for preset in Preset::ALL {
        println!("  {:<8} {}", preset.to_string(), preset.meaning());
    }
    loop {
        print!("Policy [operate]: ");
        std::io::stdout()
            .flush()
            .map_err(|error| error.to_string())?;
        let mut answer = String::new();
        let read = std::io::stdin().lock().take(LONGEST).read_line(&mut answer);
        // The end of the input is no answer, and the default is the answer to that.
        if read.map_err(|error| error.to_string())? == 0 || answer.trim().is_empty() {
            return Ok(Preset::Operate);
        }
        match answer.trim().to_lowercase().parse() {
            Ok(preset) => return Ok(preset),
            Err(problem) => println!("{problem}"),
        }
    }
}
