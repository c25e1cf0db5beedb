//! The prototype's own habits: its demo's requests, its port, its serial spore.

use serde_json::json;
use system_tests::{Peer, Server, a_moment, hello};

#[tokio::test]
async fn its_demo_finds_what_it_needs_without_a_token() {
    let server = Server::start_with(|config| {
        config.open_api = true;
        config.prototype_health = true;
    })
    .await;
    let mut spore = Peer::join(server.address(), &hello("spore-1")).await;
    server.until_node("spore-1", "online").await;
    let get = async |path: &str| {
        let answer = server
            .bare(reqwest::Method::GET, path)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        answer.json::<serde_json::Value>().await.unwrap()
    };
    assert_eq!(get("/healthz").await["status"], json!("ok"));
    let node = get("/api/v1/nodes").await["nodes"][0].clone();
    for number in ["cpu_usage", "memory_usage", "active_tasks"] {
        assert!(node[number].is_number(), "{number}");
    }
    let order = async {
        let order = spore.hear().await;
        for field in [
            "request_id",
            "node_id",
            "skill_name",
            "method_name",
            "parameters",
            "timeout",
            "timestamp",
            "message_type",
        ] {
            assert!(!order["payload"][field].is_null(), "{field}: {order}");
        }
        spore
            .respond(&order, json!("✅ Zapisano plik: demo_test.txt"))
            .await;
        a_moment().await;
    };
    let request = server.bare(reqwest::Method::POST, "/api/v1/nodes/spore-1/execute").json(&json!({"skill_name": "FileSkill",
        "method_name": "write_file", "parameters": {"path": "demo_test.txt", "content": "x"}, "timeout": 30}));
    let (answer, ()) = tokio::join!(request.send(), order);
    let body: serde_json::Value = answer.unwrap().json().await.unwrap();
    assert_eq!(
        (&body["success"], &body["result"]),
        (&json!(true), &json!("✅ Zapisano plik: demo_test.txt"))
    );
}

#[tokio::test]
async fn its_serial_spore_is_never_drowned() {
    let server = Server::start().await;
    let mut spore = Peer::join(server.address(), &hello("serial")).await;
    server.until_node("serial", "online").await;
    let work = async {
        for number in 0..30 {
            let order = spore.hear().await;
            assert_eq!(order["message_type"], json!("EXECUTE_SKILL"));
            // Nothing else may be on its way while this one is not answered.
            let second =
                tokio::time::timeout(std::time::Duration::from_millis(5), spore.hear()).await;
            assert!(
                second.is_err(),
                "a second order before the first was answered"
            );
            spore.respond(&order, json!(number)).await;
        }
        a_moment().await;
    };
    let asked = (0..30).map(|_| server.shell("serial", "x", 60));
    let (answers, ()) = tokio::join!(futures_util::future::join_all(asked), work);
    assert!(answers.iter().all(|(status, _)| *status == 200));
}
