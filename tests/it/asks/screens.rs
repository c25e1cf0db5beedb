//! What the command line and a console show of the others. Not here: the same by REST, see `asks`.

use nexus::access::Caller;
use serde_json::{Value, json};
use system_tests::Server;

use super::Three;

#[tokio::test]
async fn the_command_line_tells_who_is_there_and_who_holds_what() {
    let swarm = Three::start().await;
    let told = swarm.asked.nexus(&["instances"]).await.with(0);
    for word in ["owner", "asked", "holder", "this one"] {
        assert!(told.out.contains(word), "{word}: {}", told.out);
    }
    let told = swarm.asked.nexus(&["nodes"]).await.with(0);
    assert!(
        told.out.contains("VIA") && told.out.contains("holder"),
        "{}",
        told.out
    );
    let told = swarm.holder.nexus(&["nodes"]).await.with(0);
    assert!(!told.out.contains("VIA"), "it is here: {}", told.out);
    let alone = Server::start().await;
    let (_, body) = alone.get("/api/v1/instances").await;
    assert_eq!(body["instances"].as_array().unwrap().len(), 1, "{body}");
    assert_eq!(body["instances"][0]["id"], Value::Null, "{body}");
}

/// What a console is answered.
async fn call(server: &Server, name: &str, arguments: Value) -> Value {
    let desk = server.nexus.console().desk(Caller::local());
    let arguments = serde_json::value::to_raw_value(&arguments).unwrap();
    let told = desk.call(name, &arguments).await.unwrap();
    serde_json::from_str(told.get()).unwrap()
}

#[tokio::test]
async fn a_console_shows_what_others_ran_on_a_node_and_what_it_wrote() {
    let swarm = Three::start().await;
    let run = swarm.owner.start_shell(&swarm.node, "echo far", 20).await;
    swarm.owner.until_state(&run, "succeeded").await;
    let wanted = json!([swarm.node]);
    let told = call(&swarm.asked, "nodeExecutions", wanted.clone()).await;
    assert_eq!(told["executions"][0]["id"], run.as_str(), "{told}");
    assert_eq!(
        (&told["missing"], &told["alone"]),
        (&json!([]), &json!(false))
    );
    let wrote = call(&swarm.asked, "output", json!([run])).await;
    assert_eq!(wrote[0]["text"], "far\n", "{wrote}");
    let own = call(&swarm.owner, "nodeExecutions", wanted).await;
    assert_eq!(
        own["executions"],
        json!([]),
        "its own come by the feed: {own}"
    );
    let alone = Server::start().await;
    let told = call(&alone, "nodeExecutions", json!(["any"])).await;
    assert_eq!(told["alone"], true, "{told}");
}
