//! `nexus groups`: expressions under a name, which others may use as `@name`. Not here: the language of expressions.

use clap::{Args, Subcommand};
use http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::answers::field;
use super::client::{AskError, Client, in_url};
use super::settings::{Settings, wait};
use super::table::{Cell, Table};
use super::{Ended, Exit, time};

#[derive(Args)]
pub(super) struct Groups {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// All of them
    List,
    /// Give an expression a name, or a name another expression
    Add {
        /// e.g. gpu-boxes; used as @gpu-boxes
        name: String,
        /// e.g. 'tag:gpu'
        target: String,
    },
    /// Forget a name
    Remove {
        /// e.g. gpu-boxes
        name: String,
    },
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Group {
    name: String,
    /// None for those who may use it but not see what it says.
    target: Option<String>,
    count: Option<u32>,
    made_by: String,
    made_at: String,
}

impl Groups {
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        let client = settings.client()?;
        match &self.what {
            None | Some(What::List) => wait(list(&client, settings)),
            Some(What::Add { name, target }) => wait(add(&client, settings, name, target)),
            Some(What::Remove { name }) => wait(remove(&client, settings, name)),
        }
    }
}

async fn list(client: &Client, settings: &Settings) -> Ended {
    let answer = client.get("/api/v1/groups").await?;
    let screen = settings.screen();
    if settings.json {
        screen.json(&answer)?;
        return Ok(Exit::OK);
    }
    let groups: Vec<Group> = field(&answer, "groups")?;
    if groups.is_empty() {
        screen.note("no groups; `nexus groups add NAME TARGET` makes one");
        return Ok(Exit::OK);
    }
    let mut table = Table::new(&["NAME", "NODES", "TARGET", "BY", "WHEN"]);
    let now = Timestamp::now();
    for group in &groups {
        table.row([
            format!("@{}", bare(&group.name)).into(),
            group
                .count
                .map_or_else(|| "?".to_owned(), |count| count.to_string())
                .into(),
            Cell::new(group.target.as_deref().unwrap_or("(not shown to you)")),
            Cell::new(&group.made_by),
            time::ago(&group.made_at, now).into(),
        ]);
    }
    screen.table(&table)?;
    Ok(Exit::OK)
}

async fn add(client: &Client, settings: &Settings, name: &str, target: &str) -> Ended {
    let body = json!({"name": bare(name), "target": target});
    let answer = match client.post("/api/v1/groups", &body).await {
        // It has the name already: then it gets the new expression.
        Err(AskError::Refused(refused)) if refused.is_conflict() => {
            let path = format!("/api/v1/groups/{}", in_url(bare(name)));
            client.ask(Method::PUT, &path, Some(&body)).await?
        }
        answered => answered?,
    };
    let screen = settings.screen();
    if settings.json {
        screen.json(&answer)?;
    } else {
        screen.note(&format!("@{} is {target}", bare(name)));
    }
    Ok(Exit::OK)
}

async fn remove(client: &Client, settings: &Settings, name: &str) -> Ended {
    let path = format!("/api/v1/groups/{}", in_url(bare(name)));
    let answer = client.ask(Method::DELETE, &path, None).await?;
    let screen = settings.screen();
    if settings.json {
        screen.json(&answer)?;
    } else {
        screen.note(&format!("@{} is forgotten", bare(name)));
    }
    Ok(Exit::OK)
}

/// As it is kept; people may write it as they use it.
fn bare(name: &str) -> &str {
    name.strip_prefix('@').unwrap_or(name)
}
