//! Sources of jobs: brokers that people run already. A message there is the body of `POST /api/v1/jobs`; it is acknowledged only
//! when its job is on disk, and asked for under an id that follows from the message, so that one that comes again is the same job.
//!
//! - [`setup`]: a source as it is configured. [`broker`]: its address. [`message`]: from a message to a job.
//! - [`redis`]: Redis Streams. [`rabbit`]: RabbitMQ. [`results`]: tells the broker how jobs ended. [`standing`]: how it goes.
//!
//! Not here: what a job is, see [`crate::job`].

mod broker;
mod message;
mod rabbit;
mod redis;
mod results;
mod setup;
mod standing;

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

pub use broker::{Broker, Kind};
pub use setup::{ResultsTo, Source, SourceTable, sources};
pub(crate) use standing::Counted;
pub use standing::SourceInfo;

use crate::access::Tokens;
use crate::fleet::Directory;
use crate::hub::Handle;
use crate::metrics::Metrics;
use message::{Incoming, Outcome, Taker};
use results::{Debts, Owed};
use standing::Standing;

/// Between two tries to reach a broker, the shortest and the longest.
const AGAIN: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(15)];
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
    /// Begins to take jobs. `consumer`: what brokers are to call this Nexus. `swarm`: what it shares with others, if there are any.
    pub(crate) fn start(
        configured: &[Source],
        consumer: &str,
        (handle, tokens, swarm): (&Handle, &Tokens, Option<Arc<dyn Directory>>),
        metrics: &Arc<Metrics>,
        (tasks, stopping): (&TaskTracker, &CancellationToken),
    ) -> Self {
        let mut all = Vec::new();
        for source in configured {
            let source = Arc::new(source.clone());
            let standing = Arc::new(Standing::new(Arc::clone(&source), Arc::clone(metrics)));
            let debts = Debts::new(Arc::clone(&source), handle, Arc::clone(&standing));
            let intake = Intake {
                taker: Taker {
                    source,
                    handle: handle.clone(),
                    tokens: tokens.clone(),
                    swarm: swarm.clone(),
                    unsettled: Mutex::new(Instant::now()),
                },
                standing: Arc::clone(&standing),
                consumer: consumer.to_owned(),
                debts: debts.clone(),
            };
            for work in [Box::pin(intake.run()) as Endless, Box::pin(debts.pay())] {
                let stopping = stopping.clone();
                tasks.spawn(async move {
                    let ended = stopping.run_until_cancelled(work);
                    if let Some(never) = ended.await {
                        match never {}
                    }
                });
            }
            all.push(standing);
        }
        Self { all: all.into() }
    }

    /// How each of them goes.
    pub fn list(&self) -> Vec<SourceInfo> {
        self.all.iter().map(|one| one.info()).collect()
    }
}

/// What goes on until the Nexus stops.
type Endless = Pin<Box<dyn Future<Output = Infallible> + Send>>;

/// One source at work.
struct Intake {
    taker: Taker,
    standing: Arc<Standing>,
    consumer: String,
    debts: Debts,
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
            let Err(why) = match self.taker.source.broker.kind() {
                Kind::Redis => redis::serve(&self).await,
                Kind::Rabbit => rabbit::serve(&self).await,
            };
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
    async fn try_once(&self, message: &Incoming<'_>) -> Settled {
        match self.taker.take(message).await {
            Outcome::Taken(job) => self.taken(job, message, Counted::Taken).await,
            Outcome::Known { job, minted: true } if message.first => Settled::Dead(format!(
                "another message said exactly this and became job {job}; give each message a message_id of its own"
            )),
            Outcome::Known { job, minted: _ } => self.taken(job, message, Counted::Known).await,
            Outcome::Bad(why) => Settled::Dead(printable(&why)),
            Outcome::Later(why) => self.later(why),
        }
    }

    /// Before it is acknowledged, it is on disk as well who wants to know how it ends.
    async fn taken(&self, job: Uuid, message: &Incoming<'_>, counted: Counted) -> Settled {
        let owed = Owed {
            message: printable(message.id),
            reply: message.reply.clone(),
        };
        match self.debts.owe(job, owed).await {
            Ok(()) => {
                self.standing.count(counted);
                Settled::Done
            }
            Err(error) => self.later(error.to_string()),
        }
    }

    fn later(&self, why: String) -> Settled {
        self.standing.count(Counted::Refused);
        self.standing.trouble(why);
        Settled::Later
    }
}

/// Libraries ask for the process' own cryptography; a second one is refused, and the first one is as good.
fn with_tls() {
    drop(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider().install_default());
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
