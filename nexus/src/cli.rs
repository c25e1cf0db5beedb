//! The command line. Not here: what the commands do to a swarm.

mod ask;
mod audit;
mod join_code;
mod local_spore;
mod serve;
mod simulate;

use std::io::Write;
use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use nexus::config::{self, Config, Layer};
use nexus::secret::{self, Secret};

/// All that went wrong, one line each.
pub(crate) type Problems = Vec<String>;

/// One swarm out of the computers you own.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server without a window.
    Serve(serve::Serve),
    /// Show the token of REST and events.
    Token(Token),
    /// Make a code that lets a machine in, and print the line to paste there.
    JoinCode(join_code::JoinCode),
    /// What was done: verify, export, list.
    Audit(audit::Audit),
    /// Connect simulated spores that speak the real protocol and run nothing real.
    Simulate(simulate::Simulate),
    /// Print the OpenAPI document of the REST API.
    Openapi,
}

/// Where settings come from, for every command.
#[derive(Args, Default)]
pub(crate) struct Common {
    /// TOML file with settings; unknown keys are refused
    #[arg(long, value_name = "FILE", env = "NEXUS_CONFIG")]
    config: Option<PathBuf>,
    /// Where the store and the tokens are kept
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

#[derive(Args)]
struct Token {
    #[command(flatten)]
    common: Common,
    /// Print a new strong token and keep it nowhere
    #[arg(long)]
    new: bool,
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
pub(crate) fn run() -> Result<(), Problems> {
    match Cli::parse().command {
        Command::Serve(serve) => serve.run(),
        Command::Token(token) => token.run(),
        Command::JoinCode(code) => code.run(),
        Command::Audit(audit) => audit.run(),
        Command::Simulate(simulate) => simulate.run(),
        Command::Openapi => say(&nexus::openapi()),
    }
}

impl Common {
    /// The whole configuration, or everything that is wrong with it.
    pub(crate) fn configure(&self, listen: &Listen) -> Result<Config, Problems> {
        let flags = Layer {
            host: listen.host,
            port: listen.port,
            name: listen.name.clone(),
            compat: listen
                .compat
                .map(|Compat::Prototype| config::Compat::Prototype),
            data_dir: self.data_dir.clone(),
            ..Layer::default()
        };
        let file = self
            .config
            .as_ref()
            .map(|path| config::file(path, true))
            .unwrap_or_default();
        Config::from_layers([file, config::environment(std::env::vars()), flags])
    }
}

impl Token {
    fn run(&self) -> Result<(), Problems> {
        if self.new {
            let token = Secret::generate("").map_err(|error| vec![error.to_string()])?;
            return say(token.reveal());
        }
        let config = self.common.configure(&Listen::default())?;
        let path = config.api_token_file();
        let kept = secret::private_directory(&config.data_dir)
            .and_then(|()| secret::load_or_create(&path, "nxs_"));
        let token = kept.map_err(|error| vec![format!("{}: {error}", path.display())])?;
        say(token.reveal())
    }
}

/// A line on standard output, for people and pipes.
pub(crate) fn say(line: &str) -> Result<(), Problems> {
    writeln!(std::io::stdout(), "{line}").map_err(|error| vec![error.to_string()])
}

/// A line on standard error.
pub(crate) fn complain(line: &str) {
    drop(writeln!(std::io::stderr(), "nexus: {line}"));
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
