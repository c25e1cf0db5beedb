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
mod allowance;
mod capabilities;
pub mod config;
mod confinement;
mod disks;
pub mod doors;
mod driver;
mod execution;
pub mod grants;
mod identity;
mod ledger;
mod link;
mod load;
mod membership;
mod os;
pub mod policy;
#[cfg(test)]
mod scratch;
mod session;
mod skills;
mod status;

use std::time::Instant;

use tokio::sync::watch;
pub use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

pub use config::{Config, LogLevel, Problems, ShellMode, Token};
pub use identity::IdentityError;
pub use protocol::{JoinCode, NodePolicy};
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
    /// The membership.
    #[error("the membership: {0}")]
    Membership(std::io::Error),
    /// There is no Nexus to go to.
    #[error(
        "this machine belongs to no Nexus: ask its operator for a join code, then `spore join <code>`"
    )]
    Homeless,
    /// The workspace.
    #[error(transparent)]
    Skills(#[from] SkillsError),
}

/// A spore that holds its data directory and knows its machine, but has not dialed yet.
pub struct Spore {
    config: Config,
    identity: identity::Identity,
    way: link::Way,
    skills: skills::Skills,
    capabilities: protocol::Capabilities,
    status: watch::Sender<Status>,
}

/// The sandbox that commands can be put in here, or why there is none.
pub fn sandbox() -> String {
    os::sandbox_kind().unwrap_or_else(|why| format!("none: {why}"))
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
        let mut config = config;
        let identity = identity::Identity::take(&config)?;
        let way = way(&config)?;
        let policy = policy_of(&config, &way)?;
        if let Some(policy) = &policy {
            policy.limits.narrow(&mut config);
        }
        let skills = skills::Skills::open(&config, policy)?;
        let capabilities = capabilities::detect(&config, &skills);
        Ok(Self {
            config,
            identity,
            way,
            skills,
            capabilities,
            status: watch::Sender::new(Status::Connecting),
        })
    }

    /// Makes this machine a member of the Nexus of this code, with a fresh key; answers the key's fingerprint. Starts nothing: what
    /// is prepared and run next goes there. A former membership holds until the Nexus has taken the new one.
    pub fn join(config: &Config, code: &protocol::JoinCode) -> Result<String, Error> {
        let held = identity::Identity::take(config)?;
        let made = membership::Membership::of(code);
        let made = made.and_then(|made| made.save(&config.data_dir).map(|()| made));
        drop(held);
        Ok(made.map_err(Error::Membership)?.key.fingerprint())
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
            way,
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
            skills = %capabilities.skills.join(", "), workspace = %config.workspace.display(), "spore"
        );
        let mut agent = agent::Agent::new(
            &config,
            identity.node_id.clone(),
            capabilities,
            Instant::now(),
        );
        if let link::Way::Member(membership) = &way {
            info!(fingerprint = %membership.key.fingerprint(), "this machine's key");
            agent.be_member(membership);
        }
        driver::Driver::new(agent, way, config.data_dir, skills, status, shutdown)
            .run()
            .await;
        info!("left");
    }
}

/// A member always has a policy; with the shared token there may be none, as with the prototype.
fn policy_of(config: &Config, way: &link::Way) -> Result<Option<policy::Policy>, Error> {
    let wanted = match way {
        link::Way::Member(_) => config.policy.or(Some(policy::Preset::Operate)),
        link::Way::Shared(_) => config.policy,
    };
    let place = config.data_dir.join("policy.toml");
    if let Some(preset) = wanted {
        let made = policy::install(&config.data_dir, preset);
        let made = made.map_err(|source| policy::PolicyError::Io {
            path: place.clone(),
            source,
        })?;
        if made {
            info!(
                "this node allows what the ready-made policy `{preset}` says; to change that, edit {}",
                place.display()
            );
        }
    }
    let found = policy::load(&config.data_dir)?;
    if found.is_none() {
        warn!(
            "this node has no policy, so SPORE_SHELL_MODE alone decides; to have one, write {}",
            place.display()
        );
    }
    Ok(found)
}

/// A member goes by keys; a code makes a member; else the shared token has to do.
fn way(config: &Config) -> Result<link::Way, Error> {
    let known = membership::Membership::load(&config.data_dir).map_err(Error::Membership)?;
    match (known, &config.join) {
        (Some(known), Some(code)) if known.nexus_key != code.nexus_key => {
            join(code, &config.data_dir)
        }
        (Some(mut known), Some(code)) => {
            // The Nexus may have moved; and should it have forgotten this machine, the code is shown again.
            known.addresses.clone_from(&code.addresses);
            known.join = Some(code.secret);
            Ok(link::Way::Member(known))
        }
        (Some(known), None) => Ok(link::Way::Member(known)),
        (None, Some(code)) => join(code, &config.data_dir),
        (None, None) if config.token.is_some() => Ok(link::Way::Shared(config.address())),
        (None, None) => Err(Error::Homeless),
    }
}

fn join(code: &protocol::JoinCode, data_dir: &std::path::Path) -> Result<link::Way, Error> {
    let made = membership::Membership::of(code).and_then(|made| made.save(data_dir).map(|()| made));
    Ok(link::Way::Member(made.map_err(Error::Membership)?))
}
