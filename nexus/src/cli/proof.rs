//! `nexus audit verify`: whether the audit log is whole, the copies of the logs of other instances too, or an export.
//! Not here: what is verified, and how ([`nexus::audit`]).

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use nexus::audit::{CopyVerdict, Fault, FaultKind, Verdict, Why, verify_lines};
use protocol::Fixed;
use serde::{Deserialize, Serialize};

use super::Failure;
use super::audit::{file, identity, running, told};
use super::screen::Screen;
use super::settings::{Settings, wait};

/// What the Nexus answers, or its file.
#[derive(Serialize, Deserialize)]
struct Proof {
    #[serde(flatten)]
    own: Verdict,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    copies: Vec<CopyVerdict>,
}

pub(super) fn verify(settings: &Settings) -> Result<(), Failure> {
    let proof = if let Some(client) = running(settings)? {
        let answer = wait(async { Ok(client.get("/api/v1/audit/verify").await?) })?;
        serde_json::from_value(answer).map_err(told)?
    } else {
        let config = settings.local()?;
        let key = Fixed(identity(&config)?.public());
        let file = file(&config)?;
        Proof {
            own: file.verify(key).map_err(told)?,
            copies: file.verify_copies(key).map_err(told)?,
        }
    };
    tell(settings, &proof)
}

pub(super) fn verify_file(
    settings: &Settings,
    path: &Path,
    key: Option<&str>,
) -> Result<(), Failure> {
    let at = path.display();
    let open = File::open(path).map_err(|error| Failure::failed(format!("{at}: {error}")))?;
    let verdict = verify_lines(BufReader::new(open), key)
        .map_err(|why| Failure::failed(format!("{at}: {why}")))?;
    let copies = Vec::new();
    tell(
        settings,
        &Proof {
            own: verdict,
            copies,
        },
    )?;
    match key {
        Some(_) => Ok(()),
        None if settings.json => Ok(()),
        None => settings
            .screen()
            .say("the file says itself whose key that is; compare it, or give it with --key"),
    }
}

fn tell(settings: &Settings, proof: &Proof) -> Result<(), Failure> {
    let screen = settings.screen();
    if settings.json {
        screen.json(&serde_json::to_value(proof).map_err(told)?)?;
    }
    let mut problems = Vec::new();
    if !proof.own.ok {
        problems.push("the audit log is NOT whole:".to_owned());
        problems.extend(proof.own.faults.iter().map(in_words));
    }
    for copy in proof.copies.iter().filter(|copy| !copy.verdict.ok) {
        problems.push(format!("{} is NOT whole:", named(copy)));
        problems.extend(copy.verdict.faults.iter().map(in_words));
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    if settings.json {
        return Ok(());
    }
    tell_whole(&screen, &proof.own)?;
    proof
        .copies
        .iter()
        .try_for_each(|copy| tell_copy(&screen, copy))
}

fn named(copy: &CopyVerdict) -> String {
    let name = &copy.instance.name;
    format!("copy {} of the audit log of {name}", copy.copy)
}

fn tell_copy(screen: &Screen, copy: &CopyVerdict) -> Result<(), Failure> {
    let Verdict {
        entries,
        first,
        last,
        checkpoints,
        ..
    } = copy.verdict;
    let before = first.saturating_sub(1);
    let since = &copy.since;
    let why = match copy.why {
        Why::First => String::new(),
        Why::Aged => "; entries before it were removed there for their age".to_owned(),
        Why::Diverged => {
            format!("; since {since} the log there is another one after entry {before}")
        }
        Why::Misfit => format!("; entry {before} did not fit there"),
        Why::Unproved => {
            format!("; entries up to {before} are gone there, and nobody signed that")
        }
    };
    let old = if copy.current {
        ""
    } else {
        "; its origin does not have all of this any more"
    };
    screen.say(&format!(
        "whole: {}: {entries} entries, {first} to {last}; {checkpoints} signatures{why}{old}",
        named(copy)
    ))
}

fn tell_whole(screen: &Screen, verdict: &Verdict) -> Result<(), Failure> {
    screen.say(&format!(
        "whole: {} entries, {} to {}; {} signatures by {}",
        verdict.entries, verdict.first, verdict.last, verdict.checkpoints, verdict.fingerprint
    ))?;
    screen.say(&format!("hash of the last one: {}", verdict.hash))?;
    if verdict.unsigned > 0 {
        screen.say(&format!(
            "the last {} are not signed yet: whether more followed cannot be proved",
            verdict.unsigned
        ))?;
    }
    Ok(())
}

fn in_words(fault: &Fault) -> String {
    let kind = match fault.kind {
        FaultKind::Edited => "edited",
        FaultKind::Missing => "missing",
        FaultKind::Reordered => "in another place",
        FaultKind::Rewritten => "written anew",
        FaultKind::BadSignature => "wrongly signed",
        FaultKind::ForeignKey => "signed by another key",
        FaultKind::NotSigned => "not signed",
        FaultKind::Cut => "cut off",
    };
    format!("entry {}: {kind}: {}", fault.number, fault.detail)
}
