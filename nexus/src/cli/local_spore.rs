//! A spore on the Nexus' own machine, as a child process: it is a node like any other, which the fallback of a
//! dispatch may use. Not here: what a spore is; the two only meet on the wire.

use std::path::{Path, PathBuf};
use std::time::Duration;

use nexus::{Config, Joining, secret};
use protocol::JoinCode;
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

use super::Problems;

/// Before a spore that ended is started again.
const PAUSE: Duration = Duration::from_secs(2);
/// For a spore that is asked to end; it gives its executions ten seconds.
const GRACE: Duration = Duration::from_secs(15);

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

    /// Starts it again whenever it ends, until told to stop; then it may leave in order.
    pub(super) async fn keep_running(self, joining: &Joining, stop: CancellationToken) {
        while !stop.is_cancelled() {
            // Used only if it never joined, or if this Nexus has another key than the one that it knows.
            let code = match joining.local().await {
                Ok(code) => code,
                Err(error) => return tracing::error!(%error, "no join code for the local spore"),
            };
            match self.command(&code).spawn() {
                Ok(mut child) => tokio::select! {
                    ended = child.wait() => tracing::warn!(?ended, "the local spore ended; starting it again"),
                    () = stop.cancelled() => return dismiss(child).await,
                },
                Err(error) => {
                    tracing::error!(program = %self.program.display(), %error, "cannot start the local spore");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    fn command(&self, code: &JoinCode) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env("SPORE_JOIN_CODE", code.to_string())
            .env("SPORE_NODE_ID", &self.node_id)
            .env("SPORE_DATA_DIR", &self.data_dir)
            .env_remove("NEXUS_SHARED_TOKEN")
            .kill_on_drop(true);
        if std::env::var_os("SPORE_POLICY").is_none() {
            // Whoever runs a Nexus may do everything on its machine anyway.
            command.env("SPORE_POLICY", "full");
        }
        command
    }
}

/// A spore that is killed leaves what it started running; one that is asked to end does not.
async fn dismiss(mut child: Child) {
    #[cfg(unix)]
    if let Some(pid) = child
        .id()
        .and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()))
    {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        if tokio::time::timeout(GRACE, child.wait()).await.is_ok() {
            return;
        }
    }
    drop(child.kill().await);
}

fn beside_us() -> Result<PathBuf, Problems> {
    let us = std::env::current_exe().map_err(|error| vec![error.to_string()])?;
    Ok(us.with_file_name(if cfg!(windows) { "spore.exe" } else { "spore" }))
}
