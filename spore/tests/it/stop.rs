//! Stopping: whole trees, and nothing said before it is true.

use serde_json::json;

use crate::nexus::{Nexus, alive, unique_sleep, until};

#[tokio::test]
async fn cancel_ends_the_whole_tree_and_proves_it() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    let sleeps: Vec<String> = (0..4).map(|_| unique_sleep()).collect();
    // A child, a detached child, a detached grandchild whose parent is gone, and the shell's own.
    let command = format!(
        "sleep {} & setsid sleep {} & (setsid sleep {} >/dev/null 2>&1 &) ; sleep {} & wait",
        sleeps[0], sleeps[1], sleeps[2], sleeps[3]
    );
    session.run("e1", &command).await;
    session.expect_of("ACCEPTED", "e1").await;
    until("all four sleep", || sleeps.iter().all(|sleep| alive(sleep))).await;
    session
        .send("CANCEL", json!({ "request_id": "e1", "reason": "test" }))
        .await;
    let response = session.response("e1").await;
    for sleep in &sleeps {
        assert!(!alive(sleep), "the answer came while a process was alive");
    }
    assert_eq!(response["outcome"], "cancelled");
    assert_eq!(response["success"], false);
    assert_eq!(response["error"], "cancelled");
}

/// Left its session, wiped its environment, lost its parent: only its control group still knows it.
#[tokio::test]
async fn what_hides_from_everything_else_is_found_by_its_control_group() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    let (hidden, seen) = (unique_sleep(), unique_sleep());
    let command = format!(
        "(env -i /usr/bin/setsid /bin/sh -c '/bin/sleep {hidden} & exec /bin/sleep {hidden}' >/dev/null 2>&1 &); \
         cat /proc/self/cgroup; exec sleep {seen}"
    );
    session.stream("e1", &command).await;
    until("both sleep", || alive(&hidden) && alive(&seen)).await;
    session.send("CANCEL", json!({ "request_id": "e1" })).await;
    let (_, groups, response) = session.collect("e1").await;
    assert_eq!(response["outcome"], "cancelled");
    assert!(!alive(&seen));
    let groups = String::from_utf8(groups).unwrap();
    if groups
        .lines()
        .any(|line| line.starts_with("0::") && line.contains("/execution-"))
    {
        assert!(!alive(&hidden), "the answer came while a process was alive");
    } else {
        println!("skipped: no control groups can be made here: {groups}");
        let ended = std::process::Command::new("pkill")
            .args(["-f", &format!("/bin/sleep {hidden}")])
            .status();
        assert!(ended.is_ok());
    }
}

#[tokio::test]
async fn who_ignores_term_is_killed() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore();
    let mut session = nexus.welcome().await;
    let sleep = unique_sleep();
    session
        .run(
            "e1",
            &format!("trap '' TERM; touch ready; sleep {sleep}; sleep {sleep}"),
        )
        .await;
    until("it is deaf", || {
        spore.scratch.workspace().join("ready").exists() && alive(&sleep)
    })
    .await;
    session.send("CANCEL", json!({ "request_id": "e1" })).await;
    let response = session.response("e1").await;
    assert!(!alive(&sleep));
    assert_eq!(response["outcome"], "cancelled");
    assert_eq!(response["signal"], "SIGKILL");
}

#[tokio::test]
async fn a_stopped_process_can_clean_up() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session
        .run(
            "e1",
            "trap 'echo bye; exit 7' TERM; touch ready; while :; do sleep 0.05; done",
        )
        .await;
    until("it listens", || {
        spore.scratch.workspace().join("ready").exists()
    })
    .await;
    session.send("CANCEL", json!({ "request_id": "e1" })).await;
    let response = session.response("e1").await;
    assert_eq!(response["outcome"], "cancelled");
    assert_eq!(response["exit_code"], 7);
    assert!(
        response["result"].as_str().unwrap().starts_with("bye\n"),
        "{response}"
    );
}

#[tokio::test]
async fn the_tighter_time_limit_counts() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    let sleep = unique_sleep();
    let command = format!("echo before; sleep {sleep} & sleep {sleep}");
    let parameters = json!({ "command": command, "timeout": 0.5 });
    session
        .execute("own", "ShellSkill", "run", parameters, json!({}))
        .await;
    let own = session.response("own").await;
    assert!(!alive(&sleep));
    assert_eq!(own["outcome"], "timed_out");
    assert_eq!(own["error"], "timed out after 0.5 s");
    assert_eq!(own["result"], "before\n");
    let parameters = json!({ "command": command, "timeout": 500 });
    session
        .execute(
            "call",
            "ShellSkill",
            "run",
            parameters,
            json!({ "timeout": 1 }),
        )
        .await;
    let call = session.response("call").await;
    assert!(!alive(&sleep));
    assert_eq!(call["error"], "timed out after 1 s");
}

#[tokio::test]
async fn what_a_command_leaves_behind_neither_delays_nor_survives() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    for (id, command) in [
        ("holds the pipe", "sleep S & echo out"),
        ("holds nothing", "sleep S >/dev/null 2>&1 & echo out"),
        (
            "is deaf",
            "(trap '' TERM HUP; sleep S) & sleep 0.1; echo out",
        ),
        (
            "talks on",
            "(trap '' PIPE; echo S >/dev/null; while :; do sleep S; done) & echo out",
        ),
    ] {
        let sleep = unique_sleep();
        session.run(id, &command.replace('S', &sleep)).await;
        let response = session.response(id).await;
        assert!(!alive(&sleep), "{id}");
        assert_eq!(response["result"], "out\n", "{id}");
        assert_eq!(response["outcome"], "succeeded", "{id}");
    }
}

#[tokio::test]
async fn what_a_command_detaches_may_stay() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    let sleep = unique_sleep();
    // It even holds the pipe, and the answer does not wait for it.
    let command = format!(
        "setsid sh -c 'touch up; exec sleep {sleep}' & while [ ! -e up ]; do :; done; echo out"
    );
    session.run("e1", &command).await;
    let response = session.response("e1").await;
    assert_eq!(response["result"], "out\n");
    until("the detached one sleeps", || alive(&sleep)).await;
    session
        .run("e2", &format!("pkill -f '^sleep {sleep}'"))
        .await;
    session.response("e2").await;
    until("it is gone", || !alive(&sleep)).await;
}

#[tokio::test]
async fn cancel_of_what_is_not_there_is_an_error() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session
        .send("CANCEL", json!({ "request_id": "nobody" }))
        .await;
    let error = session.expect("ERROR").await;
    assert_eq!(error["code"], "unknown_execution");
    assert_eq!(error["request_id"], "nobody");
}

#[tokio::test]
async fn cancel_of_what_has_ended_repeats_its_end() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session.run("e1", "echo over").await;
    session.response("e1").await;
    session.send("CANCEL", json!({ "request_id": "e1" })).await;
    assert_eq!(session.response("e1").await["outcome"], "succeeded");
}

#[tokio::test]
async fn leaving_lets_work_end_and_refuses_new() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session
        .run(
            "e1",
            "while [ ! -e go ]; do sleep 0.02; done; echo finished",
        )
        .await;
    session.expect_of("ACCEPTED", "e1").await;
    spore.shutdown.cancel();
    until("it leaves", || {
        *spore.status.borrow() == spore::Status::Leaving
    })
    .await;
    session.run("e2", "echo late").await;
    let refused = session.response("e2").await;
    assert_eq!(refused["outcome"], "refused");
    assert_eq!(refused["error"], "the spore is leaving");
    session.ack("e2", 0, true).await;
    std::fs::write(spore.scratch.workspace().join("go"), "").unwrap();
    assert_eq!(session.response("e1").await["result"], "finished\n");
    session.ack("e1", 0, true).await;
    session.expect("DISCONNECT").await;
    spore.leave().await;
}

#[tokio::test]
async fn leaving_stops_what_does_not_end_and_says_so() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore_with(|config| config.drain = std::time::Duration::ZERO);
    let mut session = nexus.welcome().await;
    let sleep = unique_sleep();
    session.run("e1", &format!("sleep {sleep}")).await;
    until("it sleeps", || alive(&sleep)).await;
    spore.shutdown.cancel();
    let response = session.response("e1").await;
    assert!(!alive(&sleep));
    assert_eq!(response["outcome"], "cancelled");
    session.ack("e1", 0, true).await;
    session.expect("DISCONNECT").await;
    spore.leave().await;
}

#[tokio::test]
async fn leaving_without_a_nexus_leaves() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore_with(|config| config.nexus_port = 1);
    until("it waits", || {
        matches!(*spore.status.borrow(), spore::Status::Waiting { .. })
    })
    .await;
    spore.leave().await;
}

#[tokio::test]
async fn a_v1_nexus_closes_first() {
    use futures_util::StreamExt;
    use tokio_tungstenite::tungstenite::Message;

    let nexus = Nexus::listen().await;
    let spore = nexus.spore();
    let mut session = nexus.accept().await;
    session.run("e1", "echo v1").await;
    session.response("e1").await;
    spore.shutdown.cancel();
    let farewell = session.expect("DISCONNECT").await;
    assert_eq!(farewell["node_id"], session.node_id.as_str());
    // No close frame follows: the prototype's Nexus would hang on it. It closes, and the spore is gone.
    let next =
        tokio::time::timeout(std::time::Duration::from_millis(300), session.socket.next()).await;
    assert!(!matches!(next, Ok(Some(Ok(Message::Close(_))))));
    session.drop_tcp();
    spore.leave().await;
}
