//! `nexus join`: asks the Nexus for a code that lets a machine in. Not here: what a code is.

use clap::Args;
use serde_json::json;

use super::answers::text;
use super::settings::{Settings, wait};
use super::{Ended, Exit};

#[derive(Args)]
pub(super) struct Join {
    /// For people, e.g. "rack 4"
    #[arg(long, default_value = "")]
    label: String,
    /// How many machines may use it
    #[arg(long, default_value_t = 1)]
    uses: u32,
    /// Minutes until it ends
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    minutes: u64,
    /// Name of the node, over its own
    #[arg(long)]
    name: Option<String>,
    /// Tags that each node gets
    #[arg(long, value_delimiter = ',')]
    tags: Vec<String>,
    /// Group on the map
    #[arg(long)]
    group: Option<String>,
    /// Where machines reach this Nexus, [ws://]host[:port], when it does not know that itself
    #[arg(long, value_delimiter = ',', value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// Let machines wait until somebody accepts them, or not; without this they wait when there may be several
    #[arg(long, value_name = "BOOL")]
    waiting_room: Option<bool>,
}

impl Join {
    pub(super) fn run(&self, settings: &Settings) -> Ended {
        let body = json!({"label": self.label, "uses": self.uses, "ttl_seconds": self.minutes.saturating_mul(60),
            "name": self.name, "tags": self.tags, "group": self.group, "addresses": self.addresses,
            "waiting_room": self.waiting_room});
        let client = settings.client()?;
        let made = wait(async { Ok(client.post("/api/v1/join-codes", &body).await?) })?;
        let screen = settings.screen();
        if settings.json {
            screen.json(&made)?;
        } else {
            screen.say(text(&made, "line"))?;
        }
        Ok(Exit::OK)
    }
}
