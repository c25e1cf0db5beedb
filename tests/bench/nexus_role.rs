//! The server under measurement: the real library with its real store, as `nexus serve` runs it.

use std::time::Duration;

use nexus::access::Caller;
use nexus::job::JobRequest;
use nexus::secret::Secret;
use nexus::state::{Call, Mode, Submission, Target};
use nexus::{Config, Handle};
use serde_json::json;
use serde_json::value::to_raw_value;
use tokio::io::{AsyncBufReadExt, BufReader, stdin};
use uuid::Uuid;

use crate::child::{TOKEN, timed};

/// With so many finished executions in its store.
pub(crate) async fn run(finished: u32) {
    let data = tempfile::TempDir::new().unwrap();
    let mut config = Config::new(data.path().to_owned());
    config.port = 0;
    config.shared_token = Some(Secret::new(TOKEN));
    if finished > 0 {
        // Makes the file with its tables.
        let nexus = nexus::start(config.clone()).await.unwrap();
        nexus.shutdown(Duration::from_secs(5)).await;
        fill(&config.store_file(), finished);
    }
    let nexus = nexus::start(config).await.unwrap();
    println!("{} {}", nexus.address(), nexus.api_token().reveal());
    let mut lines = BufReader::new(stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let words: Vec<_> = line.split(' ').collect();
        let handle = nexus.handle();
        let (at_once, seconds) = (words[1].parse().unwrap(), words[2].parse().unwrap());
        match words[0] {
            "job" => {
                timed(at_once, seconds, move |turn| {
                    job(handle.clone(), turn, false)
                })
                .await
            }
            "wait" => {
                timed(at_once, seconds, move |turn| {
                    job(handle.clone(), turn, true)
                })
                .await
            }
            _ => timed(at_once, seconds, move |turn| execute(handle.clone(), turn)).await,
        }
    }
}

fn fill(store: &std::path::Path, finished: u32) {
    let connection = rusqlite::Connection::open(store).unwrap();
    let rows = connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO executions (id, node_id, node_name, ordinal, skill, method, summary, state, exit_code, result,
            submitted_at, finished_at, duration, output_bytes, output_gap)
         SELECT randomblob(16), 'sim-1-' || (i % 100), 'sim', i % 100, 'ShellSkill', 'run', 'uptime', 'succeeded', 0, '\"up\"',
            i, i + 5, 5, 3, 0 FROM n",
        [finished],
    );
    assert_eq!(rows, Ok(usize::try_from(finished).unwrap()));
}

/// Asks for a job on one node; returns when it is on disk.
pub(crate) async fn job(handle: Handle, turn: usize, away: bool) {
    let offline = if away { "wait" } else { "skip" };
    let asked = json!({"node_ids": [format!("sim-1-{}", turn % 100)], "skill_name": "SimSkill", "method_name": "echo",
        "offline": offline});
    let request: JobRequest = serde_json::from_value(asked).unwrap();
    let new = request.into_job(Caller::local(), None).unwrap();
    match handle.submit_job(new).await {
        Ok(_) => {}
        // As many wait as may: what comes next is refused, which costs nothing.
        Err(error) if error.code() == "busy" => tokio::time::sleep(Duration::from_millis(1)).await,
        Err(error) => panic!("{error}"),
    }
}

async fn execute(handle: Handle, turn: usize) {
    execute_on(handle, format!("sim-1-{}", turn % 100)).await;
}

/// Runs something on a node and waits for the answer.
pub(crate) async fn execute_on(handle: Handle, node: String) {
    let call = Call {
        skill: "ShellSkill".to_owned(),
        method: "run".to_owned(),
        parameters: to_raw_value(&serde_json::json!({"command": "echo hello"})).unwrap(),
        timeout: Duration::from_secs(30),
    };
    let target = Target::Node(node);
    let submission = Submission {
        id: Uuid::now_v7(),
        target,
        call,
        mode: Mode::Collect,
        caller: Caller::local(),
        approval: None,
    };
    handle.run(submission).await.unwrap();
}
