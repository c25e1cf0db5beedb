//! The connection: always wanted, made again by itself, and never waited for longer than a few seconds.
//!
//! Not here: what is said over it ([`super::letters`] puts things into streams and takes them out).

use std::fmt::Display;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::context::ContextBuilder;
use async_nats::{Client, ConnectOptions};
use tokio::sync::watch;
use tokio::time::timeout;

use super::settings::{Login, Settings, SettingsError};
use super::weather::Weather;
use super::{lock, streams};
use crate::fleet::engine::{EngineError, InstanceId};

/// How long anything may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// How long a call waits for the very first connection.
const FIRST: Duration = Duration::from_secs(2);
/// The longest pause between two tries to connect.
const PAUSE: Duration = Duration::from_secs(2);
/// What the server must take in one message.
const PAYLOAD: usize = 1 << 20;

pub(super) struct Link {
    pub(super) settings: Settings,
    /// Which key this swarm has, as its directory says it.
    pub(super) which: String,
    pub(super) client: Client,
    pub(super) context: async_nats::jetstream::Context,
    weather: Arc<Weather>,
    preparing: tokio::sync::Mutex<()>,
    /// The streams are as they should be, since this connection.
    prepared: Mutex<Option<(u64, PullConsumer)>>,
}

impl Link {
    pub(super) async fn open(
        settings: Settings,
        id: InstanceId,
        which: String,
    ) -> Result<Self, SettingsError> {
        let plain = plain_options(&settings, id).await?;
        let weather = Arc::new(Weather::new(plain.clone(), settings.servers.clone()));
        let told = weather.clone();
        let options = plain
            .retry_on_initial_connect()
            .reconnect_delay_callback(|tries| {
                let tries = u32::try_from(tries).unwrap_or(u32::MAX);
                Duration::from_millis(25)
                    .saturating_mul(1 << tries.min(10))
                    .min(PAUSE)
            })
            .event_callback(move |event| {
                told.changed(event);
                std::future::ready(())
            });
        let client = options
            .connect(settings.servers.clone())
            .await
            .map_err(|error| SettingsError::Url(error.to_string()))?;
        let context = ContextBuilder::new()
            .timeout(PATIENCE)
            .build(client.clone());
        Ok(Self {
            settings,
            which,
            client,
            context,
            weather,
            preparing: tokio::sync::Mutex::default(),
            prepared: Mutex::default(),
        })
    }

    /// Fails at once while there is no connection.
    pub(super) fn there(&self) -> Result<(), EngineError> {
        let info = match self.client.connection_state() {
            State::Connected => self.client.server_info(),
            State::Pending | State::Disconnected => {
                let trouble = self.weather.trouble();
                let why = trouble.map_or_else(String::new, |why| format!(" ({why})"));
                return Err(EngineError::Away(format!(
                    "no connection to {}{why}",
                    self.settings.hosts()
                )));
            }
        };
        if !self.client.is_server_compatible(2, 11, 0) {
            return Err(EngineError::Away(format!(
                "it is NATS {}, and 2.11 or newer is needed",
                info.version
            )));
        }
        if info.max_payload < PAYLOAD {
            return Err(EngineError::Away(format!(
                "its max_payload is {}, and at least {PAYLOAD} is needed",
                info.max_payload
            )));
        }
        Ok(())
    }

    /// The same, but the very first connection gets some time.
    pub(super) async fn connected(&self) -> Result<(), EngineError> {
        let mut came = self.weather.came.subscribe();
        // Too late shows below. The sender lives as long as this link.
        let _ = timeout(FIRST, came.wait_for(|times| *times > 0)).await;
        self.there()
    }

    /// Waits until the streams are there too.
    pub(super) async fn ready(&self) -> Result<(), EngineError> {
        self.connected().await?;
        if self.is_prepared() {
            return Ok(());
        }
        self.taker().await.map(|_| ())
    }

    /// What work is taken by.
    pub(super) async fn taker(&self) -> Result<PullConsumer, EngineError> {
        self.connected().await?;
        if let Some(consumer) = self.prepared() {
            return Ok(consumer);
        }
        // Seldom, and large.
        Box::pin(self.bounded(async {
            let _one = self.preparing.lock().await;
            if let Some(consumer) = self.prepared() {
                return Ok(consumer);
            }
            let connection = *self.weather.lost.borrow();
            let several = self.client.server_info().cluster.is_some();
            let (swarm, terms) = (&self.settings.swarm, self.settings.terms);
            let swarm = (swarm.as_str(), self.which.as_str());
            let consumer = streams::prepare(&self.context, swarm, terms, several).await?;
            *lock(&self.prepared) = Some((connection, consumer.clone()));
            Ok(consumer)
        }))
        .await
    }

    fn is_prepared(&self) -> bool {
        let connection = *self.weather.lost.borrow();
        lock(&self.prepared)
            .as_ref()
            .is_some_and(|(since, _)| *since == connection)
    }

    fn prepared(&self) -> Option<PullConsumer> {
        let connection = *self.weather.lost.borrow();
        let prepared = lock(&self.prepared);
        let (since, consumer) = prepared.as_ref()?;
        (*since == connection).then(|| consumer.clone())
    }

    /// Something that should be there is not: look at the streams again before the next call.
    pub(super) fn doubt(&self) {
        *lock(&self.prepared) = None;
    }

    /// Does it when everything is ready, or fails in time.
    pub(super) async fn within<T>(
        &self,
        ask: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<T, EngineError> {
        self.ready().await?;
        let done = self.bounded(ask).await;
        if matches!(done, Err(EngineError::Away(_))) {
            self.doubt();
        }
        done
    }

    /// How often a question may be asked again: a cluster that lost a server needs a moment to choose who speaks for it.
    pub(super) fn tries(&self) -> usize {
        if self.client.server_info().cluster.is_some() {
            15
        } else {
            1
        }
    }

    pub(super) async fn bounded<T>(
        &self,
        ask: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<T, EngineError> {
        let lost = self.lost();
        tokio::select! {
            done = timeout(PATIENCE, ask) => match done {
                Ok(done) => done,
                Err(_) => Err(EngineError::Away(format!("no answer from {} in {} s", self.settings.hosts(), PATIENCE.as_secs()))),
            },
            () = lost => Err(EngineError::Away(format!("the connection to {} broke", self.settings.hosts()))),
        }
    }

    /// Comes when the connection breaks after this call.
    pub(super) fn lost(&self) -> impl Future<Output = ()> + Send + use<> {
        next(self.weather.lost.subscribe())
    }

    /// Comes when messages may have been missed after this call.
    pub(super) fn missed(&self) -> impl Future<Output = ()> + Send + use<> {
        next(self.weather.missed.subscribe())
    }
}

/// How to come in; without trying for long.
async fn plain_options(
    settings: &Settings,
    id: InstanceId,
) -> Result<ConnectOptions, SettingsError> {
    let mut options = ConnectOptions::new()
        .name(format!("nexus {}", id.0))
        .ping_interval(PATIENCE)
        .connection_timeout(PATIENCE)
        .request_timeout(Some(PATIENCE));
    options = match &settings.login {
        Some(Login::Password(user, password)) => {
            options.user_and_password(user.clone(), password.clone())
        }
        Some(Login::Token(token)) => options.token(token.clone()),
        None => options,
    };
    let failed = |path: &PathBuf| {
        let path = path.clone();
        move |error: std::io::Error| SettingsError::File(path, error.to_string())
    };
    if let Some(path) = &settings.creds {
        options = options.credentials_file(path).await.map_err(failed(path))?;
    }
    if let Some(path) = &settings.ca {
        tokio::fs::read(path).await.map_err(failed(path))?;
        options = options
            .add_root_certificates(path.clone())
            .require_tls(true);
    }
    Ok(options)
}

async fn next(mut times: watch::Receiver<u64>) {
    // An error means that the link is gone, which is the same to whoever waits.
    let _ = times.changed().await;
}

/// What the client or the server said, for people.
pub(super) fn away(error: &impl Display) -> EngineError {
    EngineError::Away(error.to_string())
}
