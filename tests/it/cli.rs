//! The command line: where the Nexus is, who asks, and how refusals reach the shell.

use nexus::access::Role;
use nexus::config::Plain;
use serde_json::json;
use system_tests::command_line::{ended, finished};
use system_tests::{Peer, Server, free_port, hello_v2, nexus_program, spore_program};
use tempfile::TempDir;

async fn token(server: &Server, role: Role, nodes: &str) -> String {
    server.token("script", role, nodes, &["*"]).await.1
}

#[tokio::test]
async fn where_no_nexus_answers_it_says_so() {
    let data = TempDir::new().unwrap();
    let run = async |environment: &[(&str, &str)], arguments: &[&str]| {
        finished(nexus_program(data.path(), arguments, environment)).await
    };
    // Never any Nexus here.
    let ended = run(&[], &["nodes"]).await.with(3);
    assert!(ended.err.contains("api-token"), "{}", ended.err);
    // It is off.
    std::fs::write(data.path().join("api-token"), "nxs_1").unwrap();
    let port = free_port().to_string();
    let ended = run(&[("NEXUS_PORT", &port)], &["nodes"]).await.with(3);
    assert!(ended.err.contains("nexus serve"), "{}", ended.err);
    // Something else listens there.
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port().to_string();
    std::thread::spawn(move || {
        use std::io::Write;
        while let Ok((mut socket, _)) = other.accept() {
            drop(socket.write_all(b"220 mail.example ESMTP\r\n"));
        }
    });
    let ended = run(&[("NEXUS_PORT", &port)], &["nodes"]).await.with(3);
    assert!(ended.err.contains("not answer as a Nexus"), "{}", ended.err);
}

#[tokio::test]
async fn a_token_goes_nowhere_unencrypted_and_stands_in_no_command_line() {
    let data = TempDir::new().unwrap();
    let refused = async |arguments: &[&str], environment: &[(&str, &str)]| {
        let ended = finished(nexus_program(data.path(), arguments, environment)).await;
        ended.with(2).err
    };
    let token = [("NEXUS_TOKEN", "nxs_secret")];
    let said = refused(&["nodes", "--nexus", "http://nexus.lan:8765"], &token).await;
    assert!(
        said.contains("https://") && !said.contains("nxs_secret"),
        "{said}"
    );
    let said = refused(&["nodes", "--token", "nxs_secret"], &[]).await;
    assert!(
        said.contains("--token-file") && !said.contains("nxs_secret"),
        "{said}"
    );
    let said = refused(&["nodes", "--nexus", "https://nxs_secret@nexus.lan"], &[]).await;
    assert!(!said.contains("nxs_secret"), "{said}");
    let said = refused(&["nodes", "--nexus", "https://nexus.lan"], &[]).await;
    assert!(said.contains("NEXUS_TOKEN"), "{said}");
    let said = refused(
        &["nodes", "--fingerprint", "12", "--nexus", "https://x"],
        &token,
    )
    .await;
    assert!(said.contains("fingerprint"), "{said}");
}

#[tokio::test]
async fn over_tls_the_fingerprint_decides() {
    let server = Server::start().await;
    let _peer = Peer::join(server.address(), &hello_v2("one")).await;
    let url = format!("https://{}", server.address());
    let secret = token(&server, Role::Viewer, "*").await;
    let ask = async |fingerprint: Option<&str>, token: &str| {
        let home = TempDir::new().unwrap();
        let file = home.path().join("token");
        std::fs::write(&file, token).unwrap();
        let file = file.to_str().unwrap();
        let mut arguments = vec!["nodes", "--json", "--nexus", &url, "--token-file", file];
        if let Some(fingerprint) = fingerprint {
            arguments.extend(["--fingerprint", fingerprint]);
        }
        finished(nexus_program(home.path(), &arguments, &[])).await
    };
    let shown = server.nexus(&["fingerprint"]).await.with(0).out;
    let right = shown.trim();
    assert_eq!(right.len(), 95, "{right}");
    let nodes = ask(Some(right), &secret).await.with(0).json();
    assert_eq!(nodes["nodes"][0]["node_id"], "one");
    // Its own certificate is no authority's: it is refused, and told by what it could be known.
    let refused = ask(None, &secret).await.with(3).err;
    assert!(refused.contains(right), "{refused}");
    let wrong = right.replace(['0', '1', '2', '3'], "f");
    let refused = ask(Some(&wrong), &secret).await.with(3).err;
    assert!(refused.contains("not the one that is wanted"), "{refused}");
    let refused = ask(Some(right), "nxs_wrong").await.with(4).err;
    assert!(refused.contains("token"), "{refused}");
}

#[tokio::test]
async fn a_nexus_that_speaks_only_tls_is_known_by_its_own_file() {
    let server = Server::start_with(|config| config.plain = Plain::Never).await;
    let port = server.address().port().to_string();
    let environment = [("NEXUS_PORT", port.as_str()), ("NEXUS_PLAIN", "never")];
    let command = nexus_program(server.data.path(), &["nodes", "--json"], &environment);
    assert_eq!(finished(command).await.with(0).json(), json!({"nodes": []}));
}

#[tokio::test]
async fn a_token_does_what_its_role_may_and_no_more() {
    let server = Server::start().await;
    let _peer = Peer::join(server.address(), &hello_v2("one")).await;
    let port = server.address().port().to_string();
    let viewer = token(&server, Role::Viewer, "*").await;
    let environment = [
        ("NEXUS_PORT", port.as_str()),
        ("NEXUS_TOKEN", viewer.as_str()),
    ];
    let as_viewer = async |arguments: &[&str]| {
        finished(nexus_program(server.data.path(), arguments, &environment)).await
    };
    as_viewer(&["nodes"]).await.with(0);
    as_viewer(&["run", "one", "id"]).await.with(4);
    as_viewer(&["stop"]).await.with(4);
    as_viewer(&["token", "list"]).await.with(4);
    as_viewer(&["audit", "list"]).await.with(4);
}

#[tokio::test]
async fn tokens_are_made_listed_and_revoked() {
    let server = Server::start().await;
    let make = [
        "token", "make", "backup", "--role", "viewer", "--for", "1h", "--nodes", "tag:a",
    ];
    let made = server.nexus(&make).await.with(0);
    assert!(made.out.starts_with("nxs_"), "{}", made.out);
    let listed = server.nexus(&["token", "list", "--json"]).await.with(0);
    let tokens = listed.json()["tokens"].clone();
    assert_eq!(
        (&tokens[0]["name"], &tokens[0]["nodes"]),
        (&json!("backup"), &json!("tag:a"))
    );
    assert!(
        !listed.out.contains(made.out.trim()),
        "a secret is shown once"
    );
    let id = tokens[0]["id"].as_str().unwrap();
    server.nexus(&["token", "revoke", "ffff"]).await.with(1);
    server.nexus(&["token", "revoke", &id[..13]]).await.with(0);
    let listed = server.nexus(&["token", "list", "--json"]).await.json();
    assert!(listed["tokens"][0]["revoked_at"].is_string(), "{listed}");
}

#[tokio::test]
async fn nodes_are_shown_to_people_and_programs() {
    let server = Server::start().await;
    let none = server.nexus(&["nodes"]).await.with(0);
    assert!(
        none.out.is_empty() && none.err.contains("nexus join"),
        "{}",
        none.err
    );
    let _peer = Peer::join(server.address(), &hello_v2("one")).await;
    let gone = Peer::join(server.address(), &hello_v2("two")).await;
    drop(gone);
    server.until_node("two", "offline").await;
    let shown = server.nexus(&["nodes"]).await.with(0);
    assert!(
        shown.out.contains("one") && !shown.out.contains("two"),
        "{}",
        shown.out
    );
    assert!(shown.err.contains("--all"), "{}", shown.err);
    let all = server.nexus(&["nodes", "--all", "--json"]).await.with(0);
    assert_eq!(all.json()["nodes"].as_array().unwrap().len(), 2);
    let some = server.nexus(&["nodes", "two", "--json"]).await.with(0);
    assert_eq!(some.json()["nodes"][0]["node_id"], "two");
    let one = server.nexus(&["nodes", "show", "one"]).await.with(0);
    assert!(one.out.contains("ShellSkill.run"), "{}", one.out);
    server.nexus(&["nodes", "show", "nobody"]).await.with(1);
    let wrong = server.nexus(&["nodes", "tag:("]).await.with(2);
    assert!(!wrong.err.is_empty());
}

#[tokio::test]
async fn tables_fit_the_terminal() {
    let server = Server::start().await;
    let mut hello = hello_v2("one");
    let name = "漢字-".repeat(8);
    hello["payload"]["node_name"] = json!(name);
    let _peer = Peer::join(server.address(), &hello).await;
    server.until_node(&name, "online").await;
    let mut command = server.command_line(&["nodes"]);
    command.env("COLUMNS", "60");
    let shown = finished(command).await.with(0).out;
    let wide = |line: &str| {
        line.chars()
            .map(|c| if c.is_ascii() { 1 } else { 2 })
            .sum::<usize>()
    };
    assert!(shown.lines().all(|line| wide(line) <= 61), "{shown}");
    assert!(shown.contains('…'), "{shown}");
}

#[tokio::test]
async fn nobody_who_reads_is_no_error() {
    let server = Server::start().await;
    let mut child = server.nexus_stays(&["openapi"]);
    drop(child.stdout.take());
    let ended = ended(child).await.with(141);
    assert_eq!(ended.err, "");
}

#[tokio::test]
async fn what_is_typed_wrong_is_usage() {
    let data = TempDir::new().unwrap();
    for arguments in [
        &["run"][..],
        &["run", "web"],
        &["run", "web", "--call", "nonsense"],
        &["nonsense"],
        &["logs", "xyz"],
        &["stop", "--job", "1", "--node", "a"],
    ] {
        std::fs::write(data.path().join("api-token"), "nxs_1").unwrap();
        let ended = finished(nexus_program(
            data.path(),
            arguments,
            &[("NEXUS_PORT", "1")],
        ))
        .await;
        ended.with(2);
    }
    let help = finished(nexus_program(data.path(), &["--help"], &[]))
        .await
        .with(0);
    assert!(help.out.contains("130  interrupted"), "{}", help.out);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = finished(nexus_program(data.path(), &["completions", shell], &[])).await;
        assert!(script.with(0).out.contains("schedules"), "{shell}");
    }
}

#[tokio::test]
async fn old_words_still_work() {
    let server = Server::start().await;
    for word in ["join", "join-code"] {
        let line = server.nexus(&[word, "--label", "rack 4"]).await.with(0).out;
        assert!(line.starts_with("spore join "), "{line}");
    }
    let _spore = spore_program(server.address(), "one", &[("SPORE_NODE_ID", "one")]);
    server.until_node("one", "online").await;
    let verified = server.nexus(&["audit", "verify"]).await.with(0);
    assert!(verified.out.starts_with("whole:"), "{}", verified.out);
    let listed = server
        .nexus(&["audit", "list", "--json", "--limit", "1"])
        .await
        .with(0);
    assert!(listed.json()["number"].is_u64());
}
