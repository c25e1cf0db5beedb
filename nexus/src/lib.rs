//! The Nexus: the server that makes one swarm out of many machines. A library, so that the desktop app can host it;
//! the binary `nexus` runs it headless.
//!
//! ```text
//! rest ─┐                       ┌─▶ store (one thread, SQLite)
//!       ├─▶ hub ── State ── effects ─▶ session outboxes ─▶ spores
//! session ─┘   (one task)       └─▶ events ─▶ screens
//! ```
//! [`start`] makes one; [`Handle`] asks it things. Not here: what a skill does (that is the spore's), and Tauri.

pub mod access;
pub mod alerts;
pub mod approval;
pub mod audit;
pub mod backup;
pub mod chart;
pub mod config;
pub mod console;
pub mod fleet;
pub mod groups;
pub mod history;
mod hub;
pub mod identity;
pub mod job;
pub mod joining;
pub mod listen;
mod metrics;
pub mod model;
pub mod redact;
mod rest;
pub mod runbook;
pub mod schedule;
mod scheduler;
pub mod secret;
mod server;
mod session;
pub mod simulate;
pub mod sources;
pub mod state;
pub mod store;
pub mod target;
pub mod tls;
pub mod trust;
mod webhook;

pub use audit::AuditLog;
pub use config::Config;
pub use hub::{Acceptance, GlanceError, Handle, ShownBoard, Tried, Unreached};
pub use joining::{Joining, JoiningError, MadeJoinCode};
pub use rest::openapi;
pub use server::{Running, StartError, start};
pub use webhook::{Delivery, Trouble};
