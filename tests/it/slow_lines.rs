//! Lines on which one large frame takes longer than silence may last: whoever sends or takes one is heard as long as bytes move. A
//! frame that only drips holds nothing.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;
use system_tests::{Peer, Server, eventually, hello_v2, spore_program};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;

/// Bytes that the line takes at once, and how long it rests then: 50 kB a second at most, so that this takes longer than silence
/// may last.
const PIECE: usize = 2_500;
const REST: Duration = Duration::from_millis(50);
const LARGE: usize = 700_000;
/// The way from a spore is slower still, for its small pieces.
const RESULT: usize = 200_000;

/// A slow line to there; where it begins.
fn line(to: SocketAddr) -> SocketAddr {
    let begin = TcpSocket::new_v4().unwrap();
    // Small buffers, or the line would look faster than it is.
    begin.set_recv_buffer_size(4_096).unwrap();
    begin.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener: TcpListener = begin.listen(16).unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpSocket::new_v4().unwrap();
            far.set_recv_buffer_size(4_096).unwrap();
            let Ok(far) = far.connect(to).await else {
                continue;
            };
            let (from_near, to_near) = near.into_split();
            let (from_far, to_far) = far.into_split();
            tokio::spawn(crawl(from_near, to_far));
            tokio::spawn(crawl(from_far, to_near));
        }
    });
    address
}

async fn crawl(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin) {
    let mut piece = [0; PIECE];
    loop {
        match from.read(&mut piece).await {
            Ok(0) | Err(_) => return drop(to.shutdown().await),
            Ok(bytes) if to.write_all(&piece[..bytes]).await.is_err() => return,
            Ok(_) => tokio::time::sleep(REST).await,
        }
    }
}

#[tokio::test]
async fn a_large_result_comes_whole_over_a_slow_line() {
    let server = Server::start().await;
    let spore = spore_program(line(server.address()), "slow", &[]);
    let node = server.until_node("slow", "online").await;
    let id = node["node_id"].as_str().unwrap();
    let command = format!("head -c {RESULT} /dev/zero | tr '\\0' x");
    let (status, body) = server.shell(id, &command, 120).await;
    assert_eq!(
        (status, &body["success"]),
        (200, &json!(true)),
        "{}",
        body["error"]
    );
    assert!(body["result"].to_string().len() >= RESULT);
    assert_eq!(offline(&server, id).await, 0, "it was never taken for gone");
    drop(spore);
}

#[tokio::test]
async fn a_large_order_goes_whole_over_a_slow_line() {
    let server = Server::start().await;
    let spore = spore_program(line(server.address()), "slow", &[]);
    let node = server.until_node("slow", "online").await;
    let id = node["node_id"].as_str().unwrap();
    let body = json!({"skill_name": "FileSkill", "method_name": "write_file", "timeout": 120,
        "parameters": {"path": "large", "content": "x".repeat(LARGE)}});
    let path = format!("/api/v1/nodes/{id}/execute");
    let (status, body) = server.post(&path, body).await;
    assert_eq!((status, &body["success"]), (200, &json!(true)), "{body}");
    assert_eq!(offline(&server, id).await, 0, "it was never taken for gone");
    drop(spore);
}

/// How often it was away.
async fn offline(server: &Server, node: &str) -> usize {
    let path = format!("/api/v1/nodes/{node}/history?hours=1");
    let (_, body) = server.get(&path).await;
    let spans = body["spans"].as_array().unwrap().iter();
    spans.filter(|span| span["state"] == "offline").count()
}

/// The head of a text frame as clients send it, masked with zeros, so that what follows is written as it is.
fn head(length: usize) -> Vec<u8> {
    let mut head = vec![0x81, 0x80 | 127];
    head.extend(u64::try_from(length).unwrap().to_be_bytes());
    head.extend([0; 4]);
    head
}

fn heartbeat(cpu: f64) -> String {
    json!({"message_type": "HEARTBEAT", "payload": {"node_id": "slow", "cpu_usage": cpu, "pad": "x".repeat(60_000)}})
        .to_string()
}

async fn slow_peer(server: &Server) -> Peer {
    let mut peer = Peer::join(server.address(), &hello_v2("slow")).await;
    peer.hear_type("WELCOME").await;
    server.until_node("slow", "online").await;
    peer
}

#[tokio::test]
async fn a_frame_that_takes_long_is_a_sign_of_life() {
    let server = Server::start().await;
    let mut peer = slow_peer(&server).await;
    let frame = heartbeat(0.5);
    let stream: &mut TcpStream = peer.socket.get_mut();
    stream.write_all(&head(frame.len())).await.unwrap();
    for piece in frame.as_bytes().chunks(3_000) {
        stream.write_all(piece).await.unwrap();
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    eventually("the heartbeat is whole", || async {
        let (_, body) = server.get("/api/v1/nodes/slow").await;
        (body["node"]["cpu_usage"] == 0.5).then_some(())
    })
    .await;
    assert_eq!(
        offline(&server, "slow").await,
        0,
        "it was never taken for gone"
    );
}

#[tokio::test]
async fn a_frame_that_drips_holds_nothing() {
    let server = Server::start().await;
    let mut peer = slow_peer(&server).await;
    let frame = heartbeat(0.5);
    let head = head(frame.len());
    peer.socket.get_mut().write_all(&head).await.unwrap();
    let dripping = async {
        for byte in frame.as_bytes() {
            let stream = peer.socket.get_mut();
            if stream.write_all(&[*byte]).await.is_err() {
                return;
            }
            if let Ok(None | Some(Err(_) | Ok(tokio_tungstenite::tungstenite::Message::Close(_)))) =
                timeout(Duration::from_millis(500), peer.socket.next()).await
            {
                return;
            }
        }
    };
    tokio::join!(dripping, server.until_node("slow", "offline"));
}
