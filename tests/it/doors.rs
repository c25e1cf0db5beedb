//! Several doors to one Nexus: dead ones, ones that die, impostors, and what a Nexus says of others.

use std::net::SocketAddr;
use std::path::Path;
use std::time::SystemTime;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use futures_util::{SinkExt, StreamExt};
use nexus::Running;
use protocol::{
    Challenge, ChannelKind, Fixed, FromSpore, JoinCode, Signer, Transcript, decode_from_spore,
    encode,
};
use serde_json::{Value, json};
use system_tests::{Instance, Program, Server, a_moment, eventually, joining_spore, member_spore};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpSocket};
use tokio_tungstenite::tungstenite::Message;

/// Bound, and nobody listens: whoever dials is refused, for as long as it is held.
fn dead_door() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

async fn code(server: &Server, doors: &[SocketAddr]) -> JoinCode {
    let (status, answer) = server.post("/api/v1/join-codes", json!({})).await;
    assert_eq!(status, 201, "{answer}");
    leading(answer["code"].as_str().unwrap(), doors)
}

fn leading(code: &str, doors: &[SocketAddr]) -> JoinCode {
    let doors = doors.iter().map(|door| door.to_string().parse().unwrap());
    JoinCode {
        addresses: doors.collect(),
        ..code.parse().unwrap()
    }
}

/// What `spore status` says.
async fn status(spore: &Program) -> Value {
    serde_json::from_str(&spore.spore(&["status", "--json"]).await).unwrap()
}

/// Waits until a spore says that it uses this door.
async fn until_in_use(spore: &Program, door: SocketAddr) -> Value {
    eventually(&format!("{door} is in use"), || async {
        let status = status(spore).await;
        (status["in_use"] == door.to_string()).then_some(status)
    })
    .await
}

fn copied(from: &Path) -> TempDir {
    let copy = TempDir::new().unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
    }
    copy
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_joins_by_the_one_door_that_opens_and_keeps_all() {
    let server = Server::start_with(|config| config.shared_token = None).await;
    let dead: Vec<_> = (0..7).map(|_| dead_door()).collect();
    let mut doors: Vec<_> = dead.iter().map(|(_, address)| *address).collect();
    doors.push(server.address());
    let spore = joining_spore(&code(&server, &doors).await.to_string(), "far");
    server.until_node("far", "online").await;
    let status = until_in_use(&spore, server.address()).await;
    let known: Vec<_> = status["addresses"].as_array().unwrap().iter().collect();
    assert_eq!(known.len(), doors.len(), "{status}");
    assert!(known.iter().all(|one| one["learned"] == false), "{status}");
}

/// Two instances that know the same spore, and the spore.
async fn two_that_know_it() -> (Instance, Instance, Program) {
    let alone = Instance::start(TempDir::new().unwrap(), &[]).await;
    // A port for the second one; free until then.
    let (held, other) = dead_door();
    let made = alone.ask("join-codes", Some(json!({}))).await;
    let code = leading(made["code"].as_str().unwrap(), &[alone.address, other]);
    let spore = joining_spore(&code.to_string(), "far");
    eventually("it joins past the dead door", || alone.online()).await;
    let Instance {
        mut program,
        address,
        ..
    } = alone;
    program.signal("TERM").await;
    program.end().await;
    drop(held);
    let data = copied(program.home.path());
    let first = Instance::at(copied(program.home.path()), address).await;
    let second = Instance::at(data, other).await;
    (first, second, spore)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_goes_on_at_the_other_door_when_one_is_killed() {
    let (first, second, spore) = two_that_know_it().await;
    let (node, is_first) = eventually("it is at one of them", || async {
        match (first.online().await, second.online().await) {
            (Some(node), None) => Some((node, true)),
            (None, Some(node)) => Some((node, false)),
            _ => None,
        }
    })
    .await;
    let (killed, other) = if is_first {
        (first, second)
    } else {
        (second, first)
    };
    until_in_use(&spore, killed.address).await;
    let command = "echo one; while [ ! -e go ]; do sleep 0.05; done; echo two";
    let body = json!({"node_id": node, "skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": command}, "timeout": 60});
    let asked = killed.ask("executions", Some(body)).await;
    let id = asked["id"].as_str().unwrap();
    eventually("it writes", || async {
        killed.output(id).await.contains("one").then_some(())
    })
    .await;
    killed.program.signal("KILL").await;
    eventually("it comes in there", || other.online()).await;
    let adopted = eventually("what it brings is adopted", || async {
        Some(other.execution(id).await).filter(|one| one["state"] == "running")
    })
    .await;
    assert_eq!(adopted["node_id"], node.as_str(), "{adopted}");
    until_in_use(&spore, other.address).await;
    std::fs::write(spore.home.path().join("data/workspace/go"), "").unwrap();
    let end = eventually("it ends", || async {
        Some(other.execution(id).await).filter(|one| one["finished_at"].is_string())
    })
    .await;
    assert_eq!(end["state"], "succeeded", "{end}");
    assert!(other.output(id).await.ends_with("two\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_impostor_among_the_doors_is_passed_by() {
    let (ours, theirs) = (Server::start().await, Server::start().await);
    let code = code(&ours, &[theirs.address(), ours.address()]).await;
    let mut spore = joining_spore(&code.to_string(), "far");
    ours.until_node("far", "online").await;
    until_in_use(&spore, ours.address()).await;
    ours.stop().await;
    let said = spore.says("it has another key; it is told nothing").await;
    assert!(said.contains(&theirs.address().to_string()), "{said}");
    a_moment().await;
    for path in ["nodes", "waiting"] {
        let (_, body) = theirs.get(&format!("/api/v1/{path}")).await;
        assert_eq!(body[path].as_array().map(Vec::len), Some(0), "{body}");
    }
    assert_eq!(status(&spore).await["in_use"], Value::Null);
}

async fn nexus_in(data: &TempDir, port: u16) -> Running {
    let mut config = nexus::Config::new(data.path().to_owned());
    config.port = port;
    nexus::start(config).await.expect("the Nexus starts")
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_come_and_go_and_a_spore_hears_of_it_in_session() {
    let server = Server::start_with(|config| config.shared_token = None).await;
    let address = server.address();
    let mut spore = joining_spore(&code(&server, &[address]).await.to_string(), "far");
    server.until_node("far", "online").await;
    let data = server.stop().await;
    let other_data = copied(data.path());
    let (first, second) = (
        nexus_in(&data, address.port()).await,
        nexus_in(&other_data, 0).await,
    );
    until_in_use(&spore, address).await;
    // One that never was, one of before, one with a scheme: only what can be used is taken.
    let (_held, gone) = dead_door();
    for told in [
        vec![gone.to_string()],
        vec![
            address.to_string(),
            second.address().to_string(),
            format!("ws://{gone}"),
        ],
    ] {
        first.handle().set_doors(told).await.unwrap();
    }
    let learned = eventually("it has learned", || async {
        let known = status(&spore).await["addresses"].as_array().cloned()?;
        (known.len() == 2).then_some(known)
    })
    .await;
    for (door, by_a_nexus) in [(address, false), (second.address(), true)] {
        let one = json!({"address": door.to_string(), "learned": by_a_nexus});
        assert!(learned.contains(&one), "{learned:?}");
    }
    // A code that is made now leads to both.
    let made = first
        .joining()
        .make(Default::default(), &nexus::access::Caller::local())
        .await;
    let addresses = made.unwrap().code.addresses;
    assert!(
        addresses
            .iter()
            .any(|one| one.port == second.address().port()),
        "{addresses:?}"
    );
    first.shutdown(system_tests::PATIENCE).await;
    until_in_use(&spore, second.address()).await;
    // And it still knows the way when it starts again.
    spore.signal("TERM").await;
    spore.end().await;
    let home = std::mem::replace(&mut spore.home, TempDir::new().unwrap());
    let again = member_spore(home, "far");
    until_in_use(&again, second.address()).await;
}

/// A Nexus with the right key that says whatever it wants to.
struct Hostile {
    pair: Ed25519KeyPair,
    listener: TcpListener,
}

impl Hostile {
    async fn new() -> Self {
        Self {
            pair: Ed25519KeyPair::generate().unwrap(),
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
        }
    }

    fn code(&self) -> JoinCode {
        let address = self.listener.local_addr().unwrap();
        JoinCode {
            nexus_key: self.key(),
            secret: Fixed([9; 16]),
            addresses: vec![format!("ws://{address}").parse().unwrap()],
        }
    }

    fn key(&self) -> protocol::PublicKey {
        Fixed(self.pair.public_key().as_ref().try_into().unwrap())
    }

    /// Welcomes a spore, and tells one of these after the other. After each it asks `then`, once the spore has taken it in.
    async fn tells(&self, told: &[Value], then: impl AsyncFn()) {
        let (stream, _) = self.listener.accept().await.unwrap();
        let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
        let hear = async |socket: &mut tokio_tungstenite::WebSocketStream<_>| loop {
            if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
                return decode_from_spore(&text).unwrap();
            }
        };
        let FromSpore::Hello(hello) = hear(&mut socket).await else {
            panic!("no HELLO")
        };
        let transcript = Transcript {
            nexus_key: self.key(),
            spore_key: hello.spore_key,
            nexus_nonce: Fixed([5; 32]),
            spore_nonce: hello.nonce,
            channel: None,
        };
        let signature = self.pair.sign(&transcript.bytes(Signer::Nexus));
        let challenge = Challenge {
            nexus_key: transcript.nexus_key,
            nonce: transcript.nexus_nonce,
            channel: ChannelKind::None,
            signature: Fixed(signature.as_ref().try_into().unwrap()),
        };
        let frame = encode(&challenge, SystemTime::now());
        socket.send(Message::text(frame)).await.unwrap();
        let FromSpore::Handshake(_) = hear(&mut socket).await else {
            panic!("no HANDSHAKE")
        };
        for told in told {
            let welcome = json!({"message_type": "WELCOME", "payload": {
                "protocol": 2, "nexus_id": "x", "nexus_version": "0", "session_id": "s", "node_id": "n",
                "heartbeat_interval": 1, "nexus_addresses": told,
            }});
            let frame = Message::text(welcome.to_string());
            socket.send(frame).await.unwrap();
            // The first may have been on its way.
            for _ in 0..2 {
                let FromSpore::Heartbeat(_) = hear(&mut socket).await else {
                    panic!("no HEARTBEAT")
                };
            }
            then().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_for_addresses_costs_no_session_and_makes_no_door() {
    let hostile = Hostile::new().await;
    let spore = joining_spore(&hostile.code().to_string(), "far");
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let garbage = [
        serde_json::from_str(&deep).unwrap(),
        json!({"a": 1}),
        json!([
            null,
            7,
            {},
            [],
            "",
            "\u{0}",
            "a",
            "ws://a:1",
            "0.0.0.0:1",
            "[::]:1",
            "169.254.169.254:80"
        ]),
        json!(["x".repeat(1 << 20)]),
    ];
    let unmoved = async || {
        let status = status(&spore).await;
        assert_eq!(status["addresses"].as_array().unwrap().len(), 1, "{status}");
    };
    hostile.tells(&garbage, unmoved).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_longer_than_it_may_be_is_cut() {
    let hostile = Hostile::new().await;
    let spore = joining_spore(&hostile.code().to_string(), "far");
    let many: Vec<String> = (1..=10_000).map(|n| format!("127.0.0.1:{n}")).collect();
    let cut = async || {
        let status = status(&spore).await;
        let known = status["addresses"].as_array().unwrap();
        assert_eq!(known.len(), 1 + protocol::limits::DOORS, "{status}");
    };
    hostile.tells(&[json!(many)], &cut).await;
    // It comes back to the door that works, past all that do not exist; and none is no news.
    hostile.tells(&[json!([])], &cut).await;
}
