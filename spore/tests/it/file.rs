//! FileSkill over the wire. Its fences are tested beside its code.

use serde_json::json;

use crate::nexus::Nexus;

#[tokio::test]
async fn a_file_goes_there_and_back() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    let written = session
        .file(
            "write_file",
            json!({ "path": "notes/a.txt", "content": "zażółć" }),
        )
        .await;
    assert_eq!(written["success"], true, "{written}");
    let read = session
        .file("read_file", json!({ "path": "notes/a.txt" }))
        .await;
    assert_eq!(read["result"], "zażółć");
    let listed = session.file("list_files", json!({})).await;
    assert_eq!(listed["result"], "[DIR] notes");
    let missing = session.file("read_file", json!({ "path": "b.txt" })).await;
    assert_eq!(missing["success"], false);
    assert_eq!(missing["outcome"], "failed");
    assert_eq!(missing["error"], "cannot read \"b.txt\": it does not exist");
}

#[tokio::test]
async fn a_streamed_read_comes_as_output() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore();
    let mut session = nexus.welcome().await;
    let content = "ab€".repeat(40_000);
    std::fs::write(spore.scratch.workspace().join("a"), &content).unwrap();
    session
        .execute(
            "e1",
            "FileSkill",
            "read_file",
            json!({ "path": "a" }),
            json!({ "stream": true }),
        )
        .await;
    let (numbers, bytes, response) = session.collect("e1").await;
    assert!(numbers.len() > 1);
    assert_eq!(bytes, content.as_bytes());
    assert_eq!(response["result"], json!(null));
    assert_eq!(response["success"], true);
}

#[tokio::test]
async fn shell_and_files_see_the_same_workspace() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session.run("e1", "echo from the shell > note").await;
    session.response("e1").await;
    assert_eq!(
        session.file("read_file", json!({ "path": "note" })).await["result"],
        "from the shell\n"
    );
}
