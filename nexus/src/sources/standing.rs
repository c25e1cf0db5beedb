//! How a source goes: connected or not, what is wrong, what was counted. Told to people, to metrics and, when it changes, to the
//! log. Not here: doing anything about it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::Source;
use crate::metrics::Metrics;

/// How a source goes since the start of the Nexus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceInfo {
    /// As configured.
    pub name: String,
    /// The broker, without what is secret.
    pub at: String,
    /// Where its messages are.
    pub stream: String,
    /// Those who share them.
    pub group: String,
    /// The token whose rights count.
    pub token: String,
    /// Where messages go that cannot be taken.
    pub dead: String,
    /// The broker answers.
    pub connected: bool,
    /// What keeps it from taking jobs, in a sentence.
    pub problem: Option<String>,
    /// Since when it is connected, or not, or has this problem.
    pub since: SystemTime,
    /// Messages that became jobs.
    pub taken: u64,
    /// Messages that had become jobs before.
    pub known: u64,
    /// Tries with messages that could not be taken then.
    pub refused: u64,
    /// Messages that went to the dead ones.
    pub dead_lettered: u64,
    /// When the last one became a job.
    pub taken_at: Option<SystemTime>,
    /// Why the last one went to the dead ones, and which it was.
    pub dead_reason: Option<String>,
    /// Results that the broker has taken.
    pub told: u64,
    /// Results that nobody will get.
    pub untold: u64,
    /// What keeps results from the broker, in a sentence.
    pub results_problem: Option<String>,
}

/// What came of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    Taken,
    Known,
    Refused,
    Dead,
    Told,
    Untold,
}

impl Counted {
    pub(crate) const ALL: [Self; 6] = [
        Self::Taken,
        Self::Known,
        Self::Refused,
        Self::Dead,
        Self::Told,
        Self::Untold,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Known => "known",
            Self::Refused => "refused",
            Self::Dead => "dead",
            Self::Told => "told",
            Self::Untold => "untold",
        }
    }
}

/// See the module.
pub(super) struct Standing {
    source: Arc<Source>,
    metrics: Arc<Metrics>,
    info: Mutex<SourceInfo>,
}

impl Standing {
    pub(super) fn new(source: Arc<Source>, metrics: Arc<Metrics>) -> Self {
        let info = SourceInfo {
            name: source.name.clone(),
            at: source.broker.shown().to_owned(),
            stream: source.stream.clone(),
            group: source.group.clone(),
            token: source.token.clone(),
            dead: source.dead.clone(),
            connected: false,
            problem: None,
            since: SystemTime::now(),
            taken: 0,
            known: 0,
            refused: 0,
            dead_lettered: 0,
            taken_at: None,
            dead_reason: None,
            told: 0,
            untold: 0,
            results_problem: None,
        };
        metrics.source_is_connected(&info.name, false);
        for counted in Counted::ALL {
            metrics.source_counted(&info.name, counted, 0);
        }
        Self {
            source,
            metrics,
            info: Mutex::new(info),
        }
    }

    fn lock(&self) -> MutexGuard<'_, SourceInfo> {
        self.info.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn info(&self) -> SourceInfo {
        self.lock().clone()
    }

    /// The broker answers, and jobs can be taken.
    pub(super) fn well(&self) {
        let mut info = self.lock();
        if info.connected && info.problem.is_none() {
            return;
        }
        info.connected = true;
        info.problem = None;
        info.since = SystemTime::now();
        self.metrics.source_is_connected(&info.name, true);
        tracing::info!(source = %self.source.name, at = %info.at, "takes jobs");
    }

    /// Nothing is taken, for this reason; the connection stays as it is.
    pub(super) fn trouble(&self, why: String) {
        let mut info = self.lock();
        if info.problem.as_ref() == Some(&why) {
            return;
        }
        tracing::warn!(source = %self.source.name, at = %info.at, problem = %why, "takes no jobs");
        info.problem = Some(why);
        info.since = SystemTime::now();
    }

    /// The broker does not answer any more, or never did. Whether it was connected.
    pub(super) fn disconnected(&self, why: String) -> bool {
        self.trouble(why);
        let mut info = self.lock();
        self.metrics.source_is_connected(&info.name, false);
        std::mem::replace(&mut info.connected, false)
    }

    pub(super) fn count(&self, counted: Counted) {
        let mut info = self.lock();
        self.metrics.source_counted(&info.name, counted, 1);
        match counted {
            Counted::Taken => {
                info.taken += 1;
                info.taken_at = Some(SystemTime::now());
            }
            Counted::Known => info.known += 1,
            Counted::Refused => info.refused += 1,
            Counted::Dead => info.dead_lettered += 1,
            Counted::Told => info.told += 1,
            Counted::Untold => info.untold += 1,
        }
    }

    /// A message went to the dead ones.
    pub(super) fn buried(&self, message: &str, why: &str) {
        self.count(Counted::Dead);
        let (source, message) = (&self.source.name, super::printable(message));
        tracing::warn!(%source, %message, reason = %why, "a message cannot be taken");
        self.lock().dead_reason = Some(format!("{message}: {why}"));
    }

    /// How telling results goes: well, or what is wrong.
    pub(super) fn telling(&self, problem: Option<String>) {
        let mut info = self.lock();
        if info.results_problem == problem {
            return;
        }
        match &problem {
            Some(why) => {
                tracing::warn!(source = %self.source.name, problem = %why, "tells no results");
            }
            None => tracing::info!(source = %self.source.name, "tells results again"),
        }
        info.results_problem = problem;
    }
}
