//! `nexus token`: the owner's token of this machine's Nexus, and API tokens for others. Not here: what a token may do.

use clap::{Args, Subcommand, ValueEnum};
use http::Method;
use jiff::Timestamp;
use nexus::secret::{self, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answers::{field, text};
use super::settings::{Settings, wait};
use super::table::{Cell, Table};
use super::{Ended, Exit, Failure, Problems, time};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Token {
    #[command(subcommand)]
    what: Option<What>,
    /// Print a new strong token and keep it nowhere
    #[arg(long)]
    new: bool,
}

#[derive(Subcommand)]
enum What {
    /// Make an API token and print it, once
    Make(Make),
    /// All API tokens, without their secrets
    List,
    /// End an API token at once
    Revoke {
        /// Its id, or the beginning of it
        id: String,
    },
}

#[derive(Args)]
struct Make {
    /// For people, e.g. "backup script"
    name: String,
    /// How much it may do
    #[arg(long, value_enum)]
    role: Role,
    /// With which nodes, e.g. 'tag:web'
    #[arg(long, value_name = "TARGET", default_value = "*")]
    nodes: String,
    /// Which calls, e.g. ShellSkill.run,FileSkill.*
    #[arg(long, value_delimiter = ',', default_value = "*")]
    calls: Vec<String>,
    /// How long it lasts
    #[arg(long = "for", value_name = "TIME", default_value = "90d", value_parser = time::seconds)]
    lasts: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    /// Sees
    Viewer,
    /// Sees and runs
    Operator,
    /// Everything
    Admin,
}

/// A token without its secret.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Known {
    id: String,
    name: String,
    role: String,
    nodes: String,
    calls: Vec<String>,
    expires_at: String,
    last_used_at: Option<String>,
    revoked_at: Option<String>,
}

impl Token {
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        match &self.what {
            None => self.own(settings),
            Some(What::Make(make)) => make.run(settings),
            Some(What::List) => list(settings),
            Some(What::Revoke { id }) => revoke(settings, id),
        }
    }

    fn own(&self, settings: &Settings) -> Ended {
        let screen = settings.screen();
        if self.new {
            let token = Secret::generate("").map_err(|error| Failure::failed(error.to_string()))?;
            screen.say(token.reveal())?;
            return Ok(Exit::OK);
        }
        if settings.is_remote() {
            return Err(Failure::usage(
                "the owner's token is shown on the machine of the Nexus only; `nexus token make` makes others",
            ));
        }
        let config = settings.local()?;
        let path = config.api_token_file();
        let kept = secret::private_directory(&config.data_dir)
            .and_then(|()| secret::load_or_create(&path, "nxs_"));
        let token =
            kept.map_err(|error| Problems::from([format!("{}: {error}", path.display())]))?;
        screen.say(token.reveal())?;
        Ok(Exit::OK)
    }
}

impl Make {
    fn run(&self, settings: &Settings) -> Ended {
        let role = match self.role {
            Role::Viewer => "viewer",
            Role::Operator => "operator",
            Role::Admin => "admin",
        };
        let body = json!({"name": self.name, "role": role, "nodes": self.nodes, "calls": self.calls,
            "ttl_seconds": self.lasts});
        let client = settings.client()?;
        let made = wait(async { Ok(client.post("/api/v1/tokens", &body).await?) })?;
        let screen = settings.screen();
        if settings.json {
            screen.json(&made)?;
        } else {
            screen.say(text(&made, "secret"))?;
            screen.note("this is the only time that it is shown");
        }
        Ok(Exit::OK)
    }
}

fn list(settings: &Settings) -> Ended {
    let client = settings.client()?;
    let answer = wait(async { Ok(client.get("/api/v1/tokens").await?) })?;
    let screen = settings.screen();
    if settings.json {
        screen.json(&answer)?;
        return Ok(Exit::OK);
    }
    let tokens: Vec<Known> = field(&answer, "tokens")?;
    let mut table = Table::new(&["ID", "NAME", "ROLE", "NODES", "CALLS", "ENDS", "USED"]);
    let now = Timestamp::now();
    for token in &tokens {
        let ends = match &token.revoked_at {
            Some(_) => "revoked",
            None => token.expires_at.get(..10).unwrap_or(&token.expires_at),
        };
        let used = token.last_used_at.as_deref();
        let used = used.map_or_else(|| "never".to_owned(), |at| time::ago(at, now));
        table.row([
            Cell::new(&token.id),
            Cell::new(&token.name),
            Cell::new(&token.role),
            Cell::new(&token.nodes),
            token.calls.join(",").into(),
            Cell::new(ends),
            used.into(),
        ]);
    }
    screen.table(&table)?;
    Ok(Exit::OK)
}

fn revoke(settings: &Settings, id: &str) -> Ended {
    let client = settings.client()?;
    wait(async {
        let answer = client.get("/api/v1/tokens").await?;
        let tokens: Vec<Value> = field(&answer, "tokens")?;
        let ids = tokens.iter().map(|token| text(token, "id"));
        let id = super::ids::find(id, ids, "token")?;
        let path = format!("/api/v1/tokens/{id}");
        let answer = client.ask(Method::DELETE, &path, None).await?;
        let screen = settings.screen();
        if settings.json {
            screen.json(&answer)?;
        } else {
            screen.note(&format!("token {id} is revoked"));
        }
        Ok(Exit::OK)
    })
}
