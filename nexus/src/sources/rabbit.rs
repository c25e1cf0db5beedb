//! A queue of RabbitMQ as a source: takes a few messages at a time, acknowledges what is settled, rejects what can never be a
//! job. What was not acknowledged comes again by itself when the connection ends. Nothing is declared here: the queue is its
//! owner's. Not here: what a message says, see [`super::message`].

pub(super) mod sentence;
pub(super) mod telling;

use std::convert::Infallible;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicQosOptions, BasicRejectOptions, QueueDeclareOptions,
};
use lapin::types::{FieldTable, ShortString};
use lapin::{Channel, Connection, ConnectionProperties, Consumer, Error};

use super::message::Incoming;
use super::results::Reply;
use super::{Intake, LATER, Settled, Source, longer};
use crate::audit::{Digest, Hasher};

/// Longest wait for a connection, and for an answer.
const CONNECT: Duration = Duration::from_secs(10);
/// Messages that may wait here: each is as large as the broker allows.
const PREFETCH: u16 = 8;
/// Longer than this, nothing is kept from others for a reason that is not the message's.
const HOLD: Duration = Duration::from_secs(60);
/// Longer than this, nothing is kept at all: the broker would cut us off (after 30 minutes, if nobody told it otherwise).
const LONGEST: Duration = Duration::from_secs(25 * 60);

/// Connects, and takes jobs until something is wrong: a sentence that says what.
pub(super) async fn serve(intake: &Intake) -> Result<Infallible, String> {
    // What is fetched and cannot be taken is kept from everybody else, so nothing is fetched for now.
    while let Some(why) = intake.taker.obstacle().await {
        intake.standing.trouble(why);
        tokio::time::sleep(super::AGAIN[0]).await;
    }
    let source = &intake.taker.source;
    let connection = connected(source, &intake.consumer).await?;
    let failed = |error: Error| sentence::of(&error, source);
    let consumer = Box::pin(consume(&connection, intake));
    let mut consumer = within(source, consumer).await?.map_err(failed)?;
    intake.standing.well();
    loop {
        let delivery = match consumer.next().await {
            Some(Ok(delivery)) => delivery,
            Some(Err(error)) => return Err(failed(error)),
            None => {
                return Err(format!(
                    "the queue {:?} at {} is gone, or somebody took it over",
                    source.stream,
                    source.broker.shown()
                ));
            }
        };
        intake.settle(&delivery).await?;
        intake.standing.well();
    }
}

/// A connection of its own; `purpose`: what people see of it at the broker.
async fn connected(source: &Source, purpose: &str) -> Result<Connection, String> {
    super::with_tls();
    let Some(uri) = source.broker.to_rabbit() else {
        return Err("the url is none any more".to_owned());
    };
    let name = format!("nexus {} {purpose}", source.name);
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    let connecting = Box::pin(Connection::connect_uri(uri, properties));
    let connected = within(source, connecting).await?;
    connected.map_err(|error| sentence::of(&error, source))
}

/// A broker that says nothing is not waited for.
async fn within<T>(source: &Source, asked: impl Future<Output = T>) -> Result<T, String> {
    let answer = tokio::time::timeout(CONNECT, asked).await;
    answer.map_err(|_| {
        format!(
            "{} does not answer as RabbitMQ does; correct the url or look after the broker",
            source.broker.shown()
        )
    })
}

async fn consume(connection: &Connection, intake: &Intake) -> Result<Consumer, Error> {
    let queue = short(&intake.taker.source.stream);
    let channel: Channel = connection.create_channel().await?;
    let passive = QueueDeclareOptions {
        passive: true,
        ..QueueDeclareOptions::default()
    };
    channel
        .queue_declare(queue.clone(), passive, FieldTable::default())
        .await?;
    channel
        .basic_qos(PREFETCH, BasicQosOptions::default())
        .await?;
    // The broker makes a name for it: two sources may read one queue.
    let options = BasicConsumeOptions::default();
    channel
        .basic_consume(queue, short(""), options, FieldTable::default())
        .await
}

impl Intake {
    /// Until one message is settled; an error ends the connection, and the message comes again.
    async fn settle(&self, delivery: &Delivery) -> Result<(), String> {
        let source = &self.taker.source;
        let failed = |error: Error| sentence::of(&error, source);
        let known = Known::of(delivery);
        let (began, mut wait) = (Instant::now(), LATER[0]);
        let mut message = known.incoming(delivery);
        let still_there = loop {
            match Box::pin(self.try_once(&message)).await {
                Settled::Done => break delivery.ack(BasicAckOptions::default()).await,
                Settled::Dead(why) => {
                    let away = BasicRejectOptions { requeue: false };
                    let rejected = delivery.reject(away).await;
                    if matches!(rejected, Ok(true)) {
                        self.standing.buried(&known.shown, &why);
                    }
                    break rejected;
                }
                Settled::Later => {
                    // From now on it may have been taken by us.
                    message.first = false;
                    self.hold(began).await?;
                    tokio::time::sleep(wait).await;
                    wait = longer(wait, LATER[1]);
                }
            }
        };
        // The connection ended meanwhile: it comes again.
        if still_there.map_err(failed)? {
            Ok(())
        } else {
            Err(format!("{} was cut off", source.broker.shown()))
        }
    }

    /// Whether a message that cannot be taken now is worth to be kept here.
    async fn hold(&self, began: Instant) -> Result<(), String> {
        if began.elapsed() < HOLD {
            return Ok(());
        }
        if let Some(why) = self.taker.obstacle().await {
            return Err(why);
        }
        if began.elapsed() < LONGEST {
            return Ok(());
        }
        let info = self.standing.info();
        Err(info.problem.unwrap_or_default())
    }
}

/// What a message is known by.
struct Known {
    key: String,
    shown: String,
    /// Only by what it says.
    by_content: bool,
}

impl Known {
    fn of(delivery: &Delivery) -> Self {
        let given = delivery.properties.message_id().as_ref();
        if let Some(id) = given.filter(|id| !id.as_str().is_empty()) {
            return Self {
                key: format!("id:{id}"),
                shown: id.to_string(),
                by_content: false,
            };
        }
        let digest = content(delivery);
        Self {
            key: format!("content:{digest}"),
            shown: format!("content {}", protocol::limits::cut(&digest.to_string(), 16)),
            by_content: true,
        }
    }

    fn incoming<'a>(&'a self, delivery: &'a Delivery) -> Incoming<'a> {
        let properties = &delivery.properties;
        let text = |one: &Option<ShortString>| {
            let one = one.as_ref().map(ToString::to_string);
            one.filter(|text| !text.is_empty())
        };
        let (to, correlation) = (
            text(properties.reply_to()),
            text(properties.correlation_id()),
        );
        Incoming {
            key: &self.key,
            id: &self.shown,
            body: &delivery.data,
            reply: (to.is_some() || correlation.is_some()).then_some(Reply { to, correlation }),
            first: self.by_content && !delivery.redelivered,
        }
    }
}

/// Over what its sender wrote; what brokers write into it on its way is not in it.
fn content(delivery: &Delivery) -> Digest {
    let properties = &delivery.properties;
    let mut hash = Hasher::new(b"nexus message v1\0");
    hash.part(&delivery.data);
    for text in [properties.correlation_id(), properties.reply_to()] {
        hash.part(
            text.as_ref()
                .map_or(&[][..], |text| text.as_str().as_bytes()),
        );
    }
    let timestamp = properties.timestamp().unwrap_or_default();
    hash.part(&timestamp.to_be_bytes());
    hash.end()
}

/// Names in AMQP are short; those that are configured are shorter still.
fn short(text: &str) -> ShortString {
    ShortString::try_new(protocol::limits::cut(text, 255)).unwrap_or_default()
}
