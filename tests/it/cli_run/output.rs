//! What a job wrote, for people, programs and terminals: `nexus logs`, `jobs show` and `--json`. Not here: exit codes, see
//! `cli_run`.

use serde_json::Value;
use system_tests::command_line::{ended, finished};
use system_tests::{Peer, Server, hello};

use super::fleet;

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
