//! Lost connections and crashes lose nothing that was acknowledged.

use std::time::Duration;

use nexus::secret::Secret;
use nexus::{Config, Running};
use serde_json::json;
use system_tests::{Peer, Server, TOKEN, eventually, hello_v2, nexus_program, spore_program};
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A wire that can be cut and joined again.
async fn wire(to: std::net::SocketAddr) -> (std::net::SocketAddr, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (switch, whole) = watch::channel(true);
    tokio::spawn(async move {
        while let Ok((mut here, _)) = listener.accept().await {
            let mut whole = whole.clone();
            tokio::spawn(async move {
                let cut = !*whole.borrow_and_update();
                if cut {
                    return;
                }
                let Ok(mut there) = TcpStream::connect(to).await else {
                    return;
                };
                tokio::select! {
                    _ = copy_bidirectional(&mut here, &mut there) => {}
                    _ = whole.changed() => {}
                }
            });
        }
    });
    (address, switch)
}

#[tokio::test]
async fn a_cut_wire_loses_no_output_and_no_result() {
    let server = Server::start().await;
    let (address, switch) = wire(server.address()).await;
    let _spore = spore_program(address, "far", &[]);
    let node = server.until_node("far", "online").await["node_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let id = server
        .start_shell(
            &node,
            "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line $i; sleep 0.25; done",
            60,
        )
        .await;
    eventually("it writes", || async {
        (!server.output(&id).await.is_empty()).then_some(())
    })
    .await;
    switch.send(false).unwrap();
    server.until_node("far", "offline").await;
    server.until_state(&id, "unknown").await;
    switch.send(true).unwrap();
    let end = server.until_state(&id, "succeeded").await;
    assert_eq!(
        (&end["exit_code"], &end["output_truncated"]),
        (&json!(0), &json!(false)),
        "{end}"
    );
    let expected: String = (1..=12).map(|line| format!("line {line}\n")).collect();
    assert_eq!(
        server.output(&id).await,
        expected,
        "each line once, in order"
    );
}

#[tokio::test]
async fn a_stop_during_the_cut_is_proved_after_it() {
    let server = Server::start().await;
    let (address, switch) = wire(server.address()).await;
    let _spore = spore_program(address, "far", &[]);
    let node = server.until_node("far", "online").await["node_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let id = server.start_shell(&node, "sleep 300", 600).await;
    server.until_state(&id, "running").await;
    switch.send(false).unwrap();
    server.until_state(&id, "unknown").await;
    assert_eq!(
        server
            .post(&format!("/api/v1/executions/{id}/cancel"), json!({}))
            .await
            .0,
        202
    );
    switch.send(true).unwrap();
    server.until_state(&id, "cancelled").await;
}

async fn nexus_in(data: &TempDir, port: u16) -> Running {
    let mut config = Config::new(data.path().to_owned());
    config.port = port;
    config.shared_token = Some(Secret::new(TOKEN));
    nexus::start(config).await.expect("the Nexus starts")
}

#[tokio::test]
async fn a_restarted_nexus_knows_its_nodes_and_its_spores_go_on() {
    let data = TempDir::new().unwrap();
    let first = nexus_in(&data, 0).await;
    let address = first.address();
    let handle = first.handle();
    let _spore = spore_program(address, "loyal", &[]);
    let node = eventually("it joins", || async {
        handle.nodes().await.unwrap().first().cloned()
    })
    .await;
    let id = uuid::Uuid::now_v7();
    let call = nexus::state::Call {
        skill: "ShellSkill".into(),
        method: "run".into(),
        parameters: serde_json::value::to_raw_value(
            &json!({"command": "echo one; sleep 4; echo two"}),
        )
        .unwrap(),
        timeout: Duration::from_secs(60),
    };
    let target = nexus::state::Target::Node(node.facts.id.clone());
    handle
        .submit(nexus::state::Submission {
            id,
            target,
            call,
            mode: nexus::state::Mode::Stream,
            caller: nexus::access::Caller::local(),
            approval: None,
        })
        .await
        .unwrap();
    eventually("it writes", || async {
        handle.output(id, 0, 1000).await.unwrap().first().cloned()
    })
    .await;
    drop(handle);
    first.shutdown(Duration::from_secs(5)).await;

    let second = nexus_in(&data, address.port()).await;
    let handle = second.handle();
    let known = handle.nodes().await.unwrap();
    assert_eq!(
        (known.len(), &known[0].facts.id, known[0].facts.x),
        (1, &node.facts.id, node.facts.x)
    );
    let end = eventually("the execution ends", || async {
        handle
            .execution(id)
            .await
            .unwrap()
            .filter(|one| one.state == nexus::model::ExecutionState::Succeeded)
    })
    .await;
    assert_eq!(end.exit_code, Some(0));
    let output = handle.output(id, 0, 1000).await.unwrap();
    let text: Vec<u8> = output.into_iter().flat_map(|chunk| chunk.bytes).collect();
    assert_eq!(String::from_utf8(text).unwrap(), "one\ntwo\n");
}

#[tokio::test]
async fn a_killed_nexus_has_kept_what_it_acknowledged() {
    let data = TempDir::new().unwrap();
    let environment = [("NEXUS_SHARED_TOKEN", TOKEN), ("NEXUS_PORT", "0")];
    let mut child = nexus_program(data.path(), &["serve"], &environment)
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let stderr = child.stderr.take().unwrap();
    let address = system_tests::listening(stderr).await;
    let mut peer = Peer::join(address, &hello_v2("a")).await;
    peer.hear_type("WELCOME").await;
    let token = std::fs::read_to_string(data.path().join("api-token"))
        .unwrap()
        .trim()
        .to_owned();
    let body = json!({"node_id": "a", "skill_name": "ShellSkill", "method_name": "run", "parameters": {"command": "x"}});
    let client = reqwest::Client::new();
    let accepted = client
        .post(format!("http://{address}/api/v1/executions"))
        .bearer_auth(&token)
        .json(&body)
        .send()
        .await
        .unwrap();
    let id: uuid::Uuid = accepted.json::<serde_json::Value>().await.unwrap()["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    peer.hear_type("EXECUTE_SKILL").await;
    peer.say(&json!({"message_type": "OUTPUT", "payload": {"request_id": id, "seq": 0, "stream": "stdout", "text": "kept"}})).await;
    peer.hear_type("ACK").await;
    child.kill().await.unwrap();

    let again = nexus_in(&data, 0).await;
    let handle = again.handle();
    let found = handle
        .execution(id)
        .await
        .unwrap()
        .expect("it was accepted");
    assert_eq!(found.state, nexus::model::ExecutionState::Unknown);
    assert_eq!(handle.output(id, 0, 1000).await.unwrap()[0].bytes, b"kept");
    assert_eq!(handle.nodes().await.unwrap()[0].facts.id, "a");
}
