//! Lost sessions: executions go on, and one exchange brings everything back.

use serde_json::json;

use crate::nexus::{Nexus, alive, unique_sleep, until};

#[tokio::test]
async fn a_lost_session_loses_and_doubles_nothing() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore();
    let mut session = nexus.welcome().await;
    let node_id = session.node_id.clone();
    let command = "for i in $(seq 1 50); do echo line $i; sleep 0.02; [ $i -eq 20 ] && while [ ! -e go ]; do sleep 0.02; done; done; true";
    session.stream("e1", command).await;
    let mut text = String::new();
    let mut next = 0;
    while next < 3 {
        let payload = session.expect_of("OUTPUT", "e1").await;
        assert_eq!(payload["seq"], next);
        text.push_str(payload["text"].as_str().unwrap());
        next += 1;
    }
    session.drop_tcp();

    let mut session = nexus.accept().await;
    assert_eq!(session.node_id, node_id);
    let running = &session.handshake["running"];
    assert_eq!(running.as_array().unwrap().len(), 1);
    assert_eq!(running[0]["request_id"], "e1");
    assert_eq!(running[0]["skill_name"], "ShellSkill");
    assert_eq!(running[0]["method_name"], "run");
    assert_eq!(running[0]["first_seq"].as_u64().unwrap_or(0), 0);
    assert!(running[0]["next_seq"].as_u64().unwrap() >= next);
    session
        .welcome(json!([{ "request_id": "e1", "next_seq": next }]))
        .await;
    std::fs::write(spore.scratch.workspace().join("go"), "").unwrap();
    let (numbers, bytes, response) = session.collect("e1").await;
    assert_eq!(
        numbers,
        (next..next + numbers.len() as u64).collect::<Vec<_>>()
    );
    text.push_str(std::str::from_utf8(&bytes).unwrap());
    let wanted: String = (1..=50).map(|n| format!("line {n}\n")).collect();
    assert_eq!(text, wanted);
    assert_eq!(response["next_seq"], next + numbers.len() as u64);
}

#[tokio::test]
async fn an_end_is_told_until_it_is_acknowledged() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session.stream("e1", "echo kept").await;
    session.expect_of("OUTPUT", "e1").await;
    session.response("e1").await;
    session.drop_tcp();
    // Nothing was acknowledged: all of it comes again.
    let mut session = nexus.accept().await;
    assert_eq!(session.handshake["running"][0]["request_id"], "e1");
    session
        .welcome(json!([{ "request_id": "e1", "next_seq": 0 }]))
        .await;
    let (numbers, bytes, _) = session.collect("e1").await;
    assert_eq!((numbers, bytes), (vec![0], b"kept\n".to_vec()));
    session.drop_tcp();
    // The output was, its end was not.
    let mut session = nexus.accept().await;
    assert_eq!(session.handshake["running"][0]["first_seq"], 1);
    session
        .welcome(json!([{ "request_id": "e1", "next_seq": 1 }]))
        .await;
    let (numbers, _, response) = session.collect("e1").await;
    assert!(numbers.is_empty());
    assert_eq!(response["success"], true);
    session.ack("e1", 1, true).await;
    // One round trip later the acknowledgement has been read.
    session.run("e2", "true").await;
    session.response("e2").await;
    session.ack("e2", 0, true).await;
    session
        .send("CANCEL", json!({ "request_id": "nobody" }))
        .await;
    session.expect("ERROR").await;
    session.drop_tcp();
    assert_eq!(nexus.accept().await.handshake.get("running"), None);
}

#[tokio::test]
async fn an_execution_may_end_while_nobody_listens() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session
        .run(
            "e1",
            "while [ ! -e go ]; do sleep 0.02; done; touch ended; echo unheard",
        )
        .await;
    session.expect_of("ACCEPTED", "e1").await;
    session.drop_tcp();
    std::fs::write(spore.scratch.workspace().join("go"), "").unwrap();
    until("it ended", || {
        spore.scratch.workspace().join("ended").exists()
    })
    .await;
    let mut session = nexus.accept().await;
    session
        .welcome(json!([{ "request_id": "e1", "next_seq": 0 }]))
        .await;
    assert_eq!(session.response("e1").await["result"], "unheard\n");
}

#[tokio::test]
async fn what_is_not_resumed_goes_on_unheard_and_is_forgotten() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session
        .stream(
            "e1",
            "while [ ! -e go ]; do echo tick; sleep 0.02; done; touch ended",
        )
        .await;
    session.expect_of("OUTPUT", "e1").await;
    session.drop_tcp();
    // Another Nexus may have taken over, which knows nothing of it.
    let mut session = nexus.welcome().await;
    assert_eq!(session.handshake["running"][0]["request_id"], "e1");
    std::fs::write(spore.scratch.workspace().join("go"), "").unwrap();
    until("it ended", || {
        spore.scratch.workspace().join("ended").exists()
    })
    .await;
    session.run("e2", "echo heard").await;
    loop {
        let (kind, payload) = session.message().await;
        assert_ne!(payload["request_id"], "e1", "{kind}");
        if kind == "RESPONSE" {
            break;
        }
    }
    session.drop_tcp();
    let session = nexus.accept().await;
    let running = session.handshake["running"].as_array().unwrap();
    assert!(running.iter().all(|running| running["request_id"] != "e1"));
}

#[tokio::test]
async fn while_disconnected_the_oldest_output_is_dropped_visibly() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore();
    let mut session = nexus.welcome().await;
    let command = "echo first; while [ ! -e go ]; do sleep 0.02; done; yes 0123456 | head -c 9000000; touch written";
    session.stream("e1", command).await;
    session.expect_of("OUTPUT", "e1").await;
    session.drop_tcp();
    let mut session = nexus.accept().await;
    // Connected, but not yet greeted: nothing goes out, and the process does not wait.
    std::fs::write(spore.scratch.workspace().join("go"), "").unwrap();
    until("all was written", || {
        spore.scratch.workspace().join("written").exists()
    })
    .await;
    session
        .welcome(json!([{ "request_id": "e1", "next_seq": 1 }]))
        .await;
    let (numbers, bytes, response) = session.collect("e1").await;
    assert!(numbers[0] > 1, "there must be a gap");
    assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]));
    // The window, and what was still in the pipe when the session began.
    assert!(bytes.len() < 5 << 20);
    assert!(bytes.len() > 3 << 20);
    assert_eq!(response["next_seq"], numbers.last().unwrap() + 1);
}

#[tokio::test]
async fn a_cancel_after_a_reconnect_finds_its_execution() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    let sleep = unique_sleep();
    session.run("e1", &format!("sleep {sleep}")).await;
    until("it sleeps", || alive(&sleep)).await;
    session.drop_tcp();
    let mut session = nexus.accept().await;
    session
        .welcome(json!([{ "request_id": "e1", "next_seq": 0 }]))
        .await;
    session.send("CANCEL", json!({ "request_id": "e1" })).await;
    assert_eq!(session.response("e1").await["outcome"], "cancelled");
    assert!(!alive(&sleep));
}
