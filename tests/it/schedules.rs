//! Schedules from end to end: made, fired, held, refused to those who may no longer.

use std::time::Duration;

use nexus::access::{Caller, Role};
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Program, Server, eventually, spore_program};
use uuid::Uuid;

async fn token(server: &Server, name: &str, role: Role) -> (String, Uuid) {
    let (id, secret) = server.token(name, role, "*", &["*"]).await;
    (secret, id)
}

async fn ask(
    server: &Server,
    token: &str,
    method: Method,
    path: &str,
    body: &Value,
) -> (u16, Value) {
    server
        .call_as(token, method, path, Some(body.clone()))
        .await
}

fn minutely() -> Value {
    json!({"name": "minutely", "when": "every minute", "time_zone": "Europe/Warsaw", "confirm_destructive": true,
        "job": {"target": "*", "skill_name": "ShellSkill", "method_name": "run",
            "parameters": {"command": "echo tick", "env": {"API_TOKEN": "hunter2"}}}})
}

async fn make(server: &Server, token: &str) -> String {
    let (status, body) = ask(
        server,
        token,
        Method::POST,
        "/api/v1/schedules",
        &minutely(),
    )
    .await;
    assert_eq!(status, 201, "{body}");
    body["schedule"]["id"].as_str().unwrap().to_owned()
}

async fn last(server: &Server, id: &str) -> Value {
    let (_, body) = server.get(&format!("/api/v1/schedules/{id}")).await;
    body["schedule"]["last"].clone()
}

#[tokio::test]
async fn when_is_said_back_and_nonsense_is_refused() {
    let server = Server::start().await;
    let preview = |when: &str| json!({"when": when, "time_zone": "Europe/Warsaw"});
    let (status, body) = server
        .post("/api/v1/schedules/preview", preview("every weekday at 9am"))
        .await;
    assert_eq!(
        (status, &body["cron"]),
        (200, &json!("0 9 * * 1-5")),
        "{body}"
    );
    assert_eq!(
        body["in_words"],
        "At 09:00, on Monday, Tuesday, Wednesday, Thursday, and Friday."
    );
    let next = body["next"].as_array().unwrap();
    assert!(
        next.len() == 5
            && next
                .iter()
                .all(|at| at.as_str().unwrap().contains("T09:00:00+0")),
        "{body}"
    );
    for nonsense in ["every monkey at 9am", "* * * * * *", "", "0 0 31 2 *"] {
        let (status, body) = server
            .post("/api/v1/schedules/preview", preview(nonsense))
            .await;
        assert_eq!(
            (status, &body["code"]),
            (422, &json!("invalid")),
            "{nonsense}: {body}"
        );
    }
    let mut unconfirmed = minutely();
    unconfirmed["confirm_destructive"] = json!(false);
    let (status, body) = server.post("/api/v1/schedules", unconfirmed).await;
    assert_eq!(
        (status, &body["code"]),
        (409, &json!("confirm_destructive")),
        "{body}"
    );
}

#[tokio::test]
async fn a_schedule_is_fired_by_hand_changed_by_its_owner_and_outlives_a_restart() {
    let server = Server::start().await;
    let _spore = spore_program(server.address(), "a", &[("SPORE_NODE_ID", "a")]);
    server.until_node("a", "online").await;
    let (owner, _) = token(&server, "owner", Role::Operator).await;
    let (other, _) = token(&server, "other", Role::Operator).await;
    let (viewer, _) = token(&server, "viewer", Role::Viewer).await;
    let id = make(&server, &owner).await;
    let path = format!("/api/v1/schedules/{id}");

    only_its_owner_changes_it(&server, &path, [&owner, &other, &viewer]).await;
    let (status, body) = ask(
        &server,
        &other,
        Method::POST,
        &format!("{path}/run"),
        &json!({}),
    )
    .await;
    assert_eq!(status, 202, "{body}");
    let job = body["job_id"].as_str().unwrap().to_owned();
    eventually("its job is over", || async {
        let (_, body) = server.get(&format!("/api/v1/jobs/{job}")).await;
        assert_eq!(body["job"]["origin"]["id"], json!(id));
        assert_eq!(
            body["job"]["asker"]["name"], "other",
            "by hand is by whoever asks"
        );
        (body["job"]["state"] == "succeeded").then_some(())
    })
    .await;
    assert_eq!(last(&server, &id).await["job_id"], json!(job));

    restarted(server, &id).await;
}

/// It is paused in the end.
async fn only_its_owner_changes_it(server: &Server, path: &str, [owner, other, viewer]: [&str; 3]) {
    let (status, _) = ask(
        server,
        viewer,
        Method::POST,
        "/api/v1/schedules",
        &minutely(),
    )
    .await;
    assert_eq!(status, 403);
    let (_, seen) = ask(server, viewer, Method::GET, path, &json!({})).await;
    assert!(!seen.to_string().contains("hunter2"), "{seen}");
    let (_, seen) = ask(server, owner, Method::GET, path, &json!({})).await;
    assert_eq!(
        seen["schedule"]["job"]["parameters"]["env"]["API_TOKEN"],
        "hunter2"
    );
    let (status, _) = ask(server, other, Method::PUT, path, &minutely()).await;
    assert_eq!(status, 403);
    let (status, _) = ask(
        server,
        other,
        Method::POST,
        &format!("{path}/pause"),
        &json!({}),
    )
    .await;
    assert_eq!(status, 403);
    let (status, body) = ask(
        server,
        owner,
        Method::POST,
        &format!("{path}/pause"),
        &json!({}),
    )
    .await;
    assert_eq!(
        (
            status,
            &body["schedule"]["paused"],
            &body["schedule"]["next"]
        ),
        (200, &json!(true), &json!([]))
    );
}

/// Another life knows it, paused as it was.
async fn restarted(server: Server, id: &str) {
    let data = server.stop().await;
    let config = {
        let mut config = nexus::Config::new(data.path().to_owned());
        config.port = 0;
        config
    };
    let again = nexus::start(config).await.unwrap();
    let kept = again.handle().schedules().await.unwrap();
    assert_eq!(
        (kept.len(), kept[0].id.to_string(), kept[0].paused),
        (1, id.to_owned(), true)
    );
    again.shutdown(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn the_clock_fires_for_those_who_may_and_not_while_the_fleet_is_stopped() {
    let (held, _node, idle) = stopped().await;
    let server = Server::start().await;
    let _spore = spore_program(server.address(), "a", &[("SPORE_NODE_ID", "a")]);
    server.until_node("a", "online").await;
    let (good, _) = token(&server, "good", Role::Operator).await;
    let (bad, bad_id) = token(&server, "bad", Role::Operator).await;
    let (good, bad) = (make(&server, &good).await, make(&server, &bad).await);
    server
        .nexus
        .tokens()
        .revoke(bad_id, &Caller::local())
        .await
        .unwrap();

    // A minute at most, and some for a slow machine.
    let due = async {
        loop {
            let told = [last(&server, &good).await, last(&server, &bad).await];
            if told.iter().all(Value::is_object) {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    let [good, bad] = tokio::time::timeout(Duration::from_secs(90), due)
        .await
        .unwrap();
    assert_eq!(good["outcome"], "started", "{good}");
    let at = good["at"].as_str().unwrap();
    assert!(at.ends_with(":00.000000Z"), "{at}");
    let (_, body) = server
        .get(&format!(
            "/api/v1/jobs/{}",
            good["job_id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(body["job"]["asker"]["name"], "good");
    assert_eq!(
        (&bad["outcome"], &bad["job_id"]),
        (&json!("refused"), &Value::Null)
    );
    assert!(bad["why"].as_str().unwrap().contains("revoked"), "{bad}");
    let (_, log) = server.get("/api/v1/audit?limit=200").await;
    let told = log["entries"].as_array().unwrap().iter();
    let fired = told
        .filter(|entry| entry["entry"]["action"] == "fire_schedule")
        .count();
    assert!(fired >= 2, "{log}");
    // The same time has come there too.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(last(&held, &idle).await, Value::Null);
    let (_, body) = held.get("/api/v1/jobs").await;
    assert_eq!(body["jobs"], json!([]));
}

/// A stopped fleet with a schedule.
async fn stopped() -> (Server, Program, String) {
    let server = Server::start().await;
    let spore = spore_program(server.address(), "a", &[("SPORE_NODE_ID", "a")]);
    server.until_node("a", "online").await;
    let (status, body) = server
        .post("/api/v1/stop", json!({"reason": "smoke"}))
        .await;
    assert_eq!(status, 202, "{body}");
    let (owner, _) = token(&server, "owner", Role::Operator).await;
    let id = make(&server, &owner).await;
    (server, spore, id)
}
