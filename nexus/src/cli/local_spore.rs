//! A spore on the Nexus' own machine, as a child process: it is a node like any other, which the fallback of a
//! dispatch may use. Not here: what a spore is; the two only meet on the wire.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nexus::Config;
use nexus::secret::{self, Secret};
use tokio::process::Command;

use super::Problems;

/// Before a spore that ended is started again.
const PAUSE: Duration = Duration::from_secs(2);

pub(super) struct LocalSpore {
    program: PathBuf,
    node_id: String,
    data_dir: PathBuf,
}

impl LocalSpore {
    /// Finds the program and tells the configuration which node it will be.
    pub(super) fn prepare(program: Option<&Path>, config: &mut Config) -> Result<Self, Problems> {
        let program = program.map_or_else(beside_us, |program| Ok(program.to_owned()))?;
        if !program.exists() {
            return Err(vec![format!(
                "{} does not exist; give the spore's path to --local-spore",
                program.display()
            )]);
        }
        let data_dir = config.data_dir.join("local-spore");
        let path = data_dir.join("id");
        let kept = secret::private_directory(&data_dir)
            .and_then(|()| secret::load_or_create(&path, "local-"));
        let node_id = kept
            .map_err(|error| vec![format!("{}: {error}", path.display())])?
            .reveal()
            .to_owned();
        config.local_node = Some(node_id.clone());
        Ok(Self {
            program,
            node_id,
            data_dir,
        })
    }

    /// Starts it again whenever it ends. Dropping the future kills it.
    pub(super) async fn keep_running(self, nexus: SocketAddr, token: Option<&Secret>) {
        let host = if nexus.ip().is_unspecified() {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            nexus.ip()
        };
        loop {
            let child = Command::new(&self.program)
                .env("SPORE_NEXUS_HOST", host.to_string())
                .env("SPORE_NEXUS_PORT", nexus.port().to_string())
                .env("SPORE_SHARED_TOKEN", token.map_or("", Secret::reveal))
                .env("SPORE_NODE_ID", &self.node_id)
                .env("SPORE_DATA_DIR", &self.data_dir)
                .env_remove("NEXUS_SHARED_TOKEN")
                .kill_on_drop(true)
                .spawn();
            match child {
                Ok(mut child) => match child.wait().await {
                    Ok(status) => {
                        tracing::warn!(%status, "the local spore ended; starting it again")
                    }
                    Err(error) => tracing::warn!(%error, "cannot watch the local spore"),
                },
                Err(error) => {
                    tracing::error!(program = %self.program.display(), %error, "cannot start the local spore")
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn beside_us() -> Result<PathBuf, Problems> {
    let us = std::env::current_exe().map_err(|error| vec![error.to_string()])?;
    Ok(us.with_file_name(if cfg!(windows) { "spore.exe" } else { "spore" }))
}
