//! The Nexus as a desktop application: the server inside, one window in front of it.
//!
//! ```text
//! window ─ commands ─▶ host ─▶ nexus (library)      a local spore runs in the same process
//!    ▲                  └▶ feed ◀─ events
//!    └── one Channel ◀───── batches
//! ```
//! This is the only crate that knows Tauri. It decides nothing about nodes or executions.

pub mod app;
#[cfg(test)]
mod bindings;
pub mod calls;
pub mod commands;
pub mod connection;
pub mod environment;
pub mod environments;
pub mod export;
pub mod feeds;
pub mod host;
pub mod links;
pub mod menu;
pub mod notices;
pub mod port;
pub mod preferences;
pub mod swarm;
pub mod tray;
pub mod view_environment;
pub mod view_settings;
pub mod windows;
pub mod words;

use std::io::IsTerminal;
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

/// The whole program. Call it first in `main`.
pub fn run() -> ExitCode {
    environment::prepare();
    let filter =
        EnvFilter::try_from_env("NEXUS_LOG").unwrap_or_else(|_| EnvFilter::new("info,zbus=warn"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .init();
    match app::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "Nexus cannot run");
            ExitCode::FAILURE
        }
    }
}
