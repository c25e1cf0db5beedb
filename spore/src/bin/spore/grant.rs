//! `spore grant`, `spore grants`, `spore ungrant`: what this machine allows for a time. Not here: a spore that runs, which
//! notices by itself; these commands need none.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;
use spore::Config;
use spore::grants::{self, Grant, GrantError, What};

use crate::args::{Granted, fail};

/// Makes one, and says how to take it back.
#[expect(clippy::print_stdout, reason = "the output of the command")]
pub(crate) fn grant(config: &Config, granted: Granted) -> ExitCode {
    let (what, lasting) = match granted {
        Granted::Shell { lasting } => (What::Shell, lasting),
        Granted::Method { method, lasting } => (What::Method(method), lasting),
        Granted::Command { argv, lasting } => (What::Command(argv), lasting),
        Granted::Read { directory, lasting } => (What::Read(directory), lasting),
        Granted::Write { directory, lasting } => (What::Write(directory), lasting),
    };
    let data_dir = &config.data_dir;
    let made =
        grants::as_owner(data_dir).and_then(|()| grants::grant(data_dir, what, lasting.lasting));
    match made {
        Ok(made) => {
            let length = grants::words(lasting.lasting);
            println!("Granted for {length}: {} (id {})", made.what, made.id);
            println!("To take it back: spore ungrant {}", made.id);
            ExitCode::SUCCESS
        }
        Err(problem) => fail(&problem),
    }
}

/// Lists those in force.
#[expect(clippy::print_stdout, reason = "the output of the command")]
pub(crate) fn list(config: &Config, as_json: bool) -> ExitCode {
    match grants::list(&config.data_dir) {
        Ok(found) if as_json => {
            let all: Vec<_> = found.iter().map(as_value).collect();
            println!("{}", json!({ "grants": all }));
        }
        Ok(found) if found.is_empty() => println!("No grant is in force."),
        Ok(found) => {
            for (grant, left) in found {
                let left = grants::words(left);
                println!("{}  {left:<12} {}", grant.id, grant.what);
            }
        }
        Err(problem) => return fail(&problem),
    }
    ExitCode::SUCCESS
}

/// Takes one back, or all.
#[expect(clippy::print_stdout, reason = "the output of the command")]
pub(crate) fn take_back(config: &Config, id: &str) -> ExitCode {
    let data_dir = &config.data_dir;
    let taken: Result<Vec<Grant>, GrantError> =
        grants::as_owner(data_dir).and_then(|()| grants::take_back(data_dir, id));
    match taken {
        Ok(taken) => {
            for grant in &taken {
                println!("Taken back: {}", grant.what);
            }
            ExitCode::SUCCESS
        }
        Err(problem) => fail(&problem),
    }
}

fn as_value((grant, left): &(Grant, Duration)) -> serde_json::Value {
    json!({
        "id": grant.id, "what": grant.what, "text": grant.what.to_string(),
        "until": protocol::rfc3339(grant.ends_at()), "seconds_left": left.as_secs(),
    })
}
