//! Flags that every command takes: where the Nexus is, who asks, how it is printed. Not here: what a command does.

use std::future::Future;
use std::path::PathBuf;

use clap::Args;
use nexus::config::{self, Config, Layer};

use super::client::{Client, Place};
use super::screen::Screen;
use super::{Failure, Listen, Problems};

/// Variables of the command line; the server knows nothing of them.
const OURS: [&str; 3] = ["NEXUS_URL", "NEXUS_TOKEN", "NEXUS_FINGERPRINT"];

/// See the module.
#[derive(Args, Default)]
pub(crate) struct Settings {
    /// TOML file with settings; unknown keys are refused
    #[arg(long, value_name = "FILE", env = "NEXUS_CONFIG", global = true)]
    config: Option<PathBuf>,
    /// Where the store and the tokens of this machine's Nexus are kept
    #[arg(long, value_name = "DIR", global = true)]
    data_dir: Option<PathBuf>,
    /// Another Nexus than this machine's, e.g. https://nexus.lan:8765; its token comes from NEXUS_TOKEN or --token-file
    #[arg(long, value_name = "URL", env = "NEXUS_URL", global = true)]
    nexus: Option<String>,
    /// File that holds the API token
    #[arg(long, value_name = "FILE", global = true)]
    token_file: Option<PathBuf>,
    /// SHA-256 of the Nexus' certificate or of its key, for a certificate that it made itself; `nexus fingerprint` shows it there
    #[arg(
        long,
        value_name = "SHA256",
        env = "NEXUS_FINGERPRINT",
        global = true,
        hide_env_values = true
    )]
    fingerprint: Option<String>,
    /// Only here to be refused.
    #[arg(long = "token", hide = true, global = true, value_name = "TOKEN")]
    refused_token: Option<String>,
    /// Print JSON for programs
    #[arg(long, global = true)]
    pub(super) json: bool,
}

impl Settings {
    /// The whole configuration, or everything that is wrong with it.
    pub(super) fn configure(&self, listen: &Listen) -> Result<Config, Problems> {
        let flags = Layer {
            host: listen.host,
            port: listen.port,
            name: listen.name.clone(),
            compat: listen
                .compat
                .map(|super::Compat::Prototype| config::Compat::Prototype),
            data_dir: self.data_dir.clone(),
            ..Layer::default()
        };
        let file = self
            .config
            .as_ref()
            .map(|path| config::file(path, true))
            .unwrap_or_default();
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let is_ours = OURS.contains(&name.as_str());
            (!is_ours).then(|| (name, value.to_string_lossy().into_owned()))
        });
        Config::from_layers([file, config::environment(variables), flags])
    }

    /// Configuration of this machine's Nexus.
    pub(super) fn local(&self) -> Result<Config, Failure> {
        Ok(self.configure(&Listen::default())?)
    }

    /// Whether another Nexus than this machine's is meant.
    pub(super) fn is_remote(&self) -> bool {
        said(self.nexus.as_deref()).is_some()
    }

    /// What makes no sense for any command.
    pub(super) fn check(&self) -> Result<(), Failure> {
        match self.refused_token {
            None => Ok(()),
            Some(_) => Err(Failure::usage(
                "a token on the command line can be read by everybody on this machine: put it into a file for \
                 --token-file, or into NEXUS_TOKEN, and revoke this one",
            )),
        }
    }

    /// The Nexus that is meant.
    pub(super) fn client(&self) -> Result<Client, Failure> {
        let fingerprint = said(self.fingerprint.as_deref());
        let place = match said(self.nexus.as_deref()) {
            Some(url) => Place::of_url(url, self.token()?, fingerprint)?,
            None => Place::of_this_machine(&self.local()?, self.token()?)?,
        };
        Ok(Client::new(place))
    }

    /// The terminal, or what stands in its place.
    pub(super) fn screen(&self) -> Screen {
        Screen::new()
    }

    fn token(&self) -> Result<Option<String>, Failure> {
        let Some(path) = &self.token_file else {
            let set = std::env::var("NEXUS_TOKEN").ok();
            return Ok(set.filter(|token| !token.trim().is_empty()));
        };
        std::fs::read_to_string(path)
            .map(Some)
            .map_err(|error| Failure::failed(format!("{}: {error}", path.display())))
    }
}

/// A variable that is empty says nothing.
fn said(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// Runs a conversation with the Nexus to its end.
pub(super) fn wait<T>(talk: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| Failure::failed(error.to_string()))?;
    let ended = runtime.block_on(talk);
    // A look-up of a name may still be under way; nobody waits for it.
    runtime.shutdown_background();
    ended
}
