//! `nexus alerts`: what is wrong, by likely cause, and what is done about it. Not here: rules, which the console edits.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answers::field;
use super::client::Client;
use super::settings::{Settings, wait};
use super::table::{Cell, Table};
use super::{Ended, Exit, Failure, time};

#[derive(Args)]
pub(super) struct Alerts {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// What fires, by likely cause
    List {
        /// Also what is muted
        #[arg(long)]
        all: bool,
    },
    /// Look after it, or let somebody do so
    Take {
        #[command(flatten)]
        which: Which,
        /// Somebody else; an empty one is nobody
        #[arg(long, value_name = "NAME")]
        owner: Option<String>,
    },
    /// Say that it was seen
    Ack(Which),
    /// Do not hear of it for a while
    Mute {
        #[command(flatten)]
        which: Which,
        /// For how long: 30m, 8h, 2d
        #[arg(long = "for", value_name = "SPAN", default_value = "8h", value_parser = time::seconds)]
        span: u64,
        /// Why
        #[arg(long)]
        reason: Option<String>,
    },
    /// Hear of it again
    Unmute(Which),
}

#[derive(Args)]
struct Which {
    /// Number of a cause as `nexus alerts` shows it, its key, or the id of an alert
    cause: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Cause {
    key: String,
    title: String,
    place: String,
    hint: Option<String>,
    severity: String,
    since: String,
    alerts: u32,
    owner: Option<String>,
    acknowledged: bool,
    muted_until: Option<String>,
}

impl Alerts {
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        let client = settings.client()?;
        match &self.what {
            None => wait(list(&client, settings, false)),
            Some(What::List { all }) => wait(list(&client, settings, *all)),
            Some(What::Take { which, owner }) => {
                let more = owner.as_ref().map(|owner| ("owner", json!(owner)));
                wait(act(&client, settings, which, "own", more.into_iter()))
            }
            Some(What::Ack(which)) => wait(act(
                &client,
                settings,
                which,
                "acknowledge",
                std::iter::empty(),
            )),
            Some(What::Mute {
                which,
                span,
                reason,
            }) => {
                let reason = reason.as_ref().map(|reason| ("reason", json!(reason)));
                let more = std::iter::once(("seconds", json!(span))).chain(reason);
                wait(act(&client, settings, which, "mute", more))
            }
            Some(What::Unmute(which)) => {
                wait(act(&client, settings, which, "unmute", std::iter::empty()))
            }
        }
    }
}

async fn list(client: &Client, settings: &Settings, all: bool) -> Ended {
    let answer = client.get("/api/v1/alerts/causes").await?;
    let screen = settings.screen();
    if settings.json {
        screen.json(&answer)?;
        return Ok(Exit::OK);
    }
    let causes: Vec<Cause> = field(&answer, "causes")?;
    let shown = causes
        .iter()
        .enumerate()
        .filter(|(_, cause)| all || cause.muted_until.is_none());
    let now = Timestamp::now();
    let mut table = Table::new(&[
        "#", "SEVERITY", "WHAT", "WHERE", "ALERTS", "SINCE", "OWNER", "",
    ]);
    let mut count = 0;
    for (place, cause) in shown {
        count += 1;
        let state = match (&cause.muted_until, cause.acknowledged) {
            (Some(until), _) => format!("muted until {until}"),
            (None, true) => "seen".to_owned(),
            (None, false) => cause.hint.clone().unwrap_or_default(),
        };
        table.row([
            (place + 1).to_string().into(),
            Cell::new(&cause.severity),
            Cell::new(&cause.title),
            Cell::new(&cause.place),
            cause.alerts.to_string().into(),
            time::ago(&cause.since, now).into(),
            cause.owner.clone().unwrap_or_default().into(),
            state.into(),
        ]);
    }
    if count == 0 {
        screen.note("all is quiet");
        return Ok(Exit::OK);
    }
    screen.table(&table)?;
    Ok(Exit::OK)
}

async fn act(
    client: &Client,
    settings: &Settings,
    which: &Which,
    verb: &str,
    more: impl Iterator<Item = (&'static str, Value)>,
) -> Ended {
    let (name, value) = find(client, &which.cause).await?;
    let mut body = Map::new();
    body.insert(name.to_owned(), json!(value));
    body.extend(more.map(|(name, value)| (name.to_owned(), value)));
    let path = format!("/api/v1/alerts/{verb}");
    let answer = client.post(&path, &Value::Object(body)).await?;
    let screen = settings.screen();
    if settings.json {
        screen.json(&answer)?;
    } else {
        screen.note("done");
    }
    Ok(Exit::OK)
}

/// A number is a place in the list; an id is an alert; what is neither is the key of a cause.
async fn find(client: &Client, text: &str) -> Result<(&'static str, String), Failure> {
    if uuid::Uuid::try_parse(text).is_ok() {
        return Ok(("alert", text.to_owned()));
    }
    let Ok(place) = text.parse::<usize>() else {
        return Ok(("cause", text.to_owned()));
    };
    let answer = client.get("/api/v1/alerts/causes").await?;
    let mut causes: Vec<Cause> = field(&answer, "causes")?;
    let count = causes.len();
    match place.checked_sub(1).filter(|place| *place < count) {
        Some(place) => Ok(("cause", causes.swap_remove(place).key)),
        None => Err(Failure::failed(format!(
            "there is no cause {place}; `nexus alerts list --all` shows {count}"
        ))),
    }
}
