//! Peers that misbehave. Each gets a defined answer, and nobody else notices.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use system_tests::{PATIENCE, Peer, Server, a_moment, hello, hello_v2};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// Somebody who behaves, to see whether he notices; he answers one order.
async fn bystander(server: &Server) -> tokio::task::JoinHandle<()> {
    let mut peer = Peer::join(server.address(), &hello("bystander")).await;
    server.until_node("bystander", "online").await;
    tokio::spawn(async move {
        let order = peer.hear_type("EXECUTE_SKILL").await;
        peer.respond(&order, json!("calm")).await;
        a_moment().await;
    })
}

/// He is online, and works.
async fn notices_nothing(server: &Server) {
    let (status, body) = server.shell("bystander", "anything", 10).await;
    assert_eq!((status, &body["result"]), (200, &json!("calm")), "{body}");
}

#[tokio::test]
async fn first_frames_that_are_no_handshake() {
    let server = Server::start().await;
    let calm = bystander(&server).await;
    let life = json!({"message_type": "HEARTBEAT", "payload": {"node_id": "x"}});
    let wrong_type = Peer::join(server.address(), &life).await.end().await;
    assert_eq!(wrong_type, (1003, "Expected HANDSHAKE message".to_owned()));
    let mut no_name = hello("x");
    no_name["payload"]
        .as_object_mut()
        .unwrap()
        .remove("node_name");
    let mut no_object = hello("x");
    no_object["payload"] = json!([]);
    for bad in [
        json!(null),
        json!({}),
        json!({"message_type": "NONSENSE", "payload": {}}),
        no_name,
        no_object,
    ] {
        assert_eq!(
            Peer::join(server.address(), &bad).await.end().await.0,
            1008,
            "{bad}"
        );
    }
    let mut noise = Peer::connect(server.address(), protocol::PATH, &[])
        .await
        .unwrap();
    noise
        .send(Message::Binary(vec![0xff, 0xfe, 0x00].into()))
        .await;
    assert_eq!(noise.end().await.0, 1008);
    notices_nothing(&server).await;
    calm.await.unwrap();
}

#[tokio::test]
async fn handshakes_that_break_limits() {
    let server = Server::start().await;
    let spoil = |field: &str, value: Value| {
        let mut bad = hello("x");
        bad["payload"][field] = value;
        bad
    };
    for bad in [
        spoil("node_id", json!("")),
        spoil("node_id", json!("x".repeat(1000))),
        spoil("node_name", json!("\u{1b}[2Jgone")),
        spoil("capabilities", json!({"tags": vec!["t"; 5000]})),
        spoil("node_name", json!("y".repeat(600_000))),
    ] {
        let (code, reason) = Peer::join(server.address(), &bad).await.end().await;
        assert_eq!(code, 1008);
        assert!(reason.starts_with("bad HANDSHAKE: "), "{reason}");
    }
    assert_eq!(server.get("/api/v1/nodes").await.1["count"], json!(0));
}

#[tokio::test]
async fn a_silent_stranger_is_shown_the_door() {
    let server = Server::start().await;
    let calm = bystander(&server).await;
    let mut silent = Peer::connect(server.address(), protocol::PATH, &[])
        .await
        .unwrap();
    assert_eq!(
        silent.end().await,
        (1008, "no HANDSHAKE in time".to_owned())
    );
    notices_nothing(&server).await;
    calm.await.unwrap();
}

#[tokio::test]
async fn the_binary_opcode_and_fragments_are_fine() {
    let server = Server::start().await;
    let mut peer = Peer::connect(server.address(), protocol::PATH, &[])
        .await
        .unwrap();
    peer.send(Message::Binary(
        hello("binary").to_string().into_bytes().into(),
    ))
    .await;
    server.until_node("binary", "online").await;
}

#[tokio::test]
async fn bad_frames_cost_a_v1_spore_nothing_and_a_v2_spore_is_told() {
    let server = Server::start().await;
    let mut theirs = Peer::join(server.address(), &hello("theirs")).await;
    let mut ours = Peer::join(server.address(), &hello_v2("ours")).await;
    ours.hear_type("WELCOME").await;
    let junk = [
        "",
        "nonsense",
        "[]",
        r#"{"message_type":"WHAT","payload":{}}"#,
        r#"{"message_type":"HEARTBEAT","payload":{"node_id":"x","cpu_usage":NaN}}"#,
    ];
    for text in junk.iter().cycle().take(100) {
        theirs.send(Message::Text((*text).into())).await;
    }
    ours.send(Message::Text("nonsense".into())).await;
    assert_eq!(
        ours.hear_type("ERROR").await["payload"]["code"],
        json!("malformed")
    );
    let answer = tokio::spawn(async move {
        let order = theirs.hear().await;
        assert_eq!(
            order["message_type"],
            json!("EXECUTE_SKILL"),
            "a v1 spore is sent nothing else"
        );
        theirs.respond(&order, json!("alive")).await;
        a_moment().await;
    });
    assert_eq!(
        server.shell("theirs", "x", 10).await.1["result"],
        json!("alive")
    );
    answer.await.unwrap();
    for _ in 0..80 {
        ours.send(Message::Text("nonsense".into())).await;
    }
    assert_eq!(ours.end().await.0, 1008, "patience has an end");
}

#[tokio::test]
async fn a_frame_that_is_too_large_ends_its_session_only() {
    let server = Server::start().await;
    let calm = bystander(&server).await;
    let mut large = Peer::join(server.address(), &hello("large")).await;
    server.until_node("large", "online").await;
    let mut fits = json!({"message_type": "RESPONSE", "payload": {"request_id": "x", "node_id": "x", "success": true}});
    fits["payload"]["result"] = json!("x".repeat(15 << 20));
    large.say(&fits).await;
    a_moment().await;
    server.until_node("large", "online").await;
    fits["payload"]["result"] = json!("x".repeat(17 << 20));
    large.say(&fits).await;
    server.until_node("large", "offline").await;
    notices_nothing(&server).await;
    calm.await.unwrap();
}

#[tokio::test]
async fn a_spore_that_does_not_read_is_cut_off() {
    let server = Server::start().await;
    let calm = bystander(&server).await;
    let mut hello = hello_v2("deaf");
    hello["payload"]["capabilities"]["limits"] = json!({"max_executions": 100_000});
    let deaf = Peer::join(server.address(), &hello).await;
    server.until_node("deaf", "online").await;
    let bulk = "x".repeat(1 << 20);
    let cut_off = async {
        loop {
            let body = json!({"node_id": "deaf", "skill_name": "ShellSkill", "method_name": "run",
                "parameters": {"command": bulk}, "timeout": 60});
            let (status, body) = server.post("/api/v1/executions", body).await;
            if status != 202 {
                return body;
            }
        }
    };
    let refusal = tokio::time::timeout(Duration::from_secs(60), cut_off)
        .await
        .expect("it is cut off");
    assert_eq!(refusal["code"], json!("offline"), "{refusal}");
    drop(deaf);
    notices_nothing(&server).await;
    calm.await.unwrap();
}

#[tokio::test]
async fn nobody_speaks_for_another_node() {
    let server = Server::start().await;
    let mut victim = Peer::join(server.address(), &hello_v2("victim")).await;
    let mut thief = Peer::join(server.address(), &hello_v2("thief")).await;
    server.until_node("thief", "online").await;
    let life =
        json!({"message_type": "HEARTBEAT", "payload": {"node_id": "victim", "cpu_usage": 1.0}});
    thief.say(&life).await;
    let stolen = async {
        let order = victim.hear_type("EXECUTE_SKILL").await;
        thief.respond(&order, json!("stolen")).await;
        a_moment().await;
        victim.respond(&order, json!("mine")).await;
        a_moment().await;
    };
    let (answer, ()) = tokio::join!(server.shell("victim", "x", 20), stolen);
    assert_eq!(answer.1["result"], json!("mine"));
    let nodes = server.get("/api/v1/nodes").await.1;
    let load = |name: &str| {
        nodes["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["node_id"] == name)
            .unwrap()["cpu_usage"]
            .clone()
    };
    assert_eq!((load("victim"), load("thief")), (json!(0.0), json!(1.0)));
}

#[tokio::test]
async fn the_end_of_an_older_session_does_not_take_the_newer_down() {
    let server = Server::start().await;
    let mut older = Peer::join(server.address(), &hello_v2("twin")).await;
    server.until_node("twin", "online").await;
    let mut newer = Peer::join(server.address(), &hello_v2("twin")).await;
    assert_eq!(older.end().await.0, 4001);
    drop(older);
    a_moment().await;
    server.until_node("twin", "online").await;
    let answer = async {
        let order = newer.hear_type("EXECUTE_SKILL").await;
        newer.respond(&order, json!("newer")).await;
        a_moment().await;
    };
    let (body, ()) = tokio::join!(server.shell("twin", "x", 10), answer);
    assert_eq!(body.1["result"], json!("newer"));
}

#[tokio::test]
async fn a_known_node_comes_back_with_other_capabilities() {
    let server = Server::start().await;
    let first = Peer::join(server.address(), &hello("changed")).await;
    server.until_node("changed", "online").await;
    drop(first);
    server.until_node("changed", "offline").await;
    let mut new = hello_v2("changed");
    new["payload"]["capabilities"]["tags"] = json!(["gpu"]);
    new["payload"]["node_name"] = json!("renamed");
    let _second = Peer::join(server.address(), &new).await;
    let node = server.until_node("renamed", "online").await;
    assert_eq!(
        (&node["capabilities"]["tags"], &node["protocol"]),
        (&json!(["gpu"]), &json!(2))
    );
    assert_eq!(server.get("/api/v1/nodes").await.1["count"], json!(1));
}

#[tokio::test]
async fn half_open_sockets_are_noticed() {
    let server = Server::start().await;
    let mut peer = Peer::join(server.address(), &hello_v2("frozen")).await;
    peer.hear_type("WELCOME").await;
    server.until_node("frozen", "online").await;
    // The socket stays open, but nobody reads it: not even pings are answered.
    server.until_node("frozen", "suspect").await;
    server.until_node("frozen", "offline").await;
    assert_eq!(peer.end().await.0, 4002);
}

#[tokio::test]
async fn http_that_is_no_websocket_and_floods_of_connections() {
    let server = Server::start().await;
    let calm = bystander(&server).await;
    let plain = server
        .bare(reqwest::Method::GET, "/ws/nodes")
        .send()
        .await
        .unwrap();
    assert!(plain.status().is_client_error());
    let mut many = Vec::new();
    for _ in 0..200 {
        many.push(
            Peer::connect(server.address(), protocol::PATH, &[])
                .await
                .unwrap(),
        );
    }
    notices_nothing(&server).await;
    drop(many);
    calm.await.unwrap();
}

#[tokio::test]
async fn a_spore_of_ours_that_is_pinged_answers_and_stays() {
    let server = Server::start().await;
    let mut peer = Peer::join(server.address(), &hello_v2("quiet")).await;
    peer.hear_type("WELCOME").await;
    // Reading answers pings; no heartbeat is ever sent.
    let (mut sink, mut stream) = peer.socket.split();
    while !matches!(
        timeout(PATIENCE, stream.next())
            .await
            .expect("pinged in time"),
        Some(Ok(Message::Ping(_)))
    ) {}
    sink.flush().await.unwrap();
    a_moment().await;
    let node = server.until_node("quiet", "online").await;
    assert!(node["latency_ms"].is_number(), "{node}");
}
