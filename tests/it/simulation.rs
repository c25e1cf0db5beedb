//! A simulated fleet: the real protocol over real sockets.

use nexus::simulate::{self, Fleet};
use serde_json::json;
use system_tests::{Server, TOKEN, eventually};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn three_hundred_connect_work_and_leave() {
    let server = Server::start_with(|config| config.in_memory = true).await;
    let stop = CancellationToken::new();
    let fleet = Fleet {
        spores: 300,
        address: server.address().to_string(),
        token: TOKEN.to_owned(),
        at_once: 64,
        seed: 7,
        heartbeat: None,
    };
    let simulation = simulate::start(fleet, stop.clone());
    tokio::time::timeout(system_tests::PATIENCE, simulation.all_connected())
        .await
        .unwrap();
    let (_, all) = server.get("/api/v1/nodes").await;
    assert_eq!(all["online_count"], json!(300));
    let (_, echo) = server.shell("sim-7-299", "echo hello", 10).await;
    assert_eq!(echo["result"], json!("hello\n"));
    let body = json!({"node_id": "sim-7-1", "skill_name": "SimSkill", "method_name": "count", "parameters": {"lines": 1000, "every_ms": 50}});
    let id = server.post("/api/v1/executions", body).await.1["id"]
        .as_str()
        .unwrap()
        .to_owned();
    eventually("it counts", || async {
        server.output(&id).await.contains("line 2").then_some(())
    })
    .await;
    server
        .post(&format!("/api/v1/executions/{id}/cancel"), json!({}))
        .await;
    server.until_state(&id, "cancelled").await;
    stop.cancel();
    simulation.ended().await;
    eventually("all left", || async {
        (server.get("/api/v1/nodes?online_only=1").await.1["count"] == json!(0)).then_some(())
    })
    .await;
}
