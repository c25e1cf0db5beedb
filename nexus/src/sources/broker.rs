//! Where a broker is, and how to get in. The address is also a secret: whoever reads it can take the place of the Nexus at the
//! broker. Not here: talking to one.

use std::fmt::{self, Debug, Formatter};

use lapin::uri::{AMQPScheme, AMQPUri};
use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo};

use crate::secret::Secret;

/// Longest address, bytes.
const ADDRESS: usize = 2_048;
/// Seconds between two signs of life, when the address says nothing of it.
const HEARTBEAT: u16 = 15;

/// What a broker speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Streams of Redis.
    Redis,
    /// AMQP 0.9.1, as RabbitMQ speaks it.
    Rabbit,
}

impl Kind {
    /// As the configuration says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Redis => "redis",
            Self::Rabbit => "rabbitmq",
        }
    }

    pub(super) fn named(word: &str) -> Result<Self, String> {
        [Self::Redis, Self::Rabbit]
            .into_iter()
            .find(|kind| kind.word() == word)
            .ok_or_else(|| "kind must be \"redis\" or \"rabbitmq\"".to_owned())
    }
}

/// A broker's address, with what is secret in it.
#[derive(Clone)]
pub struct Broker {
    kind: Kind,
    url: Secret,
    password: Option<Secret>,
    shown: String,
}

impl Broker {
    pub(super) fn redis(url: Option<Secret>) -> Result<Self, String> {
        let form = "url must be redis://[user:password@]host[:port][/db], or rediss://… for TLS";
        // What is wrong with it is not told in other words than these: it has a password in it.
        let url = fitting(url).ok_or(form)?;
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
        Ok(Self {
            kind: Kind::Redis,
            shown: format!("{scheme}{}", info.addr()),
            password: password.map(Secret::new),
            url,
        })
    }

    pub(super) fn rabbit(url: Option<Secret>) -> Result<Self, String> {
        let form = "url must be amqp://[user:password@]host[:port][/vhost], or amqps://… for TLS";
        let url = fitting(url).ok_or(form)?;
        let uri = amqp(url.reveal()).ok_or(form)?;
        let (host, port) = (&uri.authority.host, uri.authority.port);
        let host = if host.contains(':') {
            format!("[{host}]")
        } else {
            host.clone()
        };
        let vhost = match uri.vhost.as_str() {
            "/" => "",
            other => &format!("/{other}"),
        };
        let password = &uri.authority.userinfo.password;
        Ok(Self {
            kind: Kind::Rabbit,
            shown: super::printable(&format!("{}://{host}:{port}{vhost}", uri.scheme)),
            // What everybody knows would only be torn out of sentences.
            password: (!password.is_empty() && password != "guest").then(|| Secret::new(password)),
            url,
        })
    }

    /// What it speaks.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// For the one place that connects; an error: it stopped being one.
    pub(super) fn to_redis(&self) -> redis::RedisResult<ConnectionInfo> {
        self.url.reveal().into_connection_info()
    }

    /// For the one place that connects; none: it stopped being one.
    pub(super) fn to_rabbit(&self) -> Option<AMQPUri> {
        amqp(self.url.reveal())
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

fn fitting(url: Option<Secret>) -> Option<Secret> {
    url.filter(|url| url.reveal().len() <= ADDRESS)
}

/// The library takes what it does not understand of a host for `localhost`; here that is an error, and IPv6 is understood.
fn amqp(url: &str) -> Option<AMQPUri> {
    let after = url.split_once("://")?.1;
    let authority = after.split(['/', '?', '#']).next()?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let six = host.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    if host.is_empty() || host.starts_with(':') || url.contains('#') {
        return None;
    }
    let mut uri: AMQPUri = url.parse().ok()?;
    match six {
        Some((address, _)) => {
            uri.authority.host = address.parse::<std::net::Ipv6Addr>().ok()?.to_string()
        }
        None if host.starts_with('[') => return None,
        None => {}
    }
    // `amqp://host/` is the host with no name of a virtual host, and nobody has one without a name.
    if uri.vhost.is_empty() {
        "/".clone_into(&mut uri.vhost);
    }
    uri.query.heartbeat.get_or_insert(HEARTBEAT);
    let known = matches!(uri.scheme, AMQPScheme::AMQP | AMQPScheme::AMQPS);
    known.then_some(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> Result<String, String> {
        Broker::rabbit(Some(Secret::new(url))).map(|broker| broker.shown().to_owned())
    }

    #[test]
    fn an_address_of_rabbitmq_is_read_whole_or_refused() {
        for (url, at) in [
            ("amqp://h", "amqp://h:5672"),
            ("amqps://u:p@h/", "amqps://h:5671"),
            ("amqp://u:p%40@10.0.0.1:7/a%2Fb", "amqp://10.0.0.1:7/a/b"),
            ("amqp://u:p@[::1]:7/%2f", "amqp://[::1]:7"),
        ] {
            assert_eq!(shown(url).as_deref(), Ok(at), "{url}");
        }
        for bad in [
            "",
            "h:5672",
            "http://u:hunter2@h",
            "amqp://",
            "amqp:///v",
            "amqp://u:hunter2@",
            "amqp://u:hunter2@:5672",
            "amqp://u:hunter2@[::1",
            "amqp://u:hunter2@h:port",
            "amqp://u:hunter2@h#x",
        ] {
            let why = shown(bad).unwrap_err();
            assert!(
                why.starts_with("url must be") && !why.contains("hunter2"),
                "{bad}: {why}"
            );
        }
    }
}
