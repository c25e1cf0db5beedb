//! What the system tests stand on: a real Nexus on a free port, real programs, and a raw peer that can misbehave.
//! Not here: tests.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a harness fails by panicking"
)]

pub mod command_line;
#[cfg(target_os = "linux")]
pub mod hosts;
mod instance;
mod member;
pub mod nats;
pub mod nginx;
mod peer;
mod ports;
mod program;
pub mod rabbit;
pub mod raw;
pub mod redis;
mod server;

pub use instance::Instance;
pub use member::Member;
pub use peer::{Peer, hello, hello_v2};
pub use ports::free_port;
pub use program::{
    Program, a_moment, joining_spore, joining_spore_with, listening, member_spore, nats_program,
    nexus_program, spore_command, spore_in, spore_program, spore_that_allows,
};
pub use raw::Raw;
pub use server::Server;

use std::future::Future;
use std::time::Duration;

/// Longest wait for anything that must happen; generous, because test machines are slow.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The shared token of all tests.
pub const TOKEN: &str = "a-shared-token-for-tests";

/// Asks again and again until the answer is there; panics with `what` when it never comes.
pub async fn eventually<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    let asked = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked)
        .await
        .unwrap_or_else(|_| panic!("never happened: {what}"))
}
