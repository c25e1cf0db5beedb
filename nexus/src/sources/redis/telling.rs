//! Adds results to a stream of Redis. Not here: what they say.

use redis::aio::MultiplexedConnection;
use redis::{Value, cmd};

use super::sentence;
use crate::sources::Source;
use crate::sources::results::{Telling, Told};

/// Results that the stream keeps, about; it belongs to nobody who would trim it.
const KEPT: u32 = 100_000;

/// See the module.
pub(in crate::sources) struct Way {
    connection: MultiplexedConnection,
}

impl Way {
    pub(in crate::sources) async fn open(source: &Source) -> Result<Self, String> {
        let connection = super::connected(source).await;
        connection
            .map(|connection| Self { connection })
            .map_err(|error| sentence::of(&error, source))
    }

    pub(in crate::sources) async fn tell(
        &mut self,
        source: &Source,
        telling: &Telling,
    ) -> Result<Told, String> {
        let Some(to) = &source.results else {
            return Ok(Told::Nobody(
                "the source has no results any more".to_owned(),
            ));
        };
        let mut add = cmd("XADD");
        add.arg(&to.key)
            .arg("MAXLEN")
            .arg("~")
            .arg(KEPT)
            .arg("*")
            .arg("result")
            .arg(&telling.body)
            .arg("job")
            .arg(telling.job.to_string())
            .arg("nexus_id")
            .arg(&telling.owed.message);
        let added = add.query_async::<Value>(&mut self.connection).await;
        added.map(|_| Told::Taken).map_err(|error| {
            if error.code() == Some("WRONGTYPE") {
                let (key, at) = (&to.key, source.broker.shown());
                return format!("{key:?} at {at} is no stream; name another one for results");
            }
            sentence::of(&error, source)
        })
    }
}
