//! What the application owns: the preferences, and the swarm that they ask for. Commands and feeds come here.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nexus::Config;
use nexus::console::remote::{Remote, Standing};
use nexus::console::{Answer, BridgeError, Desk};
use tauri::AppHandle;
use tokio::sync::watch;

use crate::connection::Connection;
use crate::environments::{self, Environments, HERE};
use crate::preferences::{Preferences, Shelf};
use crate::swarm::{self, Swarm};
use crate::view_environment::{EnvironmentState, EnvironmentView};
use crate::view_settings::{SettingsPatch, SettingsView};

/// How long spores may take to wind up when the Nexus has to start anew.
const RESTART: Duration = Duration::from_secs(2);
/// How long another Nexus may take to say whether it takes a token.
const TRY: Duration = Duration::from_secs(20);

/// Other Nexuses, and which one the windows look at.
struct Known {
    all: Environments,
    current: String,
    remote: Option<Remote>,
}

/// See the module.
pub struct Host {
    shelf: Shelf,
    config: Option<Config>,
    swarm: tokio::sync::Mutex<Option<Swarm>>,
    /// The Nexus in this application, while it runs.
    desk: watch::Sender<Option<Desk>>,
    /// What the windows look at.
    shown: watch::Sender<Option<Connection>>,
    environments: Mutex<Known>,
    notices: Mutex<Vec<String>>,
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
        let (all, damage) = Environments::open(&data);
        notices.extend(damage);
        let known = Known {
            all,
            current: HERE.to_owned(),
            remote: None,
        };
        let host = Self {
            shelf,
            config,
            swarm: tokio::sync::Mutex::default(),
            desk: watch::Sender::new(None),
            shown: watch::Sender::new(None),
            environments: Mutex::new(known),
            notices: Mutex::new(notices),
        };
        tauri::async_runtime::block_on(host.fulfil(host.preferences()));
        Ok(host)
    }

    /// What the operator prefers.
    pub fn preferences(&self) -> Preferences {
        self.shelf.read()
    }

    /// What the windows look at, now and later.
    pub fn shown(&self) -> watch::Receiver<Option<Connection>> {
        self.shown.subscribe()
    }

    /// What the windows look at now.
    pub fn connected(&self) -> Answer<Connection> {
        self.shown.borrow().clone().ok_or_else(|| {
            BridgeError::new("not_running", "The Nexus does not run; see the notices.")
        })
    }

    /// Every Nexus that the windows can look at.
    pub fn environments(&self) -> Vec<EnvironmentView> {
        let known = self.known();
        let own = self
            .desk
            .borrow()
            .as_ref()
            .map(|desk| desk.console().name().to_owned());
        let state =
            known
                .remote
                .as_ref()
                .map_or(EnvironmentState::Unknown, |remote| {
                    match &*remote.standing().borrow() {
                        Standing::Open(_) => EnvironmentState::Online,
                        Standing::Connecting(None) => EnvironmentState::Unknown,
                        Standing::Connecting(Some(_)) | Standing::Refused(_) => {
                            EnvironmentState::Offline
                        }
                    }
                });
        let own = own.unwrap_or_else(|| "Nexus".to_owned());
        known.all.list(&own, &known.current, state)
    }

    /// Turns the windows to another Nexus.
    pub fn switch_environment(&self, id: &str) -> Answer<()> {
        let mut known = self.known();
        if known.current == id {
            return Ok(());
        }
        let remote = if id == HERE {
            None
        } else {
            Some(known.all.connect(id)?)
        };
        known.current = id.to_owned();
        known.remote = remote;
        self.show(&known);
        Ok(())
    }

    /// Keeps another Nexus, once it has taken the token.
    pub async fn add_environment(
        &self,
        name: &str,
        address: &str,
        fingerprint: &str,
        token: &str,
    ) -> Answer<EnvironmentView> {
        let seen = environments::probe(address).await?;
        if seen.fingerprint != fingerprint {
            return Err(BridgeError::new(
                "fingerprint",
                "Another Nexus answers there now; begin again.",
            ));
        }
        // A good certificate is renewed, perhaps with another key; one that was compared is known by its key.
        let pinned = (!seen.trusted).then(|| seen.fingerprint.clone());
        let made = self.known().all.add(name, &seen.address, pinned, token)?;
        let remote = self.known().all.connect(&made.id)?;
        let mut standing = remote.standing();
        let tried = tokio::time::timeout(
            TRY,
            standing.wait_for(|now| *now != Standing::Connecting(None)),
        );
        let why = match tried.await.ok().and_then(Result::ok).as_deref() {
            Some(Standing::Open(_)) => {
                return Ok(EnvironmentView {
                    state: EnvironmentState::Online,
                    ..made
                });
            }
            Some(Standing::Refused(why) | Standing::Connecting(Some(why))) => why.clone(),
            Some(Standing::Connecting(None)) | None => "it does not answer".to_owned(),
        };
        self.known().all.remove(&made.id)?;
        Err(BridgeError::new("refused", why))
    }

    /// Forgets another Nexus, and its token.
    pub fn remove_environment(&self, id: &str) -> Answer<()> {
        if self.known().current == id {
            self.switch_environment(HERE)?;
        }
        self.known().all.remove(id)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.environments
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self, known: &Known) {
        let here = || {
            self.desk
                .borrow()
                .clone()
                .map(|desk| Connection::Here(Box::new(desk)))
        };
        let shown = known.remote.clone().map(Connection::There).or_else(here);
        self.shown.send_replace(shown);
    }

    /// The Nexus in this application is another one now, or none.
    fn turn(&self, desk: Option<Desk>) {
        self.desk.send_replace(desk);
        let known = self.known();
        if known.remote.is_none() {
            self.show(&known);
        }
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
    pub fn keep(&self, patch: SettingsPatch) -> Answer<Preferences> {
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

    /// Makes the swarm what the preferences say. Listening elsewhere needs another Nexus: spores reconnect to it, and
    /// windows are told of a gap.
    pub async fn fulfil(&self, preferences: Preferences) {
        let Some(config) = &self.config else { return };
        let mut swarm = self.swarm.lock().await;
        let wants_exposed = preferences.exposed || !config.host.is_loopback();
        if let Some(unfit) = swarm.take_if(|swarm| swarm.is_exposed() != wants_exposed) {
            self.turn(None);
            unfit.stop(RESTART).await;
        }
        if swarm.is_none() {
            match Swarm::start(config.clone(), preferences.exposed).await {
                Ok(mut started) => {
                    self.notify(std::mem::take(&mut started.notices));
                    self.turn(Some(started.desk()));
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
        self.shown.send_replace(None);
        self.turn(None);
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
