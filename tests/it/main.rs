//! The whole system: real sockets, real processes, a real SQLite file. One binary, because linking costs more than
//! running.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod acceptance;
mod access;
mod asking;
mod events;
mod hostile;
mod joining;
mod programs;
mod prototype;
mod rest;
mod resume;
mod simulation;
mod tidy;
