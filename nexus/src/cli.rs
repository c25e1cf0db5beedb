//! The command line: its grammar, and what stands behind each word. Not here: what the commands do to a swarm; those that ask a
//! Nexus stand on its public REST API alone.

mod alerts;
mod answers;
mod audit;
mod backup;
mod clean;
mod client;
mod completions;
mod exit;
mod explain;
mod fingerprint;
mod fleet;
mod groups;
mod ids;
mod instances;
mod jobs;
mod join;
mod local_spore;
mod logs;
mod nodes;
mod proof;
mod run;
mod runbooks;
mod schedules;
mod screen;
mod serve;
mod settings;
mod simulate;
mod sources;
mod stop;
mod table;
mod time;
mod token;

use std::io::Write;
use std::net::IpAddr;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use exit::{Ended, Exit, Failure};
use settings::Settings;

/// All that went wrong, one line each.
pub(crate) type Problems = Vec<String>;

/// One swarm out of the computers you own.
#[derive(Parser)]
#[command(version, max_term_width = 100, after_help = exit::CODES)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run something on nodes: `nexus run TARGET COMMAND…`.
    Run(Box<run::Run>),
    /// The nodes, or one of them in full.
    Nodes(nodes::Nodes),
    /// The jobs; show, pause, resume, cancel, rerun one.
    Jobs(jobs::Jobs),
    /// What a job or an execution wrote.
    Logs(logs::Logs),
    /// STOP: stop everything on the fleet, or one job, node or execution, and wait for the proof.
    Stop(stop::StopArgs),
    /// Let the fleet go on after a STOP.
    Release,
    /// Where a call would go, and why there; runs nothing.
    Explain(explain::Explain),
    /// What is wrong, by likely cause; take, acknowledge, mute it.
    Alerts(alerts::Alerts),
    /// What begins by itself.
    Schedules(schedules::Schedules),
    /// Several steps under one name.
    Runbooks(runbooks::Runbooks),
    /// Names for expressions, used as @name.
    Groups(groups::Groups),
    /// The brokers that jobs are taken from, and how that goes.
    Sources(sources::Sources),
    /// Make a code that lets a machine in, and print the line to paste there.
    #[command(alias = "join-code")]
    Join(join::Join),
    /// Show the owner's token of this machine's Nexus; make, list, revoke API tokens.
    Token(token::Token),
    /// The instances that share this swarm.
    Instances(instances::Instances),
    /// Several instances, one swarm: what another one needs.
    Fleet(fleet::Fleet),
    /// What was done: verify, export, list.
    Audit(audit::Audit),
    /// Put away everything that this machine's Nexus keeps, while it runs.
    Backup(backup::Backup),
    /// Make an empty data directory this Nexus' again, out of a backup.
    Restore(backup::Restore),
    /// Run the server without a window.
    Serve(serve::Serve),
    /// Show by what other machines know this Nexus, for --fingerprint.
    Fingerprint,
    /// Connect simulated spores that speak the real protocol and run nothing real.
    Simulate(simulate::Simulate),
    /// Print the OpenAPI document of the REST API.
    Openapi,
    /// Print a script that teaches a shell to complete this program's words.
    Completions(completions::Completions),
}

/// Whose habits to take on.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Compat {
    /// Also listen on 8000, open the API to this machine, answer /healthz as the prototype
    Prototype,
}

/// Settings that may be given as flags to `serve`.
#[derive(Args, Default)]
pub(crate) struct Listen {
    /// Address to listen on
    #[arg(long, value_name = "IP")]
    host: Option<IpAddr>,
    /// Port to listen on; 0 takes any free one
    #[arg(long)]
    port: Option<u16>,
    /// Name for people
    #[arg(long)]
    name: Option<String>,
    /// Whose habits to take on
    #[arg(long, value_enum)]
    compat: Option<Compat>,
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> ExitCode {
    let exit = match Cli::parse().run() {
        Ok(exit) => exit,
        Err(failure) => {
            for line in failure.said {
                complain(&line);
            }
            failure.exit
        }
    };
    ExitCode::from(exit.0)
}

impl Cli {
    fn run(self) -> Ended {
        let settings = &self.settings;
        settings.check()?;
        match self.command {
            Command::Run(run) => run.run(settings),
            Command::Nodes(nodes) => nodes.run(settings),
            Command::Jobs(jobs) => jobs.run(settings),
            Command::Logs(logs) => logs.run(settings),
            Command::Stop(stop) => stop.run(settings),
            Command::Release => stop::release(settings),
            Command::Explain(explain) => explain.run(settings),
            Command::Alerts(alerts) => alerts.run(settings),
            Command::Schedules(schedules) => schedules.run(settings),
            Command::Runbooks(runbooks) => runbooks.run(settings),
            Command::Groups(groups) => groups.run(settings),
            Command::Sources(sources) => sources.run(settings),
            Command::Join(join) => join.run(settings),
            Command::Token(token) => token.run(settings),
            Command::Instances(instances) => instances.run(settings),
            Command::Fleet(fleet) => fleet.run(settings),
            Command::Audit(audit) => audit.run(settings),
            Command::Backup(backup) => backup.run(settings),
            Command::Restore(restore) => restore.run(settings),
            Command::Serve(serve) => Ok(serve.run(settings).map(|()| Exit::OK)?),
            Command::Fingerprint => fingerprint::show(settings),
            Command::Simulate(simulate) => Ok(simulate.run(settings).map(|()| Exit::OK)?),
            Command::Openapi => settings
                .screen()
                .print(&format!("{}\n", nexus::openapi()))
                .map(|()| Exit::OK),
            Command::Completions(completions) => completions.run(settings),
        }
    }
}

/// A line on standard output, for people and pipes.
pub(crate) fn say(line: &str) -> Result<(), Problems> {
    writeln!(std::io::stdout(), "{line}").map_err(|error| vec![error.to_string()])
}

/// A line on standard error. What a Nexus or a node said may be in it.
fn complain(line: &str) {
    drop(writeln!(std::io::stderr(), "nexus: {}", clean::line(line)));
}

/// Structured logs on standard error: `NEXUS_LOG` is the filter, `NEXUS_LOG_FORMAT=json` the form.
pub(crate) fn start_logging() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("NEXUS_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    let builder = builder.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()));
    match std::env::var("NEXUS_LOG_FORMAT").as_deref() {
        Ok("json") => builder.json().init(),
        _ => builder.init(),
    }
}

#[cfg(test)]
mod tests;
