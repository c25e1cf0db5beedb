//! `nexus nodes`: which there are, and one of them in full. Not here: changing them.

use std::collections::{HashMap, HashSet};

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answers::{Resolved, field, text};
use super::client::Client;
use super::settings::{Settings, wait};
use super::table::{Cell, Table};
use super::{Ended, Exit, Failure, instances, time};

/// Most names that are told when one is not clear.
const NAMES: usize = 5;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Nodes {
    #[command(subcommand)]
    what: Option<What>,
    /// Only these, e.g. 'tag:gpu and not site=paris'; offline ones too
    target: Option<String>,
    /// Those that are offline too
    #[arg(long)]
    all: bool,
}

#[derive(Subcommand)]
enum What {
    /// All that is known of one
    Show {
        /// Its name or its id
        name: String,
    },
}

/// A node, as far as it is read here.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Node {
    pub(super) node_id: String,
    pub(super) node_name: String,
    pub(super) state: String,
    capabilities: Capabilities,
    cpu_usage: f64,
    memory_usage: f64,
    /// None: an older Nexus, which does not say.
    load_known: Option<bool>,
    active_tasks: u32,
    last_seen: String,
    registered_at: String,
    address: String,
    protocol: u32,
    via: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Capabilities {
    skills: Vec<String>,
    tags: Vec<String>,
    platform: String,
    cpu_cores: u32,
    memory_mb: u64,
    methods: Vec<Value>,
}

impl Node {
    /// How the instance is called that holds it, if that is another one.
    fn holder<'a>(&'a self, names: &'a HashMap<String, String>) -> &'a str {
        let via = self.via.as_deref().unwrap_or_default();
        names.get(via).map_or(via, String::as_str)
    }
}

impl Nodes {
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        let client = settings.client()?;
        match &self.what {
            Some(What::Show { name }) => wait(show(&client, settings, name)),
            None => wait(self.list(&client, settings)),
        }
    }

    async fn list(&self, client: &Client, settings: &Settings) -> Ended {
        let mut answer = client.get("/api/v1/nodes").await?;
        let wanted = match &self.target {
            None => None,
            Some(target) => Some(ids(client, settings, target).await?),
        };
        let keeps = |node: &Value| match &wanted {
            Some(ids) => ids.contains(text(node, "node_id")),
            None => self.all || text(node, "state") != "offline",
        };
        let listed = answer.get_mut("nodes").and_then(Value::as_array_mut);
        let hidden = listed.map_or(0, |nodes| {
            let before = nodes.len();
            nodes.retain(keeps);
            before - nodes.len()
        });
        let screen = settings.screen();
        if settings.json {
            let nodes = answer.get("nodes").cloned().unwrap_or_default();
            screen.json(&json!({"nodes": nodes}))?;
            return Ok(Exit::OK);
        }
        let nodes: Vec<Node> = field(&answer, "nodes")?;
        if nodes.is_empty() {
            screen.note("no nodes; `nexus join` makes a code that lets a machine in");
        } else {
            screen.table(&table(&nodes, &holders(client, &nodes).await?))?;
        }
        if wanted.is_none() && hidden > 0 {
            screen.note(&format!(
                "{hidden} offline ones are left out; --all shows them"
            ));
        }
        Ok(Exit::OK)
    }
}

/// The names of the instances that hold some of these, by their ids; none when all are here.
async fn holders(client: &Client, nodes: &[Node]) -> Result<HashMap<String, String>, Failure> {
    if nodes.iter().all(|node| node.via.is_none()) {
        return Ok(HashMap::new());
    }
    Ok(instances::names(client).await?)
}

fn table(nodes: &[Node], holders: &HashMap<String, String>) -> Table {
    let mut names = vec![
        "NAME", "STATE", "CPU", "MEMORY", "TASKS", "TAGS", "PLATFORM",
    ];
    if !holders.is_empty() {
        names.push("VIA");
    }
    let mut table = Table::new(&names);
    for node in nodes {
        let is_there = node.state != "offline";
        let share = |share: f64| match is_there.then(|| node.load_known.unwrap_or(true)) {
            Some(true) => format!("{:.0} %", share * 100.0),
            Some(false) => "-".to_owned(),
            None => String::new(),
        };
        table.row([
            Cell::new(&node.node_name),
            Cell::state(&node.state),
            share(node.cpu_usage).into(),
            share(node.memory_usage).into(),
            node.active_tasks.to_string().into(),
            node.capabilities.tags.join(" ").into(),
            Cell::new(&node.capabilities.platform),
            Cell::new(node.holder(holders)),
        ]);
    }
    table
}

async fn show(client: &Client, settings: &Settings, name: &str) -> Ended {
    let (node, raw) = find(client, name).await?;
    let screen = settings.screen();
    if settings.json {
        screen.json(&raw)?;
        return Ok(Exit::OK);
    }
    let holders = holders(client, std::slice::from_ref(&node)).await?;
    let has = &node.capabilities;
    let now = Timestamp::now();
    let methods = has.methods.iter();
    let methods: Vec<_> = methods
        .map(|method| format!("{}.{}", text(method, "skill"), text(method, "method")))
        .collect();
    let calls = if methods.is_empty() {
        has.skills.join(" ")
    } else {
        methods.join(" ")
    };
    let load = if node.load_known.unwrap_or(true) {
        format!(
            "cpu {:.0} %, memory {:.0} %, {} running",
            node.cpu_usage * 100.0,
            node.memory_usage * 100.0,
            node.active_tasks
        )
    } else {
        format!("not known, {} running", node.active_tasks)
    };
    let machine = format!(
        "{}, {} cores, {} MiB",
        has.platform, has.cpu_cores, has.memory_mb
    );
    for (name, what) in [
        ("name", node.node_name.as_str()),
        ("id", &node.node_id),
        ("state", &node.state),
        ("last seen", &time::ago(&node.last_seen, now)),
        ("known since", &node.registered_at),
        ("load", &load),
        ("machine", &machine),
        ("tags", &has.tags.join(" ")),
        ("via instance", node.holder(&holders)),
        ("address", &node.address),
        ("dialect", &node.protocol.to_string()),
        ("calls", &calls),
    ] {
        screen.fact(name, what)?;
    }
    if let Some(trust) = raw.get("trust").and_then(Value::as_object) {
        let said = trust.iter().filter(|(_, value)| !value.is_null());
        let said = said.map(|(name, value)| {
            let words = value.as_str().map(str::to_owned);
            format!("{name} {}", words.unwrap_or_else(|| value.to_string()))
        });
        screen.fact("trust", &said.collect::<Vec<_>>().join(", "))?;
    }
    Ok(Exit::OK)
}

/// The ids of what an expression means right now.
async fn ids(
    client: &Client,
    settings: &Settings,
    target: &str,
) -> Result<HashSet<String>, Failure> {
    let ask = json!({"target": target});
    let answer = client.post("/api/v1/targets/resolve", &ask).await?;
    let found: Resolved = field(&json!({"resolved": answer}), "resolved")?;
    if found.nodes_omitted > 0 {
        let count = found.nodes_omitted;
        settings
            .screen()
            .note(&format!("{count} more are meant than are listed"));
    }
    Ok(found.nodes.into_iter().map(|node| node.node_id).collect())
}

/// The node of this name or id, with all that the Nexus says of it.
pub(super) async fn find(client: &Client, name: &str) -> Result<(Node, Value), Failure> {
    let answer = client.get("/api/v1/nodes").await?;
    let nodes: Vec<Value> = field(&answer, "nodes")?;
    let of_id = nodes.iter().find(|node| text(node, "node_id") == name);
    let found: Vec<_> = match of_id {
        Some(node) => vec![node],
        None => nodes
            .iter()
            .filter(|node| text(node, "node_name") == name)
            .collect(),
    };
    match found.as_slice() {
        [one] => Ok((
            serde_json::from_value((*one).clone()).unwrap_or_default(),
            (*one).clone(),
        )),
        [] => Err(Failure::failed(format!(
            "no node has the name or id {name:?}; `nexus nodes --all` lists them"
        ))),
        several => {
            let ids = several.iter().take(NAMES).map(|node| text(node, "node_id"));
            let ids: Vec<_> = ids.collect();
            let count = several.len();
            Err(Failure::failed(format!(
                "{count} nodes are called {name:?}; give the id: {}",
                ids.join(", ")
            )))
        }
    }
}
