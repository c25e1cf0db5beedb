//! Bytes that no library would send: broken frames, bombs, heads of requests that smuggle. Each gets a defined answer, and
//! somebody else's session goes on. Not here: hostile JSON, see [`crate::attacks_json`].

use reqwest::Method;
use serde_json::{Value, json};
use system_tests::raw::header;
use system_tests::{Peer, Raw, Server, hello};

const TEXT: u8 = 0x81;
const RSV1: u8 = 0x40;

/// A swarm with somebody who behaves.
pub(crate) async fn calm() -> (Server, Peer) {
    let server = Server::start().await;
    // A prototype's spore: nobody asks it for signs of life while it is not looking.
    let peer = Peer::join(server.address(), &hello("bystander")).await;
    server.until_node("bystander", "online").await;
    (server, peer)
}

pub(crate) async fn is_calm(server: &Server, peer: &mut Peer) {
    let answer = async {
        let order = peer.hear_type("EXECUTE_SKILL").await;
        peer.respond(&order, json!("calm")).await;
    };
    let (asked, ()) = tokio::join!(server.shell("bystander", "x", 20), answer);
    assert_eq!(asked.1["result"], "calm");
}

/// A raw socket that is somebody: it can only be tried once.
async fn member(server: &Server, name: &str) -> Raw {
    let (mut raw, head) = Raw::upgrade(server.address(), protocol::PATH, "").await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    raw.frame(TEXT, hello(name).to_string().as_bytes()).await;
    server.until_node(name, "online").await;
    raw
}

/// Frames that break RFC 6455 or a limit: the bytes after which the other side must close by itself.
fn broken_frames() -> Vec<(&'static str, Vec<u8>)> {
    let masked = |first: u8, payload: &[u8]| {
        let mut bytes = header(first, payload.len() as u64);
        bytes.extend([0; 4]);
        bytes.extend(payload);
        bytes
    };
    let announced = |first: u8, length: u64| [header(first, length), vec![0; 4]].concat();
    let mut all = vec![
        ("1 GiB announced", announced(TEXT, 1 << 30)),
        ("1 GiB of binary announced", announced(0x82, 1 << 30)),
        ("more than there are bytes", announced(TEXT, u64::MAX >> 1)),
        ("a negative length", announced(TEXT, u64::MAX)),
        ("1 GiB to be continued", announced(0x01, 1 << 30)),
        ("a ping of 1 GiB", announced(0x89, 1 << 30)),
        ("a ping of 126 bytes", masked(0x89, &[b'x'; 126])),
        ("a ping in pieces", masked(0x09, b"x")),
        ("a close of one byte", masked(0x88, &[3])),
        (
            "a close with a forbidden code",
            masked(0x88, &1005_u16.to_be_bytes()),
        ),
        (
            "a close whose reason is no text",
            masked(0x88, &[0x03, 0xe8, 0xff, 0xfe]),
        ),
        ("a continuation of nothing", masked(0x80, b"x")),
        (
            "a beginning within a beginning",
            [masked(0x01, b"{"), masked(0x01, b"}")].concat(),
        ),
        ("no mask", vec![TEXT, 2, b'{', b'}']),
    ];
    for opcode in [3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf] {
        all.push(("a reserved opcode", masked(0x80 | opcode, b"x")));
    }
    for reserved in [RSV1, 0x20, 0x10, 0x70] {
        all.push(("a reserved bit", masked(TEXT | reserved, b"{}")));
    }
    for text in [
        &b"\xff"[..],
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"{\"a\":\"\x80\"}",
        b"\xe2\x82",
    ] {
        all.push(("text that is no text", masked(TEXT, text)));
    }
    all
}

#[tokio::test]
async fn broken_frames_end_their_own_socket_only() {
    let (server, mut peer) = calm().await;
    for (number, (what, bytes)) in broken_frames().into_iter().enumerate() {
        for known in [false, true] {
            let mut raw = if known {
                member(&server, &format!("bad-{number}")).await
            } else {
                Raw::upgrade(server.address(), protocol::PATH, "").await.0
            };
            raw.write(&bytes).await;
            raw.rest().await;
            if known {
                server.until_node(&format!("bad-{number}"), "offline").await;
            }
            let (status, _) = server.get("/healthz").await;
            assert_eq!(status, 200, "{what}");
        }
    }
    is_calm(&server, &mut peer).await;
}

/// The DEFLATE stream (RFC 1951) of a great many zeros is made of blocks like this one; whoever unpacked it would get
/// a thousand times as much.
#[tokio::test]
async fn compression_is_not_agreed_on_and_a_bomb_is_not_unpacked() {
    let (server, mut peer) = calm().await;
    let offer = "sec-websocket-extensions: permessage-deflate; client_max_window_bits\r\n";
    for path in [protocol::PATH, "/ws/events"] {
        let (mut raw, head) = Raw::upgrade(server.address(), path, offer).await;
        assert!(
            !head.to_lowercase().contains("sec-websocket-extensions"),
            "{head}"
        );
        let bomb = [
            0xec, 0xc1, 0x01, 0x01, 0, 0, 0, 0x80, 0x90, 0xfe, 0xaf, 0xee,
        ]
        .repeat(20_000);
        raw.frame(TEXT | RSV1, &bomb).await;
        raw.rest().await;
    }
    // A packed body of a request is not unpacked either.
    let answer = server
        .bare(Method::POST, "/api/v1/dispatch")
        .bearer_auth(server.nexus.api_token().reveal())
        .header("content-type", "application/json")
        .header("content-encoding", "gzip")
        .body(vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 422);
    is_calm(&server, &mut peer).await;
}

/// Heads of requests that smuggle, confuse or burst; none of them may be answered as if it were somebody's.
#[tokio::test]
async fn broken_requests_are_nobodys() {
    let (server, mut peer) = calm().await;
    let large = format!(
        "GET /api/v1/nodes HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n",
        "x".repeat(2 << 20)
    );
    let many = format!(
        "GET /api/v1/nodes HTTP/1.1\r\nhost: localhost\r\n{}\r\n",
        "x: y\r\n".repeat(5_000)
    );
    let body = r#"{"skill_name":"ShellSkill","method_name":"run"}"#;
    let smuggled = format!(
        "POST /api/v1/dispatch HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{body}"
    );
    let heads = [
        large,
        many,
        smuggled,
        "GET /api/v1/nodes HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx".into(),
        "GET /api/v1/nodes HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n".into(),
        "GET /api/v1/nodes HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99999999999999999999\r\n\r\n".into(),
        "GET /api/v1/nodes HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n".into(),
        "GET /api/v1/nodes HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding : chunked\r\n\r\n".into(),
        "GET /api/v1/nodes HTTP/1.1\r\nhost: loc\0alhost\r\n\r\n".into(),
        "GET /api/v1/nodes\0 HTTP/1.1\r\nhost: localhost\r\n\r\n".into(),
        "GET http://evil.test/api/v1/nodes HTTP/1.1\r\nhost: localhost\r\n\r\n".into(),
        "GET /api/v1/nodes HTTP/1.1\r\nhost: localhost\r\nhost: evil.test\r\n\r\n".into(),
        "GET /api/v1/nodes HTTP/1.1\r\nhost: evil.test\r\nhost: localhost\r\n\r\n".into(),
        "GET /api/v1/nodes HTTP/1.0\r\n\r\n".into(),
        "GET /api/v1/nodes HTTP/9.9\r\nhost: localhost\r\n\r\n".into(),
        "GET /api/v1/nodes\r\n\r\n".into(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(),
        "CONNECT 127.0.0.1:22 HTTP/1.1\r\nhost: localhost\r\n\r\n".into(),
        "OPTIONS * HTTP/1.1\r\nhost: localhost\r\n\r\n".into(),
        "GET /api/v1/nodes HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer \r\n\r\n".into(),
        "GET /api/v1/nodes HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer x\r\nauthorization: Bearer y\r\n\r\n".into(),
        "GET /api/v1/nodes HTTP/1.1\r\nhost: localhost\r\n authorization: Bearer x\r\n\r\n".into(),
        "SSH-2.0-OpenSSH_9.2\r\n\r\n".into(),
    ];
    for head in &heads {
        let mut raw = Raw::connect(server.address()).await;
        raw.write(head.as_bytes()).await;
        let status = raw.status().await;
        let said: String = head.chars().take(70).collect();
        assert!(
            status.is_none_or(|status| (400..600).contains(&status)),
            "{said}: {status:?}"
        );
        assert_ne!(status, Some(500), "{said}");
    }
    let open: Value = server.get("/api/v1/executions").await.1;
    assert_eq!(open["executions"], json!([]), "nothing was smuggled in");
    is_calm(&server, &mut peer).await;
}
