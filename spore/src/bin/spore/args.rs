//! The flags. None takes the token: whoever lists processes would see it.

use std::fmt::Display;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use spore::config::Layer;

/// The agent of The Nexus: connects this machine to a Nexus and executes its skills.
///
/// Settings come from flags, the environment (SPORE_…), `.env`, and a TOML file, in this order of strength.
/// A machine joins by `spore join <code>`, once; from then on `spore` is enough.
#[derive(Debug, Parser)]
#[command(name = "spore", version, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// TOML file with settings
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// Name of this node for people [default: the host name]
    #[arg(long, global = true)]
    name: Option<String>,
    /// Where the Nexus is [default: localhost:8765]
    #[arg(long, value_name = "HOST[:PORT]", global = true)]
    nexus: Option<String>,
    /// File that holds a join code, for the first start
    #[arg(long, value_name = "FILE", global = true)]
    join_code_file: Option<PathBuf>,
    /// File that holds the shared token
    #[arg(long, value_name = "FILE", global = true)]
    token_file: Option<PathBuf>,
    /// Labels, with commas between them
    #[arg(long, value_name = "TAG,TAG", global = true)]
    tags: Option<String>,
    /// Fixed node id [default: one is made and kept in the data directory]
    #[arg(long, value_name = "ID", global = true)]
    node_id: Option<String>,
    /// Where id and lock are kept
    #[arg(long, value_name = "DIR", global = true)]
    data_dir: Option<PathBuf>,
    /// Where commands start and what FileSkill sees [default: `workspace` in the data directory]
    #[arg(long, value_name = "DIR", global = true)]
    workspace: Option<PathBuf>,
    /// What this machine allows, unless it has a policy: observe, operate or full [default: operate]
    ///
    /// observe: read and list files of the workspace; operate: named commands that look at the machine; full: any
    /// command and the shell. It is kept as policy.toml in the data directory, where it can be changed. With the
    /// shared token there is none unless this is given.
    #[arg(long, value_name = "NAME", global = true)]
    policy: Option<String>,
    /// Where there is no policy, what ShellSkill lets through: guarded or allow-list [default: guarded]
    #[arg(long, value_name = "MODE", global = true)]
    shell_mode: Option<String>,
    /// Programs for the allow-list, with commas between them
    #[arg(long, value_name = "PROGRAM,PROGRAM", global = true)]
    allowed_commands: Option<String>,
    /// Executions at the same time [default: 16]
    #[arg(long, value_name = "N", global = true)]
    max_executions: Option<String>,
    /// off, error, warn, info, debug or trace [default: info]
    #[arg(long, value_name = "LEVEL", global = true)]
    log: Option<String>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Command {
    /// Shows the settings (without the token) and what was found on this machine, and exits
    Check,
    /// Says where this machine belongs, which addresses it knows, and which of them a spore that runs uses
    Status {
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Joins the Nexus that the code is of, and runs; the code was made in its window or by `nexus join-code`
    ///
    /// On a terminal it asks what this machine is to allow, unless it has a policy or --policy says it. Without a
    /// terminal that is `operate`.
    Join {
        /// The code; - reads it from standard input
        code: String,
        /// Keep it and exit: for a machine where a service runs the spore
        #[arg(long)]
        save: bool,
    },
    /// Allows something for a time, beyond the policy; a spore that runs notices within a second
    Grant {
        #[command(subcommand)]
        what: Granted,
    },
    /// Lists the grants in force
    Grants {
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Takes a grant back; what only it allowed is stopped
    Ungrant {
        /// The grant's id, or `all`
        id: String,
    },
}

/// What to grant.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Granted {
    /// The shell, and with it every command
    Shell {
        #[command(flatten)]
        lasting: Lasting,
    },
    /// A method, such as FileSkill.write_file, or a whole skill: FileSkill.*
    Method {
        /// Skill.method
        method: String,
        #[command(flatten)]
        lasting: Lasting,
    },
    /// One command: `spore grant command --for 10m -- systemctl restart nginx`; `*` and `...` mean what they mean in a policy
    Command {
        #[command(flatten)]
        lasting: Lasting,
        /// Program and arguments
        #[arg(last = true, required = true)]
        argv: Vec<String>,
    },
    /// Reading and listing files under a directory
    Read {
        /// An absolute path
        directory: String,
        #[command(flatten)]
        lasting: Lasting,
    },
    /// Writing files under a directory
    Write {
        /// An absolute path
        directory: String,
        #[command(flatten)]
        lasting: Lasting,
    },
}

/// For how long.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Lasting {
    /// How long: 90s, 30m, 2h; at most 24h
    #[arg(long = "for", value_name = "TIME", value_parser = spore::grants::length)]
    pub(crate) lasting: std::time::Duration,
}

impl Args {
    /// The flags as the strongest layer of the configuration.
    pub(crate) fn layer(&self) -> Layer {
        let mut layer = Layer::named("the command line".to_owned());
        let (host, port) = self.nexus.as_deref().map(split).unwrap_or_default();
        layer.set("nexus_host", host);
        layer.set("nexus_port", port);
        layer.set("node_name", self.name.clone());
        layer.set("node_tags", self.tags.clone());
        layer.set("node_id", self.node_id.clone());
        layer.set("policy", self.policy.clone());
        layer.set("shell_mode", self.shell_mode.clone());
        layer.set("allowed_commands", self.allowed_commands.clone());
        layer.set("max_executions", self.max_executions.clone());
        layer.set("log", self.log.clone());
        layer.set_path("token_file", self.token_file.clone());
        layer.set_path("join_code_file", self.join_code_file.clone());
        layer.set_path("data_dir", self.data_dir.clone());
        layer.set_path("workspace", self.workspace.clone());
        layer
    }
}

/// `host`, `host:port`, `[address]:port`; a bare IPv6 address has no port.
fn split(address: &str) -> (Option<String>, Option<String>) {
    match address.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
            (Some(host.to_owned()), Some(port.to_owned()))
        }
        _ => (Some(address.to_owned()), None),
    }
}

/// Says why there is no start; for what goes wrong before there is a log.
#[expect(clippy::print_stderr, reason = "there is no log yet")]
pub(crate) fn fail(problem: &dyn Display) -> ExitCode {
    eprintln!("spore: {problem}");
    ExitCode::from(2)
}
