//! Publishes results to RabbitMQ, each confirmed by it: as an answer to the queue that a message named, else to where all
//! results go. Not here: what they say.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use lapin::message::BasicReturnMessage;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{BasicProperties, Channel, Connection, Error, ErrorKind, Event};
use tokio::sync::watch;

use super::{sentence, short};
use crate::sources::Source;
use crate::sources::results::{Telling, Told};

/// Longest wait until the broker has a result. A broker that is out of memory or disk takes nothing and says nothing.
const ANSWER: Duration = Duration::from_secs(20);
/// AMQP's word for what outlives the broker.
const PERSISTENT: u8 = 2;

/// See the module.
pub(in crate::sources) struct Way {
    channel: Channel,
    /// Why the broker takes nothing, if it said so.
    blocked: watch::Receiver<Option<String>>,
    connection: Connection,
}

impl Way {
    pub(in crate::sources) async fn open(source: &Source) -> Result<Self, String> {
        let failed = |error: Error| sentence::of(&error, source);
        let connection = super::connected(source, "results").await?;
        let (tell, blocked) = watch::channel(None);
        let mut events = Box::pin(connection.events_listener());
        // Ends with the connection.
        tokio::spawn(async move {
            while let Some(event) = events.next().await {
                if let Event::ConnectionBlocked(why) = event {
                    tell.send_replace(Some(why));
                } else if let Event::ConnectionUnblocked = event {
                    tell.send_replace(None);
                }
            }
        });
        let opening = async {
            let channel = connection.create_channel().await?;
            channel
                .confirm_select(ConfirmSelectOptions::default())
                .await?;
            Ok(channel)
        };
        let channel = super::within(source, Box::pin(opening)).await?;
        Ok(Self {
            channel: channel.map_err(failed)?,
            blocked,
            connection,
        })
    }

    pub(in crate::sources) async fn tell(
        &mut self,
        source: &Source,
        telling: &Telling,
    ) -> Result<Told, String> {
        let reply = telling.owed.reply.as_ref();
        let asked = reply.and_then(|reply| reply.to.as_deref());
        let (exchange, key) = match (asked, &source.results) {
            (Some(queue), _) => ("", queue),
            (None, Some(to)) => (to.exchange.as_str(), to.key.as_str()),
            (None, None) => {
                return Ok(Told::Nobody(
                    "the source has no results any more".to_owned(),
                ));
            }
        };
        let mut blocked = self.blocked.clone();
        let published = tokio::select! {
            biased;
            // What was handed over before it said so may still come, and then twice.
            _ = blocked.wait_for(Option::is_some) => return Err(self.takes_nothing(source)),
            published = Box::pin(self.publish(exchange, key, telling)) => published,
            () = tokio::time::sleep(ANSWER) => return Err(self.takes_nothing(source)),
        };
        // Where results always go is its owner's to mend; where one answer goes, somebody else's, and others must not wait.
        let nobody = |why: String| {
            if asked.is_some() {
                Ok(Told::Nobody(why))
            } else {
                Err(why)
            }
        };
        match published {
            Ok(None) => Ok(Told::Taken),
            Ok(Some(back)) => nobody(format!(
                "no queue at {} gets what is sent to {key:?} of the exchange {exchange:?} ({})",
                source.broker.shown(),
                source.broker.clean(back.reply_text.as_str())
            )),
            Err(error) if refuses(&error) => nobody(sentence::of(&error, source)),
            Err(error) => Err(sentence::of(&error, source)),
        }
    }

    /// What came back because nobody gets it.
    async fn publish(
        &self,
        exchange: &str,
        key: &str,
        telling: &Telling,
    ) -> Result<Option<BasicReturnMessage>, Error> {
        let reply = telling.owed.reply.as_ref();
        let correlation = reply.and_then(|reply| reply.correlation.as_deref());
        let properties = BasicProperties::default()
            .with_content_type(short("application/json"))
            .with_type(short("nexus.result"))
            .with_delivery_mode(PERSISTENT)
            .with_message_id(short(&telling.job.to_string()))
            .with_correlation_id(short(correlation.unwrap_or(&telling.owed.message)));
        let options = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        let (exchange, key) = (short(exchange), short(key));
        let confirmed = self
            .channel
            .basic_publish(exchange, key, options, &telling.body, properties)
            .await?
            .await?;
        if confirmed.is_nack() {
            // It could not: as if the connection had ended.
            return Err(ErrorKind::IOError(Arc::new(std::io::Error::other(
                "it could not keep the result",
            )))
            .into());
        }
        Ok(confirmed.take_message())
    }

    /// The broker said that it takes nothing for now; it says when it does again, to who stays connected.
    pub(in crate::sources) fn is_blocked(&self) -> bool {
        self.connection.status().connected() && self.blocked.borrow().is_some()
    }

    fn takes_nothing(&self, source: &Source) -> String {
        let at = source.broker.shown();
        match self.blocked.borrow().as_deref() {
            Some(why) => format!("{at} takes nothing more: {}", source.broker.clean(why)),
            None => format!("{at} takes no results; look after the broker"),
        }
    }
}

/// The broker closed the channel for what was asked, and not because of itself.
fn refuses(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::ProtocolError(why) if matches!(why.get_id(), 403 | 404))
}
