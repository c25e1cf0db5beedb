//! What a console (the desktop window, a browser, a window somewhere else) is told and may ask. All of them have the same
//! table of [`calls`] and the same [`feed`]; what differs is only how bytes get there.
//!
//! ```text
//! window ── one Tauri command ──┐
//! browser ── WebSocket ─ rest ──┼─▶ Desk: table of calls ─▶ Handle ─▶ hub
//! window elsewhere ─ WebSocket ─┘        feed ◀─ events
//! ```
//! Not here: how somebody proves who it is (`rest`), preferences of a window, and how anything looks.

mod calls;
mod desk;
mod exports;
pub mod feed;
pub mod remote;
mod table;
mod translate;
pub mod view;

pub use calls::calls;
pub use desk::{Console, Desk};
pub use exports::{ExportWhat, OpenExport};
pub use table::{Row, Table};
pub use view::BridgeError;

/// What a call answers.
pub type Answer<T> = Result<T, BridgeError>;
