//! Frames as the prototype's own programs wrote them. They decode for ever.

use crate::{FromNexus, FromSpore, Outcome, decode_from_nexus, decode_from_spore};

const HANDSHAKE: &str = r#"{"message_type": "HANDSHAKE", "payload": {"message_type": "HANDSHAKE", "node_id": "f39bae65-7929-4d55-83bb-72abde3d6faa", "node_name": "spore-1", "capabilities": {"skills": ["ShellSkill", "FileSkill"], "tags": ["worker", "docker", "location:container-1"], "cpu_cores": 2, "memory_mb": 24105, "has_gpu": false, "has_docker": false, "platform": "linux"}, "token": "demo-token-123", "timestamp": "2026-11-23T18:37:41.980732"}, "timestamp": "2026-11-23T18:37:41.980857"}"#;
const HEARTBEAT: &str = r#"{"message_type": "HEARTBEAT", "payload": {"message_type": "HEARTBEAT", "node_id": "f39bae65-7929-4d55-83bb-72abde3d6faa", "cpu_usage": 0.05, "memory_usage": 0.024, "active_tasks": 0, "timestamp": "2026-11-23T18:37:47.106338"}, "timestamp": "2026-11-23T18:37:47.107575"}"#;
const RESPONSE: &str = r#"{"message_type": "RESPONSE", "payload": {"message_type": "RESPONSE", "request_id": "6bf3db12-a4b9-48c3-86e6-16b8303e43f8", "node_id": "f39bae65-7929-4d55-83bb-72abde3d6faa", "success": true, "result": "\u2705 Zapisano plik: demo_test.txt", "error": null, "execution_time": 0.0015859603881835938, "timestamp": "2026-11-23T18:37:50.405118"}, "timestamp": "2026-11-23T18:37:50.405633"}"#;
const EXECUTE: &str = r#"{"message_type":"EXECUTE_SKILL","payload":{"message_type":"EXECUTE_SKILL","request_id":"00e3a497-af37-49d1-9213-1c7dcecd966c","node_id":"f39bae65-7929-4d55-83bb-72abde3d6faa","skill_name":"ShellSkill","method_name":"run","parameters":{"command":"echo 'Hello from remote node!' && uname -a"},"timeout":30,"timestamp":"2026-11-23T18:37:48.184234"},"timestamp":"2026-11-23T18:37:48.184882"}"#;

#[test]
fn handshake() {
    let FromSpore::Handshake(hello) = decode_from_spore(HANDSHAKE).unwrap() else {
        panic!("not a handshake")
    };
    assert_eq!((hello.node_name.as_str(), hello.protocol), ("spore-1", 1));
    assert_eq!(
        hello.capabilities.tags,
        ["worker", "docker", "location:container-1"]
    );
    assert_eq!(
        (hello.capabilities.cpu_cores, hello.capabilities.memory_mb),
        (2, 24105)
    );
    assert!(hello.capabilities.offers("ShellSkill", "anything"));
    hello.check().unwrap();
    assert!(
        !format!("{hello:?}").contains("demo-token-123"),
        "a token in a debug print ends in a log"
    );
}

#[test]
fn handshake_with_defaults_gets_a_generated_id() {
    let frame =
        r#"{"payload":{"node_name":"x","capabilities":{},"token":""},"message_type":"HANDSHAKE"}"#;
    let FromSpore::Handshake(hello) = decode_from_spore(frame).unwrap() else {
        panic!("not a handshake")
    };
    assert_eq!(hello.node_id.len(), 36);
    assert_eq!(
        (hello.capabilities.cpu_cores, hello.capabilities.memory_mb),
        (1, 1024)
    );
    assert_eq!(hello.capabilities.platform, "linux");
}

#[test]
fn heartbeat_and_response() {
    let FromSpore::Heartbeat(life) = decode_from_spore(HEARTBEAT).unwrap() else {
        panic!("not a heartbeat")
    };
    assert_eq!(
        (life.cpu_usage, life.memory_usage, life.active_tasks),
        (0.05, 0.024, 0)
    );
    let FromSpore::Response(response) = decode_from_spore(RESPONSE).unwrap() else {
        panic!("not a response")
    };
    assert_eq!(
        response.result.get(),
        r#""\u2705 Zapisano plik: demo_test.txt""#
    );
    assert_eq!(response.outcome(), Outcome::Succeeded);
}

#[test]
fn execute_and_its_defaults() {
    let FromNexus::ExecuteSkill(execute) = decode_from_nexus(EXECUTE).unwrap() else {
        panic!("not an order")
    };
    assert_eq!((execute.timeout, execute.stream), (30, false));
    let bare = r#"{"message_type":"EXECUTE_SKILL","payload":{"node_id":"n","skill_name":"s","method_name":"m"}}"#;
    let FromNexus::ExecuteSkill(execute) = decode_from_nexus(bare).unwrap() else {
        panic!("not an order")
    };
    assert_eq!(
        (
            execute.parameters.get(),
            execute.timeout,
            execute.request_id.len()
        ),
        ("{}", 30, 36)
    );
}

#[test]
fn numbers_and_truth_as_leniently_as_the_prototype() {
    let frame = |fields: &str| {
        format!(
            r#"{{"message_type":"HANDSHAKE","payload":{{"node_name":"x","token":"","capabilities":{{{fields}}}}}}}"#
        )
    };
    let read = |fields: &str| match decode_from_spore(&frame(fields)) {
        Ok(FromSpore::Handshake(hello)) => Some(hello.capabilities),
        _ => None,
    };
    assert_eq!(read(r#""cpu_cores":"7""#).unwrap().cpu_cores, 7);
    assert_eq!(read(r#""cpu_cores":7.0"#).unwrap().cpu_cores, 7);
    assert!(read(r#""cpu_cores":7.5"#).is_none());
    assert_eq!(read(r#""cpu_cores":-3"#).unwrap().cpu_cores, 0);
    assert!(read(r#""has_gpu":"yes""#).unwrap().has_gpu);
    assert!(read(r#""has_gpu":1"#).unwrap().has_gpu);
    assert!(read(r#""has_gpu":"maybe""#).is_none());
    assert!(read(r#""platform":7"#).is_none());
}
