//! The programs themselves: what they print, how they refuse, how they stop.

use serde_json::json;
use system_tests::{Peer, Program, TOKEN, eventually, hello, listening, nexus_program};
use tempfile::TempDir;

async fn fails(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let data = TempDir::new().unwrap();
    let output = nexus_program(data.path(), arguments, environment)
        .output()
        .await
        .unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn a_wrong_set_up_is_refused_with_all_its_problems() {
    let said = fails(&["serve"], &[("NEXUS_TLS_CERT", "/some/where.pem")]).await;
    assert!(said.contains("belong together"), "{said}");
    let said = fails(
        &["serve"],
        &[("NEXUS_PORT", "many"), ("NEXUS_SHARED_TOKN", "x")],
    )
    .await;
    assert!(
        said.contains("NEXUS_PORT") && said.contains("NEXUS_SHARED_TOKN"),
        "{said}"
    );
    let said = fails(&["serve"], &[("NEXUS_FLEET_KEY", "nxf_00")]).await;
    assert!(
        said.contains("NEXUS_FLEET_KEY is set without NEXUS_FLEET_URL"),
        "{said}"
    );
    let said = fails(&["serve", "--config", "/does/not/exist.toml"], &[]).await;
    assert!(said.contains("/does/not/exist.toml"), "{said}");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = fails(&["serve", "--port", &port], &[]).await;
    assert!(said.contains(&port) && said.contains("taken"), "{said}");
}

#[tokio::test]
async fn the_token_is_made_once_and_shown_again() {
    let data = TempDir::new().unwrap();
    let show = async |arguments: &[&str]| {
        let output = nexus_program(data.path(), arguments, &[])
            .output()
            .await
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let token = show(&["token"]).await;
    assert!(
        token.starts_with("nxs_") && token.trim().len() == 68,
        "{token}"
    );
    assert_eq!(show(&["token"]).await, token);
    assert_ne!(
        show(&["token", "--new"]).await,
        show(&["token", "--new"]).await
    );
    assert_ne!(show(&["token", "--spore"]).await, token);
}

#[tokio::test]
async fn it_stops_in_order_and_says_goodbye() {
    let home = TempDir::new().unwrap();
    let command = nexus_program(
        &home.path().join("data"),
        &["serve", "--port", "0"],
        &[("NEXUS_SHARED_TOKEN", TOKEN)],
    );
    let mut nexus = Program::start(command, home);
    let address = listening(nexus.stderr()).await;
    let mut peer = Peer::join(address, &hello("a")).await;
    let token = std::fs::read_to_string(nexus.home.path().join("data/api-token")).unwrap();
    eventually("it joins", || async {
        let list = reqwest::Client::new()
            .get(format!("http://{address}/api/v1/nodes"))
            .bearer_auth(token.trim());
        let body: serde_json::Value = list.send().await.unwrap().json().await.unwrap();
        (body["count"] == json!(1)).then_some(())
    })
    .await;
    nexus.signal("TERM").await;
    assert_eq!(peer.end().await.0, 1001);
    assert_eq!(nexus.end().await, Some(0));
}

#[tokio::test]
async fn with_a_local_spore_it_is_its_own_first_node_and_the_fallback() {
    let home = TempDir::new().unwrap();
    let environment = [
        ("NEXUS_SHARED_TOKEN", TOKEN),
        ("NEXUS_LOCAL_FALLBACK", "true"),
        ("NEXUS_OPEN_API", "loopback"),
    ];
    let command = nexus_program(
        &home.path().join("data"),
        &["serve", "--port", "0", "--local-spore"],
        &environment,
    );
    let mut nexus = Program::start(command, home);
    let address = listening(nexus.stderr()).await;
    let client = reqwest::Client::new();
    let body = json!({"skill_name": "ShellSkill", "method_name": "run", "parameters": {"command": "echo local"},
        "node_preference": {"tag": "nobody-has-it"}});
    let answer = eventually("the fallback runs it", || async {
        let answer = client
            .post(format!("http://{address}/api/v1/dispatch"))
            .json(&body)
            .send()
            .await
            .unwrap();
        answer.status().is_success().then_some(answer)
    })
    .await;
    let answer: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(
        (&answer["result"], &answer["placement"]["fallback"]),
        (&json!("local\n"), &json!(true)),
        "{answer}"
    );
    let marker = format!("{}", uuid::Uuid::new_v4().as_u128() % 1_000_000 + 100_000);
    let sleep = json!({"skill_name": "ShellSkill", "method_name": "run", "parameters": {"command": format!("sleep {marker}")},
        "timeout": 600});
    let sleeping = tokio::spawn(
        client
            .post(format!("http://{address}/api/v1/dispatch"))
            .json(&sleep)
            .send(),
    );
    let runs = async || {
        let found = tokio::process::Command::new("pgrep")
            .args(["-f", &format!("^sleep {marker}")])
            .output()
            .await;
        found.unwrap().status.success()
    };
    eventually("it sleeps", || async { runs().await.then_some(()) }).await;
    nexus.signal("TERM").await;
    assert_eq!(nexus.end().await, Some(0));
    assert!(!runs().await, "what it started ends with it");
    drop(sleeping.await);
}
