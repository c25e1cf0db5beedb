//! `spore status`: where this machine belongs, and by which addresses it goes there. Not here: a spore that runs, which is not
//! disturbed; and its settings, see [`crate::check`].

use std::process::ExitCode;

use serde_json::json;
use spore::Config;
use spore::doors::standing::{Known, Standing, standing};

use crate::args::fail;

/// Prints all and exits.
#[expect(clippy::print_stdout, reason = "the output of the command")]
pub(crate) fn status(config: &Config, as_json: bool) -> ExitCode {
    let found = match standing(config) {
        Ok(found) => found,
        Err(problem) => return fail(&problem),
    };
    if as_json {
        println!("{}", as_value(&found));
        return ExitCode::SUCCESS;
    }
    let none = || "none: it goes by the shared token".to_owned();
    let in_use = match &found.in_use {
        Some((address, since)) => format!("{address} since {since}"),
        None => "none: no spore of this data directory is connected".to_owned(),
    };
    for (name, value) in [
        ("key of the Nexus", found.nexus.clone().unwrap_or_else(none)),
        (
            "key of this machine",
            found.key.clone().unwrap_or_else(none),
        ),
        (
            "node id",
            found.node_id.clone().unwrap_or("not known yet".to_owned()),
        ),
        ("address in use", in_use),
    ] {
        println!("{name:<20} {value}");
    }
    println!("known addresses");
    for Known { address, learned } in &found.doors {
        let by = if *learned {
            "told by the Nexus"
        } else {
            "given here"
        };
        println!("  {address:<40} {by}");
    }
    ExitCode::SUCCESS
}

fn as_value(found: &Standing) -> serde_json::Value {
    let known = found.doors.iter();
    let known: Vec<_> = known
        .map(|door| json!({ "address": door.address, "learned": door.learned }))
        .collect();
    json!({
        "nexus": found.nexus, "key": found.key, "node_id": found.node_id, "addresses": known,
        "in_use": found.in_use.as_ref().map(|(address, _)| address),
        "since": found.in_use.as_ref().map(|(_, since)| since),
    })
}
