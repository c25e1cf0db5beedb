//! A source as it stands in the configuration, and what is wrong with it. Not here: its address, see [`Broker`], and talking to
//! a broker.

use std::collections::HashSet;

use serde::Deserialize;

use super::broker::{Broker, Kind};
use crate::secret::Secret;

/// Most sources of one Nexus.
const SOURCES: usize = 16;
/// Longest name of a source, a stream, a group, bytes.
const TEXT: usize = 200;

/// A source as somebody wrote it; see [`Source`] for what the fields mean.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the fields are those of Source")]
pub struct SourceTable {
    pub kind: String,
    pub name: Option<String>,
    #[serde(deserialize_with = "secret")]
    pub url: Option<Secret>,
    pub stream: Option<String>,
    pub queue: Option<String>,
    pub group: Option<String>,
    pub token: String,
    pub dead: Option<String>,
    pub delete: Option<bool>,
    pub results: Option<String>,
    pub results_exchange: Option<String>,
}

/// Where jobs come from.
#[derive(Debug, Clone)]
pub struct Source {
    /// For people, and part of the ids that are made for its messages: under another name they are other jobs.
    pub name: String,
    /// The broker.
    pub broker: Broker,
    /// Where the messages are: a stream of Redis, a queue of RabbitMQ.
    pub stream: String,
    /// Those who share the messages among them; empty at RabbitMQ, where all of a queue do.
    pub group: String,
    /// The id or the name of the API token by whose rights its jobs are asked for.
    pub token: String,
    /// Where messages go that cannot be taken; empty at RabbitMQ, where the queue says it.
    pub dead: String,
    /// What is taken is also removed from the stream.
    pub delete: bool,
    /// Where it is told how jobs ended; none: nowhere but where a message wants an answer.
    pub results: Option<ResultsTo>,
}

/// Where it is told how jobs ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultsTo {
    /// Of RabbitMQ; empty is the one that leads to the queue of that name.
    pub exchange: String,
    /// A routing key of RabbitMQ, a stream of Redis.
    pub key: String,
}

impl Source {
    /// From where its jobs are, as the audit log tells it.
    pub fn from(&self) -> String {
        format!("{}:{}", self.broker.kind().word(), self.stream)
    }
}

/// All sources, or what is wrong with them, a sentence each.
pub fn sources(tables: Vec<SourceTable>) -> Result<Vec<Source>, Vec<String>> {
    if tables.len() > SOURCES {
        return Err(vec![format!("there may be {SOURCES} sources at most")]);
    }
    let mut problems = Vec::new();
    let mut names = HashSet::new();
    let mut read = Vec::new();
    for (index, table) in tables.into_iter().enumerate() {
        match table.read() {
            Ok(source) if !names.insert(source.name.clone()) => problems.push(format!(
                "source {}: another one is called {:?} too; give each a name of its own",
                index + 1,
                source.name
            )),
            Ok(source) => read.push(source),
            Err(why) => problems.push(format!("source {}: {why}", index + 1)),
        }
    }
    if problems.is_empty() {
        Ok(read)
    } else {
        Err(problems)
    }
}

impl SourceTable {
    fn read(self) -> Result<Source, String> {
        let kind = Kind::named(&self.kind)?;
        named("token", &self.token)?;
        if self.token.eq_ignore_ascii_case("local") {
            return Err(
                "token must be an API token of its own (`nexus token make`), not the owner's"
                    .to_owned(),
            );
        }
        let source = match kind {
            Kind::Redis => self.redis(),
            Kind::Rabbit => self.rabbit(),
        }?;
        named("name", &source.name)?;
        Ok(source)
    }

    fn redis(self) -> Result<Source, String> {
        foreign("redis", "queue", self.queue.is_some())?;
        foreign("redis", "results_exchange", self.results_exchange.is_some())?;
        let stream = self.stream.unwrap_or_default();
        named("stream", &stream)?;
        let group = self.group.unwrap_or_else(|| "nexus".to_owned());
        named("group", &group)?;
        let dead = self.dead.unwrap_or_else(|| format!("{stream}:dead"));
        named("dead", &dead)?;
        if dead == stream {
            return Err("dead must be another stream than the one that is read".to_owned());
        }
        if let Some(results) = &self.results {
            named("results", results)?;
            if *results == stream || *results == dead {
                return Err("results must be a stream of its own".to_owned());
            }
        }
        Ok(Source {
            name: self.name.unwrap_or_else(|| format!("redis:{stream}")),
            broker: Broker::redis(self.url)?,
            stream,
            group,
            token: self.token,
            dead,
            delete: self.delete.unwrap_or_default(),
            results: self.results.map(|key| ResultsTo {
                exchange: String::new(),
                key,
            }),
        })
    }

    fn rabbit(self) -> Result<Source, String> {
        foreign("rabbitmq", "stream", self.stream.is_some())?;
        foreign("rabbitmq", "group", self.group.is_some())?;
        foreign("rabbitmq", "delete", self.delete.is_some())?;
        if self.dead.is_some() {
            return Err(
                "dead is not for rabbitmq; give the queue a dead-letter exchange instead"
                    .to_owned(),
            );
        }
        let queue = self.queue.unwrap_or_default();
        named("queue", &queue)?;
        let exchange = self.results_exchange.unwrap_or_default();
        if !exchange.is_empty() {
            named("results_exchange", &exchange)?;
        }
        if let Some(results) = &self.results {
            // Of some exchanges an empty one is right.
            if !results.is_empty() || exchange.is_empty() {
                named("results", results)?;
            }
            if exchange.is_empty() && *results == queue {
                return Err("results must not come back as jobs; name another queue".to_owned());
            }
        } else if !exchange.is_empty() {
            return Err("results_exchange needs results, the routing key".to_owned());
        }
        Ok(Source {
            name: self.name.unwrap_or_else(|| format!("rabbitmq:{queue}")),
            broker: Broker::rabbit(self.url)?,
            stream: queue,
            group: String::new(),
            token: self.token,
            dead: String::new(),
            delete: false,
            results: self.results.map(|key| ResultsTo { exchange, key }),
        })
    }
}

/// A key that another kind has.
fn foreign(kind: &str, key: &str, given: bool) -> Result<(), String> {
    if given {
        Err(format!("{key} is not for {kind}; see docs/sources.md"))
    } else {
        Ok(())
    }
}

fn named(what: &str, text: &str) -> Result<(), String> {
    let odd =
        text.is_empty() || text.len() > TEXT || text.chars().any(protocol::limits::is_deceptive);
    if odd {
        Err(format!("{what} must be 1 to {TEXT} printable bytes"))
    } else {
        Ok(())
    }
}

fn secret<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(input)?.map(Secret::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> SourceTable {
        toml::from_str(text).unwrap()
    }

    const GOOD: &str =
        "kind = \"redis\"\nurl = \"redis://me:hunter2@r:7\"\nstream = \"jobs\"\ntoken = \"ci\"\n";

    #[test]
    fn what_is_not_said_follows_from_the_stream() {
        let all = sources(vec![table(GOOD)]).unwrap();
        let source = &all[0];
        assert_eq!(
            (source.name.as_str(), source.group.as_str()),
            ("redis:jobs", "nexus")
        );
        assert_eq!(
            (source.dead.as_str(), source.broker.shown()),
            ("jobs:dead", "redis://r:7")
        );
    }

    #[test]
    fn a_queue_says_what_it_needs_and_nothing_of_redis() {
        const RABBIT: &str = "kind = \"rabbitmq\"\nurl = \"amqp://me:hunter2@r:7/v\"\nqueue = \"jobs\"\ntoken = \"ci\"\n";
        let all = sources(vec![table(RABBIT)]).unwrap();
        let source = &all[0];
        assert_eq!(
            (source.name.as_str(), source.from().as_str()),
            ("rabbitmq:jobs", "rabbitmq:jobs")
        );
        assert_eq!(
            (source.broker.shown(), source.stream.as_str()),
            ("amqp://r:7/v", "jobs")
        );
        for more in [
            "stream = \"s\"",
            "group = \"g\"",
            "dead = \"d\"",
            "delete = true",
            "results = \"jobs\"",
            "results_exchange = \"e\"",
            "results = \"\"",
        ] {
            let problems = sources(vec![table(&format!("{RABBIT}{more}\n"))]).unwrap_err();
            let key = more.split(' ').next().unwrap();
            assert!(problems[0].contains(key), "{more}: {problems:?}");
        }
        let told = format!("{RABBIT}results = \"\"\nresults_exchange = \"done\"\n");
        let results = sources(vec![table(&told)]).unwrap().remove(0).results;
        assert_eq!(results.unwrap().exchange, "done");
    }

    #[test]
    fn the_password_is_shown_nowhere() {
        let table = table(GOOD);
        assert!(!format!("{table:?}").contains("hunter2"));
        let all = sources(vec![table]).unwrap();
        assert!(!format!("{all:?}").contains("hunter2"), "{all:?}");
        let said = all[0].broker.clean("ERR hunter2\r\nredis://me:hunter2@r:7");
        assert!(!said.contains("hunter2") && !said.contains('\n'), "{said}");
    }

    #[test]
    fn what_is_wrong_is_said_without_the_address() {
        let wrong = [
            ("kind = \"redis\"", "kind = \"kafka\""),
            ("token = \"ci\"", "token = \"ci\"\nqueue = \"q\""),
            ("token = \"ci\"", "token = \"ci\"\nresults = \"jobs\""),
            ("kind = \"redis\"", "kind = \"rabbitmq\""),
            ("redis://me:hunter2@r:7", "http://me:hunter2@r"),
            ("redis://me:hunter2@r:7", "redis://me:hunter2@r:seven"),
            ("redis://me:hunter2@r:7", "rediss://me:hunter2@r#insecure"),
            ("stream = \"jobs\"", "stream = \"\""),
            ("stream = \"jobs\"", "stream = \"jobs\"\ndead = \"jobs\""),
            ("token = \"ci\"", ""),
            ("token = \"ci\"", "token = \"Local\""),
        ];
        for (from, to) in wrong {
            let text = GOOD.replace(from, to);
            assert_ne!(text, GOOD);
            let problems = sources(vec![table(&text)]).unwrap_err();
            assert!(problems[0].starts_with("source 1: "), "{problems:?}");
            assert!(!problems[0].contains("hunter2"), "{problems:?}");
        }
        let twice = sources(vec![table(GOOD), table(GOOD)]).unwrap_err();
        assert!(twice[0].contains("redis:jobs"), "{twice:?}");
        let many = (0..17).map(|_| table(GOOD)).collect();
        assert!(sources(many).unwrap_err()[0].contains("16"));
    }
}
