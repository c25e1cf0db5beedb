//! A stream of Redis as a source: reads as one of a group, acknowledges what is settled, takes over what others left lying.
//! What was read and not settled is asked for again after each connecting, before anything new. Not here: what a message says,
//! see [`super::message`].

mod entry;
pub(super) mod sentence;
pub(super) mod telling;

use std::convert::Infallible;
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError, Value, cmd};

use super::message::Incoming;
use super::{Intake, LATER, Settled, Source, longer};
use entry::Entry;

/// Longest wait for something new; the connection is known to be good that often.
const BLOCK: Duration = Duration::from_secs(5);
/// Longest wait for an answer. Longer than what the Nexus itself waits with a question.
const ANSWER: Duration = Duration::from_secs(20);
/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Messages of one reading. What is taken and cannot be settled waits here, so they are few.
const BATCH: usize = 16;
/// What another consumer left unsettled so long is taken over: it is gone.
const LEFT: Duration = Duration::from_secs(300);
/// Between two looks for what others left.
const LOOK: Duration = Duration::from_secs(60);

/// A connection to the broker of an intake.
struct Reader<'a> {
    intake: &'a Intake,
    connection: MultiplexedConnection,
}

/// Connects, and takes jobs until something is wrong: a sentence that says what.
pub(super) async fn serve(intake: &Intake) -> Result<Infallible, String> {
    let source = &intake.taker.source;
    match connect(intake).await {
        Ok(mut reader) => match reader.take_all().await {
            Ok(never) => match never {},
            Err(error) => Err(sentence::of(&error, source)),
        },
        Err(error) => Err(sentence::of(&error, source)),
    }
}

async fn connect(intake: &Intake) -> Result<Reader<'_>, RedisError> {
    Ok(Reader {
        intake,
        connection: connected(&intake.taker.source).await?,
    })
}

async fn connected(source: &Source) -> Result<MultiplexedConnection, RedisError> {
    super::with_tls();
    let client = Client::open(source.broker.to_redis()?)?;
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT))
        .set_response_timeout(Some(ANSWER));
    let connection = client.get_multiplexed_async_connection_with_config(&config);
    Box::pin(connection).await
}

impl Reader<'_> {
    async fn take_all(&mut self) -> Result<Infallible, RedisError> {
        self.make_group().await?;
        self.intake.standing.well();
        self.take_own().await?;
        let mut looked: Option<Instant> = None;
        loop {
            self.intake.until_somebody_may().await;
            self.intake.standing.well();
            if looked.is_none_or(|at| at.elapsed() >= LOOK) {
                self.take_over().await?;
                looked = Some(Instant::now());
            }
            let new = self.read(">", Some(BLOCK)).await?;
            self.settle_all(new).await?;
        }
    }

    /// From the beginning of the stream: jobs that wait there already are meant.
    async fn make_group(&mut self) -> Result<(), RedisError> {
        let source = &self.intake.taker.source;
        let mut make = cmd("XGROUP");
        make.arg("CREATE")
            .arg(&source.stream)
            .arg(&source.group)
            .arg("0")
            .arg("MKSTREAM");
        match make.query_async::<()>(&mut self.connection).await {
            Err(error) if error.code() == Some("BUSYGROUP") => Ok(()),
            made => made,
        }
    }

    /// What this Nexus has read and not settled, before it was cut off or killed.
    async fn take_own(&mut self) -> Result<(), RedisError> {
        let mut after = "0".to_owned();
        loop {
            let own = self.read(&after, None).await?;
            let Some(last) = own.last() else {
                return Ok(());
            };
            after.clone_from(&last.id);
            self.settle_all(own).await?;
        }
    }

    /// What others of the group have read and left.
    async fn take_over(&mut self) -> Result<(), RedisError> {
        let source = &self.intake.taker.source;
        let mut from = "0-0".to_owned();
        loop {
            let mut claim = cmd("XAUTOCLAIM");
            claim
                .arg(&source.stream)
                .arg(&source.group)
                .arg(&self.intake.consumer)
                .arg(millis(LEFT))
                .arg(&from)
                .arg("COUNT")
                .arg(BATCH);
            let claimed: Value = claim.query_async(&mut self.connection).await?;
            let (next, left) = entry::claimed(claimed)?;
            self.settle_all(left).await?;
            if next == "0-0" {
                return Ok(());
            }
            from = next;
        }
    }

    async fn read(
        &mut self,
        after: &str,
        block: Option<Duration>,
    ) -> Result<Vec<Entry>, RedisError> {
        let source = &self.intake.taker.source;
        let mut read = cmd("XREADGROUP");
        read.arg("GROUP")
            .arg(&source.group)
            .arg(&self.intake.consumer)
            .arg("COUNT")
            .arg(BATCH);
        if let Some(block) = block {
            read.arg("BLOCK").arg(millis(block));
        }
        read.arg("STREAMS").arg(&source.stream).arg(after);
        let answer: Value = read.query_async(&mut self.connection).await?;
        entry::read(answer)
    }

    /// One after the other, as they stand in the stream.
    async fn settle_all(&mut self, entries: Vec<Entry>) -> Result<(), RedisError> {
        for at in 0..entries.len() {
            let (entry, waiting) = (&entries[at], &entries[at..]);
            let mut wait = LATER[0];
            loop {
                let settled = match entry.job() {
                    Some(body) => {
                        let message = Incoming {
                            key: &entry.id,
                            id: &entry.id,
                            body,
                            reply: None,
                            first: false,
                        };
                        Box::pin(self.intake.try_once(&message)).await
                    }
                    // Somebody removed it while it waited here.
                    None if entry.is_gone() => Settled::Done,
                    None => Settled::Dead("the message has no field `job`".to_owned()),
                };
                match settled {
                    Settled::Done => break,
                    Settled::Dead(why) => {
                        self.bury(entry, &why).await?;
                        break;
                    }
                    Settled::Later => {
                        tokio::time::sleep(wait).await;
                        wait = longer(wait, LATER[1]);
                        self.keep(waiting).await?;
                    }
                }
            }
            self.acknowledge(entry).await?;
            self.intake.standing.well();
        }
        Ok(())
    }

    /// Nobody takes over what waits here.
    async fn keep(&mut self, entries: &[Entry]) -> Result<(), RedisError> {
        let source = &self.intake.taker.source;
        let mut claim = cmd("XCLAIM");
        claim
            .arg(&source.stream)
            .arg(&source.group)
            .arg(&self.intake.consumer)
            .arg(0);
        for entry in entries {
            claim.arg(&entry.id);
        }
        claim.arg("JUSTID");
        claim.query_async::<Value>(&mut self.connection).await?;
        Ok(())
    }

    /// Copies it to the dead ones. Not in one transaction with what follows: Redis takes nothing back when a part of one fails.
    async fn bury(&mut self, entry: &Entry, why: &str) -> Result<(), RedisError> {
        let source = &self.intake.taker.source;
        let mut add = cmd("XADD");
        add.arg(&source.dead).arg("*");
        for (name, value) in entry.fields() {
            add.arg(name).arg(value);
        }
        for (name, value) in [
            ("nexus_reason", why),
            ("nexus_source", &source.name),
            ("nexus_stream", &source.stream),
            ("nexus_id", &entry.id),
        ] {
            add.arg(name).arg(value);
        }
        add.query_async::<Value>(&mut self.connection).await?;
        self.intake.standing.buried(&entry.id, why);
        Ok(())
    }

    async fn acknowledge(&mut self, entry: &Entry) -> Result<(), RedisError> {
        let source = &self.intake.taker.source;
        let mut settled = cmd("XACK");
        settled
            .arg(&source.stream)
            .arg(&source.group)
            .arg(&entry.id);
        settled.query_async::<Value>(&mut self.connection).await?;
        if source.delete {
            let mut remove = cmd("XDEL");
            remove.arg(&source.stream).arg(&entry.id);
            remove.query_async::<Value>(&mut self.connection).await?;
        }
        Ok(())
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
