//! What is larger than one letter between two instances crosses all the same: parameters to the node, results from it, through
//! a cut as well; in this process and by way of a real NATS.

use nexus::fleet::{Through, local, nats};
use rusqlite::Connection;
use serde_json::{Value, json};
use system_tests::{Peer, Server, hello_v2, spore_program};
use uuid::Uuid;

use super::node;
use crate::fleet::server::Server as Nats;

/// Two instances, and what is between them.
struct Two {
    here: Server,
    there: Server,
    wire: Wire,
}

enum Wire {
    Local(local::Engine),
    Nats(Nats),
}

async fn instance(through: Through, key: Option<&str>, name: &str) -> Server {
    Server::start_with(|config| {
        config.name = name.to_owned();
        config.fleet = Some(through);
        config.fleet_key = key.map(nexus::secret::Secret::new);
    })
    .await
}

impl Two {
    async fn on_local() -> Self {
        let engine = local::Engine::default();
        let through = || Through::Local(engine.clone());
        Self {
            here: instance(through(), None, "here").await,
            there: instance(through(), None, "there").await,
            wire: Wire::Local(engine),
        }
    }

    async fn on_nats() -> Self {
        let server = Nats::start();
        let settings = nats::Settings::new(&server.url(), None, None).unwrap();
        let through = || Through::Nats(Box::new(settings.clone()));
        let key = format!("nxf_{}", "07".repeat(32));
        Self {
            here: instance(through(), Some(&key), "here").await,
            there: instance(through(), Some(&key), "there").await,
            wire: Wire::Nats(server),
        }
    }

    /// They do not hear each other any more, or do again.
    fn cut(&mut self, cut: bool) {
        let (a, b) = (&self.here.nexus, &self.there.nexus);
        let ids = a.instance().zip(b.instance()).unwrap();
        match (&mut self.wire, cut) {
            (Wire::Local(engine), true) => engine.cut(ids.0, ids.1),
            (Wire::Local(engine), false) => engine.mend(ids.0, ids.1),
            (Wire::Nats(server), true) => server.kill(),
            (Wire::Nats(server), false) => server.run(),
        }
    }
}

/// The worst text there is: each letter of it needs two in JSON, and four in JSON in JSON.
fn quotes(bytes: usize) -> String {
    "\"\\".repeat(bytes / 2)
}

async fn both_ways(two: &Two) {
    let mut peer = Peer::join(two.there.address(), &hello_big("far")).await;
    peer.hear_type("WELCOME").await;
    let id = node(&two.here, "far").await;
    let (command, result) = (quotes(700_000), quotes(1_500_000));
    let body = json!({"skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": command}, "timeout": 60});
    let path = format!("/api/v1/nodes/{id}/execute");
    let asked = two.here.post(&path, body);
    let spore = async {
        let order = peer.hear_type("EXECUTE_SKILL").await;
        assert!(
            order["payload"]["parameters"]["command"] == json!(command),
            "it is as it was"
        );
        peer.respond(&order, json!(result)).await;
        listens(&mut peer).await;
    };
    let (status, body) = tokio::select! {
        answer = asked => answer,
        () = spore => unreachable!("it listens for ever"),
    };
    assert_eq!(status, 200, "{}", shown(&body));
    assert!(body["result"] == json!(result), "{}", shown(&body));
}

/// Who does not listen does not answer pings.
async fn listens(peer: &mut Peer) {
    loop {
        peer.hear().await;
    }
}

/// The beginning of it.
fn shown(body: &Value) -> String {
    body.to_string().chars().take(500).collect()
}

async fn through_a_cut(mut two: Two) {
    let mut hello = hello_big("wanderer");
    let mut peer = Peer::join(two.there.address(), &hello).await;
    peer.hear_type("WELCOME").await;
    let id = node(&two.here, "wanderer").await;
    let run = two.here.start_shell(&id, &quotes(700_000), 60).await;
    let order = peer.hear_type("EXECUTE_SKILL").await;
    assert_eq!(order["payload"]["request_id"], run);
    peer.say(&json!({"message_type": "ACCEPTED", "payload": {"request_id": run}}))
        .await;
    two.here.until_state(&run, "running").await;
    two.cut(true);
    // Almost the largest that is kept, so that it can be looked at afterwards.
    let result = quotes(500_000);
    let response = json!({"message_type": "RESPONSE", "payload": {"request_id": run, "node_id": id, "success": true,
        "result": result, "exit_code": 0}});
    peer.say(&response).await;
    tokio::select! {
        _ = two.here.until_state(&run, "unknown") => {}
        () = listens(&mut peer) => unreachable!("it listens for ever"),
    }
    two.cut(false);
    hello["payload"]["running"] =
        json!([{"request_id": run, "skill_name": "ShellSkill", "method_name": "run"}]);
    let end = two.here.until_state(&run, "succeeded");
    let spore = async {
        loop {
            // What is not acknowledged comes again, as often as it is asked for.
            assert_eq!(peer.end().await.0, 1012);
            peer = Peer::join(two.there.address(), &hello).await;
            peer.hear_type("WELCOME").await;
            peer.say(&response).await;
        }
    };
    tokio::select! {
        _ = end => {}
        () = spore => unreachable!("it comes again and again"),
    }
    // What is too large for memory is on the disk, which only one reads at a time.
    let data = two.here.stop().await;
    let store = Connection::open(data.path().join("nexus.sqlite")).unwrap();
    let asked = "SELECT result FROM executions WHERE id = ?1";
    let id: Uuid = run.parse().unwrap();
    let kept = store.query_row(asked, [id.as_bytes().as_slice()], |row| {
        row.get::<_, String>(0)
    });
    let kept: Value = serde_json::from_str(&kept.unwrap()).unwrap();
    assert!(kept == result, "it is as it was");
}

/// A peer that takes the largest orders.
fn hello_big(name: &str) -> Value {
    let mut hello = hello_v2(name);
    hello["payload"]["capabilities"]["limits"]["max_message_bytes"] = json!(8 << 20);
    hello
}

#[tokio::test(flavor = "multi_thread")]
async fn large_parameters_and_results_cross() {
    let two = Two::on_local().await;
    both_ways(&two).await;
    through_a_cut(two).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_parameters_and_results_cross_nats() {
    let two = Two::on_nats().await;
    both_ways(&two).await;
    through_a_cut(two).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_goes_to_a_real_spore_elsewhere_and_comes_back() {
    let two = Two::on_local().await;
    let _spore = spore_program(two.there.address(), "far", &[]);
    let id = node(&two.here, "far").await;
    let content = "żółw \"quoted\"\n".repeat(250_000);
    let call = async |method: &str, parameters: Value| {
        let body = json!({"skill_name": "FileSkill", "method_name": method, "parameters": parameters, "timeout": 60});
        let path = format!("/api/v1/nodes/{id}/execute");
        two.here.post(&path, body).await
    };
    let (status, body) = call("write_file", json!({"path": "big", "content": content})).await;
    assert_eq!((status, &body["success"]), (200, &json!(true)), "{body}");
    let most = content.len();
    let (status, body) = call("read_file", json!({"path": "big", "max_bytes": most})).await;
    assert_eq!(status, 200);
    assert!(body["result"] == json!(content), "{}", shown(&body));
}

/// More output than may wait at the instance that holds the socket, while the owner is looked for.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_spore_brings_to_another_instance_may_be_large() {
    let two = Two::on_local().await;
    let mut hello = hello_big("wanderer");
    let mut peer = Peer::join(two.there.address(), &hello).await;
    peer.hear_type("WELCOME").await;
    let id = node(&two.here, "wanderer").await;
    let run = two.here.start_shell(&id, "anything", 60).await;
    peer.hear_type("EXECUTE_SKILL").await;
    drop(peer);
    two.here.until_state(&run, "unknown").await;
    hello["payload"]["running"] = json!([{"request_id": run, "skill_name": "ShellSkill", "method_name": "run",
        "first_seq": 0, "next_seq": 100}]);
    let mut peer = Peer::join(two.there.address(), &hello).await;
    peer.hear_type("WELCOME").await;
    let text = "x".repeat(60_000);
    for seq in 0..100 {
        let output = json!({"request_id": run, "seq": seq, "stream": "stdout", "text": text});
        peer.say(&json!({"message_type": "OUTPUT", "payload": output}))
            .await;
    }
    let response = json!({"request_id": run, "node_id": id, "success": true, "result": null, "exit_code": 0, "next_seq": 100});
    peer.say(&json!({"message_type": "RESPONSE", "payload": response}))
        .await;
    let end = two.here.until_state(&run, "succeeded").await;
    assert_eq!(end["output_truncated"], false, "{end}");
    loop {
        // The same socket hears it: it was not asked to begin anew.
        let ack = peer.hear_type("ACK").await;
        if ack["payload"]["finished"] == json!(true) {
            break;
        }
    }
}

/// What three spores bring back is more than one answer holds.
#[tokio::test(flavor = "multi_thread")]
async fn an_instance_hears_of_all_that_runs_elsewhere_however_much_it_is() {
    let engine = local::Engine::default();
    let there = instance(Through::Local(engine.clone()), None, "there").await;
    let mut peers = Vec::new();
    for name in ["one", "two", "three"] {
        let mut hello = hello_v2(name);
        let running = |_| json!({"request_id": Uuid::new_v4(), "skill_name": "s".repeat(200), "method_name": "m".repeat(150)});
        hello["payload"]["running"] = (0..1000).map(running).collect();
        let mut peer = Peer::join(there.address(), &hello).await;
        peer.hear_type("WELCOME").await;
        peers.push(peer);
    }
    let here = instance(Through::Local(engine), None, "here").await;
    for name in ["one", "two", "three"] {
        node(&here, name).await;
    }
}
