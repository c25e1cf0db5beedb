//! `nexus run` with real nodes: on one, on several, on groups, and what it says of those that are not there. Not here: what was
//! written and how it is read again, see `output`; what comes between, see `interruptions`.

mod interruptions;
mod output;

use serde_json::Value;
use system_tests::{Program, Server, spore_program};

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
