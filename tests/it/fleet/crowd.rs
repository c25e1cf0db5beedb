//! Very many jobs at one instance whose swarm keeps them: what is over is let go of by one, not by all at once.

use futures_util::future::join_all;
use serde_json::json;
use system_tests::{eventually, joining_spore};

use super::kills::two;
use super::server::Server;

/// More than the swarm remembers of jobs that are over.
const JOBS: usize = 320;

#[tokio::test(flavor = "multi_thread")]
async fn many_jobs_that_end_at_once_are_no_trouble() {
    let engine = Server::start();
    let (first, _second) = two(&engine).await;
    let addresses = json!({"addresses": [first.address.to_string()]});
    let made = first.ask("join-codes", Some(addresses)).await;
    let spore = joining_spore(made["code"].as_str().unwrap(), "away");
    let node = eventually("it is here", || first.online()).await;
    drop(spore);
    eventually("it is away", || async {
        first.online().await.is_none().then_some(())
    })
    .await;

    let job = |number: usize| {
        json!({"node_ids": [node], "skill_name": "ShellSkill", "method_name": "run", "offline": "wait",
            "parameters": {"command": format!("echo {number}")}})
    };
    let asked = join_all((0..JOBS).map(|number| first.ask("jobs", Some(job(number))))).await;
    let ids: Vec<_> = asked
        .iter()
        .map(|told| {
            told["job"]["id"]
                .as_str()
                .unwrap_or_else(|| panic!("{told}"))
        })
        .collect();
    let paths: Vec<_> = ids.iter().map(|id| format!("jobs/{id}/cancel")).collect();
    join_all(paths.iter().map(|path| first.ask(path, Some(json!({}))))).await;

    for id in ids {
        eventually("it is over", || async {
            let told = first.ask(&format!("jobs/{id}"), None).await;
            (told["job"]["state"] == "cancelled").then_some(())
        })
        .await;
    }
    // The engine was there all the time, so whoever asks is not refused.
    for number in 0..10 {
        let told = first.ask("jobs", Some(job(number))).await;
        assert!(told["job"]["id"].is_string(), "{told}");
    }
}
