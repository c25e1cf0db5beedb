//! What must not get through, and properties of what may.

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::noon;
use crate::{
    DecodeError, FromNexus, FromSpore, Handshake, Heartbeat, Method, Output, Response, Running,
    Stream, decode_from_nexus, decode_from_spore, encode, limits,
};

/// What a node may say of its policy is bounded, however much it says.
#[test]
fn a_policy_that_is_too_large_is_refused() {
    let told = |policy: crate::NodePolicy| {
        let capabilities = crate::Capabilities {
            policy: Some(policy.into()),
            ..Default::default()
        };
        capabilities.check().map_err(|violation| violation.field)
    };
    let rule = |words: usize, word: &str| crate::CommandRule {
        name: String::new(),
        argv: vec![word.to_owned(); words],
    };
    let with = |commands| crate::NodePolicy {
        commands,
        ..Default::default()
    };
    assert_eq!(told(with(vec![rule(1, "x"); limits::LIST])), Ok(()));
    let many = with(vec![rule(1, "x"); limits::LIST + 1]);
    assert_eq!(told(many), Err("policy.commands"));
    let long = with(vec![rule(1, &"x".repeat(limits::NAME + 1))]);
    assert_eq!(told(long), Err("policy.commands.argv"));
    let escape = with(vec![rule(1, "\u{1b}[2J")]);
    assert_eq!(told(escape), Err("policy.commands.argv"));
    let wide = with(vec![rule(limits::LIST, "xxxxxxxxxxxxxxxx"); limits::LIST]);
    assert_eq!(told(wide), Err("policy"));
    let grants = crate::NodePolicy {
        grants: vec![crate::GrantView::default(); limits::GRANTS + 1],
        ..Default::default()
    };
    assert_eq!(told(grants), Err("policy.grants"));
}

#[test]
fn no_envelope_no_message() {
    for frame in [
        "",
        "null",
        "[]",
        "7",
        "\"HANDSHAKE\"",
        "{}",
        "{",
        "\u{0}",
        "{\"message_type\":\"HEARTBEAT\"}",
        r#"["HEARTBEAT",{"node_id":"n"},"now"]"#,
        r#"{"message_type":null,"payload":{}}"#,
        r#"{"message_type":"HEARTBEAT","payload":[]}"#,
        r#"{"message_type":"HEARTBEAT","payload":null}"#,
        r#"{"message_type":"HEARTBEAT","payload":{},"timestamp":null}"#,
    ] {
        assert!(
            matches!(decode_from_spore(frame), Err(DecodeError::Malformed(_))),
            "{frame:?}"
        );
    }
}

/// Addresses are advice: nonsense in them costs no session.
#[test]
fn a_welcome_is_one_whatever_its_addresses_are() {
    for (given, read) in [
        (r#"["a:1","b:2"]"#, &["a:1", "b:2"][..]),
        (r#"["a:1",7,null,["b:2"],{"c":"d"},""]"#, &["a:1", ""]),
        ("null", &[]),
        ("7", &[]),
        (r#""a:1""#, &[]),
        (r#"{"a":1}"#, &[]),
        ("[]", &[]),
    ] {
        let frame = format!(
            r#"{{"message_type":"WELCOME","payload":{{"protocol":2,"nexus_id":"n","nexus_version":"0","session_id":"s","heartbeat_interval":3,"nexus_addresses":{given}}}}}"#
        );
        let Ok(FromNexus::Welcome(welcome)) = decode_from_nexus(&frame) else {
            panic!("{given}")
        };
        assert_eq!(welcome.nexus_addresses, read, "{given}");
    }
}

#[test]
fn a_side_takes_only_its_own_messages() {
    let order = r#"{"message_type":"EXECUTE_SKILL","payload":{"node_id":"n","skill_name":"s","method_name":"m"}}"#;
    assert!(matches!(
        decode_from_spore(order),
        Err(DecodeError::UnknownType(_))
    ));
    assert!(matches!(
        decode_from_spore(&order.to_lowercase()),
        Err(DecodeError::UnknownType(_))
    ));
    let life = r#"{"message_type":"HEARTBEAT","payload":{"node_id":"n"}}"#;
    assert!(matches!(
        decode_from_nexus(life),
        Err(DecodeError::UnknownType(_))
    ));
}

#[test]
fn not_a_number_is_refused_and_deep_nesting_too() {
    for bad in [
        "NaN",
        "Infinity",
        "-Infinity",
        "\"nan\"",
        "\"inf\"",
        "1e999",
        "null",
        "{}",
        "\"\"",
    ] {
        let frame = format!(
            r#"{{"message_type":"HEARTBEAT","payload":{{"node_id":"n","cpu_usage":{bad}}}}}"#
        );
        assert!(decode_from_spore(&frame).is_err(), "{bad}");
    }
    let deep = format!(
        r#"{{"message_type":"RESPONSE","payload":{}{}}}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    assert!(decode_from_spore(&deep).is_err());
}

#[test]
fn an_unknown_type_is_not_echoed_at_length() {
    let frame = format!(
        r#"{{"message_type":"{}","payload":{{}}}}"#,
        "X".repeat(100_000)
    );
    assert!(decode_from_spore(&frame).unwrap_err().to_string().len() < 300);
}

fn hello() -> Handshake {
    Handshake {
        node_id: "n".into(),
        node_name: "name".into(),
        capabilities: crate::Capabilities::default(),
        token: "t".into(),
        proof: None,
        join: None,
        protocol: 2,
        running: vec![],
    }
}

#[test]
fn a_handshake_is_measured() {
    hello().check().unwrap();
    let long = "x".repeat(10_000);
    let many = vec!["x".to_owned(); 1000];
    let running = Running {
        request_id: "r".into(),
        skill_name: long.clone(),
        method_name: "m".into(),
        first_seq: 0,
        next_seq: 0,
    };
    let method = Method {
        skill: long.clone(),
        method: "m".into(),
        title: String::new(),
        effect: crate::Effect::Read,
        idempotent: true,
        cacheable: true,
        parameters: ().into(),
    };
    type Spoil<'a> = Box<dyn Fn(&mut Handshake) + 'a>;
    let spoilt: [(&str, Spoil<'_>); 12] = [
        ("node_id", Box::new(|one| one.node_id.clear())),
        ("node_id", Box::new(|one| one.node_id = "a\nb".into())),
        ("node_id", Box::new(|one| one.node_id = "x".repeat(129))),
        (
            "node_name",
            Box::new(|one| one.node_name = "\u{1b}[31m".into()),
        ),
        (
            "node_name",
            Box::new(|one| one.node_name = "\u{202e}gpj.exe".into()),
        ),
        ("node_name", Box::new(|one| one.node_name = "  ".into())),
        ("token", Box::new(|one| one.token = "x".repeat(10_000))),
        (
            "skills",
            Box::new(|one| one.capabilities.skills = many.clone()),
        ),
        (
            "tags",
            Box::new(|one| one.capabilities.tags = vec![long.clone()]),
        ),
        (
            "hostname",
            Box::new(|one| one.capabilities.hostname = "\u{7}".into()),
        ),
        (
            "methods.skill",
            Box::new(|one| one.capabilities.methods = vec![method.clone()].into()),
        ),
        (
            "running.skill_name",
            Box::new(|one| one.running = vec![running.clone()]),
        ),
    ];
    for (field, spoil) in spoilt {
        let mut bad = hello();
        spoil(&mut bad);
        assert_eq!(bad.check().unwrap_err().field, field);
    }
}

#[test]
fn output_that_lies_is_refused() {
    let mut chunk = Output::new("r".into(), 0, Stream::Stdout, 0, b"\xff");
    chunk.base64 = Some("not base64!".into());
    assert!(chunk.bytes().is_err());
    let large = Output::new(
        "r".into(),
        0,
        Stream::Stdout,
        0,
        &vec![b'a'; limits::OUTPUT_CHUNK + 1],
    );
    assert!(large.bytes().is_err());
}

#[test]
fn cutting_keeps_characters_whole() {
    assert_eq!(limits::cut("zażółć", 3), "za");
    assert_eq!(limits::cut("zażółć", 4), "zaż");
    assert_eq!(limits::cut("abc", 9), "abc");
    assert_eq!(limits::cut("é", 0), "");
}

/// What others may have called the same harms nobody's heartbeat.
#[test]
fn a_disk_that_is_none_is_as_if_not_said() {
    for (said, known) in [
        (r#"{"usage":0.5,"free":7,"mount":"/"}"#, true),
        (r#"{"usage":0.5,"free":7,"mount":"/","inodes":3}"#, true),
        (r#""93 %""#, false),
        ("93.1", false),
        ("null", false),
        (r#"{"usage":0.5}"#, false),
        (r#"{"usage":0.5,"free":-7,"mount":"/"}"#, false),
        ("[[[[[[]]]]]]", false),
    ] {
        let frame = format!(
            r#"{{"message_type":"HEARTBEAT","payload":{{"node_id":"n","cpu_usage":0.5,"disk":{said}}}}}"#
        );
        let Ok(FromSpore::Heartbeat(life)) = decode_from_spore(&frame) else {
            panic!("{said}");
        };
        assert_eq!(life.disk.is_some(), known, "{said}");
    }
}

proptest! {
    /// Whatever arrives, reading it neither panics nor loops.
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        let _ = decode_from_spore(&text);
        let _ = decode_from_nexus(&text);
    }

    #[test]
    fn any_json_is_read_or_refused(name in "HEARTBEAT|RESPONSE|OUTPUT|HANDSHAKE|ERROR", body in "\\{(\"[a-z_]{1,12}\":(1|-1|\"x\"|null|true|\\[\\]|\\{\\}),){0,5}\"a\":1\\}") {
        let _ = decode_from_spore(&format!(r#"{{"message_type":"{name}","payload":{body}}}"#));
    }

    /// What was written is read again, whatever the names hold.
    #[test]
    fn handshakes_survive(id in "\\PC{1,40}", name in "\\PC{1,40}", token in "\\PC{0,40}", tags in prop::collection::vec("\\PC{0,20}", 0..5)) {
        let mut hello = hello();
        (hello.node_id, hello.node_name, hello.token, hello.capabilities.tags) = (id, name, token, tags);
        let Ok(FromSpore::Handshake(back)) = decode_from_spore(&encode(&hello, noon())) else { panic!("not read again") };
        prop_assert_eq!((back.node_id, back.node_name, back.token), (hello.node_id, hello.node_name, hello.token));
        prop_assert_eq!(back.capabilities, hello.capabilities);
    }

    #[test]
    fn heartbeats_survive(cpu in 0.0..=1.0f64, memory in 0.0..=1.0f64, tasks: u32) {
        let life = Heartbeat { node_id: "n".into(), cpu_usage: cpu, memory_usage: memory, active_tasks: tasks, disk: None };
        let Ok(FromSpore::Heartbeat(back)) = decode_from_spore(&encode(&life, noon())) else { panic!("not read again") };
        // A reading, not a count: the last binary digit is not worth a slower parser.
        prop_assert!((back.cpu_usage - cpu).abs() < 1e-12 && (back.memory_usage - memory).abs() < 1e-12);
        prop_assert_eq!(back.active_tasks, tasks);
    }

    /// Output is bytes, and comes back as the same bytes.
    #[test]
    fn output_survives(bytes in prop::collection::vec(any::<u8>(), 0..2000), seq: u64) {
        let chunk = Output::new("r".into(), seq, Stream::Stderr, 1, &bytes);
        let Ok(FromSpore::Output(back)) = decode_from_spore(&encode(&chunk, noon())) else { panic!("not read again") };
        prop_assert_eq!(back.seq, seq);
        let read = back.bytes().unwrap().into_owned();
        prop_assert_eq!(read, bytes);
    }

    /// A result passes through untouched, to the byte.
    #[test]
    fn results_pass_through(text in "\\PC{0,100}", number: i64) {
        let result = serde_json::json!({"text": text, "number": number, "deep": [[{}]]}).to_string();
        let response = Response {
            request_id: "r".into(), node_id: "n".into(), success: true,
            result: RawValue::from_string(result.clone()).unwrap(), error: None, execution_time: 0.0,
            outcome: None, exit_code: None, signal: None, next_seq: None, output_truncated: false,
        };
        let Ok(FromSpore::Response(back)) = decode_from_spore(&encode(&response, noon())) else { panic!("not read again") };
        prop_assert_eq!(back.result.get(), result);
    }

    /// The order of the envelope's keys does not matter.
    #[test]
    fn payload_may_come_first(seconds in 0u32..1000) {
        let frame = format!(r#"{{"timestamp":"x","payload":{{"skill_name":"s","timeout":{seconds},"method_name":"m","node_id":"n"}},"message_type":"EXECUTE_SKILL"}}"#);
        let Ok(FromNexus::ExecuteSkill(order)) = decode_from_nexus(&frame) else { panic!("not read") };
        prop_assert_eq!(order.timeout, seconds);
    }
}

#[test]
fn a_result_that_nobody_could_read_is_dropped() {
    let read = |result: &str| {
        let frame = format!(
            r#"{{"message_type":"RESPONSE","payload":{{"request_id":"r","node_id":"n","success":true,"result":{result}}}}}"#
        );
        let Ok(FromSpore::Response(mut response)) = decode_from_spore(&frame) else {
            panic!("{frame}")
        };
        response.drop_unreadable();
        response
    };
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for bad in [
        "1e999",
        "[1e999]",
        r#""\ud800""#,
        r#"{"a":"\udfff"}"#,
        r#"{"\ud800":1}"#,
        &deep,
    ] {
        let response = read(bad);
        assert_eq!(response.result.get(), "null");
        assert!(!response.success && response.error.is_some());
        assert_eq!(response.outcome(), crate::Outcome::Failed);
    }
    for good in [
        "null",
        "1e9",
        r#""a\nb""#,
        r#""\ud83d\ude00""#,
        "{\"a\":[]}",
        "\"x\"",
    ] {
        let response = read(good);
        assert_eq!((response.result.get(), response.success), (good, true));
    }
}

#[test]
fn depth_is_counted_and_strings_are_not() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert!(!limits::is_deep(&nested(limits::DEPTH)));
    assert!(limits::is_deep(&nested(limits::DEPTH + 1)));
    assert!(limits::is_deep(&"{\"a\":[".repeat(limits::DEPTH / 2 + 1)));
    let brackets = "[".repeat(1000);
    for flat in [
        format!("\"{brackets}\""),
        format!("{{\"{brackets}\": \"\\\"{brackets}\"}}"),
        format!("[\"\\\\\", \"{brackets}\"]"),
        "[],".repeat(1000),
    ] {
        assert!(!limits::is_deep(&flat), "{flat}");
    }
}
