//! `nexus audit`: verify, export, list. Asks the Nexus that runs here, or reads its file when none runs.
//! Not here: what an audit log is.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write, stdout};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use nexus::Config;
use nexus::audit::{Entry, Fault, FaultKind, Moment, Page, Query, Verdict, verify_lines};
use nexus::identity::Identity;
use nexus::store::AuditFile;
use protocol::Fixed;
use serde_json::Value;

use super::client::{Client, in_url};
use super::screen::Screen;
use super::settings::{Settings, wait};
use super::{Ended, Exit, Failure, clean};

#[derive(Args)]
pub(super) struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Find any entry that was edited, removed or put elsewhere; ends with 1 if there is one
    Verify {
        /// An export instead of the log itself
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// Fingerprint of the key that has to have signed the export
        #[arg(long, value_name = "FINGERPRINT", requires = "file")]
        key: Option<String>,
    },
    /// Print all of it, or a span, as JSON lines that can be verified without this Nexus
    Export {
        /// From this day or time on, e.g. 2026-11-26
        #[arg(long)]
        since: Option<String>,
        /// Through this day or time
        #[arg(long)]
        until: Option<String>,
    },
    /// Show entries, newest first
    List {
        /// Only those with these words in them
        #[arg(long)]
        search: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
}

impl Audit {
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        match &self.what {
            What::Verify {
                file: Some(file),
                key,
            } => verify_file(settings, file, key.as_deref())?,
            What::Verify { file: None, .. } => verify(settings)?,
            What::Export { since, until } => {
                export(settings, since.as_deref(), until.as_deref())?;
            }
            What::List { search, limit } => {
                let query = Query {
                    search: search.clone(),
                    limit: Some(*limit),
                    ..Query::default()
                };
                list(settings, &query)?;
            }
        }
        Ok(Exit::OK)
    }
}

/// The Nexus that is asked; none if this machine's does not run, so that its file is read.
fn running(settings: &Settings) -> Result<Option<Client>, Failure> {
    if settings.is_remote() {
        return settings.client().map(Some);
    }
    // Without a token of its owner no Nexus has run here yet.
    let Ok(client) = settings.client() else {
        return Ok(None);
    };
    let is_there = wait(async { Ok(client.is_there().await) })?;
    Ok(is_there.then_some(client))
}

fn verify(settings: &Settings) -> Result<(), Failure> {
    let verdict = if let Some(client) = running(settings)? {
        let answer = wait(async { Ok(client.get("/api/v1/audit/verify").await?) })?;
        serde_json::from_value(answer).map_err(told)?
    } else {
        let config = settings.local()?;
        let key = Fixed(identity(&config)?.public());
        file(&config)?.verify(key).map_err(told)?
    };
    tell(settings, &verdict)
}

fn verify_file(settings: &Settings, path: &Path, key: Option<&str>) -> Result<(), Failure> {
    let at = path.display();
    let open = File::open(path).map_err(|error| Failure::failed(format!("{at}: {error}")))?;
    let verdict = verify_lines(BufReader::new(open), key)
        .map_err(|why| Failure::failed(format!("{at}: {why}")))?;
    tell(settings, &verdict)?;
    match key {
        Some(_) => Ok(()),
        None if settings.json => Ok(()),
        None => settings
            .screen()
            .say("the file says itself whose key that is; compare it, or give it with --key"),
    }
}

fn tell(settings: &Settings, verdict: &Verdict) -> Result<(), Failure> {
    let screen = settings.screen();
    if settings.json {
        screen.json(&serde_json::to_value(verdict).map_err(told)?)?;
    }
    if !verdict.ok {
        let mut problems = vec!["the audit log is NOT whole:".to_owned()];
        problems.extend(verdict.faults.iter().map(in_words));
        return Err(problems.into());
    }
    if settings.json {
        return Ok(());
    }
    tell_whole(&screen, verdict)
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

fn export(settings: &Settings, since: Option<&str>, until: Option<&str>) -> Result<(), Failure> {
    let moment = |text: Option<&str>, end| text.map(|text| Moment::read(text, end)).transpose();
    let (from, through) = (
        moment(since, false).map_err(Failure::usage)?,
        moment(until, true).map_err(Failure::usage)?,
    );
    let mut out = BufWriter::new(stdout().lock());
    if let Some(client) = running(settings)? {
        let spans = [("since", since), ("until", until)];
        let pairs: Vec<_> = spans
            .iter()
            .filter_map(|(name, value)| value.map(|value| format!("{name}={}", in_url(value))))
            .collect();
        let path = format!("/api/v1/audit/export?{}", pairs.join("&"));
        wait(client.copy(&path, &mut out))?;
    } else {
        let config = settings.local()?;
        let key = Fixed(identity(&config)?.public());
        let log = file(&config)?;
        log.export(key, from, through.as_ref(), &mut out)
            .map_err(told)?;
    }
    out.flush().map_err(|error| Failure::of_output(&error))
}

fn list(settings: &Settings, query: &Query) -> Result<(), Failure> {
    let texts: Vec<String> = if let Some(client) = running(settings)? {
        let search = query.search.as_deref().map(in_url).unwrap_or_default();
        let limit = query.limit.unwrap_or_default();
        let path = format!("/api/v1/audit?limit={limit}&search={search}");
        let answer = wait(async { Ok(client.get(&path).await?) })?;
        let entries = answer.get("entries").and_then(Value::as_array);
        let entry = |kept: &Value| kept.get("entry").map(Value::to_string);
        entries.into_iter().flatten().filter_map(entry).collect()
    } else {
        let config = settings.local()?;
        let Page { entries, .. } = file(&config)?.page(query).map_err(told)?;
        let text = |kept: nexus::audit::Kept| kept.entry.get().to_owned();
        entries.into_iter().map(text).collect()
    };
    let screen = settings.screen();
    for text in texts {
        if settings.json {
            screen.print(&format!("{}\n", clean::json(&text)))?;
        } else {
            screen.say(&in_a_line(&text))?;
        }
    }
    Ok(())
}

/// An entry for people.
fn in_a_line(text: &str) -> String {
    let Ok(entry) = serde_json::from_str::<Entry>(text) else {
        return format!("unreadable: {text}");
    };
    let action = serde_json::to_value(entry.action).unwrap_or_default();
    let action = action.as_str().unwrap_or_default();
    let mut line = format!("{:>6} {} {action}", entry.number, entry.at);
    if let Some(who) = &entry.who {
        line += &format!(" by {}", who.name);
    }
    if let Some(from) = &entry.from {
        line += &format!(" from {from}");
    }
    if let Some(call) = &entry.call {
        line += &format!(" {}.{} {:?}", call.skill, call.method, call.summary);
    }
    for subject in &entry.subject {
        line += &format!(" {subject}");
    }
    match entry.targets.as_slice() {
        [] => {}
        [one] => line += &format!(" on {one}"),
        many => line += &format!(" on {} nodes", many.len()),
    }
    for outcome in &entry.outcomes {
        line += &format!(" {} {}", outcome.execution, outcome.state.word());
    }
    if let Some(about) = entry.about {
        line += &format!(" of {about}");
    }
    if let Some(count) = entry.count {
        line += &format!(" ×{count}");
    }
    if let Some(why) = &entry.why {
        line += &format!(": {why}");
    }
    line
}

fn file(config: &Config) -> Result<AuditFile, Failure> {
    AuditFile::open(&config.store_file()).map_err(told)
}

fn identity(config: &Config) -> Result<Identity, Failure> {
    let path = config.identity_file();
    Identity::load(&path).map_err(|error| Failure::failed(format!("{}: {error}", path.display())))
}

fn told(error: impl std::fmt::Display) -> Failure {
    Failure::failed(error.to_string())
}
