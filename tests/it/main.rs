//! The whole system: real sockets, real processes, a real SQLite file. One binary, because linking costs more than
//! running.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod acceptance;
mod access;
mod alerts;
mod approvals;
mod asking;
mod asks;
mod attacks_defaults;
mod attacks_floods;
mod attacks_frames;
mod attacks_identity;
mod attacks_json;
mod attacks_questions;
mod attacks_text;
mod audit;
mod backup;
mod cli;
mod cli_clock;
mod cli_run;
mod cli_stop;
mod compose;
mod console;
mod corpus;
mod descriptors;
mod doors;
mod escapes;
mod events;
mod fleet;
mod history;
mod hostile;
#[cfg(target_os = "linux")]
mod hosts;
mod instances;
mod jobs;
mod joining;
mod loads;
mod policy;
mod programs;
mod prototype;
mod proxy;
mod rest;
mod resume;
mod runbooks;
mod schedules;
mod sharing;
mod sharing_alerts;
mod sharing_approvals;
mod sharing_audit;
mod sharing_audit_played;
mod sharing_doors;
mod sharing_nonsense;
mod sharing_sky;
mod sharing_turns;
mod simulation;
mod slow_lines;
mod sources;
mod standing;
mod targets;
mod tidy;
mod webhook;
