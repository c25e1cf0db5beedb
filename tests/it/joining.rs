//! Joining by a code: over TLS, with keys, through the waiting room. And everything that must not get in.

use std::net::SocketAddr;
use std::sync::Arc;

use protocol::{Fixed, JoinCode, close};
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Member, Server, a_moment, eventually, joining_spore, member_spore};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use tokio_tungstenite::tungstenite::Message;

async fn code(server: &Server, body: Value) -> JoinCode {
    let (status, answer) = server.post("/api/v1/join-codes", body).await;
    assert_eq!(status, 201, "{answer}");
    answer["code"].as_str().unwrap().parse().unwrap()
}

async fn waiting(server: &Server) -> Vec<Value> {
    let (_, body) = server.get("/api/v1/waiting").await;
    body["waiting"].as_array().unwrap().clone()
}

async fn count(server: &Server) -> usize {
    let (_, body) = server.get("/api/v1/nodes").await;
    body["nodes"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_line_makes_a_machine_a_node_over_tls_and_for_ever() {
    let server = Server::start_with(|config| config.shared_token = None).await;
    let code = code(
        &server,
        json!({"label": "kitchen", "tags": ["heat"], "name": "oven"}),
    )
    .await;
    let mut spore = joining_spore(&code.to_string(), "own-name");
    spore.says("this machine is a member now").await;
    let node = server.until_node("oven", "online").await;
    let trust = &node["trust"];
    assert_eq!(
        (trust["how"].as_str(), trust["via"].as_str()),
        (Some("code"), Some("kitchen"))
    );
    assert_eq!(trust["encrypted"], true, "{trust}");
    assert!(
        trust["fingerprint"].as_str().unwrap().len() == 39,
        "{trust}"
    );
    assert!(
        node["capabilities"]["tags"]
            .as_array()
            .unwrap()
            .contains(&json!("heat"))
    );
    let (status, body) = server
        .shell(node["node_id"].as_str().unwrap(), "echo over tls", 10)
        .await;
    assert_eq!((status, body["result"].as_str()), (200, Some("over tls\n")));
    // Started again, without the code.
    spore.signal("TERM").await;
    assert_eq!(spore.end().await, Some(0));
    server.until_node("oven", "offline").await;
    let home = std::mem::replace(&mut spore.home, tempfile::TempDir::new().unwrap());
    let _again = member_spore(home, "own-name");
    server.until_node("oven", "online").await;
    assert_eq!(count(&server).await, 1);
    // The code is used up.
    let mut other = joining_spore(&code.to_string(), "other");
    other.says("4014").await;
    assert_eq!(count(&server).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_waits_for_a_person() {
    let server = Server::start_with(|config| config.shared_token = None).await;
    let code = code(&server, json!({"label": "rack", "uses": 5})).await;
    let mut spore = joining_spore(&code.to_string(), "pi");
    let line = spore.says("waiting until a person accepts").await;
    let one = eventually("it waits", || async { waiting(&server).await.pop() }).await;
    assert!(
        line.contains(one["fingerprint"].as_str().unwrap()),
        "{line} {one}"
    );
    assert_eq!(
        (one["node_name"].as_str(), one["via"].as_str()),
        (Some("pi"), Some("rack"))
    );
    assert_eq!(count(&server).await, 0, "it gets nothing, not even a place");
    let path = format!("/api/v1/waiting/{}/accept", one["id"].as_str().unwrap());
    let (status, body) = server.post(&path, json!({})).await;
    assert_eq!(status, 200, "{body}");
    server.until_node("pi", "online").await;
    assert_eq!(server.post(&path, json!({})).await.0, 404, "only once");
    // Revoked, it is out at once.
    let id = body["node_id"].as_str().unwrap();
    assert_eq!(
        server
            .post(&format!("/api/v1/nodes/{id}/revoke"), json!({}))
            .await
            .0,
        200
    );
    server.until_node("pi", "offline").await;
    a_moment().await;
    let (_, body) = server.get(&format!("/api/v1/nodes/{id}")).await;
    assert_eq!(
        (
            body["node"]["state"].as_str(),
            body["node"]["trust"]["standing"].as_str()
        ),
        (Some("offline"), Some("revoked"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_in_the_middle_gets_nothing() {
    let server = Server::start_with(|config| config.shared_token = None).await;
    let mut code = code(&server, json!({})).await;
    let certificate = CertificateDer::from_pem_file(server.data.path().join("tls.pem")).unwrap();
    let middle = machine_in_the_middle(server.address(), certificate).await;
    code.addresses = vec![middle.to_string().parse().unwrap()];
    let mut spore = joining_spore(&code.to_string(), "victim");
    spore.says("cannot prove that it is the Nexus").await;
    a_moment().await;
    assert_eq!(count(&server).await, 0);
    let (_, codes) = server.get("/api/v1/join-codes").await;
    assert_eq!(codes["join_codes"][0]["used"], 0, "the secret was not told");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_nexus_at_the_same_place_is_not_believed() {
    let (ours, theirs) = (Server::start().await, Server::start().await);
    let mut code = code(&ours, json!({})).await;
    code.addresses = vec![theirs.address().to_string().parse().unwrap()];
    let mut spore = joining_spore(&code.to_string(), "victim");
    spore.says("this is not the Nexus of the join code").await;
    assert_eq!(count(&theirs).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_of_another_connection_key_or_nonce_are_worth_nothing() {
    let server = Server::start().await;
    let code = code(&server, json!({"uses": 50, "waiting_room": false})).await;
    let (ann, eve) = (Member::new("ann"), Member::new("eve"));
    let mut peer = ann.join(server.address(), Some(&code)).await;
    peer.hear_type("WELCOME").await;
    let nonce = Fixed([7; 32]);
    // Replayed on another connection, with the same nonce of the spore.
    let (_, old) = ann.greet(server.address(), nonce).await;
    let recorded = ann.handshake(&old, nonce, Some(&code));
    // Signed with another key, for another nonce, for another Nexus, with no signature, with half of one.
    let mut forged = vec![recorded.clone()];
    forged.push(eve.handshake(&old, nonce, Some(&code)));
    let mut none = recorded.clone();
    none["payload"].as_object_mut().unwrap().remove("proof");
    forged.push(none);
    let mut zero = recorded.clone();
    zero["payload"]["proof"] = json!(Fixed([0_u8; 64]));
    forged.push(zero);
    for handshake in &forged {
        let (mut peer, _) = ann.greet(server.address(), nonce).await;
        peer.say(handshake).await;
        assert_eq!(peer.end().await.0, 1008, "{handshake}");
    }
    let (mut peer, challenge) = ann.greet(server.address(), nonce).await;
    let other_nonce = ann.handshake(&challenge, Fixed([8; 32]), None);
    peer.say(&other_nonce).await;
    assert_eq!(peer.end().await.0, 1008);
    let (mut peer, mut challenge) = ann.greet(server.address(), nonce).await;
    challenge.nexus_key = eve.public();
    peer.say(&ann.handshake(&challenge, nonce, None)).await;
    assert_eq!(peer.end().await.0, 1008);
    // Downgraded to the prototype's dialect.
    let (mut peer, challenge) = ann.greet(server.address(), nonce).await;
    let mut old = ann.handshake(&challenge, nonce, None);
    old["payload"]["protocol"] = json!(1);
    peer.say(&old).await;
    assert_eq!(peer.end().await.0, 1008);
    assert_eq!(count(&server).await, 1);
    let (_, body) = server.get("/api/v1/nodes").await;
    assert_eq!(
        body["online_count"], 1,
        "ann's own session was never disturbed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shared_token_does_not_speak_for_a_key_and_no_key_for_another() {
    let server = Server::start().await;
    let code = code(&server, json!({"uses": 50, "waiting_room": false})).await;
    let ann = Member::new("ann");
    let mut peer = ann.join(server.address(), Some(&code)).await;
    let welcome = peer.hear_type("WELCOME").await;
    let id = welcome["payload"]["node_id"].as_str().unwrap().to_owned();
    let mut stranger =
        system_tests::Peer::join(server.address(), &system_tests::hello_v2(&id)).await;
    assert_eq!(stranger.end().await.0, 1008);
    // Eve has a good code and claims ann's id: she gets another one.
    let mut eve = Member::new("eve");
    eve.name.clone_from(&id);
    let mut hers = eve.join(server.address(), Some(&code)).await;
    let welcome = hers.hear_type("WELCOME").await;
    assert_ne!(welcome["payload"]["node_id"], id.as_str());
    // A key without a code, and a wrong code.
    let mut none = Member::new("x").join(server.address(), None).await;
    assert_eq!(none.end().await.0, close::UNKNOWN_KEY);
    let wrong = JoinCode {
        secret: Fixed([1; 16]),
        ..code.clone()
    };
    let mut wrong = Member::new("x").join(server.address(), Some(&wrong)).await;
    assert_eq!(wrong.end().await.0, close::BAD_CODE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_machine_is_held_with_its_original() {
    let server = Server::start().await;
    let code = code(&server, json!({})).await;
    let ann = Member::new("ann");
    let mut original = ann.join(server.address(), Some(&code)).await;
    original.hear_type("WELCOME").await;
    let mut copy = ann.join(server.address(), None).await;
    // Reading answers the ping that asks whether the original is alive.
    let ends = tokio::join!(original.end(), copy.end());
    assert_eq!((ends.0.0, ends.1.0), (close::HELD, close::HELD));
    let (_, body) = server.get("/api/v1/nodes").await;
    let node = &body["nodes"][0];
    assert_eq!(node["trust"]["standing"], "held");
    assert!(
        node["trust"]["why"]
            .as_str()
            .unwrap()
            .contains("at the same time"),
        "{node}"
    );
    let mut again = ann.join(server.address(), None).await;
    assert_eq!(again.end().await.0, close::HELD);
    let id = node["node_id"].as_str().unwrap();
    assert_eq!(
        server
            .post(&format!("/api/v1/nodes/{id}/release"), json!({}))
            .await
            .0,
        200
    );
    let mut again = ann.join(server.address(), None).await;
    again.hear_type("WELCOME").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_sends_little_and_says_hello_first() {
    let server = Server::start().await;
    let mut peer = system_tests::Peer::connect(server.address(), protocol::PATH, &[])
        .await
        .unwrap();
    // Of 16 MiB that a spore may send, a stranger gets through with one at most.
    peer.send(Message::Text("x".repeat(3 << 20).into())).await;
    assert_eq!(peer.end().await.0, 1006);
    // Having been somebody harmless on the same connection does not help: a keep-alive request first.
    let mut socket = TcpStream::connect(server.address()).await.unwrap();
    socket
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut answer = [0; 512];
    let read = socket.read(&mut answer).await.unwrap();
    assert!(answer[..read].starts_with(b"HTTP/1.1 200"));
    let request = "GET /ws/nodes HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                   sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    socket.write_all(request.as_bytes()).await.unwrap();
    let read = socket.read(&mut answer).await.unwrap();
    assert!(answer[..read].starts_with(b"HTTP/1.1 101"));
    // A masked text frame of 8 MiB.
    let mut frame = vec![0x81, 0xff];
    frame.extend((8_u64 << 20).to_be_bytes());
    frame.extend([0; 4]);
    frame.resize(frame.len() + (8 << 20), b'x');
    let _ = tokio::time::timeout(system_tests::PATIENCE, socket.write_all(&frame))
        .await
        .unwrap();
    let end = tokio::time::timeout(system_tests::PATIENCE, socket.read(&mut answer))
        .await
        .unwrap();
    assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_and_silent_connections_hold_nobody_up() {
    let server = Server::start().await;
    let mut idle = Vec::new();
    // More of them than handshakes of TLS take turns at once.
    for turn in 0..1000 {
        let mut socket = TcpStream::connect(server.address()).await.unwrap();
        // Some say nothing, some trickle a request's head, most begin TLS and stop.
        match turn % 5 {
            0 => {}
            1 => socket.write_all(b"GET /healthz HT").await.unwrap(),
            _ => socket.write_all(&[0x16, 3, 1]).await.unwrap(),
        }
        idle.push(socket);
    }
    assert_eq!(server.get("/api/v1/nodes").await.0, 200);
    let code = code(&server, json!({})).await;
    let mut honest = Member::new("honest")
        .join(server.address(), Some(&code))
        .await;
    honest.hear_type("WELCOME").await;
    // And they are shown the door.
    for socket in &mut idle {
        let mut rest = Vec::new();
        let ended =
            tokio::time::timeout(system_tests::PATIENCE, socket.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "a silent connection stays for ever");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_of_codes_are_shown_once_and_kept_as_hashes() {
    let server = Server::start().await;
    let code = code(&server, json!({"label": "rack"})).await;
    let (_, listed) = server.get("/api/v1/join-codes").await;
    let secret = code.secret.to_string();
    assert!(!listed.to_string().contains(&secret) && !listed.to_string().contains("nxj_"));
    let id = listed["join_codes"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        server
            .call(Method::DELETE, &format!("/api/v1/join-codes/{id}"), None)
            .await
            .0,
        200
    );
    let (_, listed) = server.get("/api/v1/join-codes").await;
    assert_eq!(listed["join_codes"][0]["state"], "withdrawn");
    let data = server.stop().await;
    for entry in std::fs::read_dir(data.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        assert!(!holds(secret.as_bytes()) && !holds(&code.secret.0));
    }
}

/// Ends TLS with a certificate of its own, and passes everything on over TLS of its own.
async fn machine_in_the_middle(
    nexus: SocketAddr,
    certificate: CertificateDer<'static>,
) -> SocketAddr {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(default_provider());
    let accepting = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    // It has the real certificate from somewhere, and checks it: it is a careful attacker.
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let dialing = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let (acceptor, connector) = (
        TlsAcceptor::from(Arc::new(accepting)),
        TlsConnector::from(Arc::new(dialing)),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (acceptor, connector) = (acceptor.clone(), connector.clone());
            tokio::spawn(async move {
                let mut victim = acceptor.accept(socket).await.unwrap();
                let tcp = TcpStream::connect(nexus).await.unwrap();
                let name = ServerName::try_from("localhost").unwrap();
                let mut server = connector.connect(name, tcp).await.unwrap();
                drop(copy_bidirectional(&mut victim, &mut server).await);
            });
        }
    });
    address
}
