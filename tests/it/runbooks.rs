//! Runbooks from end to end: written, refused, run, cancelled.

use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Program, Server, eventually, spore_program};

const GREET: &str = r#"
name = "greet"
title = "Say something"
target = "*"

[[parameters]]
name = "who"
type = "string"
required = true

[[parameters]]
name = "password"
type = "string"
secret = true

[[steps]]
name = "write"
job = { skill_name = "ShellSkill", method_name = "run", parameters = { argv = ["sh", "-c", "echo hello $1 $PASSWORD", "sh", "{{who}}"], env = { PASSWORD = "{{password}}" } } }

[[steps]]
name = "fail"
continue_on_failure = true
job = { skill_name = "ShellSkill", method_name = "run", parameters = { command = "exit 3" } }

[[steps]]
name = "end"
job = { skill_name = "ShellSkill", method_name = "run", parameters = { command = "echo end" } }
"#;

async fn put(server: &Server, name: &str, text: &str) -> (u16, Value) {
    let token = server.nexus.api_token().reveal();
    let request = server
        .bare(Method::PUT, &format!("/api/v1/runbooks/{name}"))
        .bearer_auth(token)
        .header("content-type", "application/toml")
        .body(text.to_owned());
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn with_a_node() -> (Server, Program) {
    let server = Server::start().await;
    let spore = spore_program(server.address(), "a", &[("SPORE_NODE_ID", "a")]);
    server.until_node("a", "online").await;
    (server, spore)
}

async fn until(server: &Server, run: &str, state: &str) -> Value {
    eventually(&format!("run {run} is {state}"), || async {
        let (_, body) = server.get(&format!("/api/v1/runs/{run}")).await;
        (body["run"]["state"] == state).then(|| body["run"].clone())
    })
    .await
}

#[tokio::test]
async fn a_runbook_is_written_read_back_and_versioned() {
    let server = Server::start().await;
    let (status, body) = put(&server, "greet", GREET).await;
    assert_eq!((status, &body["version"]), (201, &json!(1)), "{body}");
    let (status, body) = put(&server, "greet", &format!("# nothing new\n{GREET}")).await;
    assert_eq!((status, &body["version"]), (200, &json!(1)), "{body}");
    let (status, body) = put(&server, "greet", &GREET.replace("Say something", "Say it")).await;
    assert_eq!((status, &body["versions"]), (200, &json!([1, 2])), "{body}");

    let token = server.nexus.api_token().reveal();
    let old = server.bare(Method::GET, "/api/v1/runbooks/greet?version=1&format=toml");
    let text = old
        .bearer_auth(token)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(text.contains("Say something"), "{text}");
    let (status, body) = put(&server, "greet", &text).await;
    assert_eq!(
        (status, &body["version"]),
        (200, &json!(3)),
        "what is exported can be put back: {body}"
    );
    let (_, body) = server.get("/api/v1/runbooks").await;
    assert_eq!(body["runbooks"][0]["steps"], 3);

    let evil = GREET.replace("exit 3", "systemctl restart {{who}}");
    let (status, body) = put(&server, "greet", &evil).await;
    assert_eq!((status, &body["code"]), (422, &json!("invalid")));
    assert!(body["detail"].as_str().unwrap().contains("argv"), "{body}");
    let (status, body) = put(&server, "greet", &GREET.replace("title =", "titel =")).await;
    assert_eq!(
        (status, &body["context"]["line"]),
        (422, &json!(3)),
        "{body}"
    );
    let (status, _) = put(&server, "other", GREET).await;
    assert_eq!(status, 422);
    let (status, _) = server
        .call(Method::DELETE, "/api/v1/runbooks/greet", None)
        .await;
    assert_eq!(status, 200);
    let (status, _) = server.post("/api/v1/runbooks/greet/run", json!({})).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_run_goes_through_its_steps_and_forgets_its_secrets() {
    let (server, _spore) = with_a_node().await;
    put(&server, "greet", GREET).await;
    let (status, body) = server
        .post("/api/v1/runbooks/greet/run", json!({"parameters": {}}))
        .await;
    assert_eq!(status, 422, "{body}");
    let parameters = json!({"who": "$(reboot); `x` \"y\"", "password": "hunter2"});
    let (status, body) = server
        .post(
            "/api/v1/runbooks/greet/run",
            json!({"parameters": parameters}),
        )
        .await;
    assert_eq!(status, 202, "{body}");
    assert!(!body.to_string().contains("hunter2"));
    let id = body["run"]["id"].as_str().unwrap().to_owned();
    let run = until(&server, &id, "succeeded").await;
    let states: Vec<_> = run["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["state"].clone())
        .collect();
    assert_eq!(states, ["succeeded", "failed", "succeeded"]);
    let first = run["jobs"][0].as_str().unwrap();
    let (_, body) = server.get(&format!("/api/v1/jobs/{first}/targets")).await;
    let output = server
        .output(body["targets"][0]["execution_id"].as_str().unwrap())
        .await;
    assert!(
        output.starts_with("hello $(reboot); `x` \"y\" "),
        "{output}"
    );
    let (_, body) = server.get("/api/v1/runs").await;
    assert_eq!(body["runs"][0]["id"], json!(id));
    assert!(!body.to_string().contains("hunter2"), "{body}");
}

#[tokio::test]
async fn a_run_is_cancelled_with_the_job_of_its_step() {
    let (server, _spore) = with_a_node().await;
    let slow = GREET.replace("echo hello $1 $PASSWORD", "sleep 60");
    put(&server, "greet", &slow).await;
    let (_, body) = server
        .post(
            "/api/v1/runbooks/greet/run",
            json!({"parameters": {"who": "x"}}),
        )
        .await;
    let id = body["run"]["id"].as_str().unwrap().to_owned();
    eventually("its first step runs", || async {
        let (_, body) = server.get(&format!("/api/v1/runs/{id}")).await;
        let job = body["run"]["jobs"][0].as_str()?.to_owned();
        let (_, body) = server.get(&format!("/api/v1/jobs/{job}")).await;
        (body["job"]["counts"]["running"] == 1).then_some(())
    })
    .await;
    let (status, body) = server
        .post(&format!("/api/v1/runs/{id}/cancel"), json!({}))
        .await;
    assert_eq!(status, 202, "{body}");
    let run = until(&server, &id, "cancelled").await;
    assert_eq!(run["steps"][2]["state"], "skipped");
    let (status, _) = server
        .post(&format!("/api/v1/runs/{id}/cancel"), json!({}))
        .await;
    assert_eq!(status, 409);
}
