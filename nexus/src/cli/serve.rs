//! `nexus serve`. Not here: what serving is, see `nexus::start`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use nexus::config::WEAK_TOKEN;
use nexus::{Config, Running, secret};

use tokio_util::sync::CancellationToken;

use super::local_spore::LocalSpore;
use super::{Common, Listen, Problems, start_logging};

/// How long requests and spores get when the Nexus stops.
const GRACE: Duration = Duration::from_secs(10);

#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    listen: Listen,
    /// Also run a spore on this machine: the program `spore` beside this one, or the one given
    #[arg(long, value_name = "PROGRAM", num_args = 0..=1)]
    local_spore: Option<Option<PathBuf>>,
}

impl Serve {
    pub(super) fn run(&self) -> Result<(), Problems> {
        let mut config = self.common.configure(&self.listen)?;
        start_logging();
        ensure_shared_token(&mut config)?;
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
        tracing::info!(%address, "listening; `nexus token` shows the token of the REST API");
    }
    let leaving = CancellationToken::new();
    let spore = spore.map(|spore| {
        let (address, token) = (running.address(), config.shared_token.clone());
        let leaving = leaving.clone();
        tokio::spawn(async move { spore.keep_running(address, token.as_ref(), leaving).await })
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

/// On this machine alone a token that nobody chose is fine: it is strong, and kept where only its owner reads it.
fn ensure_shared_token(config: &mut Config) -> Result<(), Problems> {
    if config.shared_token.is_some() {
        return Ok(());
    }
    let path = config.shared_token_file();
    let kept = secret::private_directory(&config.data_dir)
        .and_then(|()| secret::load_or_create(&path, ""));
    config.shared_token = Some(kept.map_err(|error| vec![format!("{}: {error}", path.display())])?);
    tracing::info!(
        "no NEXUS_SHARED_TOKEN: `nexus token --spore` shows the one that was made for spores"
    );
    Ok(())
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
    if !config.host.is_loopback() {
        tracing::warn!(host = %config.host, "other machines can connect, without encryption; use it in a network you trust");
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
