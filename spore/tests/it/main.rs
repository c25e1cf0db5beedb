//! The spore as a whole: real processes, real files, a real WebSocket server that plays the Nexus.
//!
//! Nothing here asserts how long something takes; [`nexus::PATIENCE`] only ends a test that hangs.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]
#![expect(clippy::print_stdout, reason = "a test that is skipped says why")]

mod binary;
mod confined;
mod file;
mod link;
mod nexus;
mod output;
mod policy;
mod resume;
mod run;
mod stop;
