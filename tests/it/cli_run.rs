//! `nexus run`, `jobs` and `logs` with real nodes: output, exit codes, Ctrl-C with proof.

use serde_json::Value;
use system_tests::command_line::{
    Ended, ended, finished, interrupt, sleepers, unlikely_seconds, until_sleepers,
};
use system_tests::{
    Peer, Program, Server, TOKEN, eventually, hello, listening, nexus_program, spore_program,
};
use tempfile::TempDir;

/// A Nexus with so many nodes: n0, n1…
async fn fleet(count: usize) -> (Server, Vec<Program>) {
    let server = Server::start().await;
    let names: Vec<_> = (0..count).map(|n| format!("n{n}")).collect();
    let start = |name: &String| spore_program(server.address(), name, &[("SPORE_NODE_ID", name)]);
    let spores = names.iter().map(start).collect();
    for name in &names {
        server.until_node(name, "online").await;
    }
    (server, spores)
}

/// The newest job.
async fn newest(server: &Server) -> Value {
    let (_, body) = server.get("/api/v1/jobs?limit=1").await;
    body["jobs"][0].clone()
}

#[tokio::test]
async fn on_one_node_it_is_as_if_the_command_ran_here() {
    let (server, _spores) = fleet(1).await;
    let line = "printf out; printf err >&2; exit 7";
    let done = server.nexus(&["run", "n0", "--sh", line]).await.with(7);
    assert_eq!((done.out.as_str(), done.err.as_str()), ("out", "err"));
    let done = server
        .nexus(&["run", "n0", "--", "printf", "%s|", "a b", "$HOME", "--json"])
        .await;
    assert_eq!(done.with(0).out, "a b|$HOME|--json|");
    server
        .nexus(&["run", "n0", "--sh", "kill -9 $$"])
        .await
        .with(137);
    let late = server
        .nexus(&["run", "n0", "--timeout", "1s", "sleep", "30"])
        .await
        .with(1);
    assert!(late.err.contains("timed out"), "{}", late.err);
    let none = server.nexus(&["run", "n0", "/does/not/exist"]).await;
    assert!(none.code != 0 && !none.err.is_empty(), "{}", none.err);
    // A method that answers at its end.
    let call = [
        "run",
        "n0",
        "--call",
        "FileSkill.list_files",
        "--params",
        "{\"path\": \".\"}",
    ];
    server.nexus(&call).await.with(0);
    // Bytes as they are, when no terminal is there.
    let raw = server
        .command_line(&["run", "n0", "--sh", "printf '\\377\\000\\033[31m'"])
        .output()
        .await;
    assert_eq!(raw.unwrap().stdout, b"\xff\0\x1b[31m");
}

#[tokio::test]
async fn nodes_that_are_not_there_are_no_success() {
    let (server, mut spores) = fleet(1).await;
    server.nexus(&["run", "nobody", "id"]).await.with(1);
    server.nexus(&["run", "", "id"]).await.with(1);
    server.nexus(&["run", "tag:(", "id"]).await.with(2);
    spores[0].signal("KILL").await;
    server.until_node("n0", "offline").await;
    let gone = server.nexus(&["run", "n0", "id"]).await;
    assert!(
        gone.code == 1 && gone.err.contains("offline"),
        "{} {}",
        gone.code,
        gone.err
    );
    spores.clear();
}

#[tokio::test]
async fn on_several_nodes_the_number_is_typed_and_lines_have_names() {
    let (server, _spores) = fleet(3).await;
    let line = "echo here; echo there >&2; case $SPORE_NODE_NAME in *) ;; esac; pwd";
    let refused = server.nexus(&["run", "n*", "--sh", line]).await.with(4);
    assert!(
        refused.err.contains("--yes 3") && refused.out.is_empty(),
        "{}",
        refused.err
    );
    let refused = server
        .nexus(&["run", "n*", "--yes", "2", "--sh", line])
        .await
        .with(4);
    assert!(refused.out.is_empty(), "{}", refused.out);
    assert_eq!(newest(&server).await, Value::Null, "nothing was begun");
    let done = server
        .nexus(&["run", "n*", "--yes", "3", "--sh", line])
        .await
        .with(0);
    for name in ["n0", "n1", "n2"] {
        assert!(
            done.out.contains(&format!("{name} | here\n")),
            "{}",
            done.out
        );
        assert!(
            done.err.contains(&format!("{name} | there\n")),
            "{}",
            done.err
        );
    }
    assert!(done.err.contains("3 nodes (all online)"), "{}", done.err);
    assert!(done.err.contains("3 nodes: 3 succeeded"), "{}", done.err);
    let bare = server
        .nexus(&["run", "n*", "--yes", "3", "--no-prefix", "echo", "x"])
        .await;
    assert_eq!(bare.with(0).out, "x\nx\nx\n");
}

#[tokio::test]
async fn like_outcomes_are_folded_and_odd_ones_come_first() {
    let (server, spores) = fleet(3).await;
    std::fs::write(spores[1].home.path().join("workspace/odd"), "").unwrap();
    let line = "test -e odd && { echo odd; exit 3; }; echo even";
    let run = ["run", "n*", "--yes", "3", "--group", "--sh", line];
    let done = server.nexus(&run).await.with(1);
    let (odd, even) = (done.out.find("n1"), done.out.find("n0, n2"));
    assert!(odd.is_some() && odd < even, "{}", done.out);
    assert!(done.out.contains("exit code 3"), "{}", done.out);
    assert_eq!(done.out.matches("\neven\n").count(), 1, "{}", done.out);
    assert!(done.err.contains("2 succeeded, 1 failed"), "{}", done.err);
    // Once more on the one that failed.
    let id = newest(&server).await["id"].as_str().unwrap().to_owned();
    std::fs::remove_file(spores[1].home.path().join("workspace/odd")).unwrap();
    let again = server.nexus(&["jobs", "rerun", &id]).await.with(0);
    server
        .nexus(&["logs", again.out.trim(), "--follow"])
        .await
        .with(0);
    let logs = server.nexus(&["logs", again.out.trim()]).await.with(0);
    assert_eq!(logs.out, "even\n");
}

#[tokio::test]
async fn json_is_for_programs_from_the_first_line_to_the_last() {
    let (server, _spores) = fleet(2).await;
    let run = ["run", "--json", "--yes", "2", "n*", "--", "echo", "x"];
    let done = server.nexus(&run).await.with(0);
    let lines: Vec<Value> = done
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.last().unwrap()["job"]["state"], "succeeded");
    let outputs = lines.iter().filter(|line| line["output"]["text"] == "x\n");
    assert_eq!(outputs.count(), 2, "{}", done.out);
    server
        .nexus(&["run", "--json", "n0", "--sh", "exit 9"])
        .await
        .with(9);
    let (_, listed) = server.get("/api/v1/jobs?limit=2").await;
    let id = listed["jobs"][1]["id"].as_str().unwrap().to_owned();
    let jobs = server.nexus(&["jobs", "--json"]).await.with(0).json();
    assert_eq!(jobs["jobs"][1]["id"], id.as_str());
    let shown = server
        .nexus(&["jobs", "show", &id, "--json"])
        .await
        .with(0)
        .json();
    assert_eq!(shown["targets"].as_array().unwrap().len(), 2);
    let logs = server.nexus(&["logs", &id, "--json"]).await.with(0);
    assert_eq!(logs.out.lines().count(), 2, "{}", logs.out);
}

#[tokio::test]
async fn a_detached_job_is_found_again_by_the_beginning_of_its_id() {
    let (server, _spores) = fleet(2).await;
    let line = "echo one; echo two >&2";
    let run = [
        "run", "n*", "--yes", "2", "--detach", "--label", "nightly", "--sh", line,
    ];
    let id = server.nexus(&run).await.with(0).out.trim().to_owned();
    server.nexus(&["logs", &id, "--follow"]).await.with(0);
    let short = &id[..8];
    let shown = server.nexus(&["jobs", "show", short]).await.with(0).out;
    assert!(
        shown.contains("nightly") && shown.contains("2 succeeded"),
        "{shown}"
    );
    let listed = server.nexus(&["jobs"]).await.with(0).out;
    assert!(
        listed.contains(short) && listed.contains("nightly"),
        "{listed}"
    );
    let logs = server.nexus(&["logs", short]).await.with(0);
    assert!(
        logs.out.contains("n0 | one") && logs.err.contains("n1 | two"),
        "{}",
        logs.out
    );
    let logs = server
        .nexus(&["logs", short, "--node", "n1", "--stderr"])
        .await
        .with(0);
    assert_eq!((logs.out.as_str(), logs.err.as_str()), ("", "two\n"));
    server.nexus(&["logs", short, "--node", "n9"]).await.with(1);
    let hits = server
        .nexus(&["logs", short, "--search", "wo", "--node", "n0"])
        .await
        .with(0);
    assert_eq!(hits.out, "n0:1: two\n");
    server
        .nexus(&["logs", short, "--search", "nowhere"])
        .await
        .with(1);
    server.nexus(&["jobs", "show", "ffff"]).await.with(1);
    server.nexus(&["jobs", "pause", &id]).await.with(1);
    // One execution of it.
    let (_, targets) = server.get(&format!("/api/v1/jobs/{id}/targets")).await;
    let execution = targets["targets"][0]["execution_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let logs = server.nexus(&["logs", &execution]).await.with(0);
    assert_eq!((logs.out.as_str(), logs.err.as_str()), ("one\n", "two\n"));
    let logs = server
        .nexus(&["logs", &execution, "--follow", "--stdout"])
        .await
        .with(0);
    assert_eq!((logs.out.as_str(), logs.err.as_str()), ("one\n", ""));
}

#[tokio::test]
async fn the_same_key_is_the_same_job() {
    let (server, _spores) = fleet(1).await;
    let run = [
        "run",
        "n0",
        "--dedupe",
        "nightly-1",
        "--sh",
        "echo x; echo x >> count",
    ];
    server.nexus(&run).await.with(0);
    let again = server.nexus(&run).await.with(0);
    assert!(
        again.err.contains("asked for before") && again.out == "x\n",
        "{}",
        again.err
    );
    let count = server.nexus(&["run", "n0", "cat", "count"]).await.with(0);
    assert_eq!(count.out, "x\n", "it ran once");
}

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
async fn groups_and_explanations_are_told() {
    let (server, _spores) = fleet(2).await;
    server
        .nexus(&["groups", "add", "all-of-them", "n*"])
        .await
        .with(0);
    server
        .nexus(&["groups", "add", "@all-of-them", "n0,n1"])
        .await
        .with(0);
    let listed = server.nexus(&["groups", "--json"]).await.with(0).json();
    assert_eq!(listed["groups"][0]["count"], 2, "{listed}");
    let shown = server.nexus(&["groups"]).await.with(0).out;
    assert!(shown.contains("@all-of-them"), "{shown}");
    let run = [
        "run",
        "@all-of-them",
        "--yes",
        "2",
        "--no-prefix",
        "echo",
        "x",
    ];
    assert_eq!(server.nexus(&run).await.with(0).out, "x\nx\n");
    let explained = server
        .nexus(&["explain", "ShellSkill.run", "--target", "@all-of-them"])
        .await;
    let explained = explained.with(0);
    assert!(
        explained.out.contains("n0") && explained.err.contains("would run on"),
        "{}",
        explained.out
    );
    let nowhere = server.nexus(&["explain", "Nothing.here"]).await.with(1);
    assert!(nowhere.out.contains("refused"), "{}", nowhere.out);
    server.nexus(&["explain", "nonsense"]).await.with(2);
    server
        .nexus(&["groups", "remove", "all-of-them"])
        .await
        .with(0);
    server.nexus(&run).await.with(1);
    server
        .nexus(&["groups", "remove", "all-of-them"])
        .await
        .with(1);
}

#[tokio::test]
async fn on_any_one_of_them_it_is_as_on_one() {
    let (server, _spores) = fleet(3).await;
    let done = server
        .nexus(&["run", "n*", "--any", "1", "echo", "x"])
        .await
        .with(0);
    assert_eq!(done.out, "x\n");
    assert!(done.err.contains("any 1 of 3 nodes"), "{}", done.err);
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
async fn an_answer_that_comes_late_is_shown_at_the_end() {
    let server = Server::start().await;
    let mut peers = Vec::new();
    for name in ["a", "b"] {
        peers.push(Peer::join(server.address(), &hello(name)).await);
        server.until_node(name, "online").await;
    }
    let child = server.nexus_stays(&["run", "a,b", "--yes", "2", "echo", "x"]);
    for peer in &mut peers {
        let order = peer.hear_type("EXECUTE_SKILL").await;
        peer.respond(&order, "from the prototype\n".into()).await;
    }
    let done = ended(child).await.with(0);
    assert!(
        done.out.contains("a | from the prototype\n"),
        "{}",
        done.out
    );
    assert!(
        done.out.contains("b | from the prototype\n"),
        "{}",
        done.out
    );
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

#[tokio::test]
async fn what_drives_a_terminal_does_not_reach_one() {
    let (server, _spores) = fleet(1).await;
    let line = "printf 'a\\033]52;c;cm0gLXJmIC8=\\007b\\033[2Jc\\n'";
    let run = |raw: bool| {
        let mut words = vec!["run", "n0", "--sh", line];
        if raw {
            words.insert(2, "--raw");
        }
        let command = server.command_line(&words);
        in_a_terminal(command.as_std())
    };
    let shown = finished(run(false)).await.with(0).out;
    assert!(
        shown.contains("abc") && !shown.contains('\u{1b}'),
        "{shown:?}"
    );
    let shown = finished(run(true)).await.with(0).out;
    assert!(shown.contains("\u{1b}]52"), "{shown:?}");
}

/// The same command with a terminal of its own, by `script` of util-linux.
fn in_a_terminal(command: &std::process::Command) -> tokio::process::Command {
    let quote =
        |word: &std::ffi::OsStr| format!("'{}'", word.to_str().unwrap().replace('\'', "'\\''"));
    let mut words = vec![quote(command.get_program())];
    words.extend(command.get_args().map(quote));
    let mut script = tokio::process::Command::new("script");
    script
        .args(["-qec", &words.join(" "), "/dev/null"])
        .envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true);
    script
}
