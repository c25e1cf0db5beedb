//! `nexus audit`: verify, export, list. Asks the Nexus that runs here, or reads its file when none runs.
//! Not here: what an audit log is, and verifying it ([`super::proof`]).

use std::io::{BufWriter, Write, stdout};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use nexus::Config;
use nexus::audit::{Entry, InstanceName, Kept, Moment, Part, Query};
use nexus::identity::Identity;
use nexus::store::AuditFile;
use protocol::Fixed;
use serde_json::Value;

use super::client::{Client, in_url};
use super::settings::{Settings, wait};
use super::{Ended, Exit, Failure, clean, proof};

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
        /// What is kept here of the log of another instance, by its name or id
        #[arg(long, value_name = "NAME")]
        instance: Option<String>,
        /// Which copy of it, as verify says; the newest unless said
        #[arg(long, value_name = "NUMBER")]
        copy: Option<u32>,
    },
    /// Show entries, newest first
    List {
        /// Only those with these words in them
        #[arg(long)]
        search: Option<String>,
        /// Only those told at this instance, by its name or id
        #[arg(long, value_name = "NAME")]
        instance: Option<String>,
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
            } => proof::verify_file(settings, file, key.as_deref())?,
            What::Verify { file: None, .. } => proof::verify(settings)?,
            What::Export {
                since,
                until,
                instance,
                copy,
            } => {
                let spans = [
                    ("since", since.clone()),
                    ("until", until.clone()),
                    ("instance", instance.clone()),
                    ("copy", copy.map(|copy| copy.to_string())),
                ];
                let moment = |text: &Option<String>, end| {
                    let read = text.as_ref().map(|text| Moment::read(text, end));
                    read.transpose().map_err(Failure::usage)
                };
                let part = Part {
                    since: moment(since, false)?,
                    until: moment(until, true)?,
                    instance: instance.clone(),
                    copy: *copy,
                };
                export(settings, &spans, &part)?;
            }
            What::List {
                search,
                instance,
                limit,
            } => {
                let query = Query {
                    search: search.clone(),
                    instance: instance.clone(),
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
pub(super) fn running(settings: &Settings) -> Result<Option<Client>, Failure> {
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

fn export(
    settings: &Settings,
    spans: &[(&str, Option<String>)],
    part: &Part,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(stdout().lock());
    if let Some(client) = running(settings)? {
        let pairs = spans.iter().filter_map(|(name, value)| {
            let value = value.as_ref()?;
            Some(format!("{name}={}", in_url(value)))
        });
        let pairs: Vec<_> = pairs.collect();
        let path = format!("/api/v1/audit/export?{}", pairs.join("&"));
        wait(client.copy(&path, &mut out))?;
    } else {
        let config = settings.local()?;
        let key = Fixed(identity(&config)?.public());
        let (log, own) = (file(&config)?, origin(&config));
        log.export(key, part, own.as_ref(), &mut out)
            .map_err(told)?;
    }
    out.flush().map_err(|error| Failure::of_output(&error))
}

fn list(settings: &Settings, query: &Query) -> Result<(), Failure> {
    let entries: Vec<(Option<InstanceName>, String)> = if let Some(client) = running(settings)? {
        let search = query.search.as_deref().map(in_url).unwrap_or_default();
        let limit = query.limit.unwrap_or_default();
        let mut path = format!("/api/v1/audit?limit={limit}&search={search}");
        if let Some(instance) = &query.instance {
            path += &format!("&instance={}", in_url(instance));
        }
        let answer = wait(async { Ok(client.get(&path).await?) })?;
        let entries = answer.get("entries").and_then(Value::as_array);
        let entry = |kept: &Value| {
            let instance = kept.get("instance").cloned();
            let instance = instance.and_then(|instance| serde_json::from_value(instance).ok());
            Some((instance, kept.get("entry")?.to_string()))
        };
        entries.into_iter().flatten().filter_map(entry).collect()
    } else {
        let config = settings.local()?;
        let page = file(&config)?.page(query, origin(&config)).map_err(told)?;
        let entry = |kept: Kept| (kept.instance, kept.entry.get().to_owned());
        page.entries.into_iter().map(entry).collect()
    };
    let screen = settings.screen();
    for (instance, text) in entries {
        if settings.json {
            screen.print(&format!("{}\n", clean::json(&with(&text, instance))))?;
        } else {
            let name = instance.map_or(String::new(), |instance| format!("{}: ", instance.name));
            screen.say(&format!("{name}{}", in_a_line(&text)))?;
        }
    }
    Ok(())
}

/// An entry for scripts: with its instance, when there are several.
fn with(text: &str, instance: Option<InstanceName>) -> String {
    let Some(instance) = instance else {
        return text.to_owned();
    };
    match serde_json::from_str::<serde_json::Map<String, Value>>(text) {
        Ok(mut entry) => {
            entry.insert("instance".to_owned(), serde_json::json!(instance));
            Value::Object(entry).to_string()
        }
        Err(_) => text.to_owned(),
    }
}

/// This instance, when it shares a swarm.
fn origin(config: &Config) -> Option<InstanceName> {
    let text = std::fs::read_to_string(config.data_dir.join("instance")).ok()?;
    let id = text.trim().parse().ok()?;
    let name = config.name.clone();
    Some(InstanceName { id, name })
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

pub(super) fn file(config: &Config) -> Result<AuditFile, Failure> {
    AuditFile::open(&config.store_file()).map_err(told)
}

pub(super) fn identity(config: &Config) -> Result<Identity, Failure> {
    let path = config.identity_file();
    Identity::load(&path).map_err(|error| Failure::failed(format!("{}: {error}", path.display())))
}

pub(super) fn told(error: impl std::fmt::Display) -> Failure {
    Failure::failed(error.to_string())
}
