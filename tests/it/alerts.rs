//! Alerts through the doors: they fire, are taken and muted, survive a restart, and are counted.

use nexus::access::Role;
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Peer, Server, eventually, hello_v2, spore_program};

async fn fires(server: &Server, kind: &str) -> Value {
    eventually("it fires", || async {
        let (_, board) = server.get("/api/v1/alerts/causes").await;
        let causes = board["causes"].as_array()?.clone();
        causes
            .into_iter()
            .find(|cause| cause["condition"]["kind"] == kind)
    })
    .await
}

async fn away_at_once(server: &Server) {
    let rule = json!({"name": "gone", "condition": {"kind": "offline"}, "severity": "critical"});
    let (status, made) = server.post("/api/v1/alert-rules", rule).await;
    assert_eq!(status, 201, "{made}");
}

#[tokio::test]
async fn a_node_that_is_lost_fires_is_taken_muted_and_over_when_it_is_back() {
    let server = Server::start().await;
    away_at_once(&server).await;
    let mut peer = Peer::join(server.address(), &hello_v2("n")).await;
    peer.hear_type("WELCOME").await;
    server.until_node("n", "online").await;
    drop(peer);
    let cause = fires(&server, "offline").await;
    assert_eq!(cause["severity"], "critical");
    assert_eq!(cause["node_ids"], json!(["n"]));
    let key = cause["key"].clone();

    let (status, taken) = server
        .post("/api/v1/alerts/own", json!({"cause": key}))
        .await;
    assert_eq!((status, &taken["alerts"]), (200, &json!(1)), "{taken}");
    let (_, list) = server.get("/api/v1/alerts?node=n").await;
    assert_eq!(list["total"], 1);
    let alert = &list["alerts"][0];
    assert_eq!((&alert["owner"], &alert["cause"]), (&json!("local"), &key));
    assert_eq!(alert["history"][1]["what"], "owned");
    let one = format!("/api/v1/alerts/{}", alert["id"].as_str().unwrap());
    assert_eq!(server.get(&one).await.0, 200);

    let mute = json!({"cause": key, "seconds": 3600, "reason": "moving house"});
    assert_eq!(server.post("/api/v1/alerts/mute", mute).await.0, 200);
    assert_eq!(server.get("/api/v1/alerts").await.1["total"], 0);
    assert_eq!(server.get("/api/v1/alerts?state=muted").await.1["total"], 1);
    let token = server.nexus.api_token().reveal();
    let figures = server.bare(Method::GET, "/metrics").bearer_auth(token);
    let figures = figures.send().await.unwrap().text().await.unwrap();
    assert!(figures.contains("nexus_alerts_muted 1"), "{figures}");
    assert!(figures.contains("nexus_alerts_firing{severity=\"critical\"} 0"));

    let mut peer = Peer::join(server.address(), &hello_v2("n")).await;
    peer.hear_type("WELCOME").await;
    eventually("it is over", || async {
        // Heard of, so that it is not lost again.
        let (_, list) = server.get("/api/v1/alerts?state=resolved&node=n").await;
        (list["total"].as_u64()? > 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_in_words() {
    let server = Server::start().await;
    let far =
        json!({"rule": "00000000-0000-0000-0000-000000000001", "seconds": 99_999_999_999_u64});
    let asks = [
        ("own", json!({"cause": "nothing"}), 404),
        ("own", json!({}), 422),
        ("own", json!({"alert": "x"}), 404),
        (
            "acknowledge",
            json!({"rule": "00000000-0000-0000-0000-000000000001"}),
            422,
        ),
        ("mute", far, 422),
        ("mute", json!({"cause": "x"}), 422),
        ("mute", json!({"cause": "x", "until": "tomorrow"}), 422),
        (
            "unmute",
            json!({"rule": "00000000-0000-0000-0000-000000000001"}),
            404,
        ),
    ];
    for (what, body, wanted) in asks {
        let (status, answer) = server
            .post(&format!("/api/v1/alerts/{what}"), body.clone())
            .await;
        assert_eq!(status, wanted, "{what} {body} {answer}");
        assert!(
            answer["detail"].as_str().is_some_and(|why| why.len() > 20),
            "{answer}"
        );
    }
    let rules = [
        json!({"name": "x", "condition": {"kind": "cpu", "above": 0}}),
        json!({"name": "x", "condition": {"kind": "nonsense"}}),
        json!({"name": "x", "condition": {"kind": "cpu", "above": 90, "more": 1}}),
        json!({"name": "x", "condition": {"kind": "offline"}, "nodes": ""}),
        json!({"name": "x", "condition": {"kind": "offline"}, "nodes": "@nobody"}),
    ];
    for rule in rules {
        let (status, answer) = server.post("/api/v1/alert-rules", rule.clone()).await;
        assert_eq!(status, 422, "{rule} {answer}");
    }
    let unknown = format!("/api/v1/alert-rules/{}", uuid::Uuid::new_v4());
    let rule = json!({"name": "x", "condition": {"kind": "offline"}});
    assert_eq!(server.call(Method::PUT, &unknown, Some(rule)).await.0, 404);
}

#[tokio::test]
async fn whoever_is_limited_hears_of_his_own_nodes_alone() {
    let server = Server::start().await;
    away_at_once(&server).await;
    for name in ["inside", "outside"] {
        let mut peer = Peer::join(server.address(), &hello_v2(name)).await;
        peer.hear_type("WELCOME").await;
        server.until_node(name, "online").await;
    }
    eventually("both fire", || async {
        let (_, list) = server.get("/api/v1/alerts").await;
        (list["total"] == 2).then_some(())
    })
    .await;
    let (_, secret) = server
        .token("limited", Role::Viewer, "id:inside", &["*"])
        .await;
    let get = async |path: &str| server.call_as(&secret, Method::GET, path, None).await.1;
    let list = get("/api/v1/alerts?state=all").await;
    assert_eq!(list["total"], 1, "{list}");
    let board = get("/api/v1/alerts/causes").await;
    assert!(!board.to_string().contains("outside"), "{board}");
    let rules = get("/api/v1/alert-rules").await;
    assert_eq!(rules["rules"][0]["nodes"], Value::Null);
    let outside = server.get("/api/v1/alerts?node=outside").await.1["alerts"][0]["id"].clone();
    let hidden = get(&format!("/api/v1/alerts/{}", outside.as_str().unwrap())).await;
    assert_eq!(hidden["status"], 404);
}

#[tokio::test]
async fn a_failed_job_fires_with_its_nodes_until_somebody_has_seen_it() {
    let server = Server::start().await;
    let _spore = spore_program(server.address(), "one", &[("SPORE_NODE_ID", "one")]);
    server.until_node("one", "online").await;
    let job = json!({"node_ids": ["one"], "label": "nightly", "skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": "exit 3"}});
    let (status, made) = server.post("/api/v1/jobs", job).await;
    assert!(status < 300, "{made}");
    let cause = fires(&server, "job_failed").await;
    assert_eq!(cause["subject"]["name"], "nightly");
    assert_eq!(cause["node_ids"], json!(["one"]));
    let seen = json!({"cause": cause["key"]});
    assert_eq!(server.post("/api/v1/alerts/acknowledge", seen).await.0, 200);
    let (_, board) = server.get("/api/v1/alerts/causes").await;
    assert!(!board.to_string().contains("job_failed"), "{board}");
}
