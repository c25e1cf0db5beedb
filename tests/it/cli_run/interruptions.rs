//! What comes between a `nexus run` and its end: a gate, a stop, Ctrl-C with proof, a Nexus that is killed. Not here: `nexus stop`
//! itself, see `cli_stop`.

use system_tests::command_line::{
    Ended, ended, finished, interrupt, sleepers, unlikely_seconds, until_sleepers,
};
use system_tests::{Program, TOKEN, eventually, listening, nexus_program, spore_program};
use tempfile::TempDir;

use super::{fleet, newest};

#[tokio::test]
async fn at_a_gate_without_a_terminal_it_says_how_to_go_on() {
    let (server, _spores) = fleet(3).await;
    let run = [
        "run", "n*", "--yes", "3", "--canary", "1", "--ask", "echo", "x",
    ];
    let paused = server.nexus(&run).await.with(4);
    let job = newest(&server).await;
    let id = job["id"].as_str().unwrap();
    assert!(
        paused.err.contains(&format!("nexus jobs resume {id}")),
        "{}",
        paused.err
    );
    assert_eq!(paused.out.matches("| x\n").count(), 1, "{}", paused.out);
    server.nexus(&["jobs", "resume", id]).await.with(0);
    server.nexus(&["logs", id, "--follow"]).await.with(0);
    assert_eq!(newest(&server).await["counts"]["succeeded"], 3);
}

#[tokio::test]
async fn a_stop_in_the_middle_ends_a_script_and_not_the_job() {
    let (server, _spores) = fleet(2).await;
    let seconds = unlikely_seconds();
    let run = [
        "run",
        "n*",
        "--yes",
        "2",
        "--concurrency",
        "1",
        "--timeout",
        "10m",
        "sleep",
        &seconds,
    ];
    let child = server.nexus_stays(&run);
    until_sleepers(&seconds, 1).await;
    server.nexus(&["stop"]).await.with(0);
    let left = ended(child).await;
    assert!(
        left.code == 4 || left.code == 1,
        "{} {}",
        left.code,
        left.err
    );
    assert_eq!(sleepers(&seconds).await, 0, "{}", left.err);
}

#[tokio::test]
async fn ctrl_c_stops_all_of_it_and_waits_for_the_proof() {
    let (server, _spores) = fleet(2).await;
    let seconds = unlikely_seconds();
    let line = format!("sleep {seconds} & sleep {seconds}; wait");
    let run = ["run", "n*", "--yes", "2", "--timeout", "10m", "--sh", &line];
    let child = server.nexus_stays(&run);
    until_sleepers(&seconds, 4).await;
    interrupt(&child).await;
    let Ended { err, .. } = ended(child).await.with(130);
    assert!(err.contains("stopping 2"), "{err}");
    assert_eq!(
        sleepers(&seconds).await,
        0,
        "it ends only when all have ended: {err}"
    );
    let job = newest(&server).await;
    assert_eq!(
        (&job["state"], &job["counts"]["cancelled"]),
        (&"cancelled".into(), &2.into())
    );
}

#[tokio::test]
async fn the_second_ctrl_c_leaves_it_alone() {
    let (server, spores) = fleet(1).await;
    let seconds = unlikely_seconds();
    let child = server.nexus_stays(&["run", "n0", "--timeout", "10m", "sleep", &seconds]);
    until_sleepers(&seconds, 1).await;
    // A node that is frozen proves nothing.
    spores[0].signal("STOP").await;
    interrupt(&child).await;
    let stopping = eventually("it is being stopped", || async {
        let job = newest(&server).await;
        (job["state"] == "stopping").then_some(job)
    });
    let id = stopping.await["id"].as_str().unwrap().to_owned();
    // The note comes after the answer; a second signal that came before it would still be the second one.
    interrupt(&child).await;
    let left = ended(child).await.with(130);
    assert!(
        left.err.contains(&format!("nexus jobs show {id}")),
        "{}",
        left.err
    );
    spores[0].signal("CONT").await;
    until_sleepers(&seconds, 0).await;
}

#[tokio::test]
async fn a_nexus_that_is_killed_in_the_middle_costs_no_line() {
    let home = TempDir::new().unwrap();
    let data = home.path().join("data");
    let serve = |port: &str| {
        let environment = [("NEXUS_SHARED_TOKEN", TOKEN)];
        nexus_program(&data, &["serve", "--port", port], &environment)
    };
    let mut nexus = Program::start(serve("0"), TempDir::new().unwrap());
    let address = listening(nexus.stderr()).await;
    let _spore = spore_program(address, "n0", &[("SPORE_NODE_ID", "n0")]);
    let port = address.port().to_string();
    let environment = [("NEXUS_PORT", port.as_str())];
    let online = async || {
        let command = nexus_program(&data, &["nodes", "--json"], &environment);
        let listed = finished(command).await.json();
        (listed["nodes"][0]["state"] == "online").then_some(())
    };
    eventually("the node is there", online).await;
    let line = "for i in 1 2 3 4 5 6; do echo line $i; sleep 0.5; done";
    let run = ["run", "n0", "--timeout", "1m", "--sh", line];
    let child = nexus_program(&data, &run, &environment)
        .stdin(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let begun = async || {
        let command = nexus_program(&data, &["jobs", "--json"], &environment);
        let listed = finished(command).await.json();
        (listed["jobs"][0]["counts"]["running"] == 1).then_some(())
    };
    eventually("it runs", begun).await;
    nexus.signal("KILL").await;
    nexus.end().await;
    let mut again = Program::start(serve(&port), TempDir::new().unwrap());
    listening(again.stderr()).await;
    let done = ended(child).await.with(0);
    let lines: Vec<_> = (1..=6).map(|n| format!("line {n}\n")).collect();
    assert_eq!(done.out, lines.concat(), "{}", done.err);
}
