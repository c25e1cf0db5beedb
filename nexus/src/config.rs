//! How a Nexus is set up: defaults < TOML file < environment < flags. Unknown keys are refused, and every problem
//! is reported at once, before the first port is opened.
//!
//! Not here: the flags' grammar (the binary has it), and anything that can change while it runs.

mod layers;
mod misread;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use protocol::Address;

pub use crate::listen::Plain;

pub use layers::{Compat, Layer, OpenApi, environment, file};

use crate::access::Scope;
use crate::alerts::Hook;
use crate::fleet::Through;
use crate::secret::Secret;
use crate::sources::Source;

/// Seconds.
const DAY: u64 = 24 * 3600;
/// The port that the prototype really listens on.
const PROTOTYPE_PORT: u16 = 8000;
/// Shared tokens shorter than this are accepted with a warning: the prototype's examples have them.
pub const WEAK_TOKEN: usize = 16;

/// One Nexus.
#[derive(Debug, Clone)]
pub struct Config {
    /// `ENABLE_NEXUS`. False: REST answers 503, spores are turned away.
    pub enabled: bool,
    /// `NEXUS_NAME`. For people; the machine's name by default.
    pub name: String,
    /// `NEXUS_HOST`. The address to listen on.
    pub host: IpAddr,
    /// `NEXUS_PORT`. 0 takes any free one.
    pub port: u16,
    /// Further ports with the same routes.
    pub extra_ports: Vec<u16>,
    /// `NEXUS_SHARED_TOKEN`, which the prototype's spores come in with. Without one, machines join with codes only.
    pub shared_token: Option<Secret>,
    /// `NEXUS_SHARED_TOKEN_CALLS`. What may be run on nodes that came in with it; of this scope only the calls count.
    pub shared_token_calls: Scope,
    /// `NEXUS_HEARTBEAT_TIMEOUT`, seconds. For spores of the prototype; ours are seen within 10 s.
    pub heartbeat_timeout: Duration,
    /// `NEXUS_OPEN_API=loopback`. REST and events need no token from this machine.
    pub open_api: bool,
    /// `/healthz` answers as the prototype's.
    pub prototype_health: bool,
    /// `NEXUS_PLAIN`. From where connections may come without TLS.
    pub plain: Plain,
    /// `NEXUS_TLS_CERT`, `NEXUS_TLS_KEY`. The operator's own certificate chain and key, PEM.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// `NEXUS_TRUSTED_PROXIES`. They end TLS before the Nexus, and are believed when they tell who connects.
    pub trusted_proxies: Vec<IpAddr>,
    /// `NEXUS_DATA_DIR`. The store and the tokens; made with mode 0700.
    pub data_dir: PathBuf,
    /// `NEXUS_ALLOWED_HOSTS`. Names by which browsers may reach it, besides localhost and addresses.
    pub allowed_hosts: Vec<String>,
    /// `NEXUS_ALLOWED_ORIGINS`. Web pages that may talk to it, besides its own.
    pub allowed_origins: Vec<String>,
    /// `NEXUS_PUBLIC_ADDRESSES`. Where spores reach it, `[ws://]host[:port]`, when that is not where it listens.
    pub public_addresses: Vec<Address>,
    /// `NEXUS_REQUEST_RATE`. Requests a second of one API token, twice as many at once; 0 is any number.
    pub request_rate: u32,
    /// `NEXUS_JOB_EXECUTIONS`. Most executions of jobs under way at once, over all nodes.
    pub job_executions: u32,
    /// `NEXUS_AUDIT_KEEP_DAYS`. How long entries of the audit log are kept; none is for ever.
    pub audit_keep: Option<Duration>,
    /// `NEXUS_HISTORY_HOURS`. How long it is kept how every node stood; zero is not at all.
    pub history_keep: Duration,
    /// `NEXUS_ALERT_WEBHOOK`. Where alerts are posted; none leaves that to the console and the API.
    pub alert_webhook: Option<Hook>,
    /// `NEXUS_SOURCES`. Brokers that jobs are taken from.
    pub sources: Vec<Source>,
    /// `NEXUS_LOCAL_FALLBACK`. A dispatch that no node can take may run on the Nexus' own machine.
    pub local_fallback: bool,
    /// The id of the spore on this machine, if it has one.
    pub local_node: Option<String>,
    /// `NEXUS_FLEET_URL`. The engine of a swarm with several instances; none when this Nexus is alone.
    pub fleet: Option<Through>,
    /// `NEXUS_FLEET_KEY`. The key that all instances of the swarm have; kept in the data directory unless set.
    pub fleet_key: Option<Secret>,
    /// Keep the store in memory; for tests, benchmarks and simulations.
    pub in_memory: bool,
}

impl Config {
    /// Defaults around a data directory.
    pub fn new(data_dir: PathBuf) -> Self {
        Self {
            enabled: true,
            name: hostname(),
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: protocol::DEFAULT_PORT,
            extra_ports: Vec::new(),
            shared_token: None,
            shared_token_calls: Scope::all(),
            heartbeat_timeout: Duration::from_secs(60),
            open_api: false,
            prototype_health: false,
            plain: Plain::Loopback,
            tls: None,
            trusted_proxies: Vec::new(),
            data_dir,
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            public_addresses: Vec::new(),
            request_rate: 5000,
            job_executions: 5_000,
            audit_keep: Some(Duration::from_secs(400 * DAY)),
            history_keep: Duration::from_secs(DAY),
            alert_webhook: None,
            sources: Vec::new(),
            local_fallback: false,
            local_node: None,
            fleet: None,
            fleet_key: None,
            in_memory: false,
        }
    }

    /// Puts layers together, the later ones over the earlier; or all that is wrong with them.
    pub fn from_layers(layers: impl IntoIterator<Item = Layer>) -> Result<Self, Vec<String>> {
        let mut all = layers.into_iter().fold(Layer::default(), Layer::over);
        let data_dir = all.data_dir.take().or_else(default_data_dir);
        let mut config = Self::new(data_dir.clone().unwrap_or_default());
        let mut problems = std::mem::take(&mut all.problems);
        if data_dir.is_none() {
            problems.push("no data directory: set NEXUS_DATA_DIR or HOME".to_owned());
        }
        all.apply(&mut config, &mut problems);
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(problems)
        }
    }

    /// The one switch for those who come from the prototype: also listens on 8000, opens REST and events to this
    /// machine without a token, and answers `/healthz` as the prototype does.
    pub fn be_compatible(&mut self) {
        if self.port != 0 && self.port != PROTOTYPE_PORT {
            self.extra_ports.push(PROTOTYPE_PORT);
        }
        // Its spores know no TLS.
        self.plain = Plain::Anywhere;
        self.open_api = true;
        self.prototype_health = true;
    }

    /// Where the token of REST and events is kept.
    pub fn api_token_file(&self) -> PathBuf {
        self.data_dir.join("api-token")
    }

    /// Where everything else is kept.
    pub fn store_file(&self) -> PathBuf {
        self.data_dir.join("nexus.sqlite")
    }

    /// Where the key of this Nexus is kept.
    pub fn identity_file(&self) -> PathBuf {
        self.data_dir.join("identity.key")
    }
}

fn default_data_dir() -> Option<PathBuf> {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if cfg!(windows) {
        return set("LOCALAPPDATA").map(|base| base.join("nexus"));
    }
    if cfg!(target_os = "macos") {
        return set("HOME").map(|home| home.join("Library/Application Support/nexus"));
    }
    set("XDG_STATE_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".local/state")))
        .map(|base| base.join("nexus"))
}

fn hostname() -> String {
    let named = std::fs::read_to_string("/etc/hostname")
        .ok()
        .map(|name| name.trim().to_owned());
    let set = || {
        std::env::var("COMPUTERNAME")
            .or_else(|_| std::env::var("HOSTNAME"))
            .ok()
    };
    named
        .filter(|name| !name.is_empty())
        .or_else(set)
        .unwrap_or_else(|| "nexus".to_owned())
}

#[cfg(test)]
mod tests;
