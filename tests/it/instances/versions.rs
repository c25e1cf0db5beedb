//! Instances of other versions, played on the bus: what an older one does not understand, and what a newer one says that this
//! one does not know, breaks nothing.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use futures_util::StreamExt;
use nexus::fleet::{Bus, Card, Directory, Epoch, FactKey, InstanceId, News, Put, Table, local};
use serde_json::{Value, json};
use system_tests::{Peer, Server, eventually, hello_v2, spore_program};
use uuid::Uuid;

use super::{instance, node};

/// An instance that is played: what it is told, and how it answers.
struct Played {
    id: InstanceId,
    seat: local::Seat,
    heard: Arc<Mutex<Vec<Value>>>,
}

/// How it answers a letter.
type Answers = fn(&Value) -> Value;

impl Played {
    async fn begin(engine: &local::Engine, answers: Answers) -> Self {
        let id = InstanceId(Uuid::new_v4());
        let seat = engine.seat(id);
        let mut letters = seat.listen().await.unwrap();
        let heard: Arc<Mutex<Vec<Value>>> = Arc::default();
        let told = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Some(inbound) = letters.next().await {
                // As the first version read it.
                let letter = serde_json::from_slice::<Value>(&inbound.message);
                let reply = letter
                    .as_ref()
                    .map_or_else(|_| json!({"reply": "unknown"}), answers);
                told.lock().unwrap().push(letter.unwrap_or(Value::Null));
                if let Some(answer) = inbound.answer {
                    answer(reply.to_string().into()).await;
                }
            }
        });
        let played = Self { id, seat, heard };
        played.beat().await;
        played
    }

    async fn beat(&self) {
        let card = Card {
            id: self.id,
            name: "played".to_owned(),
            addresses: Vec::new(),
            version: "0.0.1".to_owned(),
            life: Uuid::new_v4(),
            sessions: 1,
            watches: false,
            posts: false,
            beat: 0,
            audit: None,
        };
        self.seat.beat(&card).await.unwrap();
    }

    async fn put(&self, table: Table, key: &str, value: &Value) {
        let key = FactKey {
            table,
            key: key.to_owned(),
        };
        let value = || Some(Bytes::from(value.to_string()));
        let mut seen = 0;
        while self.seat.put(&key, value(), seen).await.unwrap() == Put::Changed {
            seen = self.revision(&key).await;
        }
    }

    async fn revision(&self, key: &FactKey) -> u64 {
        let mut news = self.seat.watch().await.unwrap();
        while let Some(told) = news.next().await {
            match told {
                News::Fact {
                    key: of, revision, ..
                } if of == *key => return revision,
                News::UpToDate => break,
                News::Instance(_)
                | News::Left(_)
                | News::Held { .. }
                | News::Free { .. }
                | News::Fact { .. } => {}
            }
        }
        0
    }

    /// What an instance answers to these bytes.
    async fn ask(&self, server: &Server, letter: impl Into<Bytes>) -> Value {
        let to = server.nexus.instance().unwrap();
        let answer = self
            .seat
            .request(to, letter.into(), Duration::from_secs(20));
        serde_json::from_slice(&answer.await.unwrap()).unwrap()
    }

    /// The same with a letter.
    async fn say(&self, server: &Server, mut letter: Value) -> Value {
        letter["from"] = json!(self.id);
        self.ask(server, letter.to_string()).await
    }

    fn has_heard(&self, says: &str) -> Vec<Value> {
        let heard = self.heard.lock().unwrap();
        heard
            .iter()
            .filter(|letter| letter["says"] == says)
            .cloned()
            .collect()
    }
}

/// What the first version answers: its one node is here, and takes everything.
fn older(letter: &Value) -> Value {
    match letter["says"].as_str() {
        Some("open") => {
            let nodes = letter["nodes"].as_array().unwrap();
            json!({"reply": "open", "nodes": nodes.iter().map(|_| json!([])).collect::<Vec<_>>()})
        }
        Some("orders" | "frames" | "mine") => json!({"reply": "done"}),
        Some(_) | None => json!({"reply": "unknown"}),
    }
}

/// A node that an instance which is played holds, as another one knows it.
async fn held(engine: &local::Engine, here: &Server, played: &Played) -> (String, Epoch) {
    let model = instance(engine, "model").await;
    let peer = Peer::join(model.address(), &hello_v2("far")).await;
    let id = node(here, "far").await;
    drop(peer);
    here.until_node("far", "offline").await;
    let epoch = played.seat.claim(&id, played.id).await.unwrap();
    here.until_node("far", "online").await;
    drop(model);
    (id, epoch)
}

#[tokio::test]
async fn what_is_too_large_for_an_older_instance_is_refused_with_the_reason() {
    let engine = local::Engine::default();
    let here = instance(&engine, "here").await;
    let played = Played::begin(&engine, older).await;
    let (id, _) = held(&engine, &here, &played).await;
    let run = here.start_shell(&id, &"\"".repeat(400_000), 60).await;
    let end = here.until_state_is_over(&run).await;
    let error = end["error"].as_str().unwrap();
    assert!(
        error.contains("older version") && error.contains("Upgrade it"),
        "{end}"
    );
    let small = here.start_shell(&id, "small", 60).await;
    eventually("what is small goes there as ever", || async {
        let orders = played.has_heard("orders");
        orders
            .iter()
            .any(|letter| letter.to_string().contains(&small))
            .then_some(())
    })
    .await;
    here.until_node("far", "online").await;
}

#[tokio::test]
async fn an_older_owner_hears_that_a_result_was_too_large() {
    let engine = local::Engine::default();
    let there = instance(&engine, "there").await;
    let mut peer = Peer::join(there.address(), &hello_v2("far")).await;
    let welcome = peer.hear_type("WELCOME").await;
    drop(welcome);
    let played = Played::begin(&engine, older).await;
    let (id, epoch) = placed(&played).await;
    let run = Uuid::new_v4().to_string();
    let order = json!({"message_type": "EXECUTE_SKILL", "payload": {"request_id": run, "node_id": id,
        "skill_name": "ShellSkill", "method_name": "run", "parameters": {}}});
    let at = json!({"node": id, "epoch": epoch});
    let orders = json!({"says": "orders", "at": at, "frames": [order.to_string()]});
    assert_eq!(played.say(&there, orders).await, json!({"reply": "done"}));
    let order = peer.hear_type("EXECUTE_SKILL").await;
    peer.respond(&order, json!("y".repeat(2 << 20))).await;
    let frame = eventually("its owner hears of it", || async {
        let told = played.has_heard("frames");
        let frame = told.first()?["frames"][0][1].as_str()?.to_owned();
        Some(serde_json::from_str::<Value>(&frame).unwrap())
    })
    .await;
    let end = &frame["payload"];
    assert_eq!(
        (&end["request_id"], &end["success"], &end["result"]),
        (&json!(run), &json!(false), &Value::Null)
    );
    let error = end["error"].as_str().unwrap();
    assert!(
        error.contains("it ran") && error.contains("older version"),
        "{error}"
    );
}

/// The first node that somebody else holds, by the directory.
async fn placed(played: &Played) -> (String, Epoch) {
    eventually("a node is held", || async {
        let mut news = played.seat.watch().await.unwrap();
        let mut found = None;
        while let Some(told) = news.next().await {
            match told {
                News::Held { node, epoch, .. } => found = Some((node, epoch)),
                News::UpToDate => break,
                News::Instance(_) | News::Left(_) | News::Free { .. } | News::Fact { .. } => {}
            }
        }
        found
    })
    .await
}

#[tokio::test]
async fn what_a_newer_instance_says_is_answered_and_breaks_nothing() {
    let engine = local::Engine::default();
    let here = instance(&engine, "here").await;
    let _spore = spore_program(here.address(), "near", &[]);
    let id = node(&here, "near").await;
    let played = Played::begin(&engine, older).await;
    let unknown = json!({"reply": "unknown"});
    for letter in [
        json!({"says": "dance", "how": ["wildly"]}),
        json!({"says": null}),
        json!({"says": "open"}),
        json!({"says": "open", "nodes": "all"}),
        json!({"says": "open", "nodes": [{"node": 5}]}),
        json!({"says": "part", "of": "x", "at": -1, "total": 1}),
        json!({"says": "mine", "at": {}, "ids": []}),
        json!({}),
    ] {
        assert_eq!(played.say(&here, letter.clone()).await, unknown, "{letter}");
    }
    for bytes in [&b""[..], b"\n", b"{", b"\0\x01\xff", b"[]\nmore", b"null"] {
        assert_eq!(played.ask(&here, bytes).await, unknown, "{bytes:?}");
    }
    // Fields that are not known are left out, parts that belong to nothing are lost.
    let open = json!({"says": "open", "nodes": [], "mood": "good"});
    assert_eq!(
        played.say(&here, open).await,
        json!({"reply": "open", "nodes": []})
    );
    let of = Uuid::new_v4();
    for letter in [
        json!({"says": "part", "of": of, "at": 7, "total": 8}),
        json!({"says": "part", "of": of, "at": 0, "total": u64::MAX}),
        json!({"says": "part", "of": of, "at": u64::MAX, "total": u64::MAX}),
        json!({"says": "rest", "of": of, "at": 0, "total": 8}),
    ] {
        assert_eq!(
            played.say(&here, letter.clone()).await,
            json!({"reply": "lost"}),
            "{letter}"
        );
    }
    let frames = json!({"says": "frames", "frames": [[{"node": id, "epoch": 1}, "{\"message_type\":\"SONG\"}"],
        [{"node": "nobody", "epoch": 99}, "not JSON"]]});
    assert_eq!(played.say(&here, frames).await, json!({"reply": "done"}));
    let (status, body) = here.shell(&id, "echo still", 20).await;
    assert_eq!(
        (status, &body["result"]),
        (200, &json!("still\n")),
        "{body}"
    );
}

#[tokio::test]
async fn what_other_versions_write_into_the_directory_breaks_nothing() {
    let engine = local::Engine::default();
    let here = instance(&engine, "here").await;
    let played = Played::begin(&engine, older).await;
    let (id, _) = held(&engine, &here, &played).await;
    let values = [
        json!(7),
        json!({"moved": {"to": "another swarm"}}),
        json!({"here": {"id": "half of it"}}),
        json!({"held": "somewhere", "where": ["eu"]}),
    ];
    for table in [Table::Member, Table::Stop, Table::Group, Table::Chart] {
        for (number, value) in values.iter().enumerate() {
            played.put(table, &number.to_string(), value).await;
        }
    }
    for value in &values {
        // About what this instance knows already.
        played.put(Table::Member, &id, value).await;
        played.put(Table::Stop, "", value).await;
    }
    let stop = json!({"held": true, "by": "x", "reason": "", "at": {"secs_since_epoch": 1, "nanos_since_epoch": 0}});
    played.put(Table::Stop, "only this continent", &stop).await;
    let _spore = spore_program(here.address(), "near", &[]);
    let near = node(&here, "near").await;
    let (status, body) = here.shell(&near, "echo still", 20).await;
    assert_eq!(
        (status, &body["result"]),
        (200, &json!("still\n")),
        "{body}"
    );
    let late = instance(&engine, "late").await;
    node(&late, "near").await;
    let (_, body) = late.get("/api/v1/stop").await;
    assert_eq!(body["stop"]["held"], json!(false), "{body}");
    let (status, body) = here.post("/api/v1/stop", json!({"reason": "smoke"})).await;
    assert!(status < 300, "{status} {body}");
    eventually("STOP is written over what nobody can read", || async {
        (late.get("/api/v1/stop").await.1["stop"]["held"] == json!(true)).then_some(())
    })
    .await;
    here.until_node(&id, "online").await;
}
