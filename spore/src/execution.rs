//! One execution from order to end: what is asked, what is reported on the way, and how it ended.
//!
//! Not here: who asked, and whether anybody listens; the ledger keeps the reports until they are heard.

pub(crate) mod environment;
pub(crate) mod output;
pub(crate) mod process;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use protocol::{Outcome, Stream};
use serde_json::value::RawValue;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

/// What is to be done.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) request_id: String,
    pub(crate) skill: String,
    pub(crate) method: String,
    pub(crate) parameters: Box<RawValue>,
    /// The asker's time limit.
    pub(crate) timeout: Duration,
    /// Output goes out while it runs, instead of a result at the end.
    pub(crate) stream: bool,
    /// Told when it is to stop.
    pub(crate) stop: Stop,
    /// Bytes of output that the ledger still takes; whoever has none left waits, and so does the process.
    pub(crate) credit: Arc<Semaphore>,
}

/// By which an execution is told to stop, and why, should somebody else than the Nexus want it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop {
    token: CancellationToken,
    reason: Arc<OnceLock<String>>,
}

impl Stop {
    /// The Nexus wants it, or the spore leaves.
    pub(crate) fn cancel(&self) {
        self.token.cancel();
    }

    /// This node wants it. The first reason counts.
    pub(crate) fn because(&self, reason: String) {
        if !self.token.is_cancelled() {
            let _ = self.reason.set(reason);
            self.token.cancel();
        }
    }

    pub(crate) async fn cancelled(&self) {
        self.token.cancelled().await;
    }

    #[cfg(test)]
    pub(crate) fn is_cancelled(&self) -> bool {
        self.token.is_cancelled()
    }

    /// What its end says.
    pub(crate) fn why(&self) -> String {
        self.reason
            .get()
            .cloned()
            .unwrap_or_else(|| "cancelled".to_owned())
    }
}

/// What an execution says about itself.
#[derive(Debug)]
pub(crate) enum Report {
    /// It runs; with the number of its main process, if it has one.
    Started {
        request_id: String,
        pid: Option<u32>,
    },
    /// A piece of output.
    Chunk {
        request_id: String,
        stream: Stream,
        at_ms: u64,
        bytes: Vec<u8>,
    },
    /// It is over and nothing of it is left.
    Ended { request_id: String, end: End },
}

/// Unbounded, but each execution has a fixed number of reports besides its chunks, and those need credit.
pub(crate) type Reports = mpsc::UnboundedSender<Report>;

/// Reports a failure when it is dropped before the work it watches is done.
pub(crate) struct BreakOff {
    pub(crate) request_id: String,
    pub(crate) reports: Reports,
    pub(crate) done: bool,
}

impl Drop for BreakOff {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        let request_id = std::mem::take(&mut self.request_id);
        let end = End::failed("the execution broke off; see the log of the spore".to_owned());
        // Nobody listens any more when the spore is ending.
        let _ = self.reports.send(Report::Ended { request_id, end });
    }
}

/// What an execution found.
#[derive(Debug, Clone)]
pub(crate) enum Finding {
    /// Text, which is cut where it is too long for a frame.
    Text(String),
    /// A value, which its skill keeps short: half of it would be no JSON.
    Json(Box<RawValue>),
}

/// How an execution ended.
#[derive(Debug, Clone)]
pub(crate) struct End {
    pub(crate) outcome: Outcome,
    pub(crate) result: Option<Finding>,
    pub(crate) error: Option<String>,
    pub(crate) exit_code: Option<i32>,
    pub(crate) signal: Option<String>,
    pub(crate) truncated: bool,
    pub(crate) seconds: f64,
}

impl End {
    /// It did what was asked.
    pub(crate) fn succeeded(result: Option<Finding>, truncated: bool) -> Self {
        Self {
            result,
            truncated,
            ..Self::with(Outcome::Succeeded, None)
        }
    }

    /// It ran and did not.
    pub(crate) fn failed(error: String) -> Self {
        Self::with(Outcome::Failed, Some(error))
    }

    /// It never started.
    pub(crate) fn refused(error: String) -> Self {
        Self::with(Outcome::Refused, Some(error))
    }

    pub(crate) fn with(outcome: Outcome, error: Option<String>) -> Self {
        Self {
            outcome,
            result: None,
            error,
            exit_code: None,
            signal: None,
            truncated: false,
            seconds: 0.0,
        }
    }

    pub(crate) fn since(mut self, began: Instant) -> Self {
        self.seconds = began.elapsed().as_secs_f64();
        self
    }
}
