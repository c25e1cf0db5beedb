//! How often and how much may be asked: guesses, asks of one token, streams of one token. Not here: floods from many machines,
//! see `attacks_floods`.

use nexus::access::Role;
use reqwest::Method;
use system_tests::{Server, eventually};

use super::token;

#[tokio::test]
async fn ten_thousand_wrong_tokens_open_nothing_and_lock_nobody_out() {
    let server = Server::start().await;
    let right = token(&server, Role::Viewer, "*", &["*"]).await;
    let (mut refused, mut limited) = (0, 0);
    for number in 0..10_000_u32 {
        let wrong = format!("nxs_{number:064x}");
        match server
            .call_as(&wrong, Method::GET, "/api/v1/nodes", None)
            .await
            .0
        {
            401 => refused += 1,
            429 => limited += 1,
            other => panic!("{other}"),
        }
    }
    assert!(refused < 100 && limited > 9_900, "{refused} {limited}");
    assert_eq!(
        server
            .call_as(&right, Method::GET, "/api/v1/nodes", None)
            .await
            .0,
        200
    );
    let slow = server
        .bare(Method::GET, "/api/v1/nodes")
        .bearer_auth("nxs_x")
        .send()
        .await
        .unwrap();
    let after: u64 = slow.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&after));
}

#[tokio::test]
async fn a_token_that_asks_too_often_waits() {
    let server = Server::start_with(|config| config.request_rate = 1).await;
    let secret = token(&server, Role::Viewer, "*", &["*"]).await;
    let mut limited = 0;
    for _ in 0..50 {
        limited += usize::from(
            server
                .call_as(&secret, Method::GET, "/api/v1/nodes", None)
                .await
                .0
                == 429,
        );
    }
    assert!(limited > 0);
    assert_eq!(server.get("/api/v1/nodes").await.0, 200, "others do not");
}

#[tokio::test]
async fn streams_have_a_cap_for_each_token() {
    let server = Server::start().await;
    let secret = token(&server, Role::Viewer, "*", &["*"]).await;
    let mut open = Vec::new();
    for _ in 0..32 {
        open.push(server.events(&secret).await.unwrap());
    }
    assert!(server.events(&secret).await.is_err());
    let mut other = server.owners_events().await;
    other.hear_type("SNAPSHOT").await;
    drop(open);
    eventually("room again", || async {
        server.events(&secret).await.ok().map(drop)
    })
    .await;
}
