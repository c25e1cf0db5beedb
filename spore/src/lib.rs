//! The spore: the agent of The Nexus. It runs on every machine, dials out to a Nexus by WebSocket, says what
//! the machine is and can do, and executes skills.
//!
//! ```text
//!            frames ┌────────┐ effects
//!   link ──────────▶│ agent  │────────▶ driver ──▶ skills ──▶ executions ─┐
//!   (socket)        │ session│          (tasks)                           │
//!            times ▶│ ledger │◀──────────────────── reports ──────────────┘
//!                   └────────┘
//! ```
//! The agent decides and does nothing; the driver does and decides nothing. Not here: reading flags, setting up
//! logs and catching signals, which the binary does, so that another program can run a spore in its process.

mod agent;
mod capabilities;
pub mod config;
mod driver;
mod execution;
mod identity;
mod ledger;
mod link;
mod load;
mod os;
pub mod policy;
mod session;
mod skills;
mod status;

use std::time::Instant;

use tokio::sync::watch;
pub use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

pub use config::{Config, LogLevel, Problems, ShellMode, Token};
pub use identity::IdentityError;
pub use skills::SkillsError;
pub use status::Status;

/// Why a spore could not start. One that runs does not fail: it tries again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] Problems),
    /// The data directory.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The policy.
    #[error(transparent)]
    Policy(#[from] policy::PolicyError),
    /// The workspace.
    #[error(transparent)]
    Skills(#[from] SkillsError),
}

/// A spore that holds its data directory and knows its machine, but has not dialed yet.
pub struct Spore {
    config: Config,
    identity: identity::Identity,
    skills: skills::Skills,
    capabilities: protocol::Capabilities,
    status: watch::Sender<Status>,
}

/// Prepares a spore and runs it until `shutdown`, then leaves in order.
pub async fn run(config: Config, shutdown: CancellationToken) -> Result<(), Error> {
    Spore::prepare(config)?.run(shutdown).await;
    Ok(())
}

impl Spore {
    /// Takes the data directory, opens the workspace, looks at the machine. Starts nothing.
    pub fn prepare(config: Config) -> Result<Self, Error> {
        config.check()?;
        let identity = identity::Identity::take(&config)?;
        let policy = policy::load(&config.data_dir)?;
        if policy.is_none() {
            warn!(
                "this node has no policy, so SPORE_SHELL_MODE alone decides; to have one, write {}",
                config.data_dir.join("policy.toml").display()
            );
        }
        let skills = skills::Skills::open(&config, policy.clone())?;
        let capabilities = capabilities::detect(&config, policy.as_ref());
        Ok(Self {
            config,
            identity,
            skills,
            capabilities,
            status: watch::Sender::new(Status::Connecting),
        })
    }

    /// The stable id of this node.
    pub fn node_id(&self) -> &str {
        &self.identity.node_id
    }

    /// What the handshake will say.
    pub fn capabilities(&self) -> &protocol::Capabilities {
        &self.capabilities
    }

    /// How the link is doing, now and later.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Whether a Docker engine answers.
    pub async fn docker_answers() -> bool {
        capabilities::docker_answers().await
    }

    /// Dials, serves, dials again, until `shutdown`; then leaves in order.
    pub async fn run(self, shutdown: CancellationToken) {
        let Self {
            config,
            identity,
            skills,
            capabilities,
            status,
        } = self;
        for (asked, name) in [(config.docker, "docker"), (config.camera, "camera")] {
            if asked {
                warn!(
                    "SPORE_ENABLE_{} is set, but this version has no {name} skill",
                    name.to_ascii_uppercase()
                );
            }
        }
        info!(
            node_id = %identity.node_id, name = %config.node_name, version = env!("CARGO_PKG_VERSION"),
            nexus = %format_args!("{}:{}", config.nexus_host, config.nexus_port),
            skills = %capabilities.skills.join(", "), workspace = %config.workspace.display(), "spore"
        );
        let agent = agent::Agent::new(
            &config,
            identity.node_id.clone(),
            capabilities,
            Instant::now(),
        );
        let address = (config.nexus_host, config.nexus_port);
        driver::Driver::new(agent, address, skills, status, shutdown)
            .run()
            .await;
        info!("left");
    }
}
