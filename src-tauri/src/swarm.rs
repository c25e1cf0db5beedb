//! A running Nexus and, if wanted, the spore of this machine beside it. Not here: what the operator prefers.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use nexus::access::Caller;
use nexus::config::{environment, file};
use nexus::console::Desk;
use nexus::secret;
use nexus::{Config, Running, StartError};
use tokio_util::sync::CancellationToken;

use crate::port;

/// How many ports after a taken one are tried.
const PORTS: u16 = 20;

/// See the module.
pub struct Swarm {
    running: Running,
    config: Config,
    local: Option<LocalSpore>,
    /// What the operator should know about how it started.
    pub notices: Vec<String>,
}

struct LocalSpore {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

/// Reads how the Nexus is to be set up: `NEXUS_CONFIG`, the environment, and what was made at the first start.
/// The error is for the operator.
pub fn configure() -> Result<Config, String> {
    let told = std::env::var("NEXUS_CONFIG")
        .map(|path| file(path.as_ref(), true))
        .unwrap_or_default();
    let layers = [told, environment(std::env::vars())];
    let mut config = Config::from_layers(layers).map_err(|problems| problems.join("\n"))?;
    secret::private_directory(&config.data_dir).map_err(|error| said(&config.data_dir, &error))?;
    config.local_node = Some(
        kept(&config.data_dir.join("local-spore").join("id"), "local-")?
            .reveal()
            .to_owned(),
    );
    Ok(config)
}

fn kept(file: &std::path::Path, prefix: &str) -> Result<secret::Secret, String> {
    if let Some(folder) = file.parent() {
        secret::private_directory(folder).map_err(|error| said(folder, &error))?;
    }
    secret::load_or_create(file, prefix).map_err(|error| said(file, &error))
}

fn said(path: &std::path::Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

impl Swarm {
    /// Starts the Nexus on the configured port, or on the next free one.
    pub async fn start(mut config: Config, exposed: bool) -> Result<Self, StartError> {
        if exposed {
            config.host = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        }
        let (wanted, last) = (config.port, config.port.saturating_add(PORTS));
        let running = loop {
            match nexus::start(config.clone()).await {
                Err(StartError::PortTaken(_)) if config.port < last => config.port += 1,
                outcome => break outcome?,
            }
        };
        let notices = if config.port == wanted {
            Vec::new()
        } else {
            vec![taken(wanted, config.port)]
        };
        Ok(Self {
            running,
            config,
            local: None,
            notices,
        })
    }

    /// The owner's desk at it.
    pub fn desk(&self) -> Desk {
        self.running.console().desk(Caller::local())
    }

    /// Whether others can reach it.
    pub fn is_exposed(&self) -> bool {
        !self.running.address().ip().is_loopback()
    }

    /// Makes this machine a node, or no longer. The error is for the operator.
    pub async fn set_local_spore(&mut self, wanted: bool) -> Result<(), String> {
        match (wanted, self.local.take()) {
            (true, None) => self.local = Some(self.spawn_spore().await?),
            (true, running) => self.local = running,
            (false, Some(spore)) => spore.stop().await,
            (false, None) => {}
        }
        Ok(())
    }

    /// Ends both in order, within the grace.
    pub async fn stop(self, grace: Duration) {
        let half = grace / 2;
        if let Some(spore) = self.local
            && tokio::time::timeout(half, spore.stop()).await.is_err()
        {
            tracing::warn!("the local spore did not end in time");
        }
        self.running.shutdown(half).await;
    }

    async fn spawn_spore(&self) -> Result<LocalSpore, String> {
        // Used only if it never joined, or if it knows another Nexus than this.
        let code = self
            .running
            .joining()
            .local()
            .await
            .map_err(|error| error.to_string())?;
        let data = self.config.data_dir.join("local-spore");
        let mut ours = spore::config::Layer::named("the desktop application".to_owned());
        ours.set("join_code", Some(code.to_string()));
        ours.set("node_id", self.config.local_node.clone());
        ours.set_path("data_dir", Some(data.clone()));
        if std::env::var_os("SPORE_POLICY").is_none() {
            // It is their own machine that the owner clicks.
            ours.set("policy", Some(spore::policy::Preset::Full.to_string()));
        }
        let sources = spore::config::Sources::read(None, &data, &std::env::vars().collect(), ours);
        let mut config =
            spore::Config::resolve(&sources).map_err(|problems| problems.to_string())?;
        config.drain = config.drain.min(Duration::from_secs(2));
        let spore = spore::Spore::prepare(config).map_err(|error| error.to_string())?;
        let stop = CancellationToken::new();
        let task = tokio::spawn(spore.run(stop.clone()));
        Ok(LocalSpore { stop, task })
    }
}

impl LocalSpore {
    async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the local spore ended badly");
        }
    }
}

fn taken(wanted: u16, got: u16) -> String {
    let by = port::owner(wanted).unwrap_or_else(|| "another program".to_owned());
    format!(
        "Port {wanted} is taken by {by}. The Nexus listens on {got} instead; spores have to be told."
    )
}
