//! JSON that is deep, huge, doubled or no text at all, at every door, in frames and in results. Each gets a defined answer, and
//! somebody else's session goes on. Not here: frames that are broken themselves, see [`crate::attacks_frames`].

use reqwest::Method;
use serde_json::json;
use system_tests::{Peer, hello_v2};
use tokio_tungstenite::tungstenite::Message;

use crate::attacks_frames::{calm, is_calm};

/// No JSON, or JSON that says things twice, or that scripts would trip over.
const ODD: &[&str] = &[
    "",
    " ",
    "\u{feff}{}",
    "{}{}",
    "{} x",
    "{",
    "}",
    "[]",
    "null",
    "true",
    "\"\"",
    "7",
    "{'a':1}",
    "{a:1}",
    "{\"a\":1,}",
    "// x\n{}",
    "{\"a\":undefined}",
    "__proto__",
    "{\"__proto__\":{\"admin\":true},\"constructor\":{\"prototype\":{}}}",
    "{\"skill_name\":\"a\",\"skill_name\":\"b\",\"method_name\":\"c\"}",
    "{\"node_id\":\"a\",\"node_id\":\"b\",\"success\":true,\"success\":false}",
];

/// JSON that is hostile in itself.
fn hostile_json() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    for depth in [200, 10_000, 100_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let inner = if open == "[" { "" } else { "1" };
            all.push(format!("{}{inner}{}", open.repeat(depth), close.repeat(depth)).into());
            all.push(open.repeat(depth).into());
        }
    }
    let long = "9".repeat(100_000);
    for number in [
        "1e999",
        "-1e999",
        "1e-999999999999",
        "18446744073709551616",
        "-0",
        "01",
        "+1",
        ".5",
        "0x10",
        "NaN",
        "Infinity",
        &long,
    ] {
        all.push(
            format!("{{\"timeout\":{number},\"cpu_usage\":{number},\"seq\":{number}}}").into(),
        );
    }
    for text in [
        "\\ud800",
        "\\udfff\\ud800",
        "\\u0000",
        "\\x41",
        "\u{0}",
        "\u{7f}\u{85}",
        "\\u001b[2J\\u0007",
        "\u{202e}",
        "\u{feff}",
    ] {
        all.push(format!("{{\"skill_name\":\"{text}\",\"node_id\":\"{text}\"}}").into());
    }
    for bytes in [
        &b"\xff\xfe"[..],
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf8\x88\x80\x80\x80",
    ] {
        all.push([b"{\"skill_name\":\"", bytes, b"\"}"].concat());
    }
    all.extend(ODD.iter().map(|text| text.as_bytes().to_vec()));
    all
}

#[tokio::test]
async fn hostile_json_is_refused_at_every_door() {
    let (server, mut peer) = calm().await;
    let doors = [
        (Method::POST, "/api/v1/nodes/bystander/execute"),
        (Method::POST, "/api/v1/dispatch"),
        (Method::POST, "/api/v1/executions"),
        (Method::POST, "/api/v1/join-codes"),
        (Method::POST, "/api/v1/tokens"),
        (Method::PATCH, "/api/v1/nodes/bystander"),
    ];
    let mut tried = 0;
    for (method, path) in doors {
        for body in hostile_json() {
            let said = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            let answer = server
                .bare(method.clone(), path)
                .bearer_auth(server.nexus.api_token().reveal())
                .header("content-type", "application/json")
                .body(body)
                .send()
                .await
                .unwrap_or_else(|error| panic!("{path} {said}: {error}"));
            let status = answer.status().as_u16();
            let text = answer.text().await.unwrap();
            // All fields of an edit are optional, and a call may have an odd name; then nobody offers it.
            let nothing = method == Method::PATCH && status == 200 || status == 503;
            assert!(
                (400..500).contains(&status) || nothing,
                "{path} {said}: {status} {text}"
            );
            assert!(
                text.len() < 1 << 20,
                "{path} {said}: an answer of {}",
                text.len()
            );
            tried += 1;
        }
    }
    assert!(tried > 300, "{tried}");
    // The same inside of what is passed on: it is a defined end of one execution, not of a process.
    is_calm(&server, &mut peer).await;
}

#[tokio::test]
async fn hostile_json_in_frames_costs_at_most_the_session() {
    let (server, mut peer) = calm().await;
    for (number, body) in hostile_json().into_iter().enumerate() {
        let name = format!("odd-{number}");
        let mut odd = Peer::join(server.address(), &hello_v2(&name)).await;
        odd.hear_type("WELCOME").await;
        let kinds = [
            "HEARTBEAT",
            "OUTPUT",
            "RESPONSE",
            "ACCEPTED",
            "ERROR",
            "HELLO",
            "HANDSHAKE",
        ];
        for kind in kinds {
            let frame = [
                format!("{{\"message_type\":\"{kind}\",\"payload\":").as_bytes(),
                &body,
                b"}",
            ]
            .concat();
            odd.send(Message::Binary(frame.into())).await;
        }
        odd.send(Message::Binary(body.into())).await;
        odd.say(
            &json!({"message_type": "HEARTBEAT", "payload": {"node_id": "x", "cpu_usage": 0.5}}),
        )
        .await;
        system_tests::eventually("it is heard after all that", || async {
            let (_, node) = server.get(&format!("/api/v1/nodes/{name}")).await;
            (node["node"]["cpu_usage"] == 0.5).then_some(())
        })
        .await;
    }
    is_calm(&server, &mut peer).await;
}

#[tokio::test]
async fn a_result_of_any_shape_is_a_defined_answer() {
    let (server, mut peer) = calm().await;
    let bearer = format!("Bearer {}", server.nexus.api_token().reveal());
    let watch = async || {
        let headers = [("authorization", bearer.as_str())];
        let mut screen = Peer::connect(server.address(), "/ws/events", &headers)
            .await
            .unwrap();
        screen.hear_type("SNAPSHOT").await;
        screen
    };
    let mut screen = watch().await;
    for body in hostile_json() {
        let Ok(result) = String::from_utf8(body) else {
            continue;
        };
        let said: String = result.chars().take(60).collect();
        let answer = async {
            let order = peer.hear_type("EXECUTE_SKILL").await;
            let id = order["payload"]["request_id"].as_str().unwrap();
            let frame = format!(
                "{{\"message_type\":\"RESPONSE\",\"payload\":{{\"request_id\":\"{id}\",\"node_id\":\"x\",\"success\":true,\"result\":{result}}}}}"
            );
            peer.send(Message::Text(frame.into())).await;
            // Should that have been no JSON, this is the answer; else it comes too late.
            peer.respond(&order, json!("plain")).await;
        };
        let (asked, ()) = tokio::join!(server.shell("bystander", "x", 20), answer);
        assert_eq!(asked.0, 200, "{said}: {}", asked.1);
        let (_, listed) = server.get("/api/v1/executions?limit=1").await;
        assert!(
            listed.is_object(),
            "the list can be read after {said}: {listed}"
        );
        // Those who were there when it came, and those who come afterwards.
        let id = asked.1["request_id"].as_str().unwrap();
        while !screen.hear().await.to_string().contains(id) {}
        screen = watch().await;
    }
    is_calm(&server, &mut peer).await;
}
