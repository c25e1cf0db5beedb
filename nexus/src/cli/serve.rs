//! `nexus serve`. Not here: what serving is, see `nexus::start`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use nexus::config::{Plain, WEAK_TOKEN};
use nexus::{Config, Running};

use tokio_util::sync::CancellationToken;

use super::local_spore::LocalSpore;
use super::settings::Settings;
use super::{Listen, Problems, start_logging};

/// How long requests and spores get when the Nexus stops.
const GRACE: Duration = Duration::from_secs(10);

#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    listen: Listen,
    /// Also run a spore on this machine: the program `spore` beside this one, or the one given
    #[arg(long, value_name = "PROGRAM", num_args = 0..=1)]
    local_spore: Option<Option<PathBuf>>,
}

impl Serve {
    pub(super) fn run(&self, settings: &Settings) -> Result<(), Problems> {
        let mut config = settings.configure(&self.listen)?;
        start_logging();
        let spore = self
            .local_spore
            .as_ref()
            .map(|program| LocalSpore::prepare(program.as_deref(), &mut config))
            .transpose()?;
        warn(&config);
        // One worker does 170,000 dispatches a second; more only add latency.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        runtime
            .map_err(|error| vec![error.to_string()])?
            .block_on(serve(config, spore))
    }
}

async fn serve(config: Config, spore: Option<LocalSpore>) -> Result<(), Problems> {
    let running = nexus::start(config.clone())
        .await
        .map_err(|error| vec![error.to_string()])?;
    for address in running.addresses() {
        tracing::info!(%address, "listening, with TLS; `nexus token` shows the token of the REST API, `nexus join` lets a machine in");
    }
    let leaving = CancellationToken::new();
    let spore = spore.map(|spore| {
        let (joining, leaving) = (running.joining().clone(), leaving.clone());
        tokio::spawn(async move { spore.keep_running(&joining, leaving).await })
    });
    signalled().await;
    leaving.cancel();
    if let Some(spore) = spore {
        drop(spore.await);
    }
    stop(running).await;
    Ok(())
}

async fn stop(running: Running) {
    tracing::info!("stopping");
    running.shutdown(GRACE).await;
}

fn warn(config: &Config) {
    if config
        .shared_token
        .as_ref()
        .is_some_and(|token| token.reveal().len() < WEAK_TOKEN)
    {
        tracing::warn!(
            "the shared token is short and can be guessed; `nexus token --new` prints a strong one"
        );
    }
    if config.open_api {
        tracing::warn!(
            "REST AND EVENTS ARE OPEN: every program and user on this machine can run commands on every node"
        );
    }
    if config.shared_token.is_some() {
        tracing::warn!(
            "a shared token is set: whoever has it can join as a node; join codes give each node a key of its own"
        );
    }
    if config.plain == Plain::Anywhere && !config.host.is_loopback() {
        tracing::warn!(
            host = %config.host,
            "OTHER MACHINES CAN CONNECT WITHOUT ENCRYPTION: whoever is on the way reads tokens and changes commands"
        );
    }
}

/// SIGINT or SIGTERM.
async fn signalled() {
    let interrupted = async { drop(tokio::signal::ctrl_c().await) };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => {
                tokio::select! { () = interrupted => {}, _ = terminated.recv() => {} }
            }
            Err(_) => interrupted.await,
        }
    }
    #[cfg(not(unix))]
    interrupted.await;
}
