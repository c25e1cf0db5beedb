//! How to reach NATS: the URL, the files beside it, and the swarm's name.
//!
//! Not here: connecting, and the swarm's key.

use std::fmt;
use std::path::PathBuf;

use async_nats::ServerAddr;

use crate::fleet::engine::Terms;

/// Where the engine is and how to come in. Debug shows no password.
#[derive(Clone)]
pub struct Settings {
    pub(super) servers: Vec<ServerAddr>,
    pub(super) login: Option<Login>,
    pub(super) tls: bool,
    /// A credentials file, as `nsc` writes it.
    pub(super) creds: Option<PathBuf>,
    /// Certificates to trust besides the system's, PEM.
    pub(super) ca: Option<PathBuf>,
    pub(super) swarm: String,
    /// The times of the queue.
    pub terms: Terms,
}

/// From the URL.
#[derive(Clone)]
pub(super) enum Login {
    Password(String, String),
    Token(String),
}

/// What is wrong with the settings. Display: a sentence for people, without the URL's password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not a URL of NATS.
    #[error(
        "NEXUS_FLEET_URL: {0}; write it like nats://user:password@host:4222,host2:4222/swarm, or tls://…"
    )]
    Url(String),
    /// It stands in all subjects.
    #[error(
        "the swarm's name at the end of NEXUS_FLEET_URL is 1 to 32 of a-z, 0-9 and -; {0:?} is not"
    )]
    Swarm(String),
    /// A file that was named.
    #[error("{0} cannot be read: {1}")]
    File(PathBuf, String),
    /// The system has no randomness.
    #[error("no randomness for keys: {0}")]
    Randomness(String),
}

impl Settings {
    /// `url`: `nats://user:password@host:4222,host2:4222/swarm`. Beside the hosts everything may be left out.
    pub fn new(
        url: &str,
        creds: Option<PathBuf>,
        ca: Option<PathBuf>,
    ) -> Result<Self, SettingsError> {
        let (scheme, rest) = url.split_once("://").ok_or_else(|| {
            SettingsError::Url("it does not begin with nats:// or tls://".to_owned())
        })?;
        if !["nats", "tls"].contains(&scheme) {
            return Err(SettingsError::Url(
                "it does not begin with nats:// or tls://".to_owned(),
            ));
        }
        // A password may hold an @ that nobody encoded; a host cannot.
        let (login, rest) = match rest.rsplit_once('@') {
            Some((login, rest)) => (Some(login), rest),
            None => (None, rest),
        };
        let (hosts, swarm) = rest.split_once('/').unwrap_or((rest, ""));
        let swarm = match swarm.trim_end_matches('/') {
            "" => "nexus",
            swarm => swarm,
        };
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if swarm.len() > 32 || !swarm.bytes().all(fits) {
            return Err(SettingsError::Swarm(swarm.chars().take(40).collect()));
        }
        let servers = hosts.split(',').map(|host| {
            let address = format!("{scheme}://{host}").parse::<ServerAddr>();
            match address {
                Ok(address) if !address.host().is_empty() => Ok(address),
                Ok(_) => Err(SettingsError::Url("a host is missing".to_owned())),
                Err(_) => Err(SettingsError::Url(format!("{host:?} is no host and port"))),
            }
        });
        Ok(Self {
            servers: servers.collect::<Result<_, _>>()?,
            login: login.filter(|login| !login.is_empty()).map(read_login),
            tls: scheme == "tls",
            creds,
            ca,
            swarm: swarm.to_owned(),
            terms: Terms::default(),
        })
    }

    /// The swarm's name.
    #[must_use]
    pub fn swarm(&self) -> &str {
        &self.swarm
    }

    /// Where the servers are, for people; no user, no password.
    #[must_use]
    pub fn hosts(&self) -> String {
        let hosts = self
            .servers
            .iter()
            .map(|server| format!("{}:{}", server.host(), server.port()));
        hosts.collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("hosts", &self.hosts())
            .field("swarm", &self.swarm)
            .field("login", &self.login.as_ref().map(|_| "…"))
            .field("tls", &self.tls)
            .field("creds", &self.creds)
            .field("ca", &self.ca)
            .field("terms", &self.terms)
            .finish()
    }
}

fn read_login(login: &str) -> Login {
    match login.split_once(':') {
        Some((user, password)) => Login::Password(decode(user), decode(password)),
        None => Login::Token(decode(login)),
    }
}

/// Undoes percent encoding; what is none stays as it is.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = bytes
            .get(at + 1..at + 3)
            .filter(|_| bytes[at] == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(code.unwrap_or(bytes[at]));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<Settings, SettingsError> {
        Settings::new(url, None, None)
    }

    #[test]
    fn neither_errors_nor_debug_tell_the_password() {
        for url in [
            "nats://me:geheim@a:4222",
            "nats://geheim@a:4222,b/prod",
            "http://me:geheim@a",
            "me:geheim@a",
            "nats://me:geheim@a:99999",
            "nats://me:geheim@/prod",
            "nats://me:geheim@a/Not A Name",
            "nats://me:ge/heim@a b",
        ] {
            let said = match read(url) {
                Ok(settings) => format!("{settings:?} {}", settings.hosts()),
                Err(error) => format!("{error} {error:?}"),
            };
            assert!(!said.contains("heim"), "{url}: {said}");
        }
    }

    #[test]
    fn a_url_may_have_several_hosts_a_login_and_a_name() {
        let settings = read("nats://me:p%40ss:w@a:4333,b,[::1]:4222/prod").unwrap();
        assert_eq!(
            (settings.hosts(), settings.swarm()),
            ("a:4333, b:4222, ::1:4222".to_owned(), "prod")
        );
        assert!(
            matches!(settings.login, Some(Login::Password(user, password)) if user == "me" && password == "p@ss:w")
        );
        let bare = read("tls://a").unwrap();
        assert!(bare.tls && bare.login.is_none() && bare.swarm() == "nexus");
    }

    #[test]
    fn what_is_no_url_of_nats_is_refused_with_an_example() {
        for url in [
            "",
            "a:4222",
            "ws://a",
            "nats://",
            "nats://a,,b",
            "nats://a:x",
        ] {
            assert!(matches!(read(url), Err(SettingsError::Url(_))), "{url}");
        }
        for name in ["Prod", "a.b", "a*", "a/b", &"a".repeat(33)] {
            assert!(
                matches!(
                    read(&format!("nats://a/{name}")),
                    Err(SettingsError::Swarm(_))
                ),
                "{name}"
            );
        }
    }
}
