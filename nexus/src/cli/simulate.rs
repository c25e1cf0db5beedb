//! `nexus simulate`: a fleet to look at, to measure and to test with. Not here: how a simulated spore behaves.

use clap::Args;
use nexus::simulate::{self, Fleet};
use tokio_util::sync::CancellationToken;

use super::settings::Settings;
use super::{Listen, Problems, say, start_logging};

#[derive(Args)]
pub(super) struct Simulate {
    /// How many
    #[arg(long, default_value_t = 184)]
    spores: u32,
    /// The Nexus
    #[arg(long, default_value = "127.0.0.1:8765")]
    nexus: String,
    /// How many connect at the same time
    #[arg(long, default_value_t = 256)]
    at_once: usize,
    /// Another seed is another fleet
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Simulate {
    pub(super) fn run(&self, settings: &Settings) -> Result<(), Problems> {
        let config = settings.configure(&Listen::default())?;
        start_logging();
        let token = config
            .shared_token
            .as_ref()
            .map(|token| token.reveal().to_owned());
        let token = token.ok_or_else(|| {
            vec!["simulated spores join with a shared token: start both with the same NEXUS_SHARED_TOKEN".to_owned()]
        })?;
        let fleet = Fleet {
            spores: self.spores,
            address: self.nexus.clone(),
            token,
            at_once: self.at_once.max(1),
            seed: self.seed,
            heartbeat: None,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| vec![error.to_string()])?;
        runtime.block_on(async {
            let stop = CancellationToken::new();
            let running = simulate::start(fleet, stop.clone());
            tokio::select! {
                () = running.all_connected() => say(&format!("{} simulated spores are connected; Ctrl-C ends them", self.spores))?,
                _ = tokio::signal::ctrl_c() => {}
            }
            drop(tokio::signal::ctrl_c().await);
            stop.cancel();
            running.ended().await;
            Ok(())
        })
    }
}
