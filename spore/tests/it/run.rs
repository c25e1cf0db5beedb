//! ShellSkill.run and what it answers.

use serde_json::json;

use crate::nexus::Nexus;

#[tokio::test]
async fn echo_answers_with_its_output() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session.run("e1", "echo test").await;
    session.expect_of("ACCEPTED", "e1").await;
    let response = session.response("e1").await;
    assert_eq!(response["success"], true);
    assert_eq!(response["result"], "test\n");
    assert_eq!(response["outcome"], "succeeded");
    assert_eq!(response["exit_code"], 0);
    assert_eq!(response["error"], json!(null));
}
