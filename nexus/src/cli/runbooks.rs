//! `nexus runbooks`: keep them, take them out, run them. Not here: what their steps do.

mod run;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use http::Method;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::answers::{field, text};
use super::client::{Client, in_url};
use super::settings::{Settings, wait};
use super::table::{Cell, Table};
use super::{Ended, Exit, Failure};

/// Largest runbook that is sent, bytes.
const LARGEST: u64 = 1 << 20;

#[derive(Args)]
pub(super) struct Runbooks {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// All of them
    List,
    /// One in full
    Show {
        /// Its name
        name: String,
    },
    /// Keep one; one of the same name gets a new version
    Import {
        /// TOML, or JSON if it is called so
        file: PathBuf,
    },
    /// Print one as TOML
    Export {
        /// Its name
        name: String,
    },
    /// Run one and stay until it is over
    Run(run::RunBook),
    /// Forget one
    Remove {
        /// Its name
        name: String,
    },
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Runbook {
    name: String,
    version: Option<u64>,
    title: String,
}

/// A parameter, as typed.
#[derive(Debug, Clone)]
pub(super) struct Pair(String, Value);

/// `key=value`. What reads as a number, as true or false, or as JSON is that; everything else is text.
pub(super) fn pair(text: &str) -> Result<Pair, String> {
    let (key, value) = text
        .split_once('=')
        .filter(|(key, _)| !key.is_empty())
        .ok_or_else(|| format!("{text:?} is no parameter; write key=value"))?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    Ok(Pair(key.to_owned(), value))
}

/// As an object; the last one of a name counts.
pub(super) fn pairs(pairs: &[Pair]) -> Value {
    let each = pairs
        .iter()
        .map(|Pair(key, value)| (key.clone(), value.clone()));
    Value::Object(each.collect::<Map<_, _>>())
}

impl Runbooks {
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        let client = settings.client()?;
        match &self.what {
            None | Some(What::List) => wait(list(&client, settings)),
            Some(What::Show { name }) => wait(show(&client, settings, name)),
            Some(What::Import { file }) => wait(Import::read(file)?.send(&client, settings)),
            Some(What::Export { name }) => {
                let path = format!("/api/v1/runbooks/{}?format=toml", in_url(name));
                wait(client.copy(&path, &mut std::io::stdout()))?;
                Ok(Exit::OK)
            }
            Some(What::Run(run)) => run.run(&client, settings),
            Some(What::Remove { name }) => wait(remove(&client, settings, name)),
        }
    }
}

async fn list(client: &Client, settings: &Settings) -> Ended {
    let answer = client.get("/api/v1/runbooks").await?;
    let screen = settings.screen();
    if settings.json {
        screen.json(&answer)?;
        return Ok(Exit::OK);
    }
    let runbooks: Vec<Runbook> = field(&answer, "runbooks")?;
    if runbooks.is_empty() {
        screen.note("no runbooks; `nexus runbooks import FILE` keeps one");
        return Ok(Exit::OK);
    }
    let mut table = Table::new(&["NAME", "VERSION", "WHAT"]);
    for runbook in &runbooks {
        let version = runbook.version.map(|version| version.to_string());
        table.row([
            Cell::new(&runbook.name),
            version.unwrap_or_default().into(),
            Cell::new(&runbook.title),
        ]);
    }
    screen.table(&table)?;
    Ok(Exit::OK)
}

async fn show(client: &Client, settings: &Settings, name: &str) -> Ended {
    let path = format!("/api/v1/runbooks/{}", in_url(name));
    let answer = client.get(&path).await?;
    let screen = settings.screen();
    if settings.json {
        screen.json(&answer)?;
        return Ok(Exit::OK);
    }
    let runbook: Value = field(&answer, "runbook")?;
    let version = answer.get("version").and_then(Value::as_u64);
    let version = version.unwrap_or_default().to_string();
    for (name, what) in [
        ("runbook", text(&runbook, "name")),
        ("title", text(&runbook, "title")),
        ("version", &version),
        ("made", text(&answer, "made_at")),
        ("on", text(&runbook, "target")),
    ] {
        screen.fact(name, what)?;
    }
    let list = |name: &str| runbook.get(name).and_then(Value::as_array).cloned();
    for one in list("parameters").unwrap_or_default() {
        let what = format!("{} {}", text(&one, "type"), text(&one, "title"));
        screen.fact(&format!("  {}", text(&one, "name")), &what)?;
    }
    let mut table = Table::new(&["STEP", "WHEN", "CALL"]);
    for step in list("steps").unwrap_or_default() {
        let job = step.get("job").cloned().unwrap_or_default();
        let call = format!("{}.{}", text(&job, "skill_name"), text(&job, "method_name"));
        table.row([
            Cell::new(text(&step, "name")),
            Cell::new(text(&step, "when")),
            call.into(),
        ]);
    }
    screen.table(&table)?;
    Ok(Exit::OK)
}

async fn remove(client: &Client, settings: &Settings, name: &str) -> Ended {
    let path = format!("/api/v1/runbooks/{}", in_url(name));
    let answer = client.ask(Method::DELETE, &path, None).await?;
    let screen = settings.screen();
    if settings.json {
        screen.json(&answer)?;
    } else {
        screen.note(&format!("runbook {name} is forgotten"));
    }
    Ok(Exit::OK)
}

/// A file, read.
struct Import {
    name: String,
    kind: &'static str,
    text: String,
}

impl Import {
    fn read(path: &std::path::Path) -> Result<Self, Failure> {
        let at = path.display();
        let failed = |why: String| Failure::failed(format!("{at}: {why}"));
        let size = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?;
        if size.len() > LARGEST {
            return Err(failed(format!("is larger than {LARGEST} bytes")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        let is_json = path.extension().is_some_and(|kind| kind == "json");
        let named = if is_json {
            let value: Value =
                serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
            named(&value)
        } else {
            let table: toml::Table = text
                .parse()
                .map_err(|error: toml::de::Error| failed(error.to_string()))?;
            named(&serde_json::to_value(table).unwrap_or_default())
        };
        let name = named.ok_or_else(|| failed("has no name".to_owned()))?;
        Ok(Self {
            name,
            kind: if is_json {
                "application/json"
            } else {
                "application/toml"
            },
            text,
        })
    }

    async fn send(self, client: &Client, settings: &Settings) -> Ended {
        let path = format!("/api/v1/runbooks/{}", in_url(&self.name));
        let answer = client.put_text(&path, self.kind, self.text).await?;
        let screen = settings.screen();
        if settings.json {
            screen.json(&answer)?;
            return Ok(Exit::OK);
        }
        let version = answer.get("version").and_then(Value::as_u64);
        let version = version.map_or_else(String::new, |version| format!(", version {version}"));
        screen.note(&format!("runbook {} is kept{version}", self.name));
        Ok(Exit::OK)
    }
}

/// The name that it says it has.
fn named(runbook: &Value) -> Option<String> {
    let name = text(runbook, "name");
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parameters_are_what_they_read_as() {
        let read = |texts: &[&str]| {
            let read: Result<Vec<_>, _> = texts.iter().map(|text| pair(text)).collect();
            read.map(|read| pairs(&read))
        };
        assert_eq!(
            read(&[
                "n=3",
                "on=true",
                "name=web-1",
                "list=[1]",
                "empty=",
                "eq=a=b",
                "n=4"
            ])
            .unwrap(),
            json!({"n": 4, "on": true, "name": "web-1", "list": [1], "empty": "", "eq": "a=b"})
        );
        for text in ["", "x", "=1"] {
            assert!(read(&[text]).is_err(), "{text}");
        }
    }
}
