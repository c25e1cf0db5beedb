//! What a spore is told before it starts: one struct, checked as a whole, every problem reported at once.
//!
//! Layers, the later one wins: defaults, TOML file, `.env`, environment, flags. Not here: reading flags
//! (the binary does), and anything that is only known while running.

mod dotenv;
mod places;
mod resolve;
mod sources;

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use protocol::{Address, JoinCode, limits};

use crate::policy::Preset;
pub use sources::{Layer, Sources};

/// Everything a spore is told.
#[derive(Debug, Clone)]
pub struct Config {
    /// Fixed node id; otherwise one is made and kept in the data directory.
    pub node_id: Option<String>,
    /// Name for people.
    pub node_name: String,
    /// Host of the Nexus: a name or an address without brackets.
    pub nexus_host: String,
    /// Port of the Nexus.
    pub nexus_port: u16,
    /// Whether the way to the Nexus is encrypted when it is met with the shared token; unless said, when it is elsewhere.
    pub tls: Option<bool>,
    /// The shared token; not for a member.
    pub token: Option<Token>,
    /// A code that makes it a member.
    pub join: Option<JoinCode>,
    /// Free labels.
    pub tags: Vec<String>,
    /// Time between heartbeats where the Nexus does not say (v1).
    pub heartbeat: Duration,
    /// Whether `ShellSkill` exists.
    pub shell: bool,
    /// Whether `FileSkill` exists.
    pub file: bool,
    /// Whether `SystemSkill` exists.
    pub system: bool,
    /// Asked for, not there yet.
    pub docker: bool,
    /// Asked for, not there yet.
    pub camera: bool,
    /// What `ShellSkill` lets through where there is no policy.
    pub shell_mode: ShellMode,
    /// The ready-made policy that is put in place where there is none; a member gets `operate` unless said.
    pub policy: Option<Preset>,
    /// Where the spore keeps its id and its lock.
    pub data_dir: PathBuf,
    /// Where commands start and what `FileSkill` sees.
    pub workspace: PathBuf,
    /// Executions at the same time.
    pub max_executions: u32,
    /// Output forwarded for one execution, bytes.
    pub max_output_bytes: u32,
    /// How long running executions get when the spore leaves.
    pub drain: Duration,
    /// Level of the log, for the binary.
    pub log: LogLevel,
}

/// What `ShellSkill` lets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShellMode {
    /// Any command but those with a known dangerous pattern. Stops slips, not attackers.
    Guarded,
    /// These programs only (names or exact paths), without a shell.
    AllowList(Vec<String>),
}

/// How much is logged, in the usual levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// The shared token: cannot be printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// Everything that is wrong with a configuration, one line each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<String>);

impl Config {
    /// A configuration with defaults for all that has one.
    pub fn new(
        node_name: String,
        nexus_host: String,
        token: Option<Token>,
        data_dir: PathBuf,
    ) -> Self {
        Self {
            node_id: None,
            node_name,
            nexus_host,
            nexus_port: protocol::DEFAULT_PORT,
            tls: None,
            token,
            join: None,
            tags: Vec::new(),
            heartbeat: Duration::from_secs(30),
            shell: true,
            file: true,
            system: true,
            docker: false,
            camera: false,
            shell_mode: ShellMode::Guarded,
            policy: None,
            workspace: data_dir.join("workspace"),
            data_dir,
            max_executions: protocol::Limits::default().max_executions,
            max_output_bytes: protocol::Limits::default().max_output_bytes,
            drain: Duration::from_secs(10),
            log: LogLevel::Info,
        }
    }

    /// Where the Nexus is that is met with the shared token: without TLS on this machine, or where somebody chose so.
    pub(crate) fn address(&self) -> Address {
        let host = &self.nexus_host;
        let is_here = host == "localhost"
            || host
                .parse::<IpAddr>()
                .is_ok_and(|ip| ip.to_canonical().is_loopback());
        Address {
            plain: !self.tls.unwrap_or(!is_here),
            host: host.clone(),
            port: self.nexus_port,
        }
    }

    /// Merges the layers and checks the outcome.
    pub fn resolve(sources: &Sources) -> Result<Self, Problems> {
        resolve::resolve(sources)
    }

    /// Checks one that was made by hand; every problem at once.
    pub fn check(&self) -> Result<(), Problems> {
        let mut problems = Vec::new();
        let mut short = |what: &str, text: &str, max: usize| {
            problems.extend(resolve::short(text, max).map(|problem| format!("{what} {problem}")));
        };
        short("the node name", &self.node_name, limits::ID);
        if let Some(token) = &self.token {
            short("the token", &token.0, limits::TOKEN);
        }
        short("the host of the Nexus", &self.nexus_host, limits::NAME);
        self.node_id
            .iter()
            .for_each(|id| short("the node id", id, limits::ID));
        self.tags
            .iter()
            .for_each(|tag| short("a tag", tag, limits::NAME));
        for (wrong, problem) in [
            (self.tags.len() > limits::LIST, "there are too many tags"),
            (self.nexus_port == 0, "the port of the Nexus is 0"),
            (
                self.heartbeat < Duration::from_secs(1),
                "the heartbeat interval is below a second",
            ),
            (
                !resolve::EXECUTIONS.contains(&self.max_executions),
                "the number of executions is out of range",
            ),
            (
                self.shell_mode == ShellMode::AllowList(Vec::new()),
                "the allow-list is empty",
            ),
            (
                self.data_dir.as_os_str().is_empty(),
                "there is no data directory",
            ),
            (
                self.workspace.as_os_str().is_empty(),
                "there is no workspace",
            ),
        ] {
            problems.extend(wrong.then(|| problem.to_owned()));
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Problems(problems))
        }
    }
}

impl Token {
    /// Wraps a token.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The token itself, for the handshake and nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Token(…)")
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the configuration has {} problem(s):", self.0.len())?;
        self.0
            .iter()
            .try_for_each(|problem| write!(out, "\n  - {problem}"))
    }
}

#[cfg(test)]
mod tests;
