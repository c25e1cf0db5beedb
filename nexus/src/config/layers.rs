//! One source of settings each: a file, the environment, flags. A layer knows what it was told and what is wrong
//! with it, nothing else.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

use super::{Config, misread};
use crate::access::Scope;
use crate::fleet::{Through, nats};
use crate::joining::addresses;
use crate::listen::Plain;
use crate::secret::Secret;
use crate::sources::{SourceTable, sources};

/// What one source says; the keys of the TOML file are the fields' names.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the fields are those of Config")]
pub struct Layer {
    pub enabled: Option<bool>,
    pub name: Option<String>,
    pub host: Option<IpAddr>,
    pub port: Option<u16>,
    #[serde(deserialize_with = "secret")]
    pub shared_token: Option<Secret>,
    pub shared_token_calls: Option<Vec<String>>,
    /// Seconds.
    pub heartbeat_timeout: Option<u64>,
    pub open_api: Option<OpenApi>,
    pub compat: Option<Compat>,
    pub data_dir: Option<PathBuf>,
    pub allowed_hosts: Option<Vec<String>>,
    pub allowed_origins: Option<Vec<String>>,
    pub plain: Option<Plain>,
    pub tls_cert: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub trusted_proxies: Option<Vec<IpAddr>>,
    pub public_addresses: Option<Vec<String>>,
    pub local_fallback: Option<bool>,
    /// See [`Config::request_rate`].
    pub request_rate: Option<u32>,
    /// See [`Config::job_executions`].
    pub job_executions: Option<u32>,
    /// Days; 0 is for ever. See [`Config::audit_keep`].
    pub audit_keep_days: Option<u32>,
    /// Hours; 0 is not at all. See [`Config::history_keep`].
    pub history_hours: Option<u32>,
    #[serde(deserialize_with = "secret")]
    pub alert_webhook: Option<Secret>,
    #[serde(deserialize_with = "secret")]
    pub fleet_url: Option<Secret>,
    #[serde(deserialize_with = "secret")]
    pub fleet_key: Option<Secret>,
    pub fleet_creds: Option<PathBuf>,
    pub fleet_ca: Option<PathBuf>,
    pub sources: Option<Vec<SourceTable>>,
    #[serde(skip)]
    pub problems: Vec<String>,
}

/// Who may use REST and events without a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OpenApi {
    /// Nobody.
    No,
    /// Clients on this machine.
    Loopback,
}

/// Whose habits to take on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compat {
    /// Our own.
    None,
    /// The prototype's.
    Prototype,
}

/// Most hours of history: a week.
const MOST_HISTORY: u32 = 168;

/// Variables of ours that are not settings of the server, or are read elsewhere.
const OTHERS: &[&str] = &[
    "NEXUS_CONFIG",
    "NEXUS_LOG",
    "NEXUS_LOG_FORMAT",
    "NEXUS_URL",
    "NEXUS_TOKEN",
    "NEXUS_FINGERPRINT",
];

impl Layer {
    /// This layer with another one laid over it.
    #[must_use]
    pub fn over(self, upper: Self) -> Self {
        let mut problems = self.problems;
        problems.extend(upper.problems);
        Self {
            enabled: upper.enabled.or(self.enabled),
            name: upper.name.or(self.name),
            host: upper.host.or(self.host),
            port: upper.port.or(self.port),
            shared_token: upper.shared_token.or(self.shared_token),
            shared_token_calls: upper.shared_token_calls.or(self.shared_token_calls),
            heartbeat_timeout: upper.heartbeat_timeout.or(self.heartbeat_timeout),
            open_api: upper.open_api.or(self.open_api),
            compat: upper.compat.or(self.compat),
            data_dir: upper.data_dir.or(self.data_dir),
            allowed_hosts: upper.allowed_hosts.or(self.allowed_hosts),
            allowed_origins: upper.allowed_origins.or(self.allowed_origins),
            plain: upper.plain.or(self.plain),
            tls_cert: upper.tls_cert.or(self.tls_cert),
            tls_key: upper.tls_key.or(self.tls_key),
            trusted_proxies: upper.trusted_proxies.or(self.trusted_proxies),
            public_addresses: upper.public_addresses.or(self.public_addresses),
            request_rate: upper.request_rate.or(self.request_rate),
            job_executions: upper.job_executions.or(self.job_executions),
            audit_keep_days: upper.audit_keep_days.or(self.audit_keep_days),
            history_hours: upper.history_hours.or(self.history_hours),
            alert_webhook: upper.alert_webhook.or(self.alert_webhook),
            sources: upper.sources.or(self.sources),
            local_fallback: upper.local_fallback.or(self.local_fallback),
            fleet_url: upper.fleet_url.or(self.fleet_url),
            fleet_key: upper.fleet_key.or(self.fleet_key),
            fleet_creds: upper.fleet_creds.or(self.fleet_creds),
            fleet_ca: upper.fleet_ca.or(self.fleet_ca),
            problems,
        }
    }

    fn apply_fleet(&mut self, config: &mut Config, problems: &mut Vec<String>) {
        config.fleet_key = self.fleet_key.take();
        let Some(url) = self.fleet_url.take() else {
            let lonely = [
                ("NEXUS_FLEET_KEY", config.fleet_key.is_some()),
                ("NEXUS_FLEET_CREDS", self.fleet_creds.is_some()),
                ("NEXUS_FLEET_CA", self.fleet_ca.is_some()),
            ];
            for (name, _) in lonely.iter().filter(|(_, is_set)| *is_set) {
                problems.push(format!("{name} is set without NEXUS_FLEET_URL, so this Nexus would be alone: set NEXUS_FLEET_URL to the swarm's engine, or take {name} away"));
            }
            return;
        };
        match nats::Settings::new(url.reveal(), self.fleet_creds.take(), self.fleet_ca.take()) {
            Ok(settings) => config.fleet = Some(Through::Nats(Box::new(settings))),
            Err(error) => problems.push(error.to_string()),
        }
    }

    pub(super) fn apply(mut self, config: &mut Config, problems: &mut Vec<String>) {
        self.apply_fleet(config, problems);
        put(&mut config.enabled, self.enabled);
        put(&mut config.name, self.name);
        put(&mut config.host, self.host);
        put(&mut config.port, self.port);
        put(&mut config.allowed_hosts, self.allowed_hosts);
        put(&mut config.allowed_origins, self.allowed_origins);
        put(&mut config.trusted_proxies, self.trusted_proxies);
        match (self.tls_cert, self.tls_key) {
            (Some(chain), Some(key)) => config.tls = Some((chain, key)),
            (None, None) => {}
            _ => problems.push(
                "NEXUS_TLS_CERT and NEXUS_TLS_KEY belong together: set both or none".to_owned(),
            ),
        }
        if let Some(texts) = self.public_addresses {
            match addresses(&texts) {
                Ok(read) => config.public_addresses = read,
                Err(why) => problems.push(format!("NEXUS_PUBLIC_ADDRESSES: {why}")),
            }
        }
        if let Some(text) = self.alert_webhook.filter(|text| !text.reveal().is_empty()) {
            match text.reveal().parse() {
                Ok(hook) => config.alert_webhook = Some(hook),
                Err(why) => problems.push(format!("NEXUS_ALERT_WEBHOOK: {why}")),
            }
        }
        put(&mut config.request_rate, self.request_rate);
        put(&mut config.job_executions, self.job_executions);
        put(&mut config.audit_keep, self.audit_keep_days.map(days));
        match self.history_hours {
            Some(hours @ 0..=MOST_HISTORY) => {
                config.history_keep = Duration::from_secs(u64::from(hours) * 3600);
            }
            Some(hours) => problems.push(format!(
                "NEXUS_HISTORY_HOURS {hours} is not within 0 to {MOST_HISTORY} hours"
            )),
            None => {}
        }
        put(&mut config.local_fallback, self.local_fallback);
        match sources(self.sources.unwrap_or_default()) {
            Ok(all) => config.sources = all,
            Err(all) => problems.extend(all),
        }
        config.shared_token = self.shared_token.filter(|token| !token.reveal().is_empty());
        if let Some(calls) = self.shared_token_calls {
            match Scope::parse("*", &calls) {
                Ok(scope) => config.shared_token_calls = scope,
                Err(why) => problems.push(format!("NEXUS_SHARED_TOKEN_CALLS: {why}")),
            }
        }
        config.open_api = self.open_api == Some(OpenApi::Loopback);
        match self.heartbeat_timeout {
            Some(seconds @ 1..=86_400) => config.heartbeat_timeout = Duration::from_secs(seconds),
            Some(seconds) => problems.push(format!(
                "heartbeat timeout {seconds} is not within 1 to 86400 seconds"
            )),
            None => {}
        }
        if config.name.trim().is_empty()
            || config.name.chars().any(char::is_control)
            || config.name.len() > 128
        {
            problems.push("the name must be 1 to 128 printable characters".to_owned());
        }
        if self.compat == Some(Compat::Prototype) {
            config.be_compatible();
        }
        put(&mut config.plain, self.plain);
    }
}

/// Reads a TOML file. A file that is not there is an empty layer unless it was asked for by name.
pub fn file(path: &Path, asked_for: bool) -> Layer {
    let problem = |why: String| Layer {
        problems: vec![format!("{}: {why}", path.display())],
        ..Layer::default()
    };
    match std::fs::read_to_string(path) {
        Ok(text) => {
            toml::from_str(&text).unwrap_or_else(|error| problem(misread::toml(&text, &error)))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !asked_for => {
            Layer::default()
        }
        Err(error) => problem(error.to_string()),
    }
}

/// Reads the environment; the pairs are passed in so that a test can bring its own.
pub fn environment(variables: impl IntoIterator<Item = (String, String)>) -> Layer {
    let mut layer = Layer::default();
    for (name, value) in variables {
        let value = value.trim();
        let taken = match name.as_str() {
            "ENABLE_NEXUS" => truth(value).map(|it| layer.enabled = Some(it)),
            "NEXUS_NAME" => set(&mut layer.name, value.to_owned()),
            "NEXUS_HOST" => parse(value, "an IP address").map(|it| layer.host = Some(it)),
            // Kubernetes sets it so for a service called "nexus".
            "NEXUS_PORT" if value.starts_with("tcp://") => Ok(()),
            "NEXUS_PORT" => parse(value, "a port").map(|it| layer.port = Some(it)),
            "NEXUS_SHARED_TOKEN" => set(&mut layer.shared_token, Secret::new(value)),
            "NEXUS_SHARED_TOKEN_CALLS" => set(&mut layer.shared_token_calls, list(value)),
            "NEXUS_HEARTBEAT_TIMEOUT" => {
                parse(value, "whole seconds").map(|it| layer.heartbeat_timeout = Some(it))
            }
            "NEXUS_OPEN_API" => open_api(value).map(|it| layer.open_api = Some(it)),
            "NEXUS_COMPAT" => compat(value).map(|it| layer.compat = Some(it)),
            "NEXUS_DATA_DIR" => set(&mut layer.data_dir, PathBuf::from(value)),
            "NEXUS_ALLOWED_HOSTS" => set(&mut layer.allowed_hosts, list(value)),
            "NEXUS_ALLOWED_ORIGINS" => set(&mut layer.allowed_origins, list(value)),
            "NEXUS_PLAIN" => plain(value).map(|it| layer.plain = Some(it)),
            "NEXUS_TLS_CERT" => set(&mut layer.tls_cert, PathBuf::from(value)),
            "NEXUS_TLS_KEY" => set(&mut layer.tls_key, PathBuf::from(value)),
            "NEXUS_TRUSTED_PROXIES" => list(value)
                .iter()
                .map(|ip| parse(ip, "IP addresses with commas between them"))
                .collect::<Result<_, _>>()
                .map(|it| layer.trusted_proxies = Some(it)),
            "NEXUS_PUBLIC_ADDRESSES" => set(&mut layer.public_addresses, list(value)),
            "NEXUS_REQUEST_RATE" => value
                .parse()
                .map(|rate| layer.request_rate = Some(rate))
                .map_err(|_| format!("must be a whole number of requests a second, not {value:?}")),
            "NEXUS_JOB_EXECUTIONS" => value
                .parse()
                .map(|most| layer.job_executions = Some(most))
                .map_err(|_| format!("must be a whole number of executions, not {value:?}")),
            "NEXUS_AUDIT_KEEP_DAYS" => {
                parse(value, "whole days, 0 for ever").map(|it| layer.audit_keep_days = Some(it))
            }
            "NEXUS_HISTORY_HOURS" => {
                parse(value, "whole hours, 0 for none").map(|it| layer.history_hours = Some(it))
            }
            "NEXUS_FLEET_URL" => set(&mut layer.fleet_url, Secret::new(value)),
            "NEXUS_FLEET_KEY" => set(&mut layer.fleet_key, Secret::new(value)),
            "NEXUS_FLEET_CREDS" => set(&mut layer.fleet_creds, value.into()),
            "NEXUS_FLEET_CA" => set(&mut layer.fleet_ca, value.into()),
            "NEXUS_ALERT_WEBHOOK" => set(&mut layer.alert_webhook, Secret::new(value)),
            "NEXUS_SOURCES" => serde_json::from_str(value)
                .map(|all| layer.sources = Some(all))
                .map_err(|error| misread::json(&error)),
            "NEXUS_LOCAL_FALLBACK" => truth(value).map(|it| layer.local_fallback = Some(it)),
            other if is_foreign(other) => Ok(()),
            _ => Err("is not a setting of the Nexus; see the README's table".to_owned()),
        };
        if let Err(why) = taken {
            layer.problems.push(format!("{name} {why}"));
        }
    }
    layer
}

/// Not ours to judge: other programs' variables, and those that Kubernetes and Docker make for a service
/// called "nexus".
fn is_foreign(name: &str) -> bool {
    !name.starts_with("NEXUS_")
        || OTHERS.contains(&name)
        || name.starts_with("NEXUS_SERVICE_")
        || name.starts_with("NEXUS_PORT_")
}

fn truth(value: &str) -> Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" | "" => Ok(false),
        _ => Err("must be true or false".to_owned()),
    }
}

fn open_api(value: &str) -> Result<OpenApi, String> {
    match value {
        "loopback" => Ok(OpenApi::Loopback),
        "" | "no" | "false" => Ok(OpenApi::No),
        _ => Err("must be `loopback` or `no`".to_owned()),
    }
}

fn plain(value: &str) -> Result<Plain, String> {
    match value {
        "never" => Ok(Plain::Never),
        "loopback" => Ok(Plain::Loopback),
        "anywhere" => Ok(Plain::Anywhere),
        _ => Err("must be `never`, `loopback` or `anywhere`".to_owned()),
    }
}

fn compat(value: &str) -> Result<Compat, String> {
    match value {
        "prototype" => Ok(Compat::Prototype),
        "" | "none" => Ok(Compat::None),
        _ => Err("must be `prototype` or `none`".to_owned()),
    }
}

fn parse<T: FromStr>(value: &str, what: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("must be {what}"))
}

fn list(value: &str) -> Vec<String> {
    value
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

/// So many; none of them is for ever.
fn days(count: u32) -> Option<Duration> {
    (count > 0).then(|| Duration::from_secs(u64::from(count) * super::DAY))
}

fn set<T>(place: &mut Option<T>, value: T) -> Result<(), String> {
    *place = Some(value);
    Ok(())
}

fn put<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn secret<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(input)?.map(Secret::new))
}
