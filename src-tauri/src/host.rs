//! What the application owns: the preferences, and the swarm that they ask for. Commands and feeds come here.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use nexus::access::Caller;
use nexus::trust::{CodeState, JoinCodeInfo};
use nexus::{Config, MadeJoinCode};
use tauri::AppHandle;
use tokio::sync::watch;

use crate::preferences::{Preferences, Shelf};
use crate::swarm::{self, Link, Swarm};
use crate::translate::{self, Refusal};
use crate::view::BridgeError;
use crate::view_settings::{SettingsPatch, SettingsView};
use crate::view_trust::JoinView;

/// How long spores may take to wind up when the Nexus has to start anew.
const RESTART: Duration = Duration::from_secs(2);

/// See the module.
pub struct Host {
    shelf: Shelf,
    config: Option<Config>,
    swarm: tokio::sync::Mutex<Option<Swarm>>,
    link: watch::Sender<Option<Link>>,
    notices: Mutex<Vec<String>>,
    /// The join code that windows show, until it is used.
    shown_code: tokio::sync::Mutex<Option<MadeJoinCode>>,
}

impl Host {
    /// Opens the preferences and starts what they ask for. A Nexus that does not start is a notice, not the end:
    /// the window opens and says why. `fallback` holds the preferences when there is no data directory.
    pub fn start(app: &AppHandle, fallback: PathBuf) -> Result<Self, tauri_plugin_store::Error> {
        let mut notices = Vec::new();
        let config = swarm::configure()
            .map_err(|problem| notices.push(problem))
            .ok();
        let data = config
            .as_ref()
            .map_or(fallback, |config| config.data_dir.clone());
        let (shelf, damage) = Shelf::open(app, &data)?;
        notices.extend(damage);
        let host = Self {
            shelf,
            config,
            swarm: tokio::sync::Mutex::default(),
            link: watch::Sender::new(None),
            notices: Mutex::new(notices),
            shown_code: tokio::sync::Mutex::default(),
        };
        tauri::async_runtime::block_on(host.fulfil(host.preferences()));
        Ok(host)
    }

    /// What the operator prefers.
    pub fn preferences(&self) -> Preferences {
        self.shelf.read()
    }

    /// The running Nexus, now and later.
    pub fn link(&self) -> watch::Receiver<Option<Link>> {
        self.link.subscribe()
    }

    /// The running Nexus now.
    pub fn connected(&self) -> Result<Link, BridgeError> {
        self.link.borrow().clone().ok_or_else(|| {
            BridgeError::new("not_running", "The Nexus does not run; see the notices.")
        })
    }

    /// What the settings page shows.
    pub fn settings(&self) -> SettingsView {
        let Preferences {
            exposed,
            keep_in_tray,
            run_local_spore,
            theme,
            reduced_motion,
        } = self.preferences();
        let notices = self
            .notices
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        // What is not so already will be in a moment, unless there is no Nexus to change.
        let restart_needed = self.config.is_none();
        SettingsView {
            exposed,
            keep_in_tray,
            run_local_spore,
            theme,
            reduced_motion,
            notices,
            restart_needed,
        }
    }

    /// Keeps what the operator changed. It takes effect when [`Self::fulfil`] is called with it.
    pub fn keep(&self, patch: SettingsPatch) -> Result<Preferences, BridgeError> {
        let preferences = self.preferences().patched(patch);
        let written = self.shelf.write(preferences);
        written.map_err(|error| {
            BridgeError::new(
                "not_kept",
                format!("The preferences cannot be written: {error}"),
            )
        })?;
        Ok(preferences)
    }

    /// How a machine elsewhere joins. The same line is shown until somebody has used it.
    pub async fn join(&self) -> Result<JoinView, BridgeError> {
        let joining = self.connected()?.joining;
        let mut shown = self.shown_code.lock().await;
        if let Some(made) = shown.as_ref() {
            let id = made.info.id;
            let codes = self.connected()?.handle.join_codes().await;
            let codes = codes.map_err(Refusal::from)?;
            let is_open = |code: &JoinCodeInfo| {
                code.id == id && code.state(SystemTime::now()) == CodeState::Open
            };
            if codes.iter().any(is_open) && made.code.addresses == joining.addresses() {
                return Ok(translate::join(&joining, made));
            }
        }
        let (wish, caller) = (translate::one_machine_soon(), Caller::local());
        let made = joining.make(wish, &caller).await.map_err(Refusal::from)?;
        let view = translate::join(&joining, &made);
        *shown = Some(made);
        Ok(view)
    }

    /// Makes the swarm what the preferences say. Listening elsewhere needs another Nexus: spores reconnect to it, and
    /// windows are told of a gap.
    pub async fn fulfil(&self, preferences: Preferences) {
        let Some(config) = &self.config else { return };
        let mut swarm = self.swarm.lock().await;
        let is_exposed = |swarm: &Swarm| !swarm.link().address.ip().is_loopback();
        let wants_exposed = preferences.exposed || !config.host.is_loopback();
        if let Some(unfit) = swarm.take_if(|swarm| is_exposed(swarm) != wants_exposed) {
            self.link.send_replace(None);
            unfit.stop(RESTART).await;
        }
        if swarm.is_none() {
            match Swarm::start(config.clone(), preferences.exposed).await {
                Ok(mut started) => {
                    self.notify(std::mem::take(&mut started.notices));
                    self.link.send_replace(Some(started.link()));
                    *swarm = Some(started);
                }
                Err(error) => self.notify([format!("The Nexus does not start: {error}")]),
            }
        }
        if let Some(swarm) = swarm.as_mut()
            && let Err(problem) = swarm.set_local_spore(preferences.run_local_spore).await
        {
            self.notify([format!("This machine is not a node: {problem}")]);
        }
    }

    /// Ends everything in order.
    pub async fn stop(&self, grace: Duration) {
        self.link.send_replace(None);
        if let Some(swarm) = self.swarm.lock().await.take() {
            swarm.stop(grace).await;
        }
    }

    fn notify(&self, notices: impl IntoIterator<Item = String>) {
        for notice in notices {
            tracing::warn!("{notice}");
            let mut kept = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
            if !kept.contains(&notice) {
                kept.push(notice);
            }
        }
    }
}
