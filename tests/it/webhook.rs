//! Alerts told to others: from nodes that are lost to a real server that is asked few times; and the address, which is a
//! secret, nowhere to be read.

use std::collections::BTreeSet;
use std::time::Duration;

use nexus::simulate::{self, Fleet, Simulation};
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Server, TOKEN, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

/// Takes what is posted; where, and what came.
pub(crate) async fn receiver() -> (String, UnboundedReceiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (tell, told) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(take(stream, tell.clone()));
        }
    });
    (format!("http://{at}/hooks/s3cret"), told)
}

async fn take(mut stream: TcpStream, tell: UnboundedSender<Value>) {
    let mut text = String::new();
    loop {
        let mut piece = [0; 4096];
        let Ok(count @ 1..) = stream.read(&mut piece).await else {
            return;
        };
        text.push_str(std::str::from_utf8(&piece[..count]).unwrap());
        let body = text.split_once("\r\n\r\n").map(|(_, body)| body);
        if let Some(Ok(body)) = body.map(serde_json::from_str) {
            drop(tell.send(body));
            let answer = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
            drop(answer.await);
            return;
        }
    }
}

pub(crate) async fn heard(told: &mut UnboundedReceiver<Value>) -> Value {
    let told = tokio::time::timeout(system_tests::PATIENCE, told.recv());
    told.await.expect("something is posted").unwrap()
}

async fn fleet(server: &Server, spores: u32, stop: &CancellationToken) -> Simulation {
    let fleet = Fleet {
        spores,
        address: server.address().to_string(),
        token: TOKEN.to_owned(),
        at_once: 64,
        seed: 7,
        heartbeat: None,
    };
    let simulation = simulate::start(fleet, stop.clone());
    let connected = simulation.all_connected();
    let connected = tokio::time::timeout(Duration::from_secs(180), connected);
    connected.await.expect("all come in");
    simulation
}

#[tokio::test]
async fn a_thousand_nodes_that_go_and_come_are_a_few_requests() {
    let nodes = 1_000;
    let server = Server::start_with(|config| config.in_memory = true).await;
    let rule = json!({"name": "gone", "condition": {"kind": "offline"}, "severity": "critical"});
    assert_eq!(server.post("/api/v1/alert-rules", rule).await.0, 201);
    let stop = CancellationToken::new();
    let simulation = fleet(&server, nodes, &stop).await;
    let (url, mut told) = receiver().await;
    let put = server.call(
        Method::PUT,
        "/api/v1/alert-webhook",
        Some(json!({"url": url})),
    );
    let (status, set) = put.await;
    assert_eq!(status, 200, "{set}");
    assert_eq!(heard(&mut told).await["event"], "set_up");
    stop.cancel();
    simulation.ended().await;
    let firing = async || {
        let (_, board) = server.get("/api/v1/alerts/causes").await;
        board["counts"]["firing"].as_u64().unwrap()
    };
    eventually("all fire", || async {
        (firing().await >= u64::from(nodes)).then_some(())
    })
    .await;
    let (mut open, mut requests) = (BTreeSet::new(), 0);
    let mut hear = async |told: &mut UnboundedReceiver<Value>, is_over: fn(usize) -> bool| {
        loop {
            let body = heard(told).await;
            requests += 1;
            let key = body["cause"]["key"].as_str().unwrap().to_owned();
            match body["event"].as_str().unwrap() {
                "opened" => assert!(open.insert(key)),
                "closed" => assert!(open.remove(&key)),
                other => panic!("{other}"),
            }
            if is_over(open.len()) {
                return requests;
            }
        }
    };
    let opened = hear(&mut told, |open| open > 0).await;
    assert!(opened <= 40, "{opened}");
    // They come back, and stay for long enough.
    let stop = CancellationToken::new();
    let simulation = fleet(&server, nodes, &stop).await;
    let all = hear(&mut told, |open| open == 0).await;
    assert!(all <= 80, "{all}");
    stop.cancel();
    simulation.ended().await;
}

#[tokio::test]
async fn the_address_is_kept_and_nowhere_to_be_read() {
    let data = tempfile::TempDir::new().unwrap();
    let (url, mut told) = receiver().await;
    let start = || Server::start_with(|config| config.data_dir = data.path().to_owned());
    let webhook = "/api/v1/alert-webhook";
    {
        let server = start().await;
        assert_eq!(server.get(webhook).await.1["webhook"]["to"], Value::Null);
        for bad in [
            json!({}),
            json!({"url": "ftp://a/s3cret"}),
            json!({"url": "s3cret"}),
            json!({"url": 7}),
        ] {
            let (status, refused) = server.call(Method::PUT, webhook, Some(bad)).await;
            assert_eq!(status, 422, "{refused}");
        }
        let put = json!({"url": url});
        let (status, set) = server.call(Method::PUT, webhook, Some(put)).await;
        assert_eq!(status, 200, "{set}");
        assert_eq!(heard(&mut told).await["event"], "set_up");
        eventually("it is told that it arrived", || async {
            let (_, now) = server.get(webhook).await;
            (now["webhook"]["delivered"] == 1).then_some(())
        })
        .await;
        let (_, log) = server.get("/api/v1/audit?action=set_alert_webhook").await;
        assert_eq!(log["entries"].as_array().map(Vec::len), Some(1), "{log}");
        let to = set["webhook"]["to"].as_str().unwrap();
        assert!(to.starts_with("http://127.0.0.1:"), "{to}");
        assert!(log.to_string().contains(to), "{log}");
        let all = server.get("/api/v1/audit").await.1.to_string();
        let now = server.get(webhook).await.1.to_string();
        for text in [set.to_string(), all, now] {
            assert!(!text.contains("s3cret"), "{text}");
        }
        server.nexus.shutdown(Duration::from_secs(5)).await;
    }
    let server = start().await;
    let (_, kept) = server.get(webhook).await;
    assert!(kept["webhook"]["to"].is_string(), "{kept}");
    assert_eq!(server.call(Method::DELETE, webhook, None).await.0, 200);
    assert_eq!(server.get(webhook).await.1["webhook"]["to"], Value::Null);
    // A start is no news.
    assert!(told.try_recv().is_err());
}

#[tokio::test]
async fn what_the_configuration_says_holds() {
    let server = Server::start_with(|config| {
        config.alert_webhook = "https://hooks.example/s3cret".parse().ok();
    })
    .await;
    let webhook = "/api/v1/alert-webhook";
    let (_, now) = server.get(webhook).await;
    assert_eq!(
        (&now["webhook"]["to"], &now["webhook"]["configured"]),
        (&json!("https://hooks.example/…"), &json!(true))
    );
    let put = json!({"url": "http://127.0.0.1:9/"});
    for (method, body) in [(Method::PUT, Some(put)), (Method::DELETE, None)] {
        let (status, refused) = server.call(method, webhook, body).await;
        assert_eq!((status, &refused["code"]), (409, &json!("configured")));
        assert!(refused.to_string().contains("NEXUS_ALERT_WEBHOOK"));
    }
}
