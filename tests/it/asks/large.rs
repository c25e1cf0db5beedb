//! What does not fit into one letter between two instances: a large result, a long list, pages of a long output. Not here: what is
//! large on its way to a node and back, see `instances/large.rs`.

use std::time::Duration;

use futures_util::StreamExt;
use nexus::fleet::{Through, local};
use nexus::simulate::{self, Fleet};
use serde_json::{Value, json};
use system_tests::{Server, TOKEN, eventually, spore_program};
use tokio_util::sync::CancellationToken;

use super::Three;
use crate::sharing::instance;

#[tokio::test]
async fn a_result_that_is_larger_than_a_letter_comes_whole() {
    let Three {
        engine,
        owner,
        asked,
        holder: _holder,
        node,
        _spore,
    } = Three::start().await;
    // Every byte of it doubles when it is written as JSON, and again when that is told.
    let command =
        r#"i=0; while [ $i -lt 20000 ]; do printf '%s' '"\"\"\"\"\"\"'; i=$((i+1)); done"#;
    let (status, own) = owner.shell(&node, command, 60).await;
    assert_eq!(status, 200, "{}", own["error"]);
    assert!(own["result"].to_string().len() > 400_000);
    let id = own["request_id"].as_str().unwrap();
    // What is so large is let go from memory; after a restart it is read from the disk.
    let data = owner.stop().await;
    let mut config = nexus::Config::new(data.path().to_owned());
    (config.port, config.name) = (0, "owner".to_owned());
    config.fleet = Some(Through::Local(engine));
    let again = nexus::start(config).await.unwrap();
    let found = eventually("it is read there", || async {
        let path = format!("/api/v1/executions/{id}");
        let (status, body) = asked.get(&path).await;
        (status == 200).then(|| body["execution"].clone())
    })
    .await;
    assert_eq!(found["result"], own["result"]);
    let (_, list) = asked.get("/api/v1/executions").await;
    let listed = &list["executions"][0];
    assert_eq!(
        (&listed["id"], &listed["result"]),
        (&json!(id), &Value::Null)
    );
    again.shutdown(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_five_thousand_the_newest_are_listed() {
    let engine = local::Engine::default();
    let (owner, asked) = (
        instance(&engine, "owner").await,
        instance(&engine, "asked").await,
    );
    let stop = CancellationToken::new();
    let fleet = Fleet {
        spores: 20,
        address: owner.address().to_string(),
        token: TOKEN.to_owned(),
        at_once: 20,
        seed: 9,
        heartbeat: None,
    };
    let simulation = simulate::start(fleet, stop.clone());
    tokio::time::timeout(system_tests::PATIENCE, simulation.all_connected())
        .await
        .unwrap();
    // So long that not all of a list fit into one letter.
    let words = "echo ".to_owned() + &"word ".repeat(200);
    let ran = futures_util::stream::iter(0..5_000)
        .map(|number| {
            let (owner, words) = (&owner, &words);
            async move {
                owner
                    .shell(&format!("sim-9-{}", number % 20), words, 60)
                    .await
                    .0
            }
        })
        .buffer_unordered(32);
    let ended: Vec<u16> = ran.collect().await;
    assert!(ended.iter().all(|status| *status == 200));
    let (_, own) = owner.get("/api/v1/executions?limit=1000").await;
    assert_eq!(own["executions"].as_array().unwrap().len(), 1_000);
    eventually("the other one lists the same", || async {
        let (_, own) = owner.get("/api/v1/executions?limit=100000").await;
        let (_, theirs) = asked.get("/api/v1/executions?limit=100000").await;
        assert_eq!(theirs.get("missing"), None);
        let ids = |body: &Value| {
            let all = body["executions"].as_array().unwrap().iter();
            let mut ids: Vec<_> = all
                .map(|one| one["id"].as_str().unwrap().to_owned())
                .collect();
            ids.sort();
            ids
        };
        (ids(&own) == ids(&theirs)).then_some(())
    })
    .await;
    stop.cancel();
    simulation.ended().await;
}

#[tokio::test]
async fn pages_of_an_output_have_no_holes() {
    let server = Server::start().await;
    let _spore = spore_program(server.address(), "near", &[]);
    let node = server.until_node("near", "online").await;
    let node = node["node_id"].as_str().unwrap().to_owned();
    let run = server.start_shell(&node, "seq 300000", 60).await;
    server.until_state(&run, "succeeded").await;
    let (handle, id) = (server.nexus.handle(), run.parse().unwrap());
    let (mut next, mut read) = (0, Vec::new());
    loop {
        let page = handle.output(id, next, 300_000).await.unwrap();
        let Some(last) = page.last() else { break };
        assert_eq!(page[0].seq, next);
        next = last.seq + 1;
        read.extend(page.into_iter().flat_map(|chunk| chunk.bytes));
    }
    let all: String = (1..=300_000).map(|number| format!("{number}\n")).collect();
    assert!(
        read == all.as_bytes(),
        "{} of {} bytes",
        read.len(),
        all.len()
    );
}
