//! The streams: what they are called, what they may hold, and making them so.
//!
//! Not here: what is written into them.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer, pull};
use async_nats::jetstream::context::{CreateStreamErrorKind, GetStreamErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use async_nats::jetstream::{Context, ErrorCode};

use super::KEY;
use super::link::away;
use crate::fleet::engine::{EngineError, Terms};

/// Rows that are over (removed facts, free nodes, an instance that left) are known for this long.
pub(super) const OVER: Duration = Duration::from_hours(7 * 24);
/// An output that nobody erased goes after this long.
const OUTPUTS: Duration = Duration::from_hours(7 * 24);
/// Most bytes of outputs; if the server has not so much to give, a half, and so on.
const OUTPUT_BYTES: i64 = 16 << 30;
const LEAST_OUTPUT_BYTES: i64 = 64 << 20;
/// What all instances take work by.
const TAKERS: &str = "takers";

/// Which stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Directory,
    Once,
    Work,
    Dead,
    Records,
    Outputs,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Directory,
        Self::Once,
        Self::Work,
        Self::Dead,
        Self::Records,
        Self::Outputs,
    ];

    pub(super) fn name(self, swarm: &str) -> String {
        let kind = match self {
            Self::Directory => "directory",
            Self::Once => "once",
            Self::Work => "work",
            Self::Dead => "dead",
            Self::Records => "records",
            Self::Outputs => "outputs",
        };
        format!("{swarm}-{kind}")
    }

    /// The letter of its subjects.
    pub(super) fn letter(self) -> char {
        match self {
            Self::Directory => 'd',
            Self::Once => 'o',
            Self::Work => 'w',
            Self::Dead => 'x',
            Self::Records => 'r',
            Self::Outputs => 't',
        }
    }

    /// Sets what this kind goes by, whatever was there.
    fn shape(self, config: &mut Config, swarm: &str, terms: Terms) {
        config.name = self.name(swarm);
        config.subjects = vec![format!("{swarm}.{}.>", self.letter())];
        config.storage = StorageType::File;
        config.discard = DiscardPolicy::New;
        config.max_messages_per_subject = 1;
        config.description = Some("The Nexus; everything in it is sealed".to_owned());
        match self {
            Self::Directory => {
                config.max_messages = 1_000_000;
                config.allow_message_ttl = true;
            }
            Self::Once => {
                config.max_messages = 1_000_000;
                config.allow_message_ttl = true;
            }
            Self::Work => {
                config.max_messages = 100_000;
                config.retention = RetentionPolicy::WorkQueue;
                config.duplicate_window = terms.window;
            }
            Self::Dead => {
                config.max_messages = 10_000;
                config.discard = DiscardPolicy::Old;
                config.allow_direct = true;
            }
            Self::Records => config.max_messages = 200_000,
            Self::Outputs => {
                config.max_messages_per_subject = -1;
                config.discard = DiscardPolicy::Old;
                config.max_age = OUTPUTS;
                config.allow_direct = true;
            }
        }
    }
}

/// Makes all streams and the consumer as they should be. `several`: the server belongs to a cluster.
pub(super) async fn prepare(
    context: &Context,
    (swarm, key): (&str, &str),
    terms: Terms,
    several: bool,
) -> Result<PullConsumer, EngineError> {
    for kind in Kind::ALL {
        match context.get_stream(kind.name(swarm)).await {
            Ok(stream) => {
                update(
                    context,
                    kind,
                    swarm,
                    terms,
                    several,
                    &stream.cached_info().config,
                )
                .await?
            }
            Err(error) if not_found(&error.kind()) => {
                create(context, kind, (swarm, key), terms, several).await?
            }
            Err(error) => return Err(away(&error)),
        }
    }
    let consumer = pull::Config {
        durable_name: Some(TAKERS.to_owned()),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        ack_wait: terms.lease,
        // Deliveries are counted by whoever takes: what the server gives up on would stay in the stream, for nobody.
        max_deliver: -1,
        max_ack_pending: 20_000,
        max_waiting: 4096,
        ..pull::Config::default()
    };
    context
        .create_consumer_on_stream(consumer, Kind::Work.name(swarm))
        .await
        .map_err(|error| away(&error))
}

fn not_found(kind: &GetStreamErrorKind) -> bool {
    matches!(kind, GetStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

async fn create(
    context: &Context,
    kind: Kind,
    (swarm, key): (&str, &str),
    terms: Terms,
    several: bool,
) -> Result<(), EngineError> {
    let mut config = Config::default();
    kind.shape(&mut config, swarm, terms);
    config.num_replicas = if several { 3 } else { 1 };
    if kind == Kind::Outputs {
        config.max_bytes = OUTPUT_BYTES;
    }
    if kind == Kind::Directory {
        // Of a server that lost it: whoever comes with another key must not be first.
        config.metadata.insert(KEY.to_owned(), key.to_owned());
    }
    loop {
        let error = match context.create_stream(&config).await {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        if config.num_replicas > 1 && no_room_for_copies(&error.kind()) {
            config.num_replicas = 1;
        } else if config.max_bytes > LEAST_OUTPUT_BYTES && no_room(&error.kind()) {
            config.max_bytes /= 2;
        } else {
            return Err(away(&error));
        }
    }
}

async fn update(
    context: &Context,
    kind: Kind,
    swarm: &str,
    terms: Terms,
    several: bool,
    is: &Config,
) -> Result<(), EngineError> {
    let mut config = is.clone();
    kind.shape(&mut config, swarm, terms);
    if config != *is {
        context
            .update_stream(&config)
            .await
            .map_err(|error| away(&error))?;
    }
    if several && config.num_replicas < 3 {
        config.num_replicas = 3;
        // Two servers cannot keep three copies; the third makes it so when it is there.
        if let Err(error) = context.update_stream(&config).await {
            tracing::debug!(stream = config.name, %error, "one copy, for now");
        }
    }
    Ok(())
}

fn no_room_for_copies(kind: &CreateStreamErrorKind) -> bool {
    matches!(kind, CreateStreamErrorKind::JetStream(error) if [
        ErrorCode::CLUSTER_NO_PEERS,
        ErrorCode::STREAM_REPLICAS_NOT_SUPPORTED,
    ].contains(&error.error_code()))
}

fn no_room(kind: &CreateStreamErrorKind) -> bool {
    matches!(kind, CreateStreamErrorKind::JetStream(error) if [
        ErrorCode::CLUSTER_NO_PEERS,
        ErrorCode::ACCOUNT_RESOURCES_EXCEEDED,
        ErrorCode::INSUFFICIENT_RESOURCES,
        ErrorCode::STORAGE_RESOURCES_EXCEEDED,
    ].contains(&error.error_code()))
}
