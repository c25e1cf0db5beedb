//! How the connection is doing: how often it came, broke, may have missed something, and what is wrong with it, in words.
//!
//! Not here: doing something about it; the client connects again by itself.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_nats::{ClientError, ConnectOptions, Event, ServerAddr};
use tokio::sync::watch;
use tokio::time::Instant;

use super::lock;

/// How often it is looked what is wrong.
const LOOK: Duration = Duration::from_secs(10);

pub(super) struct Weather {
    /// How often it was lost.
    pub(super) lost: watch::Sender<u64>,
    /// How often messages may have been missed on it.
    pub(super) missed: watch::Sender<u64>,
    /// How often it came.
    pub(super) came: watch::Sender<u64>,
    /// What went wrong last.
    trouble: Mutex<Option<String>>,
    looked: Mutex<Option<Instant>>,
    plain: ConnectOptions,
    servers: Vec<ServerAddr>,
}

impl Weather {
    /// `plain`: how to connect once.
    pub(super) fn new(plain: ConnectOptions, servers: Vec<ServerAddr>) -> Self {
        Self {
            lost: watch::Sender::default(),
            missed: watch::Sender::default(),
            came: watch::Sender::default(),
            trouble: Mutex::default(),
            looked: Mutex::default(),
            plain,
            servers,
        }
    }

    /// What went wrong last, if it still is.
    pub(super) fn trouble(&self) -> Option<String> {
        lock(&self.trouble).clone()
    }

    pub(super) fn changed(self: &Arc<Self>, event: Event) {
        let one_more = |times: &mut u64| *times += 1;
        match event {
            Event::Connected => {
                *lock(&self.trouble) = None;
                self.came.send_modify(one_more);
            }
            Event::Disconnected | Event::Closed => {
                self.lost.send_modify(one_more);
                self.missed.send_modify(one_more);
            }
            Event::SlowConsumer(_) => self.missed.send_modify(one_more),
            Event::LameDuckMode | Event::Draining => {}
            Event::ServerError(problem) => self.note(problem.to_string()),
            Event::ClientError(ClientError::Other(kind)) => self.look(&kind),
            Event::ClientError(problem) => self.note(problem.to_string()),
        }
    }

    fn note(&self, problem: String) {
        let mut trouble = lock(&self.trouble);
        if trouble.as_ref() != Some(&problem) {
            tracing::warn!(problem, "the fleet's engine");
            *trouble = Some(problem);
        }
    }

    /// The client tells only which kind of error it is ("IO error"). Connecting once more, alone, tells which.
    fn look(self: &Arc<Self>, kind: &str) {
        let mut looked = lock(&self.looked);
        if looked.is_some_and(|at| at.elapsed() < LOOK) {
            return;
        }
        *looked = Some(Instant::now());
        drop(looked);
        if self.trouble().is_none() {
            self.note(kind.to_owned());
        }
        let weather = self.clone();
        tokio::spawn(async move {
            let (plain, came) = (weather.plain.clone(), *weather.came.borrow());
            let error = plain.connect(weather.servers.clone()).await.err();
            if let Some(error) = error.filter(|_| came == *weather.came.borrow()) {
                weather.note(error.to_string());
            }
        });
    }
}
