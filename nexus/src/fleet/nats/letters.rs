//! Putting messages into streams, and taking them out again. What counts is read from the stream's leader, which knows all that
//! was acknowledged; a copy elsewhere may be behind.
//!
//! Not here: what the messages are, and sealing them.

use std::future::Future;
use std::time::Duration;

use async_nats::jetstream::context::{PublishErrorKind, RequestErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{LastRawMessageErrorKind, Stream};
use async_nats::{Request, StatusCode};
use axum::body::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use serde_json::json;
use tokio::time::sleep;

use super::link::{Link, away};
use super::streams::Kind;
use crate::fleet::engine::{EngineError, FOREVER, LARGEST};

/// Before a question is asked again.
const PAUSE: Duration = Duration::from_millis(200);

/// A message for a stream.
#[derive(Default)]
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) payload: Bytes,
    /// Only if the last one of its subject has this sequence; 0: there is none.
    pub(super) after: Option<u64>,
    /// Within the stream's window the same one is kept once.
    pub(super) id: Option<String>,
    /// How long it is kept.
    pub(super) keep: Option<Duration>,
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    At(u64),
    /// Its id is known.
    Known,
    /// The last one of its subject is another.
    Changed,
}

/// A message out of a stream.
pub(super) struct Read {
    pub(super) subject: String,
    pub(super) sequence: u64,
    pub(super) payload: Bytes,
}

impl Link {
    pub(super) fn subject(&self, kind: Kind, rest: &str) -> String {
        format!("{}.{}.{rest}", self.settings.swarm, kind.letter())
    }

    pub(super) async fn stream(&self, kind: Kind) -> Result<Stream<()>, EngineError> {
        let stream = self
            .context
            .get_stream_no_info(kind.name(&self.settings.swarm))
            .await;
        stream.map_err(|error| away(&error))
    }

    /// Writes it. Only what certainly was not written is tried again.
    pub(super) async fn store(&self, letter: Letter) -> Result<Stored, EngineError> {
        for _ in 0..self.tries() {
            if let Some(stored) = self.try_store(&letter).await? {
                return Ok(stored);
            }
            sleep(PAUSE).await;
        }
        Err(away(&"nobody answers for the stream"))
    }

    /// None: nobody is there who could write it.
    async fn try_store(&self, letter: &Letter) -> Result<Option<Stored>, EngineError> {
        let mut message = PublishMessage::build().payload(letter.payload.clone());
        if let Some(sequence) = letter.after {
            message = message.expected_last_subject_sequence(sequence);
        }
        if let Some(id) = &letter.id {
            message = message.message_id(id);
        }
        if let Some(keep) = letter.keep {
            // The server counts whole seconds, and refuses none.
            message = message.ttl(Duration::from_secs(keep.min(FOREVER).as_secs() + 1));
        }
        let sent = self
            .context
            .send_publish(letter.subject.clone(), message)
            .await;
        let answer = match sent {
            Ok(sent) => sent.await,
            Err(error) => Err(error),
        };
        let error = match answer {
            Ok(ack) if ack.duplicate => return Ok(Some(Stored::Known)),
            Ok(ack) => return Ok(Some(Stored::At(ack.sequence))),
            Err(error) => error,
        };
        let said = error.to_string();
        match error.kind() {
            PublishErrorKind::WrongLastSequence => Ok(Some(Stored::Changed)),
            // A cluster says it by another number while the one before is still on its way.
            PublishErrorKind::Other if said.contains("error code 10164") => {
                Ok(Some(Stored::Changed))
            }
            PublishErrorKind::Other if said.contains("error code 10077") => {
                Err(EngineError::Full(said))
            }
            PublishErrorKind::MaxPayloadExceeded => Err(EngineError::TooLarge(LARGEST)),
            PublishErrorKind::StreamNotFound => Ok(None),
            PublishErrorKind::Other
            | PublishErrorKind::WrongLastMessageId
            | PublishErrorKind::TimedOut
            | PublishErrorKind::BrokenPipe
            | PublishErrorKind::MaxAckPending => Err(away(&error)),
        }
    }

    /// Asks again for a while, if nobody answers.
    async fn persist<T, F>(&self, ask: impl Fn() -> F) -> Result<T, EngineError>
    where
        F: Future<Output = Result<T, EngineError>>,
    {
        for _ in 1..self.tries() {
            match ask().await {
                Err(EngineError::Away(_)) => sleep(PAUSE).await,
                answer => return answer,
            }
        }
        ask().await
    }

    /// The last message of a subject, from the leader.
    pub(super) async fn last(
        &self,
        kind: Kind,
        subject: &str,
    ) -> Result<Option<Read>, EngineError> {
        self.persist(|| self.try_last(kind, subject)).await
    }

    async fn try_last(&self, kind: Kind, subject: &str) -> Result<Option<Read>, EngineError> {
        let stream = self.stream(kind).await?;
        match stream.get_last_raw_message_by_subject(subject).await {
            Ok(message) => Ok(Some(Read {
                subject: message.subject.to_string(),
                sequence: message.sequence,
                payload: message.payload,
            })),
            Err(error) => match error.kind() {
                LastRawMessageErrorKind::NoMessageFound => Ok(None),
                LastRawMessageErrorKind::InvalidSubject
                | LastRawMessageErrorKind::JetStream(_)
                | LastRawMessageErrorKind::Other => Err(away(&error)),
            },
        }
    }

    /// Which subjects there are, with how many messages, from the leader.
    pub(super) async fn subjects(
        &self,
        kind: Kind,
        filter: &str,
    ) -> Result<Vec<(String, usize)>, EngineError> {
        let subjects = async || {
            let stream = self.stream(kind).await?;
            let subjects = stream.info_with_subjects(filter).await;
            let subjects = subjects.map_err(|error| away(&error))?;
            subjects.try_collect().await.map_err(|error| away(&error))
        };
        self.persist(subjects).await
    }

    /// Lets go of all messages of a subject.
    pub(super) async fn purge(&self, kind: Kind, subject: &str) -> Result<(), EngineError> {
        let purge = async || {
            let purged = self.stream(kind).await?.purge().filter(subject).await;
            purged.map(|_| ()).map_err(|error| away(&error))
        };
        self.persist(purge).await
    }

    /// How many messages there are.
    pub(super) async fn count(&self, kind: Kind) -> Result<u64, EngineError> {
        let name = kind.name(&self.settings.swarm);
        let count = async || {
            let stream = self.context.get_stream(&name).await;
            Ok(stream
                .map_err(|error| away(&error))?
                .cached_info()
                .state
                .messages)
        };
        self.persist(count).await
    }

    /// Messages from a sequence on, many in one answer, and whether there are more. From any copy.
    pub(super) async fn batch(
        &self,
        kind: Kind,
        filter: &str,
        from: u64,
        most: usize,
        bytes: usize,
    ) -> Result<(Vec<Read>, bool), EngineError> {
        let ask = json!({"seq": from, "batch": most, "max_bytes": bytes, "next_by_subj": filter});
        let ask = Bytes::from(ask.to_string());
        self.persist(|| self.try_batch(kind, ask.clone())).await
    }

    async fn try_batch(&self, kind: Kind, ask: Bytes) -> Result<(Vec<Read>, bool), EngineError> {
        let inbox = self.client.new_inbox();
        let mut answers = self
            .client
            .subscribe(inbox.clone())
            .await
            .map_err(|error| away(&error))?;
        let request = Request::new().payload(ask).inbox(inbox);
        let to = format!("DIRECT.GET.{}", kind.name(&self.settings.swarm));
        self.context
            .send_request(to, request)
            .await
            .map_err(|error| away(&error))?;
        let mut read = Vec::new();
        while let Some(message) = answers.next().await {
            let header = |name: &str| {
                message
                    .headers
                    .as_ref()
                    .and_then(|headers| headers.get(name))
            };
            match message.status {
                Some(StatusCode::NOT_FOUND) => return Ok((read, false)),
                Some(StatusCode::NO_RESPONDERS) => {
                    return Err(away(&RequestErrorKind::NoResponders));
                }
                // The end of the batch.
                Some(status) if status.as_u16() == 204 => {
                    let pending = header("Nats-Num-Pending")
                        .and_then(|left| left.as_str().parse::<u64>().ok());
                    return Ok((read, pending.unwrap_or(0) > 0));
                }
                Some(status) if status != StatusCode::OK => {
                    return Err(away(&format!("it answered {status} to a read")));
                }
                Some(_) | None => {}
            }
            let sequence =
                header("Nats-Sequence").and_then(|sequence| sequence.as_str().parse().ok());
            let subject = header("Nats-Subject").map(ToString::to_string);
            if let (Some(sequence), Some(subject)) = (sequence, subject) {
                read.push(Read {
                    subject,
                    sequence,
                    payload: message.payload,
                });
            }
        }
        Err(away(&"the read broke off"))
    }
}
