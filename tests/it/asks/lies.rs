//! An instance that talks nonsense, or without an end: it is not believed, and what is here goes on. Not here: one that says
//! nothing, see `away`; nonsense in what all share, see `sharing_nonsense`.

use std::time::Duration;

use axum::body::Bytes;
use futures_util::StreamExt;
use nexus::fleet::{Bus, Card, Directory, InstanceId, local};
use serde_json::{Value, json};
use uuid::Uuid;

use super::know_each_other;
use crate::sharing::instance;

/// A member of the swarm that answers every question with this.
async fn liar(engine: &local::Engine, answer: fn() -> Bytes) {
    let id = InstanceId(Uuid::new_v4());
    let seat = engine.seat(id);
    let card = Card {
        id,
        name: "liar".into(),
        addresses: Vec::new(),
        version: "0".into(),
        life: Uuid::new_v4(),
        sessions: 0,
        watches: false,
        posts: false,
        beat: 0,
        audit: None,
    };
    let mut heard = seat.listen().await.unwrap();
    tokio::spawn(async move {
        while let Some(inbound) = heard.next().await {
            if let Some(reply) = inbound.answer {
                reply(answer()).await;
            }
        }
    });
    tokio::spawn(async move {
        while seat.beat(&card).await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
}

#[tokio::test]
async fn an_instance_that_talks_nonsense_is_not_believed() {
    let lies: [fn() -> Bytes; 7] = [
        || Bytes::from_static(b"not JSON"),
        || Bytes::from_static(b"{\"reply\":\"told\"}"),
        || Bytes::from_static(b"{\"reply\":\"told\",\"told\":{\"id\":7}}"),
        || Bytes::from_static(b"{\"reply\":\"told\",\"told\":{\"rows\":[1,2,3],\"more\":true}}"),
        || Bytes::from_static(b"{\"reply\":\"done\"}"),
        || vec![b'['; 1_000_000].into(),
        other_execution,
    ];
    for lie in lies {
        let engine = local::Engine::default();
        let here = instance(&engine, "here").await;
        liar(&engine, lie).await;
        know_each_other(&[&here], 2).await;
        let wanted = Uuid::new_v4();
        let (status, body) = here.get(&format!("/api/v1/executions/{wanted}")).await;
        assert!([404, 503].contains(&status), "{status} {body}");
        let (status, body) = here
            .get(&format!("/api/v1/executions/{wanted}/output"))
            .await;
        assert!([200, 503].contains(&status), "{status} {body}");
        assert_eq!(
            body.get("chunks").unwrap_or(&json!([])),
            &json!([]),
            "{body}"
        );
        for list in ["executions", "jobs"] {
            let (status, body) = here.get(&format!("/api/v1/{list}?limit=50")).await;
            assert_eq!((status, &body[list]), (200, &json!([])), "{body}");
        }
        let (status, _) = here.get(&format!("/api/v1/jobs/{wanted}/targets")).await;
        assert!([404, 503].contains(&status), "{status}");
    }
}

/// A whole execution, but not one that anybody asked for.
fn other_execution() -> Bytes {
    let at = json!({"secs_since_epoch": 1_700_000_000, "nanos_since_epoch": 0});
    let told = json!({"id": Uuid::nil(), "node_id": "far", "node_name": "far", "skill": "S", "method": "m", "summary": "",
        "state": "succeeded", "submitted_at": at, "output_bytes": 0, "output_gap": false});
    let reply = json!({"reply": "told", "told": told});
    reply.to_string().into()
}

/// The same execution again and again, and always more of it.
fn endless_list() -> Bytes {
    let one: Value = serde_json::from_slice(&other_execution()).unwrap();
    let rows = vec![one["told"].clone(); 100];
    json!({"reply": "told", "told": {"rows": rows, "more": true}})
        .to_string()
        .into()
}

#[tokio::test]
async fn a_list_without_an_end_has_one_here() {
    let engine = local::Engine::default();
    let here = instance(&engine, "here").await;
    liar(&engine, endless_list).await;
    know_each_other(&[&here], 2).await;
    let (status, body) = here.get("/api/v1/executions?limit=1000").await;
    let listed = body["executions"].as_array().unwrap().len();
    assert_eq!((status, listed), (200, 1), "each once: {body}");
}
