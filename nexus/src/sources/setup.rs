//! A source as it stands in the configuration, and what is wrong with it. The address is also a secret: whoever reads it can
//! take the place of the Nexus at the broker. Not here: talking to a broker.

use std::collections::HashSet;
use std::fmt::{self, Debug, Formatter};

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo};
use serde::Deserialize;

use crate::secret::Secret;

/// Most sources of one Nexus.
const SOURCES: usize = 16;
/// Longest name of a source, a stream, a group, bytes.
const TEXT: usize = 200;
/// Longest address, bytes.
const ADDRESS: usize = 2_048;

/// A source as somebody wrote it; see [`Source`] for what the fields mean.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the fields are those of Source")]
pub struct SourceTable {
    pub kind: String,
    pub name: Option<String>,
    #[serde(deserialize_with = "secret")]
    pub url: Option<Secret>,
    pub stream: String,
    pub group: Option<String>,
    pub token: String,
    pub dead: Option<String>,
    pub delete: bool,
}

/// Where jobs come from.
#[derive(Debug, Clone)]
pub struct Source {
    /// For people, and part of the ids that are made for its messages: under another name they are other jobs.
    pub name: String,
    /// The broker.
    pub broker: Broker,
    /// Where the messages are.
    pub stream: String,
    /// Those who share the messages among them.
    pub group: String,
    /// The id or the name of the API token by whose rights its jobs are asked for.
    pub token: String,
    /// Where messages go that cannot be taken.
    pub dead: String,
    /// What is taken is also removed from the stream.
    pub delete: bool,
}

/// A broker's address, with what is secret in it.
#[derive(Clone)]
pub struct Broker {
    url: Secret,
    password: Option<Secret>,
    shown: String,
}

impl Broker {
    /// For the one place that connects; none: it stopped being one.
    pub(super) fn connection(&self) -> redis::RedisResult<ConnectionInfo> {
        self.url.reveal().into_connection_info()
    }

    /// For people: where it is, without what is secret.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// What a broker said, fit to be shown: short, on one line, without what is secret.
    pub(super) fn clean(&self, text: &str) -> String {
        let mut text = text.replace(self.url.reveal(), "…");
        if let Some(password) = &self.password {
            text = text.replace(password.reveal(), "…");
        }
        super::printable(&text)
    }
}

impl Debug for Broker {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.shown)
    }
}

impl Source {
    /// From where its jobs are, as the audit log tells it.
    pub fn from(&self) -> String {
        format!("redis:{}", self.stream)
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
        if self.kind != "redis" {
            return Err("kind must be \"redis\"".to_owned());
        }
        named("stream", &self.stream)?;
        named("token", &self.token)?;
        if self.token.eq_ignore_ascii_case("local") {
            return Err(
                "token must be an API token of its own (`nexus token make`), not the owner's"
                    .to_owned(),
            );
        }
        let name = self
            .name
            .unwrap_or_else(|| format!("redis:{}", self.stream));
        named("name", &name)?;
        let group = self.group.unwrap_or_else(|| "nexus".to_owned());
        named("group", &group)?;
        let dead = self.dead.unwrap_or_else(|| format!("{}:dead", self.stream));
        named("dead", &dead)?;
        if dead == self.stream {
            return Err("dead must be another stream than the one that is read".to_owned());
        }
        Ok(Source {
            name,
            broker: broker(self.url)?,
            stream: self.stream,
            group,
            token: self.token,
            dead,
            delete: self.delete,
        })
    }
}

fn broker(url: Option<Secret>) -> Result<Broker, String> {
    let form = "url must be redis://[user:password@]host[:port][/db], or rediss://… for TLS";
    let url = url.ok_or(form)?;
    // What is wrong with it is not told in other words than these: it has a password in it.
    if url.reveal().len() > ADDRESS {
        return Err(form.to_owned());
    }
    let info = url.reveal().into_connection_info().map_err(|_| form)?;
    let scheme = match info.addr() {
        ConnectionAddr::Tcp(..) => "redis://",
        ConnectionAddr::TcpTls { insecure: true, .. } => {
            return Err(
                "a url with #insecure is not taken; use a certificate that can be checked"
                    .to_owned(),
            );
        }
        ConnectionAddr::TcpTls { .. } => "rediss://",
        ConnectionAddr::Unix(_) => "unix:",
        _ => return Err(form.to_owned()),
    };
    let password = info.redis_settings().password().filter(|it| !it.is_empty());
    Ok(Broker {
        shown: format!("{scheme}{}", info.addr()),
        password: password.map(Secret::new),
        url,
    })
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
