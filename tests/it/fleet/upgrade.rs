//! Instances of two versions in one swarm: what the older one does not understand, it leaves alone.

use axum::body::Bytes;
use futures_util::StreamExt;
use nexus::fleet::{Directory, FactKey, InstanceId, News, Put, Table, Through, local};
use serde_json::json;
use system_tests::{Server, a_moment, spore_program};
use uuid::Uuid;

/// What the directory holds about a node, and its revision.
async fn fact(directory: &dyn Directory, node: &str) -> (u64, Option<Bytes>) {
    let mut found = (0, None);
    let mut news = directory.watch().await.unwrap();
    while let Some(told) = news.next().await {
        match told {
            News::Fact {
                key,
                value,
                revision,
            } if key == member(node) => found = (revision, value),
            News::UpToDate => return found,
            News::Fact { .. }
            | News::Instance(_)
            | News::Left(_)
            | News::Held { .. }
            | News::Free { .. } => {}
        }
    }
    panic!("the watch ended");
}

fn member(node: &str) -> FactKey {
    FactKey {
        table: Table::Member,
        key: node.to_owned(),
    }
}

#[tokio::test]
async fn a_fact_that_only_a_newer_version_reads_takes_nobody_away() {
    let engine = local::Engine::default();
    let server = Server::start_with(|config| {
        config.fleet = Some(Through::Local(engine.clone()));
    })
    .await;
    let _spore = spore_program(server.address(), "old", &[]);
    let node = server.until_node("old", "online").await["node_id"].clone();
    let node = node.as_str().unwrap();
    let newer = engine.seat(InstanceId(Uuid::new_v4()));
    let revision = system_tests::eventually("it is told of", || async {
        let (revision, value) = fact(&newer, node).await;
        value.map(|_| revision)
    })
    .await;
    let unheard_of = json!({"moved_to": {"another": "form"}}).to_string();
    let key = member(node);
    let put = newer.put(&key, Some(unheard_of.clone().into()), revision);
    assert!(matches!(put.await.unwrap(), Put::Done(_)));
    a_moment().await;
    server.until_node("old", "online").await;
    let (status, body) = server.shell(node, "echo still", 20).await;
    assert_eq!(
        (status, &body["result"]),
        (200, &json!("still\n")),
        "{body}"
    );
    let (_, value) = fact(&newer, node).await;
    assert_eq!(value, Some(unheard_of.into()), "nor is it written over");
}
