//! The stop of everything: real process trees end for sure, and the queue is held until somebody releases it. Not here: how the
//! command line tells of it, see `cli_stop`.

use reqwest::Method;
use serde_json::json;
use system_tests::{Server, a_moment, eventually};

use super::{ask, targets, three, until_over};

/// Whether a process with this mark in its arguments lives.
async fn lives(mark: &str) -> bool {
    let found = tokio::process::Command::new("pgrep")
        .args(["-f", mark])
        .output()
        .await
        .unwrap();
    found.status.success()
}

#[tokio::test]
async fn stop_stops_the_process_trees_and_holds_the_queue() {
    let server = Server::start().await;
    let _spores = three(&server).await;
    let mark = format!("4{:05}", std::process::id() % 100_000);
    let stubborn =
        format!("trap '' TERM; sh -c \"trap '' TERM; sleep {mark}\" & wait; sleep {mark}");
    let job = ask(&server, &stubborn, json!({"confirm_count": 3})).await;
    eventually("they run", || async {
        let running = targets(&server, &job)
            .await
            .iter()
            .all(|one| one["state"] == "running");
        (running && lives(&mark).await).then_some(())
    })
    .await;
    let (status, body) = server
        .post("/api/v1/stop", json!({"reason": "smoke"}))
        .await;
    assert_eq!(
        (status, &body["stop"]["held"], &body["stop"]["stopping"]),
        (202, &json!(true), &json!(3))
    );
    let later = ask(&server, "echo later", json!({"confirm_count": 3})).await;
    eventually("all is proved", || async {
        let (_, body) = server.get("/api/v1/stop").await;
        (body["stop"]["proved"] == 3 && body["stop"]["stopping"] == 0).then_some(())
    })
    .await;
    assert!(!lives(&mark).await, "cancelled was said, and it still runs");
    let over = until_over(&server, &job).await;
    assert_eq!(over["counts"]["cancelled"], 3, "{over}");
    a_moment().await;
    let (_, body) = server
        .get(&format!("/api/v1/jobs/{}", later["id"].as_str().unwrap()))
        .await;
    assert_eq!(
        (&body["job"]["held"], &body["job"]["counts"]["queued"]),
        (&json!(true), &json!(3))
    );
    let (status, body) = server.call(Method::DELETE, "/api/v1/stop", None).await;
    assert_eq!((status, &body["stop"]["held"]), (200, &json!(false)));
    assert_eq!(until_over(&server, &later).await["state"], "succeeded");
}
