//! Jobs with real spores and real processes: the truth of each target, output folded together, stopped for sure, and a Nexus
//! that is killed in the middle of all of it.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{
    Program, Server, TOKEN, a_moment, eventually, listening, nexus_program, spore_in, spore_program,
};
use tempfile::TempDir;

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

/// A Nexus as a program of its own on a fixed port, so that it can be killed and started again.
async fn nexus_on(data: &TempDir, port: u16) -> Program {
    let port = port.to_string();
    let environment = [
        ("NEXUS_SHARED_TOKEN", TOKEN),
        ("NEXUS_PORT", &port),
        ("NEXUS_HOST", "127.0.0.1"),
    ];
    let command = nexus_program(data.path(), &["serve"], &environment);
    let mut nexus = Program::start(command, TempDir::new().unwrap());
    listening(nexus.stderr()).await;
    nexus
}

async fn get(data: &TempDir, port: u16, path: &str) -> Option<Value> {
    let token = std::fs::read_to_string(data.path().join("api-token")).ok()?;
    let request = reqwest::Client::new()
        .get(format!("http://127.0.0.1:{port}{path}"))
        .bearer_auth(token.trim());
    request.send().await.ok()?.json().await.ok()
}

/// Asks for a job; its id, if it was accepted.
async fn submit(data: &TempDir, port: u16, body: &Value) -> Option<String> {
    let token = std::fs::read_to_string(data.path().join("api-token")).ok()?;
    let request = reqwest::Client::new()
        .post(format!("http://127.0.0.1:{port}/api/v1/jobs"))
        .bearer_auth(token.trim())
        .json(body);
    let answer = request.send().await.ok()?;
    if answer.status() != 202 {
        return None;
    }
    let body: Value = answer.json().await.ok()?;
    Some(body["job"]["id"].as_str()?.to_owned())
}

#[tokio::test]
async fn a_nexus_that_is_killed_again_and_again_loses_no_job_and_runs_none_twice() {
    let data = TempDir::new().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut nexus = nexus_on(&data, port).await;
    let address = format!("127.0.0.1:{port}").parse().unwrap();
    let spores: Vec<_> = ["a", "b", "c"]
        .map(|name| spore_program(address, name, &[]))
        .into();
    eventually("all are online", || async {
        let body = get(&data, port, "/api/v1/nodes?online_only=true").await?;
        (body["count"] == 3).then_some(())
    })
    .await;
    let mut accepted = Vec::new();
    for round in 0..4_u64 {
        for number in 0..4 {
            // Each run leaves a line, so that one that runs twice leaves two.
            let command = format!(
                "echo ran >> marks-{round}-{number}; sleep 0.{}",
                (round + number) % 5
            );
            let body = shell(&command, json!({"confirm_count": 3, "offline": "wait"}));
            if let Some(id) = submit(&data, port, &body).await {
                accepted.push((id, format!("marks-{round}-{number}")));
            }
        }
        tokio::time::sleep(Duration::from_millis(40 + 90 * round)).await;
        nexus.signal("KILL").await;
        nexus.end().await;
        nexus = nexus_on(&data, port).await;
    }
    for (id, marks) in &accepted {
        let job = eventually("an accepted job is over", || async {
            let body = get(&data, port, &format!("/api/v1/jobs/{id}")).await?;
            body["job"]["finished_at"]
                .is_string()
                .then(|| body["job"].clone())
        })
        .await;
        let counts = &job["counts"];
        let known = counts["succeeded"].as_u64().unwrap() + counts["unknown"].as_u64().unwrap();
        assert_eq!(known, 3, "{job}");
        let mut ran = 0;
        for spore in &spores {
            let path = spore.home.path().join("workspace").join(marks);
            let lines = std::fs::read_to_string(path)
                .unwrap_or_default()
                .lines()
                .count();
            assert!(lines <= 1, "it ran twice: {job}");
            ran += lines as u64;
        }
        assert!(
            ran >= counts["succeeded"].as_u64().unwrap(),
            "said to have succeeded: {job}"
        );
    }
    assert!(accepted.len() >= 8, "{} were accepted", accepted.len());
}

#[tokio::test]
async fn the_swarm_outlives_an_orderly_restart_with_its_queue() {
    let server = Server::start().await;
    let spore = spore_program(server.address(), "a", &[]);
    server.until_node("a", "online").await;
    drop(spore);
    server.until_node("a", "offline").await;
    let job = ask(
        &server,
        "echo still here",
        json!({"offline": "wait", "dedupe_key": "once"}),
    )
    .await;
    let data = server.stop().await;
    let mut config = nexus::Config::new(data.path().to_owned());
    config.port = 0;
    let nexus = nexus::start(config).await.unwrap();
    let id: uuid::Uuid = job["id"].as_str().unwrap().parse().unwrap();
    let found = nexus.handle().job(id).await.unwrap().unwrap();
    assert_eq!((found.state.word(), found.tally.waiting), ("running", 1));
    nexus.shutdown(Duration::from_secs(2)).await;
}

#[tokio::test]
async fn a_limited_token_reaches_its_own_nodes_and_sees_its_own_jobs() {
    use nexus::access::{Caller, NewToken, Role};
    let server = Server::start().await;
    let _spores = three(&server).await;
    let new = NewToken {
        name: "limited".into(),
        role: Role::Operator,
        nodes: "a".into(),
        calls: vec!["ShellSkill.run".into()],
        ttl_seconds: 600,
    };
    let (secret, _) = server
        .nexus
        .tokens()
        .create(new, &Caller::local())
        .await
        .unwrap();
    let call = async |method: Method, path: &str, body: Option<Value>| {
        let request = server.bare(method, path).bearer_auth(secret.reveal());
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        (
            answer.status().as_u16(),
            answer.json::<Value>().await.unwrap(),
        )
    };
    let others = ask(&server, "echo others", json!({"confirm_count": 3})).await;
    let (status, body) = call(
        Method::POST,
        "/api/v1/jobs",
        Some(shell("echo own", json!({}))),
    )
    .await;
    assert_eq!(
        (status, &body["job"]["total"]),
        (202, &json!(1)),
        "everybody is whom it reaches: {body}"
    );
    let (_, listed) = call(Method::GET, "/api/v1/jobs", None).await;
    let listed = listed["jobs"].as_array().unwrap().clone();
    assert!(
        listed.iter().all(|job| job["asker"]["name"] == "limited") && listed.len() == 1,
        "{listed:?}"
    );
    let path = format!("/api/v1/jobs/{}", others["id"].as_str().unwrap());
    for path in [
        path.clone(),
        format!("{path}/targets"),
        format!("{path}/groups"),
        format!("{path}/follow"),
    ] {
        assert_eq!(call(Method::GET, &path, None).await.0, 404, "{path}");
    }
    assert_eq!(
        call(Method::POST, &format!("{path}/cancel"), None).await.0,
        404
    );
    assert_eq!(
        call(Method::POST, "/api/v1/stop", Some(json!({}))).await.0,
        403
    );
    until_over(&server, &others).await;
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
