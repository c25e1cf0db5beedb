//! The link: both dialects, hostile frames, refusals, silence.

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use spore::Status;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::Message;

use crate::nexus::{Nexus, TOKEN, until};

#[tokio::test]
async fn the_handshake_says_who_and_what() {
    let nexus = Nexus::listen().await;
    let spore =
        nexus.spore_with(|config| config.tags = vec!["worker".to_owned(), "site:lab".to_owned()]);
    let mut session = nexus.accept().await;
    let hello = &session.handshake;
    assert_eq!(hello["protocol"], 2);
    assert_eq!(hello["node_name"], "test");
    assert_eq!(hello["token"], TOKEN);
    assert_eq!(hello.get("running"), None);
    let found = &hello["capabilities"];
    assert_eq!(
        found["skills"],
        json!(["ShellSkill", "FileSkill", "SystemSkill"])
    );
    assert_eq!(found["tags"], json!(["worker", "site:lab"]));
    assert_eq!(found["platform"], "linux");
    assert!(found["cpu_cores"].as_u64().unwrap() >= 1);
    assert!(found["memory_mb"].as_u64().unwrap() > 64);
    assert_eq!(found["methods"].as_array().unwrap().len(), 8);
    assert_eq!(found["limits"]["max_executions"], 16);
    assert!(found["has_docker"].is_boolean());
    let handshake: protocol::Handshake = serde_json::from_value(hello.clone()).unwrap();
    handshake.check().unwrap();
    session.welcome(json!([])).await;
    until("connected", || {
        *spore.status.borrow()
            == Status::Connected {
                protocol: 2,
                nexus: "nexus".to_owned(),
            }
    })
    .await;
    let beat = session.expect("HEARTBEAT").await;
    assert_eq!(beat["node_id"], session.node_id.as_str());
    assert_eq!(beat["active_tasks"], 0);
}

#[tokio::test]
async fn a_silent_nexus_is_spoken_to_in_v1() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore_with(|config| config.heartbeat = std::time::Duration::from_secs(1));
    let mut session = nexus.accept().await;
    until("v1", || {
        matches!(
            *spore.status.borrow(),
            Status::Connected { protocol: 1, .. }
        )
    })
    .await;
    session.expect("HEARTBEAT").await;
    // Even if it asks for what v1 does not have.
    session.stream("e1", "echo out; echo err >&2").await;
    let (mut kind, mut payload) = session.message().await;
    while kind == "HEARTBEAT" {
        (kind, payload) = session.message().await;
    }
    assert_eq!(kind, "RESPONSE", "{payload}");
    assert_eq!(payload["result"], "out\n\n[STDERR]\nerr\n");
    assert_eq!(payload["success"], true);
    // What it does not know it ignores, without an answer and without an end.
    for _ in 0..20 {
        session.send("SOMETHING", json!({})).await;
        session.send_raw("not json").await;
        session
            .send("CANCEL", json!({ "request_id": "nobody" }))
            .await;
    }
    session.run("e2", "echo still here").await;
    let (mut kind, mut payload) = session.message().await;
    while kind == "HEARTBEAT" {
        (kind, payload) = session.message().await;
    }
    assert_eq!(
        (kind.as_str(), &payload["result"]),
        ("RESPONSE", &json!("still here\n"))
    );
    // Told once: v1 has no acknowledgement. A repeat runs nothing and is answered.
    session.run("e2", "echo twice").await;
    assert_eq!(session.response("e2").await["result"], "still here\n");
}

#[tokio::test]
async fn work_before_a_welcome_means_v1() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore();
    let mut session = nexus.accept().await;
    session.run("e1", "echo at once").await;
    let (kind, payload) = session.message().await;
    assert_eq!(
        (kind.as_str(), &payload["result"]),
        ("RESPONSE", &json!("at once\n"))
    );
    assert!(matches!(
        *spore.status.borrow(),
        Status::Connected { protocol: 1, .. }
    ));
}

#[tokio::test]
async fn a_late_welcome_is_still_one() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore();
    let mut session = nexus.accept().await;
    until("v1", || {
        matches!(
            *spore.status.borrow(),
            Status::Connected { protocol: 1, .. }
        )
    })
    .await;
    session
        .run("e1", "while [ ! -e go ]; do sleep 0.02; done; echo one")
        .await;
    session.welcome(json!([])).await;
    until("v2", || {
        matches!(
            *spore.status.borrow(),
            Status::Connected { protocol: 2, .. }
        )
    })
    .await;
    std::fs::write(spore.scratch.workspace().join("go"), "").unwrap();
    assert_eq!(session.response("e1").await["result"], "one\n");
    session.stream("e2", "echo two").await;
    session.expect_of("ACCEPTED", "e2").await;
    assert_eq!(session.collect("e2").await.1, b"two\n");
}

#[tokio::test]
async fn hostile_frames_are_answered_and_survived() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    for (frame, code) in [
        ("", "malformed"),
        ("not json", "malformed"),
        ("[]", "malformed"),
        ("{}", "malformed"),
        ("null", "malformed"),
        (
            r#"{"message_type":"EXECUTE_SKILL","payload":[]}"#,
            "malformed",
        ),
        (
            r#"{"message_type":"EXECUTE_SKILL","payload":{"request_id":5}}"#,
            "malformed",
        ),
        (r#"{"message_type":"CANCEL","payload":{}}"#, "malformed"),
        (r#"{"message_type":"FLY","payload":{}}"#, "unknown_message"),
        (
            r#"{"message_type":"execute_skill","payload":{}}"#,
            "unknown_message",
        ),
        (
            r#"{"payload":{"heights":1},"message_type":"FLY"}"#,
            "unknown_message",
        ),
    ] {
        session.send_raw(frame).await;
        assert_eq!(session.expect("ERROR").await["code"], code, "{frame}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    session
        .send_raw(&format!(
            r#"{{"message_type":"ACK","payload":{{"request_id":{deep}}}}}"#
        ))
        .await;
    assert_eq!(session.expect("ERROR").await["code"], "malformed");
    session
        .socket
        .send(Message::binary(vec![1, 2, 3]))
        .await
        .unwrap();
    assert_eq!(session.expect("ERROR").await["code"], "malformed");
    for id in ["", "  ", "a\u{1b}[31m", &"x".repeat(200)] {
        session.run(id, "echo never").await;
        assert_eq!(session.expect("ERROR").await["code"], "malformed");
    }
    // Nonsense that is well-formed.
    session.ack("nobody", u64::MAX, true).await;
    session
        .welcome(json!([{ "request_id": "nobody", "next_seq": 5 }]))
        .await;
    session
        .send("ERROR", json!({ "code": "x", "message": "y\u{1b}[2J" }))
        .await;
    session.run("e1", "echo alive").await;
    session.ack("e1", u64::MAX, false).await;
    assert_eq!(session.response("e1").await["result"], "alive\n");
}

#[tokio::test]
async fn an_answer_that_quotes_what_was_sent_stays_short() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    let long = "x".repeat(4 << 20);
    session
        .send("ACK", json!({ "request_id": "e1", "next_seq": long }))
        .await;
    let error = session.expect("ERROR").await.to_string();
    assert!(error.contains("xxx") && error.len() < 1000);
    let parameters = json!({ "command": "ls", "timeout": long });
    session
        .execute("e1", "ShellSkill", "run", parameters, json!({}))
        .await;
    let response = session.response("e1").await.to_string();
    assert!(response.contains("xxx") && response.len() < 1000);
}

#[tokio::test]
async fn an_oversized_frame_costs_the_session_and_nothing_else() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session.run("e1", "sleep 1000").await;
    session.expect_of("ACCEPTED", "e1").await;
    let large = "x".repeat(protocol::limits::FRAME_TO_SPORE + 1);
    // The spore may hang up before all of it is written.
    let _ = session.socket.send(Message::text(large)).await;
    let mut session = nexus.accept().await;
    assert_eq!(session.handshake["running"][0]["request_id"], "e1");
    session
        .welcome(json!([{ "request_id": "e1", "next_seq": 0 }]))
        .await;
    session.send("CANCEL", json!({ "request_id": "e1" })).await;
    assert_eq!(session.response("e1").await["outcome"], "cancelled");
}

#[tokio::test]
async fn the_largest_frame_is_taken() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore();
    let mut session = nexus.welcome().await;
    let content = "x".repeat(protocol::limits::FRAME_TO_SPORE - 1000);
    let answer = session
        .file("write_file", json!({ "path": "large", "content": content }))
        .await;
    assert_eq!(answer["success"], true, "{answer}");
    let written = std::fs::metadata(spore.scratch.workspace().join("large")).unwrap();
    assert_eq!(written.len(), content.len() as u64);
}

#[tokio::test]
async fn pings_are_answered() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session
        .socket
        .send(Message::Ping(b"hello".to_vec().into()))
        .await
        .unwrap();
    loop {
        if let Message::Pong(echo) = session.socket.next().await.unwrap().unwrap() {
            return assert_eq!(&echo[..], b"hello");
        }
    }
}

#[tokio::test]
async fn a_refusal_is_told_and_not_hammered() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore();
    let session = nexus.accept().await;
    session.close(1008, "Authentication failed").await;
    until("refused", || {
        matches!(*spore.status.borrow(), Status::Refused { .. })
    })
    .await;
    let Status::Refused { reason } = spore.status.borrow().clone() else {
        unreachable!()
    };
    assert!(reason.contains("1008 Authentication failed"), "{reason}");
    spore.leave().await;
}

#[tokio::test]
async fn a_nexus_that_went_silent_is_left() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut first = nexus.accept().await;
    first.welcome_every(1, json!([])).await;
    // The socket stays open and nobody reads it: no pong will come.
    let second = nexus.accept().await;
    assert_eq!(first.node_id, second.node_id);
}

#[tokio::test]
async fn a_nexus_that_answers_pings_is_kept() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.accept().await;
    session.welcome_every(1, json!([])).await;
    for _ in 0..6 {
        session.expect("HEARTBEAT").await;
    }
}

#[tokio::test]
async fn a_nexus_that_leaves_is_looked_for_again() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session
        .send("DISCONNECT", json!({ "reason": "restart" }))
        .await;
    nexus.welcome().await;
}

#[tokio::test]
async fn something_else_on_the_port_is_survived() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let nexus = Nexus::listen().await;
    let spore = nexus.spore_with(|config| config.nexus_port = port);
    for answer in [
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "",
    ] {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0; 1024];
        let _ = socket.read(&mut request).await.unwrap();
        socket.write_all(answer.as_bytes()).await.unwrap();
        drop(socket);
        until("it waits", || {
            matches!(*spore.status.borrow(), Status::Waiting { .. })
        })
        .await;
    }
    spore.leave().await;
}

/// The head of a text frame as servers send it.
fn head(length: usize) -> Vec<u8> {
    let mut head = vec![0x81, 127];
    head.extend(u64::try_from(length).unwrap().to_be_bytes());
    head
}

#[tokio::test]
async fn a_nexus_whose_frame_takes_long_is_not_silent() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.accept().await;
    session.welcome_every(1, json!([])).await;
    let order = json!({"message_type": "EXECUTE_SKILL", "payload": {
        "request_id": "slow", "node_id": session.node_id, "skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": "echo whole"}, "timeout": 60, "pad": "x".repeat(60_000)}})
    .to_string();
    let stream = session.socket.get_mut();
    stream.write_all(&head(order.len())).await.unwrap();
    for piece in order.as_bytes().chunks(5_000) {
        stream.write_all(piece).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    }
    let answer = session.response("slow").await;
    assert_eq!(answer["success"], true, "{answer}");
}
