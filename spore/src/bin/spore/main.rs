//! The program `spore`: flags, log and signals around the library.

mod args;
mod check;
mod grant;
mod join;
mod status;

use std::process::ExitCode;

use clap::Parser;
use spore::config::Sources;
use spore::{CancellationToken, Config, LogLevel, Spore};
use tracing::level_filters::LevelFilter;
use tracing::{error, info, warn};

use args::{Args, Command};

fn main() -> ExitCode {
    let args = Args::parse();
    let config = match Config::resolve(&Sources::gather(args.config.as_deref(), args.layer())) {
        Ok(config) => config,
        Err(problems) => return args::fail(&problems),
    };
    log_to_stderr(config.log);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(16)
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return args::fail(&format!("cannot start: {error}")),
    };
    let outcome = match args.command {
        Some(Command::Check) => runtime.block_on(check::check(config)),
        Some(Command::Join { code, save }) => match join::join(&config, &code, save) {
            Ok(()) if save => ExitCode::SUCCESS,
            Ok(()) => runtime.block_on(run(config)),
            Err(problem) => return args::fail(&problem),
        },
        Some(Command::Status { json }) => status::status(&config, json),
        Some(Command::Grant { what }) => grant::grant(&config, what),
        Some(Command::Grants { json }) => grant::list(&config, json),
        Some(Command::Ungrant { id }) => grant::take_back(&config, &id),
        None => runtime.block_on(run(config)),
    };
    // What is still running was told to end, or is to end at once.
    runtime.shutdown_background();
    outcome
}

async fn run(config: Config) -> ExitCode {
    let spore = match Spore::prepare(config) {
        Ok(spore) => spore,
        Err(problem) => {
            error!(%problem, "cannot start");
            return ExitCode::FAILURE;
        }
    };
    let shutdown = CancellationToken::new();
    tokio::select! {
        () = spore.run(shutdown.clone()) => ExitCode::SUCCESS,
        () = second_signal(shutdown) => {
            warn!("asked twice: ending at once");
            ExitCode::FAILURE
        }
    }
}

/// Asks for an orderly end at the first signal, returns at the second.
async fn second_signal(shutdown: CancellationToken) {
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(problem) => {
            warn!(%problem, "signals cannot be caught; a signal will end the spore at once");
            return std::future::pending().await;
        }
    };
    let name = signals.next().await;
    info!("{name}: leaving");
    shutdown.cancel();
    signals.next().await;
}

#[cfg(unix)]
struct Signals {
    term: tokio::signal::unix::Signal,
    int: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.term.recv() => "SIGTERM",
            _ = self.int.recv() => "SIGINT",
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "as on unix")]
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> &'static str {
        // Cannot be told apart from never being pressed, so wait on.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        "Ctrl-C"
    }
}

fn log_to_stderr(level: LogLevel) {
    let level = match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false)
        .with_max_level(level)
        .init();
}
