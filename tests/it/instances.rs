//! Several Nexuses, one swarm: what one holds all can use, and what one loses another finds again. The engine here is the one
//! in this process, which can be cut.

mod large;
mod versions;

use std::time::Duration;

use nexus::fleet::local;
use serde_json::json;
use system_tests::{Peer, Server, eventually, hello_v2, spore_program};

use crate::sharing::instance;

/// The id of the only node of this name, once this instance can reach it.
async fn node(server: &Server, name: &str) -> String {
    let found = server.until_node(name, "online").await;
    found["node_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_spore_at_one_instance_can_be_used_from_every_other() {
    let engine = local::Engine::default();
    let here = instance(&engine, "here").await;
    let there = instance(&engine, "there").await;
    let _spore = spore_program(there.address(), "far", &[]);
    let id = node(&here, "far").await;
    let (status, body) = here.shell(&id, "echo from afar", 20).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["result"], "from afar\n", "{body}");
    let id = here
        .start_shell(&id, "for i in 1 2 3; do echo $i; sleep 0.2; done", 20)
        .await;
    let end = here.until_state(&id, "succeeded").await;
    assert_eq!(end["exit_code"], 0);
    assert_eq!(here.output(&id).await, "1\n2\n3\n");
    let (status, body) = there
        .shell(&node(&there, "far").await, "echo at home", 20)
        .await;
    assert_eq!(
        (status, &body["result"]),
        (200, &json!("at home\n")),
        "{body}"
    );
}

#[tokio::test]
async fn what_is_stopped_from_afar_is_stopped_with_proof() {
    let engine = local::Engine::default();
    let here = instance(&engine, "here").await;
    let there = instance(&engine, "there").await;
    let _spore = spore_program(there.address(), "far", &[]);
    let id = node(&here, "far").await;
    let run = here.start_shell(&id, "sleep 600", 700).await;
    here.until_state(&run, "running").await;
    let (status, body) = here
        .post(&format!("/api/v1/executions/{run}/cancel"), json!({}))
        .await;
    assert!(status < 300, "{status} {body}");
    here.until_state(&run, "cancelled").await;
}

#[tokio::test]
async fn a_spore_that_goes_over_to_another_instance_brings_everything_along() {
    let engine = local::Engine::default();
    let owner = instance(&engine, "owner").await;
    let first = instance(&engine, "first").await;
    let second = instance(&engine, "second").await;
    let mut hello = hello_v2("wanderer");
    let mut peer = Peer::join(first.address(), &hello).await;
    peer.hear_type("WELCOME").await;
    let id = node(&owner, "wanderer").await;
    let run = owner.start_shell(&id, "anything", 60).await;
    let order = peer.hear_type("EXECUTE_SKILL").await;
    assert_eq!(order["payload"]["request_id"], run);
    peer.say(&json!({"message_type": "ACCEPTED", "payload": {"request_id": run}}))
        .await;
    owner.until_state(&run, "running").await;
    // It says something that nobody acknowledges, and then its instance is gone.
    drop(peer);
    owner.until_state(&run, "unknown").await;
    hello["payload"]["running"] = json!([{"request_id": run, "skill_name": "ShellSkill", "method_name": "run",
        "first_seq": 0, "next_seq": 1}]);
    let mut peer = Peer::join(second.address(), &hello).await;
    let welcome = peer.hear_type("WELCOME").await;
    assert_eq!(
        welcome["payload"]["resume"][0]["request_id"], run,
        "it is asked for, though another instance owns it"
    );
    peer.say(&json!({"message_type": "OUTPUT", "payload": {"request_id": run, "seq": 0, "stream": "stdout", "text": "kept"}})).await;
    owner.until_state(&run, "running").await;
    peer.say(&json!({"message_type": "RESPONSE", "payload": {"request_id": run, "node_id": id, "success": true, "result": null,
        "exit_code": 0}}))
        .await;
    owner.until_state(&run, "succeeded").await;
    assert_eq!(owner.output(&run).await, "kept");
    let ack = eventually("the owner's word that it is kept", || async { Some(()) });
    ack.await;
    loop {
        let ack = peer.hear_type("ACK").await;
        if ack["payload"]["finished"] == json!(true) {
            break;
        }
    }
    let kept = second.nexus.handle().store().executions(None, 10).await;
    assert_eq!(kept.unwrap().len(), 0, "it was never the second one's");
    let (_, asked) = second.get(&format!("/api/v1/executions/{run}")).await;
    assert_eq!(
        asked["execution"]["state"], "succeeded",
        "but it can be asked"
    );
}

#[tokio::test]
async fn two_that_do_not_hear_each_other_say_unknown_and_find_the_truth_again() {
    let engine = local::Engine::default();
    let here = instance(&engine, "here").await;
    let there = instance(&engine, "there").await;
    let _spore = spore_program(there.address(), "far", &[]);
    let id = node(&here, "far").await;
    let run = here
        .start_shell(
            &id,
            "for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.3; done",
            60,
        )
        .await;
    here.until_state(&run, "running").await;
    let (a, b) = (
        here.nexus.instance().unwrap(),
        there.nexus.instance().unwrap(),
    );
    engine.cut(a, b);
    here.until_state(&run, "unknown").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    engine.mend(a, b);
    let end = here.until_state(&run, "succeeded").await;
    assert_eq!(end["output_truncated"], false, "{end}");
    assert_eq!(here.output(&run).await, "1\n2\n3\n4\n5\n6\n7\n8\n");
}

#[tokio::test]
async fn while_the_engine_is_away_what_is_here_works() {
    let engine = local::Engine::default();
    let here = instance(&engine, "here").await;
    let _spore = spore_program(here.address(), "near", &[]);
    let id = node(&here, "near").await;
    engine.away(true);
    let (status, body) = here.shell(&id, "echo still", 20).await;
    assert_eq!(
        (status, &body["result"]),
        (200, &json!("still\n")),
        "{body}"
    );
    let _other = spore_program(here.address(), "newcomer", &[]);
    node(&here, "newcomer").await;
    engine.away(false);
    let there = instance(&engine, "there").await;
    there.until_node("newcomer", "online").await;
}

#[tokio::test]
async fn who_stops_everything_at_one_instance_stops_it_at_all() {
    let engine = local::Engine::default();
    let here = instance(&engine, "here").await;
    let there = instance(&engine, "there").await;
    let _spore = spore_program(there.address(), "far", &[]);
    let id = node(&there, "far").await;
    let run = there.start_shell(&id, "sleep 600", 700).await;
    there.until_state(&run, "running").await;
    let (status, body) = here.post("/api/v1/stop", json!({"reason": "smoke"})).await;
    assert!(status < 300, "{status} {body}");
    there.until_state(&run, "cancelled").await;
    let (_, body) = there.get("/api/v1/stop").await;
    assert_eq!(
        (&body["stop"]["held"], &body["stop"]["reason"]),
        (&json!(true), &json!("smoke")),
        "{body}"
    );
    let late = instance(&engine, "late").await;
    let held = |server: &'static str| format!("{server} is held");
    eventually(&held("the late one"), || async {
        (late.get("/api/v1/stop").await.1["stop"]["held"] == json!(true)).then_some(())
    })
    .await;
    let (status, body) = late
        .call(reqwest::Method::DELETE, "/api/v1/stop", None)
        .await;
    assert!(status < 300, "{status} {body}");
    for server in [&here, &there] {
        eventually("it is released", || async {
            (server.get("/api/v1/stop").await.1["stop"]["held"] == json!(false)).then_some(())
        })
        .await;
    }
}
