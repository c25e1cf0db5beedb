//! Speaking for somebody else: sessions, proofs, executions and heartbeats that are not one's own. Joining by codes, replayed
//! proofs and machines in the middle are tried in [`crate::joining`].

use std::collections::BTreeSet;

use protocol::{Fixed, JoinCode, close};
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Member, Peer, Server, a_moment, hello, hello_v2};

fn message(kind: &str, payload: Value) -> Value {
    json!({"message_type": kind, "payload": payload, "timestamp": "2026-11-23T18:37:41Z"})
}

async fn code(server: &Server, body: Value) -> JoinCode {
    let (status, answer) = server.post("/api/v1/join-codes", body).await;
    assert_eq!(status, 201, "{answer}");
    answer["code"].as_str().unwrap().parse().unwrap()
}

/// Everything that a node could say of an execution, with the node's own id and name forged.
fn lies(id: &str) -> Vec<Value> {
    let mut lies = vec![
        message("ACCEPTED", json!({"request_id": id, "node_id": "victim"})),
        message(
            "ERROR",
            json!({"request_id": id, "code": "unknown_execution", "message": "x"}),
        ),
    ];
    for (seq, stream) in [(0, "stdout"), (1, "stderr"), (u64::MAX, "stdout")] {
        lies.push(message(
            "OUTPUT",
            json!({"request_id": id, "seq": seq, "stream": stream, "text": "forged"}),
        ));
    }
    for outcome in ["succeeded", "failed", "timed_out", "cancelled", "refused"] {
        lies.push(message(
            "RESPONSE",
            json!({"request_id": id, "node_id": "victim", "session_id": "1", "success": true,
            "outcome": outcome, "result": "forged", "error": "forged", "next_seq": 0}),
        ));
    }
    // The id in other spellings.
    for spelling in [
        id.to_uppercase(),
        format!("{{{id}}}"),
        format!("urn:uuid:{id}"),
        id.replace('-', ""),
    ] {
        lies.push(message("RESPONSE", json!({"request_id": spelling, "node_id": "victim", "success": true, "result": "forged"})));
    }
    lies
}

#[tokio::test]
async fn nothing_that_a_node_says_touches_another_nodes_execution() {
    let server = Server::start().await;
    let mut victim = Peer::join(server.address(), &hello_v2("victim")).await;
    victim.hear_type("WELCOME").await;
    let id = server.start_shell("victim", "sleep", 120).await;
    let order = victim.hear_type("EXECUTE_SKILL").await;
    victim
        .say(&message("ACCEPTED", json!({"request_id": id})))
        .await;
    server.until_state(&id, "running").await;
    let mut claim = hello_v2("thief-that-resumes");
    claim["payload"]["running"] = json!([{"request_id": id, "skill_name": "ShellSkill", "method_name": "run", "first_seq": 0, "next_seq": 9}]);
    for hello in [hello("thief-v1"), hello_v2("thief-v2"), claim] {
        let name = hello["payload"]["node_id"].as_str().unwrap().to_owned();
        let mut thief = Peer::join(server.address(), &hello).await;
        server.until_node(&name, "online").await;
        for lie in lies(&id) {
            thief.say(&lie).await;
        }
        // A heartbeat is taken after all of it.
        thief
            .say(&message(
                "HEARTBEAT",
                json!({"node_id": "victim", "cpu_usage": 0.5}),
            ))
            .await;
        system_tests::eventually("everything was read", || async {
            let (_, node) = server.get(&format!("/api/v1/nodes/{name}")).await;
            (node["node"]["cpu_usage"] == 0.5).then_some(())
        })
        .await;
        let (_, still) = server.get(&format!("/api/v1/executions/{id}")).await;
        assert_eq!(still["execution"]["state"], "running", "after {name}");
        assert_eq!(server.output(&id).await, "");
        let (_, node) = server.get("/api/v1/nodes/victim").await;
        assert_eq!(
            node["node"]["cpu_usage"], 0.0,
            "nobody's heart beats for another"
        );
    }
    victim.respond(&order, json!(null)).await;
    server.until_state(&id, "succeeded").await;
}

#[tokio::test]
async fn leaving_in_anothers_name_is_leaving_oneself() {
    let server = Server::start().await;
    let mut victim = Peer::join(server.address(), &hello_v2("victim")).await;
    victim.hear_type("WELCOME").await;
    let mut thief = Peer::join(server.address(), &hello_v2("thief")).await;
    thief.hear_type("WELCOME").await;
    thief
        .say(&message(
            "DISCONNECT",
            json!({"node_id": "victim", "session_id": "1", "reason": "bye"}),
        ))
        .await;
    server.until_node("thief", "offline").await;
    server.until_node("victim", "online").await;
    // What it says after that is said by nobody.
    thief
        .say(&message(
            "HEARTBEAT",
            json!({"node_id": "victim", "cpu_usage": 1.0}),
        ))
        .await;
    a_moment().await;
    server.until_node("thief", "offline").await;
    assert_eq!(
        server.get("/api/v1/nodes/victim").await.1["node"]["cpu_usage"],
        0.0
    );
}

#[tokio::test]
async fn a_session_cannot_become_another_one() {
    let server = Server::start().await;
    let code = code(&server, json!({})).await;
    let ann = Member::new("ann");
    let mut original = ann.join(server.address(), Some(&code)).await;
    let welcome = original.hear_type("WELCOME").await;
    let mut thief = Peer::join(server.address(), &hello_v2("thief")).await;
    thief.hear_type("WELCOME").await;
    // A second introduction on a session that is somebody already: with ann's name, session, key.
    let mut second = hello_v2("ann");
    second["payload"]["session_id"] = welcome["payload"]["session_id"].clone();
    thief.say(&second).await;
    thief
        .say(&message(
            "HELLO",
            json!({"spore_key": ann.public(), "nonce": Fixed([7_u8; 32])}),
        ))
        .await;
    thief
        .say(&message(
            "HEARTBEAT",
            json!({"node_id": "ann", "cpu_usage": 0.25}),
        ))
        .await;
    system_tests::eventually("it is still the thief", || async {
        let (_, node) = server.get("/api/v1/nodes/thief").await;
        (node["node"]["cpu_usage"] == 0.25).then_some(())
    })
    .await;
    let (_, nodes) = server.get("/api/v1/nodes").await;
    assert_eq!(
        (&nodes["count"], &nodes["online_count"]),
        (&json!(2), &json!(2))
    );
    // The shared token does not speak for a node that has a key, whatever else is shown with it.
    let mut forged = hello_v2("ann");
    forged["payload"]["proof"] = json!(Fixed([1_u8; 64]));
    forged["payload"]["join"] = json!(code.secret);
    let (closed, _) = Peer::join(server.address(), &forged).await.end().await;
    assert!(closed >= 1008, "{closed}");
    server.until_node("ann", "online").await;
}

#[tokio::test]
async fn before_the_proof_every_message_but_the_next_one_ends_it() {
    let server = Server::start().await;
    let code = code(&server, json!({"uses": 9, "waiting_room": false})).await;
    let ann = Member::new("ann");
    let nonce = Fixed([7; 32]);
    let kinds = [
        ("HEARTBEAT", json!({"node_id": "ann"})),
        ("ACCEPTED", json!({"request_id": "x"})),
        (
            "OUTPUT",
            json!({"request_id": "x", "seq": 0, "stream": "stdout", "text": "x"}),
        ),
        (
            "RESPONSE",
            json!({"request_id": "x", "node_id": "ann", "success": true}),
        ),
        ("DISCONNECT", json!({})),
        ("ERROR", json!({})),
        ("CHALLENGE", json!({})),
        ("WELCOME", json!({"protocol": 2})),
        (
            "EXECUTE_SKILL",
            json!({"node_id": "ann", "skill_name": "ShellSkill", "method_name": "run"}),
        ),
        ("ACK", json!({"request_id": "x", "next_seq": 0})),
        ("CANCEL", json!({"request_id": "x"})),
        ("handshake", hello_v2("ann")["payload"].clone()),
    ];
    for (kind, payload) in kinds {
        // As the first frame, and after HELLO.
        let mut first = Peer::connect(server.address(), protocol::PATH, &[])
            .await
            .unwrap();
        first.say(&message(kind, payload.clone())).await;
        assert!([1003, 1008].contains(&first.end().await.0), "{kind}");
        let (mut second, _) = ann.greet(server.address(), nonce).await;
        second.say(&message(kind, payload)).await;
        assert!(
            [1003, 1008].contains(&second.end().await.0),
            "{kind} after HELLO"
        );
    }
    // HELLO again instead of the answer, even with another key.
    let (mut twice, _) = ann.greet(server.address(), nonce).await;
    twice
        .say(&message(
            "HELLO",
            json!({"spore_key": ann.public(), "nonce": nonce}),
        ))
        .await;
    assert!([1003, 1008].contains(&twice.end().await.0));
    // The handshake of the shared token in answer to a challenge: no way back to the old dialect.
    let (mut downgraded, _) = ann.greet(server.address(), nonce).await;
    downgraded.say(&hello_v2("ann")).await;
    assert_eq!(downgraded.end().await.0, 1008);
    assert_eq!(server.get("/api/v1/nodes").await.1["count"], 0);
    let (_, codes) = server.get("/api/v1/join-codes").await;
    assert_eq!(codes["join_codes"][0]["used"], 0);
    let mut good = ann.join(server.address(), Some(&code)).await;
    good.hear_type("WELCOME").await;
}

#[tokio::test]
async fn a_challenge_is_never_the_same_twice() {
    let server = Server::start().await;
    let ann = Member::new("ann");
    let (mut nonces, mut signatures) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..200 {
        let (_, challenge) = ann.greet(server.address(), Fixed([7; 32])).await;
        nonces.insert(challenge.nonce);
        signatures.insert(challenge.signature);
    }
    assert_eq!((nonces.len(), signatures.len()), (200, 200));
}

#[tokio::test]
async fn whoever_gets_a_removed_nodes_place_does_not_get_its_executions() {
    let server = Server::start().await;
    let mut first = Peer::join(server.address(), &hello_v2("first")).await;
    first.hear_type("WELCOME").await;
    let id = server.start_shell("first", "sleep", 60).await;
    first.hear_type("EXECUTE_SKILL").await;
    drop(first);
    server.until_state(&id, "unknown").await;
    let removed = server
        .call(Method::DELETE, "/api/v1/nodes/first", None)
        .await;
    assert_eq!(removed.0, 200, "{}", removed.1);
    let mut claim = hello_v2("second");
    claim["payload"]["running"] =
        json!([{"request_id": id, "skill_name": "ShellSkill", "method_name": "run"}]);
    let mut second = Peer::join(server.address(), &claim).await;
    let welcome = second.hear_type("WELCOME").await;
    assert!(!welcome.to_string().contains(&id), "{welcome}");
    for lie in lies(&id) {
        second.say(&lie).await;
    }
    second
        .say(&message(
            "HEARTBEAT",
            json!({"node_id": "second", "cpu_usage": 0.5}),
        ))
        .await;
    system_tests::eventually("everything was read", || async {
        let (_, node) = server.get("/api/v1/nodes/second").await;
        (node["node"]["cpu_usage"] == 0.5).then_some(())
    })
    .await;
    let (_, still) = server.get(&format!("/api/v1/executions/{id}")).await;
    assert_eq!(still["execution"]["state"], "unknown", "{still}");
    assert_eq!(server.output(&id).await, "");
}

#[tokio::test]
async fn guesses_at_codes_and_keys_end_and_use_nothing_up() {
    let server = Server::start_with(|config| config.shared_token = None).await;
    let code = code(&server, json!({"uses": 3, "waiting_room": false})).await;
    for bit in 0..128 {
        let mut near = code.clone();
        near.secret.0[bit / 8] ^= 1 << (bit % 8);
        let mut peer = Member::new("guess")
            .join(server.address(), Some(&near))
            .await;
        let (closed, _) = peer.end().await;
        assert!(
            [close::BAD_CODE, close::TOO_MANY].contains(&closed),
            "bit {bit}: {closed}"
        );
    }
    let (_, codes) = server.get("/api/v1/join-codes").await;
    assert_eq!(codes["join_codes"][0]["used"], 0);
    assert_eq!(server.get("/api/v1/nodes").await.1["count"], 0);
}
