//! A limited token with jobs: it reaches its own nodes and sees its own jobs, and others answer like what does not exist. Not
//! here: the other routes, see `asking`.

use nexus::access::Role;
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::Server;

use super::{ask, shell, three, until_over};

#[tokio::test]
async fn a_limited_token_reaches_its_own_nodes_and_sees_its_own_jobs() {
    let server = Server::start().await;
    let _spores = three(&server).await;
    let calls = ["ShellSkill.run"];
    let (_, secret) = server.token("limited", Role::Operator, "a", &calls).await;
    let call = async |method: Method, path: &str, body: Option<Value>| {
        server.call_as(&secret, method, path, body).await
    };
    let others = ask(&server, "echo others", json!({"confirm_count": 3})).await;
    let (status, body) = call(
        Method::POST,
        "/api/v1/jobs",
        Some(shell("echo own", json!({}))),
    )
    .await;
    assert_eq!(
        (status, &body["job"]["total"]),
        (202, &json!(1)),
        "everybody is whom it reaches: {body}"
    );
    let (_, listed) = call(Method::GET, "/api/v1/jobs", None).await;
    let listed = listed["jobs"].as_array().unwrap().clone();
    assert!(
        listed.iter().all(|job| job["asker"]["name"] == "limited") && listed.len() == 1,
        "{listed:?}"
    );
    let path = format!("/api/v1/jobs/{}", others["id"].as_str().unwrap());
    for path in [
        path.clone(),
        format!("{path}/targets"),
        format!("{path}/groups"),
        format!("{path}/follow"),
    ] {
        assert_eq!(call(Method::GET, &path, None).await.0, 404, "{path}");
    }
    assert_eq!(
        call(Method::POST, &format!("{path}/cancel"), None).await.0,
        404
    );
    assert_eq!(
        call(Method::POST, "/api/v1/stop", Some(json!({}))).await.0,
        403
    );
    until_over(&server, &others).await;
}
