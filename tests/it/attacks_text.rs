//! Text that wants to be more than text: markup, terminal sequences, paths. It must come out as the same text, or not at all.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use system_tests::{Peer, Raw, Server, eventually, hello, hello_v2};

/// What consoles and terminals were broken with. No control characters, so these are good names.
const MARKUP: &[&str] = &[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "${7*7}",
    "'; DROP TABLE nodes; --",
    "%0d%0alocation:a=b",
    "&lt;b&gt;",
    "=cmd|' /C calc'!A0",
    "[click](javascript:alert(1))",
    "$(reboot)",
    "`reboot`",
];

/// What names must not hold: they would move a terminal's cursor, end a line of a log, or show as another name.
const CONTROL: &[&str] = &[
    "\u{1b}[2J",
    "\u{1b}]52;c;ZWNobw==\u{7}",
    "\u{1b}]8;;http://evil\u{1b}\\x",
    "\u{9b}2J",
    "\u{90}q",
    "a\nb",
    "a\r\nb",
    "a\u{0}b",
    "a\u{8}\u{8}b",
    "a\u{7f}b",
    "a\u{85}b",
    "\u{202e}gpj.exe",
    "a\u{2066}b\u{2069}",
    "a\u{200b}b",
    "\u{feff}a",
    "a\u{2028}b",
    "a\u{2029}b",
];

#[tokio::test]
async fn markup_in_names_and_tags_comes_out_as_text() {
    let server = Server::start().await;
    let mut events = server.owners_events().await;
    events.hear_type("SNAPSHOT").await;
    let mut peers = Vec::new();
    for (number, text) in MARKUP.iter().enumerate() {
        let mut hello = hello_v2(&format!("n{number}"));
        hello["payload"]["node_name"] = json!(text);
        hello["payload"]["capabilities"]["tags"] = json!([text, format!("site:{text}")]);
        hello["payload"]["capabilities"]["os"] = json!(text);
        let mut peer = Peer::join(server.address(), &hello).await;
        peer.hear_type("WELCOME").await;
        peers.push(peer);
        let event = events.hear_type("NODE_CONNECTED").await;
        assert_eq!(event["data"]["node_name"], *text);
        assert_eq!(event["data"]["tags"][0], *text);
        let (status, body) = server.get(&format!("/api/v1/nodes/n{number}")).await;
        assert_eq!((status, &body["node"]["node_name"]), (200, &json!(text)));
        assert_eq!(body["node"]["capabilities"]["os"], *text);
    }
    for path in [
        "/api/v1/nodes",
        "/api/v1/nodes/n0",
        "/api/v1/executions",
        "/nowhere/%3Cscript%3E",
        "/api/v1/nodes/%3Cscript%3E",
        "/metrics",
    ] {
        let answer = server
            .bare(reqwest::Method::GET, path)
            .bearer_auth(server.nexus.api_token().reveal())
            .send()
            .await
            .unwrap();
        let kind = answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            kind.contains("json") || path == "/metrics",
            "{path}: {kind}"
        );
        assert!(
            !kind.contains("html") && !kind.contains("svg"),
            "{path}: {kind}"
        );
        if path == "/metrics" {
            assert!(!answer.text().await.unwrap().contains("script"));
        }
    }
}

#[tokio::test]
async fn names_with_controls_do_not_come_in() {
    let server = Server::start().await;
    let mut tried = 0;
    for text in CONTROL {
        for field in [
            "node_name",
            "node_id",
            "tags",
            "skills",
            "os",
            "hostname",
            "platform",
            "arch",
            "spore_version",
        ] {
            let mut hello = hello_v2("x");
            match field {
                "node_name" | "node_id" => hello["payload"][field] = json!(text),
                "tags" | "skills" => hello["payload"]["capabilities"][field] = json!([text]),
                _ => hello["payload"]["capabilities"][field] = json!(text),
            }
            let mut peer = Peer::join(server.address(), &hello).await;
            let (code, reason) = peer.end().await;
            assert_eq!(code, 1008, "{field} {text:?}");
            assert!(!reason.chars().any(char::is_control), "{reason:?}");
            tried += 1;
        }
    }
    assert!(tried > 100);
    assert_eq!(server.get("/api/v1/nodes").await.1["count"], 0);
    // Nor by the operator's hand: labels, names and tags of codes and nodes.
    for text in CONTROL {
        for field in ["label", "name", "group"] {
            let (status, body) = server
                .post("/api/v1/join-codes", json!({ field: text }))
                .await;
            assert_eq!(status, 422, "{field} {text:?}: {body}");
        }
        let (status, body) = server
            .post("/api/v1/join-codes", json!({"tags": [text]}))
            .await;
        assert_eq!(status, 422, "{text:?}: {body}");
        let (status, body) = server
            .post("/api/v1/tokens", json!({"name": text, "role": "viewer"}))
            .await;
        assert_eq!(status, 422, "{text:?}: {body}");
    }
}

#[tokio::test]
async fn output_and_errors_keep_their_bytes_and_do_nothing() {
    let server = Server::start().await;
    let mut peer = Peer::join(server.address(), &hello_v2("n")).await;
    peer.hear_type("WELCOME").await;
    server.until_node("n", "online").await;
    for text in MARKUP.iter().chain(CONTROL) {
        let id = server.start_shell("n", "x", 60).await;
        let order = peer.hear_type("EXECUTE_SKILL").await;
        peer.say(&json!({"message_type": "OUTPUT", "payload": {"request_id": id, "seq": 0, "stream": "stdout", "text": text}})).await;
        peer.say(&json!({"message_type": "RESPONSE", "payload": {"request_id": order["payload"]["request_id"], "node_id": "n",
            "success": false, "result": null, "error": text, "signal": text, "next_seq": 1}}))
            .await;
        let ended = server.until_state(&id, "failed").await;
        assert_eq!(ended["error"], *text);
        assert_eq!(server.output(&id).await, *text);
        let raw = server
            .bare(
                reqwest::Method::GET,
                &format!("/api/v1/executions/{id}/output"),
            )
            .bearer_auth(server.nexus.api_token().reveal())
            .send()
            .await
            .unwrap();
        let raw = raw.text().await.unwrap();
        assert!(
            !raw.contains(['\u{1b}', '\u{0}', '\u{7}']),
            "escaped on the wire: {raw:?}"
        );
    }
}

fn files(below: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![below.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
            }
            found.insert(entry.path().display().to_string());
        }
    }
    found
}

/// The path as it is: a library would take `%2e%2e` for a way up.
async fn status(server: &Server, path: &str) -> Option<u16> {
    let mut raw = Raw::connect(server.address()).await;
    let token = server.nexus.api_token().reveal();
    raw.write(
        format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n")
            .as_bytes(),
    )
    .await;
    raw.status().await
}

#[tokio::test]
async fn ids_are_names_of_nothing_but_nodes() {
    let home = tempfile::TempDir::new().unwrap();
    let data = home.path().join("nexus");
    let server = Server::start_with(|config| config.data_dir = data).await;
    // The first write makes the store's own files.
    let _first = Peer::join(server.address(), &hello("first")).await;
    server.until_node("first", "online").await;
    let before = files(home.path());
    let ids = [
        "..",
        "../../etc/passwd",
        "/etc/passwd",
        "..\\..\\x",
        "%2e%2e%2f",
        "a/b",
        ".",
        "C:\\x",
        "nul",
        "~root",
        "-rf",
        "*",
        "?",
        "#",
        "a?b=c",
        "file:///etc/passwd",
        "http://169.254.169.254/",
        "$HOME",
        "api-token",
        "nexus.sqlite",
    ];
    let mut peers = Vec::new();
    for id in ids {
        let mut hello = hello_v2(id);
        hello["payload"]["node_name"] = json!("n");
        let mut peer = Peer::join(server.address(), &hello).await;
        peer.hear_type("WELCOME").await;
        peers.push(peer);
        let encoded: String = id.bytes().map(|byte| format!("%{byte:02x}")).collect();
        eventually("it is there by its own id", || async {
            (status(&server, &format!("/api/v1/nodes/{encoded}")).await == Some(200)).then_some(())
        })
        .await;
    }
    // Execution ids are UUIDs and nothing else.
    for id in ids {
        let encoded: String = id.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for path in ["", "/output"] {
            let status = status(&server, &format!("/api/v1/executions/{encoded}{path}")).await;
            assert!(
                [Some(400), Some(404), Some(422)].contains(&status),
                "{id}{path}: {status:?}"
            );
        }
        let body =
            json!({"id": id, "node_id": "first", "skill_name": "ShellSkill", "method_name": "run"});
        let (status, body) = server.post("/api/v1/executions", body).await;
        assert_eq!(status, 422, "{id}: {body}");
    }
    assert_eq!(files(home.path()), before, "no file was made");
    let (_, body): (u16, Value) = server.get("/api/v1/nodes").await;
    assert_eq!(body["count"], ids.len() + 1);
}
