//! More connections than a program may have descriptors: whoever comes too many is turned away at once instead of being left to
//! wait, so a spore goes on to another door, and a place that is given back is there for the next one. Not here: what one address
//! may have, see [`crate::attacks_floods`].
#![cfg(target_os = "linux")]

use std::net::SocketAddr;
use std::time::Duration;

use system_tests::{Instance, Peer, TOKEN, eventually, hello_v2, nexus_program};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

/// Descriptors of the Nexus.
const FILES: usize = 300;

/// The same with so many descriptors.
fn limited(command: &Command) -> Command {
    let command = command.as_std();
    let mut limited = Command::new("sh");
    limited
        .arg("-c")
        .arg(format!("ulimit -n {FILES} && exec \"$0\" \"$@\""))
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear()
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            limited.env(name, value);
        }
    }
    limited
}

/// Whether somebody who comes now is answered, whatever; not when the connection is closed at once. Being left to wait fails.
async fn is_answered(address: SocketAddr) -> bool {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let asked = socket.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    drop(asked.await);
    let mut answer = String::new();
    let read = tokio::time::timeout(Duration::from_secs(20), socket.read_to_string(&mut answer));
    // A reset is as good as an end.
    drop(read.await.expect("it is not left to wait"));
    answer.starts_with("HTTP/1.1 ")
}

#[tokio::test]
async fn who_comes_too_many_is_turned_away_at_once() {
    let data = TempDir::new().unwrap();
    let command = nexus_program(
        data.path(),
        &["serve"],
        &[("NEXUS_PORT", "0"), ("NEXUS_SHARED_TOKEN", TOKEN)],
    );
    let nexus = Instance::run(limited(&command), data).await;
    assert!(is_answered(nexus.address).await);
    let mut spores = Vec::new();
    // As many as there is room for: each keeps its descriptor for as long as it is here.
    while let Ok(mut spore) = Peer::connect(nexus.address, protocol::PATH, &[]).await {
        spore.say(&hello_v2(&format!("n{}", spores.len()))).await;
        spore.hear_type("WELCOME").await;
        spores.push(spore);
        assert!(spores.len() < FILES, "there is no end");
    }
    assert!(spores.len() > FILES / 2, "{} spores", spores.len());
    for _ in 0..20 {
        assert!(!is_answered(nexus.address).await, "there is no room");
    }
    spores.truncate(spores.len() - 10);
    eventually("there is room again", || async {
        is_answered(nexus.address).await.then_some(())
    })
    .await;
}
