//! The server under measurement: the real library with its real store, as `nexus serve` runs it.

use std::time::Duration;

use nexus::secret::Secret;
use nexus::state::{Call, Mode, Submission, Target};
use nexus::{Config, Handle};
use serde_json::value::to_raw_value;
use tokio::io::{AsyncBufReadExt, BufReader, stdin};
use uuid::Uuid;

use crate::child::{TOKEN, timed};

pub(crate) async fn run() {
    let data = tempfile::TempDir::new().unwrap();
    let mut config = Config::new(data.path().to_owned());
    config.port = 0;
    config.shared_token = Some(Secret::new(TOKEN));
    let nexus = nexus::start(config).await.unwrap();
    println!("{} {}", nexus.address(), nexus.api_token().reveal());
    let mut lines = BufReader::new(stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let words: Vec<_> = line.split(' ').collect();
        let handle = nexus.handle();
        timed(
            words[1].parse().unwrap(),
            words[2].parse().unwrap(),
            move |turn| execute(handle.clone(), turn),
        )
        .await;
    }
}

async fn execute(handle: Handle, turn: usize) {
    let call = Call {
        skill: "ShellSkill".to_owned(),
        method: "run".to_owned(),
        parameters: to_raw_value(&serde_json::json!({"command": "echo hello"})).unwrap(),
        timeout: Duration::from_secs(30),
    };
    let target = Target::Node(format!("sim-1-{}", turn % 100));
    let submission = Submission {
        id: Uuid::now_v7(),
        target,
        call,
        mode: Mode::Collect,
        caller: nexus::access::Caller::local(),
        approval: None,
    };
    handle.run(submission).await.unwrap();
}
