//! An instance that does not answer is named, and nobody waits for it. Not here: one that answers with nonsense, see `lies`.

use nexus::fleet::local;
use serde_json::json;
use system_tests::eventually;
use uuid::Uuid;

use super::{Three, know_each_other};
use crate::sharing::instance;

#[tokio::test]
async fn who_does_not_answer_is_named_in_time() {
    let swarm = Three::start().await;
    let (owner, asked) = (&swarm.owner, &swarm.asked);
    let run = owner.start_shell(&swarm.node, "echo kept", 20).await;
    owner.until_state(&run, "succeeded").await;
    let own = asked.start_shell(&swarm.node, "echo own", 20).await;
    asked.until_state(&own, "succeeded").await;
    let ids = [owner, asked].map(|server| server.nexus.instance().unwrap());
    swarm.engine.cut(ids[0], ids[1]);
    for path in ["", "/output"] {
        let (status, body) = asked.get(&format!("/api/v1/executions/{run}{path}")).await;
        let code = body["code"].as_str();
        assert_eq!((status, code), (503, Some("instance_away")), "{body}");
        let sentence = body["detail"].as_str().unwrap();
        assert!(sentence.contains("\"owner\""), "{sentence}");
    }
    let (status, _) = asked.get(&format!("/api/v1/executions/{own}")).await;
    assert_eq!(status, 200, "what is here needs nobody");
    let (status, listed) = asked.get("/api/v1/executions").await;
    assert_eq!(
        (status, listed["executions"][0]["id"].as_str()),
        (200, Some(own.as_str()))
    );
    assert_eq!(
        listed["executions"].as_array().unwrap().len(),
        1,
        "{listed}"
    );
    assert_eq!(listed["missing"][0]["name"], "owner", "{listed}");
    let told = asked.nexus(&["jobs"]).await.with(0);
    assert!(
        told.err.contains("\"owner\" did not answer"),
        "{}",
        told.err
    );
    let cancel = format!("/api/v1/executions/{run}/cancel");
    let (status, _) = asked.post(&cancel, json!({})).await;
    assert_eq!(status, 503);
    swarm.engine.mend(ids[0], ids[1]);
    asked.until_state(&run, "succeeded").await;
}

#[tokio::test]
async fn one_that_was_stopped_is_missed_until_it_is_back() {
    let engine = local::Engine::default();
    let (first, second) = (
        instance(&engine, "first").await,
        instance(&engine, "second").await,
    );
    know_each_other(&[&first, &second], 2).await;
    first.stop().await;
    eventually("it is told that it left", || async {
        let (_, body) = second.get("/api/v1/instances").await;
        (body["instances"][1]["state"] == "left").then_some(())
    })
    .await;
    let (_, listed) = second.get("/api/v1/jobs").await;
    assert_eq!(listed["missing"][0]["name"], "first", "{listed}");
    let (status, _) = second
        .get(&format!("/api/v1/jobs/{}", Uuid::new_v4()))
        .await;
    assert_eq!(status, 503);
}
