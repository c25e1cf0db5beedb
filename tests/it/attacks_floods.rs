//! Floods. While they last, a machine that behaves comes in and is served, and so is a script. An attacker from another
//! address is one from 127.0.0.2, which only Linux has without being told.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use protocol::close;
use reqwest::Method;
use serde_json::json;
use system_tests::{Peer, Raw, Server, hello, hello_v2, joining_spore};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

const ELSEWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));

/// What somebody does with a connection before he falls silent.
#[derive(Clone, Copy)]
enum Silent {
    /// Nothing.
    AtOnce,
    /// Begins TLS.
    InTls,
    /// Begins a request.
    InTheHead,
    /// Becomes a WebSocket of spores and introduces nobody.
    AtTheNodes,
    /// Becomes a screen and shows no token.
    AtTheEvents,
}

/// Keeps `many` connections from elsewhere open, each opened again when it is closed, until dropped.
struct Flood {
    tasks: JoinSet<()>,
    opened: Arc<AtomicUsize>,
}

impl Flood {
    fn of(address: SocketAddr, many: usize, how: Silent) -> Self {
        let (mut tasks, opened) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
        for _ in 0..many {
            let opened = Arc::clone(&opened);
            tasks.spawn(async move {
                loop {
                    let Ok(mut raw) = Raw::connect_from(address, ELSEWHERE).await else {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    };
                    match how {
                        Silent::AtOnce => {}
                        Silent::InTls => raw.write(&[0x16, 3, 1, 2, 0, 1]).await,
                        Silent::InTheHead => raw.write(b"GET /api/v1/nodes HTTP/1.1\r\nx: ").await,
                        Silent::AtTheNodes => raw.write(&ask(protocol::PATH)).await,
                        Silent::AtTheEvents => raw.write(&ask("/ws/events")).await,
                    }
                    opened.fetch_add(1, Ordering::Relaxed);
                    let mut rest = Vec::new();
                    drop(tokio::io::AsyncReadExt::read_to_end(&mut raw.stream, &mut rest).await);
                }
            });
        }
        Self { tasks, opened }
    }

    /// All of them are there.
    async fn stands(&self) {
        let all = self.tasks.len();
        system_tests::eventually("the flood stands", || async {
            (self.opened.load(Ordering::Relaxed) >= all).then_some(())
        })
        .await;
    }
}

fn ask(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").into_bytes()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn silent_crowds_at_every_door_keep_nobody_out() {
    let server = Server::start().await;
    let mut online = 0;
    // Each crowd is larger than the room that strangers have there, so that whoever came after it would wait for too long.
    for (how, many) in [
        (Silent::AtOnce, 300),
        (Silent::InTls, 1_200),
        (Silent::InTheHead, 300),
        (Silent::AtTheNodes, 2_000),
        (Silent::AtTheEvents, 300),
    ] {
        let flood = Flood::of(server.address(), many, how);
        flood.stands().await;
        // A machine that was never here, over TLS and with a code.
        let (status, code) = server.post("/api/v1/join-codes", json!({})).await;
        assert_eq!(status, 201, "{code}");
        let _spore = joining_spore(code["code"].as_str().unwrap(), &format!("honest-{online}"));
        server
            .until_node(&format!("honest-{online}"), "online")
            .await;
        online += 1;
        // One with the shared token, a script, and a screen that shows its token in the first frame.
        let mut prototype = Peer::join(server.address(), &hello(&format!("old-{online}"))).await;
        server.until_node(&format!("old-{online}"), "online").await;
        prototype
            .say(&json!({"message_type": "DISCONNECT", "payload": {}}))
            .await;
        let mut screen = Peer::connect(server.address(), "/ws/events", &[])
            .await
            .unwrap();
        screen
            .say(&json!({"token": server.nexus.api_token().reveal()}))
            .await;
        screen.hear_type("SNAPSHOT").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_tokens_and_handshakes_in_thousands_disturb_nobody() {
    let server = Server::start().await;
    let mut calm = Peer::join(server.address(), &hello_v2("calm")).await;
    calm.hear_type("WELCOME").await;
    server.until_node("calm", "online").await;
    let stop = Arc::new(AtomicBool::new(false));
    let wrong = Arc::new(AtomicUsize::new(0));
    let mut floods = JoinSet::new();
    for number in 0..16 {
        let (address, stop, wrong) = (server.address(), Arc::clone(&stop), Arc::clone(&wrong));
        let request = server
            .bare(Method::GET, "/api/v1/nodes")
            .bearer_auth(format!("nxs_{number}"));
        floods.spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let mut bad = hello("calm");
                bad["payload"]["token"] = json!("wrong");
                let (code, _) = Peer::join(address, &bad).await.end().await;
                // First it is wrong, then nobody there is listened to.
                assert!([1008, close::TOO_MANY].contains(&code), "{code}");
                let again = request.try_clone().unwrap().send().await.unwrap().status();
                assert!([401, 429].contains(&again.as_u16()), "{again}");
                wrong.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    let answers = tokio::spawn(async move {
        loop {
            let order = calm.hear_type("EXECUTE_SKILL").await;
            calm.respond(&order, json!("calm")).await;
        }
    });
    while wrong.load(Ordering::Relaxed) < 1_000 {
        assert!(floods.try_join_next().is_none(), "a flood ran dry");
        let (status, body) = server.shell("calm", "x", 20).await;
        assert_eq!((status, &body["result"]), (200, &json!("calm")), "{body}");
    }
    stop.store(true, Ordering::Relaxed);
    while let Some(ended) = floods.join_next().await {
        ended.unwrap();
    }
    answers.abort();
    assert_eq!(server.get("/api/v1/nodes").await.1["count"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_floods_is_read_as_fast_as_it_can_be_and_no_faster() {
    let server = Server::start().await;
    let mut calm = Peer::join(server.address(), &hello_v2("calm")).await;
    calm.hear_type("WELCOME").await;
    server.until_node("calm", "online").await;
    let stop = Arc::new(AtomicBool::new(false));
    let sent = Arc::new(AtomicUsize::new(0));
    let mut floods = JoinSet::new();
    let lines = [
        json!({"message_type": "HEARTBEAT", "payload": {"node_id": "calm", "cpu_usage": 0.9}}),
        json!({"message_type": "OUTPUT", "payload": {"request_id": "x", "seq": 0, "stream": "stdout", "text": "x".repeat(60_000)}}),
        json!({"message_type": "RESPONSE", "payload": {"request_id": uuid::Uuid::nil(), "node_id": "x", "success": true, "result": "x".repeat(1 << 20)}}),
    ];
    for (number, line) in lines.into_iter().enumerate() {
        let (address, stop, sent) = (server.address(), Arc::clone(&stop), Arc::clone(&sent));
        floods.spawn(async move {
            let mut peer = Peer::join(address, &hello_v2(&format!("flood-{number}"))).await;
            let text = line.to_string();
            while !stop.load(Ordering::Relaxed) {
                peer.send(Message::Text(text.clone().into())).await;
                peer.send(Message::Ping(vec![0; 125].into())).await;
                sent.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    let answers = tokio::spawn(async move {
        loop {
            let order = calm.hear_type("EXECUTE_SKILL").await;
            calm.respond(&order, json!("calm")).await;
        }
    });
    for _ in 0..200 {
        let (status, body) = server.shell("calm", "x", 30).await;
        assert_eq!((status, &body["result"]), (200, &json!("calm")), "{body}");
    }
    assert!(sent.load(Ordering::Relaxed) > 200);
    server.until_node("calm", "online").await;
    stop.store(true, Ordering::Relaxed);
    while let Some(ended) = floods.join_next().await {
        ended.unwrap();
    }
    answers.abort();
}

/// A body that comes slowly, or never, is nobody's: the answer comes before it.
#[tokio::test]
async fn a_strangers_body_is_not_waited_for() {
    let server = Server::start().await;
    for (path, wanted) in [
        ("/api/v1/dispatch", 401),
        ("/api/v1/nodes/x/execute", 401),
        ("/api/v1/tokens", 401),
        ("/healthz", 405),
        ("/nowhere", 404),
    ] {
        for body in [
            "content-length: 1000000",
            "transfer-encoding: chunked",
            "content-length: 1073741824",
            "expect: 100-continue\r\ncontent-length: 5",
        ] {
            let mut raw = Raw::connect(server.address()).await;
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{body}\r\n\r\n"
            );
            raw.write(head.as_bytes()).await;
            raw.write(b"1").await;
            assert_eq!(raw.status().await, Some(wanted), "{path} {body}");
        }
    }
    // Too much of a body is refused before it is there, also from somebody who may ask.
    let token = server.nexus.api_token().reveal().to_owned();
    let mut raw = Raw::connect(server.address()).await;
    let head = format!(
        "POST /api/v1/dispatch HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: 1073741824\r\n\r\n"
    );
    raw.write(head.as_bytes()).await;
    assert_eq!(raw.status().await, Some(413));
}
