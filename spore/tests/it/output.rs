//! Output while it runs: numbered, bytes, bounded, and never faster than it is wanted.

use serde_json::json;

use crate::nexus::Nexus;

#[tokio::test]
async fn chunks_are_numbered_and_the_result_is_null() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session
        .stream(
            "e1",
            "for i in 1 2 3; do echo $i; sleep 0.1; done; echo end >&2",
        )
        .await;
    let (numbers, bytes, response) = session.collect("e1").await;
    assert!(numbers.len() > 1, "it came in one piece");
    assert_eq!(numbers, (0..numbers.len() as u64).collect::<Vec<_>>());
    assert_eq!(bytes, b"1\n2\n3\nend\n");
    assert_eq!(response["result"], json!(null));
    assert_eq!(response["next_seq"], numbers.len());
    assert_eq!(response["success"], true);
}

#[tokio::test]
async fn bytes_that_are_no_text_arrive_as_they_are() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session.stream("e1", "printf '\\377\\000\\001\\376'").await;
    let (_, bytes, _) = session.collect("e1").await;
    assert_eq!(bytes, [0xff, 0x00, 0x01, 0xfe]);
    session.run("e2", "printf 'a\\377b'").await;
    assert_eq!(session.response("e2").await["result"], "a\u{fffd}b");
}

#[tokio::test]
async fn characters_are_not_torn() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    // A character in two halves, with a pause between; then 300 kB of three-byte characters.
    let halves = "printf '\\342\\202'; sleep 0.2; printf '\\254'; sleep 0.2;";
    session
        .stream(
            "e1",
            &format!("{halves} yes € | head -c 300000 | tr -d '\\n'"),
        )
        .await;
    let mut text = String::new();
    loop {
        let (kind, payload) = session.message().await;
        match kind.as_str() {
            "OUTPUT" => text.push_str(
                payload["text"]
                    .as_str()
                    .expect("a torn character made it binary"),
            ),
            "RESPONSE" => break,
            _ => {}
        }
    }
    assert!(text.chars().all(|c| c == '€'));
    assert_eq!(text.len(), 3 + 300_000 / 4 * 3);
}

#[tokio::test]
async fn a_streamed_execution_is_cut_at_the_limit_and_counts_on() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore_with(|config| config.max_output_bytes = 100_000);
    let mut session = nexus.welcome().await;
    session
        .stream("e1", "yes 0123456 | head -c 1000000; exit 4")
        .await;
    let (_, bytes, response) = session.collect("e1").await;
    assert_eq!(bytes.len(), 100_000);
    assert_eq!(response["output_truncated"], true);
    assert_eq!(response["exit_code"], 4);
    let parameters = json!({ "command": "echo 0123456789", "max_output_bytes": 4 });
    session
        .execute(
            "e2",
            "ShellSkill",
            "run",
            parameters,
            json!({ "stream": true }),
        )
        .await;
    assert_eq!(session.collect("e2").await.1, b"0123");
}

#[tokio::test]
async fn a_result_is_cut_at_its_limit() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session.run("usual", "yes 0123456 | head -c 3000000").await;
    let usual = session.response("usual").await;
    assert_eq!(usual["result"].as_str().unwrap().len(), 1 << 20);
    assert_eq!(usual["output_truncated"], true);
    assert_eq!(usual["success"], true);
    let parameters =
        json!({ "command": "yes 0123456 | head -c 3000000", "max_output_bytes": 4_000_000 });
    session
        .execute("more", "ShellSkill", "run", parameters, json!({}))
        .await;
    let more = session.response("more").await;
    assert_eq!(more["result"].as_str().unwrap().len(), 3_000_000);
    assert_eq!(more.get("output_truncated"), None);
}

#[tokio::test]
async fn a_result_that_swells_when_escaped_still_fits_a_frame() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    let parameters =
        json!({ "command": "head -c 6000000 /dev/zero", "max_output_bytes": 6_000_000 });
    session
        .execute("e1", "ShellSkill", "run", parameters, json!({}))
        .await;
    let response = session.response("e1").await;
    assert_eq!(response["output_truncated"], true);
    assert!(response.to_string().len() < protocol::limits::FRAME_FROM_SPORE);
    assert!(response["result"].as_str().unwrap().len() >= 1_000_000);
}

#[tokio::test]
async fn a_slow_nexus_slows_the_process_and_loses_nothing() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session
        .stream("e1", "yes 0123456 | head -c 12000000; touch written")
        .await;
    // Nothing is acknowledged: the window fills and the process stands still.
    let (mut length, mut next) = (0, 0);
    while length < 4 << 20 {
        let payload = session.expect_of("OUTPUT", "e1").await;
        assert_eq!(payload["seq"], next);
        length += payload["text"].as_str().unwrap().len();
        next += 1;
    }
    assert!(length < 5 << 20);
    assert!(!spore.scratch.workspace().join("written").exists());
    session.ack("e1", next, false).await;
    let (numbers, bytes, response) = session.collect("e1").await;
    assert_eq!(
        numbers,
        (next..next + numbers.len() as u64).collect::<Vec<_>>()
    );
    assert_eq!(length + bytes.len(), 12_000_000);
    assert_eq!(response["next_seq"], next + numbers.len() as u64);
}

#[tokio::test]
async fn heartbeats_go_on_under_a_flood() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.accept().await;
    session.welcome_every(1, json!([])).await;
    let ids: Vec<String> = (0..16).map(|n| format!("e{n}")).collect();
    for id in &ids {
        session.stream(id, "yes 'the quick brown fox'").await;
    }
    let mut beats = 0;
    while beats < 4 {
        let (kind, payload) = session.message().await;
        match kind.as_str() {
            "OUTPUT" => {
                let id = payload["request_id"].as_str().unwrap().to_owned();
                session
                    .ack(&id, payload["seq"].as_u64().unwrap() + 1, false)
                    .await;
            }
            "HEARTBEAT" if payload["active_tasks"] == 16 => beats += 1,
            _ => {}
        }
    }
    for id in &ids {
        session.send("CANCEL", json!({ "request_id": id })).await;
    }
    for id in &ids {
        assert_eq!(session.response_of_flood(id).await["outcome"], "cancelled");
    }
}

#[tokio::test]
async fn heartbeats_go_on_when_nothing_is_acknowledged() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.accept().await;
    session.welcome_every(1, json!([])).await;
    for n in 0..16 {
        session
            .stream(&format!("e{n}"), "yes 'the quick brown fox'")
            .await;
    }
    for _ in 0..4 {
        let beat = session.expect_any_beat().await;
        assert!(beat["cpu_usage"].as_f64().unwrap() <= 1.0);
        assert!(beat["memory_usage"].as_f64().unwrap() > 0.0);
    }
}
