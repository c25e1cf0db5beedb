//! Jobs with real spores and real processes: the truth of each target, output folded together, waves, and nodes that are away.
//! Not here: stopping, see `stop`; a Nexus that goes and comes back, see `restarts`; who may see a job, see `rights`.

mod restarts;
mod rights;
mod stop;

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Program, Server, a_moment, eventually, spore_in, spore_program};

/// Asks for a shell command on all nodes; the job.
async fn ask(server: &Server, command: &str, more: Value) -> Value {
    let (status, body) = server.post("/api/v1/jobs", shell(command, more)).await;
    assert_eq!(status, 202, "{body}");
    body["job"].clone()
}

fn shell(command: &str, more: Value) -> Value {
    let mut body = json!({"target": "*", "skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": command}, "timeout": 60});
    let fields = body.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    body
}

async fn until_over(server: &Server, job: &Value) -> Value {
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    eventually("the job is over", || async {
        let (_, body) = server.get(&path).await;
        body["job"]["finished_at"]
            .is_string()
            .then(|| body["job"].clone())
    })
    .await
}

async fn targets(server: &Server, job: &Value) -> Vec<Value> {
    let path = format!("/api/v1/jobs/{}/targets", job["id"].as_str().unwrap());
    server.get(&path).await.1["targets"]
        .as_array()
        .unwrap()
        .clone()
}

async fn three(server: &Server) -> Vec<Program> {
    let spores: Vec<_> = ["a", "b", "c"]
        .into_iter()
        .map(|name| spore_program(server.address(), name, &[]))
        .collect();
    for name in ["a", "b", "c"] {
        server.until_node(name, "online").await;
    }
    spores
}

#[tokio::test]
async fn one_call_for_many_with_the_odd_one_first() {
    let server = Server::start().await;
    let _spores = three(&server).await;
    let (status, body) = server.post("/api/v1/jobs", shell("true", json!({}))).await;
    assert_eq!(
        (status, &body["code"]),
        (409, &json!("confirm_count")),
        "{body}"
    );
    let command = "[ $(cat name) = b ] && { echo odd; exit 3; }; echo same";
    // Each spore's workspace has its name in it.
    for name in ["a", "b", "c"] {
        let node = server.until_node(name, "online").await;
        let body = json!({"skill_name": "FileSkill", "method_name": "write_file",
            "parameters": {"path": "name", "content": name}});
        let path = format!(
            "/api/v1/nodes/{}/execute",
            node["node_id"].as_str().unwrap()
        );
        let (status, body) = server.post(&path, body).await;
        assert_eq!((status, &body["success"]), (200, &json!(true)), "{body}");
    }
    let job = ask(
        &server,
        command,
        json!({"confirm_count": 3, "label": "sweep"}),
    )
    .await;
    let over = until_over(&server, &job).await;
    assert_eq!(over["state"], "failed", "{over}");
    assert_eq!(
        (&over["counts"]["succeeded"], &over["counts"]["failed"]),
        (&json!(2), &json!(1))
    );
    let id = job["id"].as_str().unwrap();
    let (_, body) = server.get(&format!("/api/v1/jobs/{id}/groups")).await;
    let groups = body["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 2, "{body}");
    assert_eq!(
        (&groups[0]["exit_code"], &groups[0]["nodes"][0]["node_name"]),
        (&json!(3), &json!("b"))
    );
    assert_eq!(
        (&groups[1]["majority"], &groups[1]["text"]),
        (&json!(true), &json!("same\n"))
    );
    assert!(
        groups[0]["diff"].as_str().unwrap().contains("+odd"),
        "{body}"
    );
    let (_, body) = server.get(&format!("/api/v1/jobs/{id}/search?q=odd")).await;
    assert_eq!(
        (
            body["hits"].as_array().unwrap().len(),
            &body["hits"][0]["text"]
        ),
        (1, &json!("odd"))
    );
    // Once more for the one that failed, and for nobody else.
    let (status, body) = server
        .post(&format!("/api/v1/jobs/{id}/rerun"), json!({}))
        .await;
    assert_eq!((status, &body["job"]["total"]), (202, &json!(1)), "{body}");
    assert_eq!(body["job"]["origin"]["kind"], "rerun");
    until_over(&server, &body["job"]).await;
}

#[tokio::test]
async fn a_follower_sees_everything_and_the_end() {
    let server = Server::start().await;
    let _spores = three(&server).await;
    let job = ask(
        &server,
        "for i in 1 2 3; do echo $i; sleep 0.2; done",
        json!({"confirm_count": 3}),
    )
    .await;
    let path = format!("/api/v1/jobs/{}/follow", job["id"].as_str().unwrap());
    let token = server.nexus.api_token().reveal().to_owned();
    let answer = server
        .bare(Method::GET, &path)
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    let text = tokio::time::timeout(system_tests::PATIENCE, answer.text())
        .await
        .unwrap()
        .unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.first().unwrap()["job"]["state"], "running");
    assert_eq!(lines.last().unwrap()["job"]["state"], "succeeded");
    let mut written: BTreeMap<&str, String> = BTreeMap::new();
    for line in &lines {
        if let Some(text) = line["output"]["text"].as_str() {
            *written
                .entry(line["output"]["node_name"].as_str().unwrap())
                .or_default() += text;
        }
    }
    assert_eq!(written.len(), 3);
    assert!(
        written.values().all(|text| text == "1\n2\n3\n"),
        "{written:?}"
    );
    let (_, all) = server
        .get(&format!(
            "/api/v1/jobs/{}/targets",
            job["id"].as_str().unwrap()
        ))
        .await;
    let execution = all["targets"][0]["execution_id"].as_str().unwrap();
    let raw = server
        .bare(
            Method::GET,
            &format!("/api/v1/executions/{execution}/download"),
        )
        .bearer_auth(&token);
    assert_eq!(raw.send().await.unwrap().text().await.unwrap(), "1\n2\n3\n");
}

#[tokio::test]
async fn a_node_that_is_away_gets_its_turn_when_it_is_back() {
    let server = Server::start().await;
    let mut spores = three(&server).await;
    let away = spores.pop().unwrap();
    away.signal("TERM").await;
    server.until_node("c", "offline").await;
    let skipping = ask(&server, "true", json!({"confirm_count": 3})).await;
    let over = until_over(&server, &skipping).await;
    assert_eq!(
        (&over["state"], &over["counts"]["skipped"]),
        (&json!("succeeded"), &json!(1))
    );
    let waiting = ask(
        &server,
        "true",
        json!({"confirm_count": 3, "offline": "wait"}),
    )
    .await;
    eventually("two are done", || async {
        let (_, body) = server
            .get(&format!("/api/v1/jobs/{}", waiting["id"].as_str().unwrap()))
            .await;
        (body["job"]["counts"]["succeeded"] == 2).then_some(())
    })
    .await;
    let mut away = away;
    away.end().await;
    let _back = spore_in(away.home, server.address(), "c", &[]);
    let over = until_over(&server, &waiting).await;
    assert_eq!(over["counts"]["succeeded"], 3, "{over}");
}

#[tokio::test]
async fn waves_wait_for_a_person_and_nothing_runs_before() {
    let server = Server::start().await;
    let _spores = three(&server).await;
    let more = json!({"confirm_count": 3, "waves": {"canary": 1, "steps": [], "gate": "ask"}});
    let job = ask(&server, "echo wave", more).await;
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    eventually("the canary is over", || async {
        let (_, body) = server.get(&path).await;
        (body["job"]["at_gate"] == true).then_some(())
    })
    .await;
    a_moment().await;
    let begun = targets(&server, &job)
        .await
        .iter()
        .filter(|one| one["attempts"] == 1)
        .count();
    assert_eq!(begun, 1);
    let (status, body) = server.post(&format!("{path}/resume"), json!({})).await;
    assert_eq!(status, 202, "{body}");
    assert_eq!(until_over(&server, &job).await["counts"]["succeeded"], 3);
}

#[tokio::test]
async fn a_query_that_does_not_fit_says_what_is_wrong() {
    let server = Server::start().await;
    for path in [
        "/api/v1/jobs?limit=many",
        "/api/v1/jobs?state=lost",
        "/api/v1/executions?limit=-1",
        "/api/v1/targets/complete?text=a&at=x",
    ] {
        let (status, body) = server.get(path).await;
        let told = (status, &body["code"], body["detail"].is_string());
        assert_eq!(told, (422, &json!("invalid"), true), "{path}: {body}");
    }
}
