//! Sources of jobs: brokers that people run already. A message there is the body of `POST /api/v1/jobs`; it is acknowledged only
//! when its job is on disk, and asked for under an id that follows from the message, so that one that comes again is the same job.
//!
//! - [`setup`]: a source as it is configured. [`message`]: from a message to a job. [`redis`]: Redis Streams. [`standing`]:
//!   how it goes.
//!
//! Not here: what a job is, see [`crate::job`].

mod message;
mod redis;
mod setup;
mod standing;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use setup::{Broker, Source, SourceTable, sources};
pub(crate) use standing::Counted;
pub use standing::SourceInfo;

use crate::access::Tokens;
use crate::hub::Handle;
use crate::metrics::Metrics;
use message::{Outcome, Taker};
use standing::Standing;

/// Between two tries to reach a broker, the shortest and the longest.
const AGAIN: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(30)];
/// Between two tries with a message that cannot be taken now, the shortest and the longest.
const LATER: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(5)];
/// Longest sentence that is shown, bytes.
const SENTENCE: usize = 500;

/// All of them. Cheap to clone.
#[derive(Clone, Default)]
pub struct Sources {
    all: Arc<[Arc<Standing>]>,
}

impl Sources {
    /// Begins to take jobs. `consumer`: what brokers are to call this Nexus.
    pub(crate) fn start(
        configured: &[Source],
        consumer: &str,
        (handle, tokens): (&Handle, &Tokens),
        metrics: &Arc<Metrics>,
        (tasks, stopping): (&TaskTracker, &CancellationToken),
    ) -> Self {
        let mut all = Vec::new();
        for source in configured {
            let source = Arc::new(source.clone());
            let standing = Arc::new(Standing::new(Arc::clone(&source), Arc::clone(metrics)));
            let intake = Intake {
                taker: Taker {
                    source,
                    handle: handle.clone(),
                    tokens: tokens.clone(),
                    started: Instant::now(),
                },
                standing: Arc::clone(&standing),
                consumer: consumer.to_owned(),
            };
            let stopping = stopping.clone();
            tasks.spawn(async move {
                let run = Box::pin(intake.run());
                let ended = stopping.run_until_cancelled(run);
                if let Some(never) = ended.await {
                    match never {}
                }
            });
            all.push(standing);
        }
        Self { all: all.into() }
    }

    /// How each of them goes.
    pub fn list(&self) -> Vec<SourceInfo> {
        self.all.iter().map(|one| one.info()).collect()
    }
}

/// One source at work.
struct Intake {
    taker: Taker,
    standing: Arc<Standing>,
    consumer: String,
}

/// What a message is to become at the broker.
enum Settled {
    /// It is acknowledged.
    Done,
    /// It goes to the dead ones, with a reason, and is acknowledged then.
    Dead(String),
    /// It stays, and is tried once more after a while.
    Later,
}

impl Intake {
    /// For ever: what ends is only a connection.
    async fn run(self) -> Infallible {
        let mut wait = AGAIN[0];
        loop {
            self.until_somebody_may().await;
            let Err(why) = redis::serve(&self).await;
            if self.standing.disconnected(why) {
                wait = AGAIN[0];
            }
            tokio::time::sleep(wait).await;
            wait = longer(wait, AGAIN[1]);
        }
    }

    /// While there is nobody by whose rights a job could be asked for, nothing is read.
    async fn until_somebody_may(&self) {
        while let Err(why) = self.taker.pass() {
            self.standing.trouble(why);
            tokio::time::sleep(AGAIN[0]).await;
        }
    }

    /// Tries a message once.
    async fn try_once(&self, id: &str, body: &[u8]) -> Settled {
        match self.taker.take(id, body).await {
            Outcome::Taken => {
                self.standing.count(Counted::Taken);
                Settled::Done
            }
            Outcome::Known => {
                self.standing.count(Counted::Known);
                Settled::Done
            }
            Outcome::Bad(why) => Settled::Dead(printable(&why)),
            Outcome::Later(why) => {
                self.standing.count(Counted::Refused);
                self.standing.trouble(why);
                Settled::Later
            }
        }
    }
}

fn longer(wait: Duration, longest: Duration) -> Duration {
    wait.saturating_mul(2).min(longest)
}

/// Short and on one line.
fn printable(text: &str) -> String {
    let one_line: String = text
        .chars()
        .map(|one| {
            if protocol::limits::is_deceptive(one) {
                ' '
            } else {
                one
            }
        })
        .collect();
    protocol::limits::cut(&one_line, SENTENCE).to_owned()
}
