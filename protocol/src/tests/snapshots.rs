//! One frame of each message, as written. A change here is a change of the protocol.

use serde_json::value::RawValue;

use super::noon;
use crate::{
    Accepted, Ack, Announcement, Cancel, Capabilities, Challenge, ChannelKind, CommandRule,
    Disconnect, DiskUse, Effect, ExecuteSkill, Fixed, GrantView, Handshake, Heartbeat, Hello,
    Limits, Message, Method, NodePolicy, Outcome, Output, PolicyLimits, Problem, Response, Resume,
    Running, Signer, Stream, Transcript, Welcome, encode,
};

fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).unwrap()
}

/// The payload's own fields: the envelope is the same for all and checked once.
fn fields<M: Message>(message: &M) -> String {
    let frame = encode(message, noon());
    let name = M::TYPE;
    let start = format!("{{\"message_type\":\"{name}\",\"payload\":{{\"message_type\":\"{name}\",");
    let end = ",\"timestamp\":\"2026-11-23T18:37:41.980732Z\"},\"timestamp\":\"2026-11-23T18:37:41.980732Z\"}";
    frame
        .strip_prefix(&start)
        .and_then(|rest| rest.strip_suffix(end))
        .unwrap_or(&frame)
        .to_owned()
}

#[test]
fn the_envelope() {
    let frame = encode(
        &Accepted {
            request_id: "r".into(),
        },
        noon(),
    );
    assert_eq!(
        frame,
        r#"{"message_type":"ACCEPTED","payload":{"message_type":"ACCEPTED","request_id":"r","timestamp":"2026-11-23T18:37:41.980732Z"},"timestamp":"2026-11-23T18:37:41.980732Z"}"#
    );
}

#[test]
fn handshake_of_v1() {
    let hello = Handshake {
        node_id: "n".into(),
        node_name: "spore-1".into(),
        capabilities: Capabilities {
            skills: vec!["ShellSkill".into()],
            tags: vec!["worker".into()],
            ..Default::default()
        },
        token: "t".into(),
        proof: None,
        join: None,
        protocol: 1,
        running: vec![],
    };
    insta::assert_snapshot!(fields(&hello), @r#""node_id":"n","node_name":"spore-1","capabilities":{"skills":["ShellSkill"],"tags":["worker"],"cpu_cores":1,"memory_mb":1024,"has_gpu":false,"has_docker":false,"platform":"linux"},"token":"t""#);
}

#[test]
fn handshake_of_v2() {
    let hello = Handshake {
        node_id: "n".into(),
        node_name: "pi".into(),
        capabilities: Capabilities {
            methods: vec![Method {
                skill: "ShellSkill".into(),
                method: "run".into(),
                title: "Run".into(),
                effect: Effect::Destroy,
                idempotent: false,
                cacheable: false,
                parameters: serde_json::json!({"type": "object"}),
            }]
            .into(),
            os: "Debian".into(),
            arch: "aarch64".into(),
            hostname: "pi".into(),
            spore_version: "0.1.0".into(),
            limits: Some(Limits {
                max_executions: 4,
                max_message_bytes: 5,
                max_output_bytes: 6,
            }),
            ..Default::default()
        },
        token: "t".into(),
        proof: None,
        join: None,
        protocol: 2,
        running: vec![Running {
            request_id: "r".into(),
            skill_name: "ShellSkill".into(),
            method_name: "run".into(),
            first_seq: 3,
            next_seq: 9,
        }],
    };
    insta::assert_snapshot!(fields(&hello), @r#""node_id":"n","node_name":"pi","capabilities":{"skills":[],"tags":[],"cpu_cores":1,"memory_mb":1024,"has_gpu":false,"has_docker":false,"platform":"linux","methods":[{"skill":"ShellSkill","method":"run","title":"Run","effect":"destroy","parameters":{"type":"object"}}],"os":"Debian","arch":"aarch64","hostname":"pi","spore_version":"0.1.0","limits":{"max_executions":4,"max_message_bytes":5,"max_output_bytes":6}},"token":"t","protocol":2,"running":[{"request_id":"r","skill_name":"ShellSkill","method_name":"run","first_seq":3,"next_seq":9}]"#);
}

#[test]
fn capabilities() {
    let policy = NodePolicy {
        name: "custom".into(),
        methods: vec!["ShellSkill.run".into()],
        shell: false,
        commands: vec![CommandRule {
            name: "uptime".into(),
            argv: vec!["uptime".into()],
        }],
        read: vec![".".into()],
        write: vec![],
        environment: vec!["LANG".into()],
        run_as: Some("nobody".into()),
        limits: PolicyLimits {
            seconds: Some(60),
            ..Default::default()
        },
        sandbox: "landlock abi 7".into(),
        grants: vec![GrantView {
            id: "1f".into(),
            what: "shell".into(),
            until: "2026-11-23T18:37:41.980732Z".into(),
        }],
        cut: true,
    };
    let announcement = Announcement {
        capabilities: Capabilities {
            policy: Some(policy.into()),
            ..Default::default()
        },
    };
    announcement.capabilities.check().unwrap();
    insta::assert_snapshot!(fields(&announcement), @r#""capabilities":{"skills":[],"tags":[],"cpu_cores":1,"memory_mb":1024,"has_gpu":false,"has_docker":false,"platform":"linux","policy":{"name":"custom","methods":["ShellSkill.run"],"shell":false,"commands":[{"name":"uptime","argv":["uptime"]}],"read":["."],"write":[],"environment":["LANG"],"run_as":"nobody","limits":{"seconds":60},"sandbox":"landlock abi 7","grants":[{"id":"1f","what":"shell","until":"2026-11-23T18:37:41.980732Z"}],"cut":true}}"#);
}

#[test]
fn heartbeat() {
    let life = Heartbeat {
        node_id: "n".into(),
        cpu_usage: 0.05,
        memory_usage: 0.5,
        active_tasks: 2,
        disk: None,
    };
    insta::assert_snapshot!(fields(&life), @r#""node_id":"n","cpu_usage":0.05,"memory_usage":0.5,"active_tasks":2"#);
    let full = Heartbeat {
        disk: Some(DiskUse {
            usage: 0.97,
            free: 1_024,
            mount: "/var".into(),
        }),
        ..life
    };
    insta::assert_snapshot!(fields(&full), @r#""node_id":"n","cpu_usage":0.05,"memory_usage":0.5,"active_tasks":2,"disk":{"usage":0.97,"free":1024,"mount":"/var"}"#);
}

#[test]
fn welcome() {
    let mut welcome = Welcome {
        protocol: 2,
        nexus_id: "home".into(),
        nexus_version: "0.1.0".into(),
        session_id: "7".into(),
        node_id: None,
        heartbeat_interval: 3,
        resume: vec![Resume {
            request_id: "r".into(),
            next_seq: 4,
        }],
        nexus_addresses: Vec::new(),
    };
    insta::assert_snapshot!(fields(&welcome), @r#""protocol":2,"nexus_id":"home","nexus_version":"0.1.0","session_id":"7","heartbeat_interval":3,"resume":[{"request_id":"r","next_seq":4}]"#);
    welcome.resume.clear();
    welcome.nexus_addresses = vec!["a:8765".into(), "[fd00::1]:1".into()];
    insta::assert_snapshot!(fields(&welcome), @r#""protocol":2,"nexus_id":"home","nexus_version":"0.1.0","session_id":"7","heartbeat_interval":3,"resume":[],"nexus_addresses":["a:8765","[fd00::1]:1"]"#);
}

#[test]
fn execute_skill_as_v1_and_v2() {
    let mut execute = ExecuteSkill {
        request_id: "r".into(),
        node_id: "n".into(),
        skill_name: "ShellSkill".into(),
        method_name: "run".into(),
        parameters: raw(r#"{"command": "echo 1"}"#),
        timeout: 30,
        stream: false,
    };
    insta::assert_snapshot!(fields(&execute), @r#""request_id":"r","node_id":"n","skill_name":"ShellSkill","method_name":"run","parameters":{"command": "echo 1"},"timeout":30"#);
    execute.stream = true;
    insta::assert_snapshot!(fields(&execute), @r#""request_id":"r","node_id":"n","skill_name":"ShellSkill","method_name":"run","parameters":{"command": "echo 1"},"timeout":30,"stream":true"#);
}

#[test]
fn output_as_text_and_as_bytes() {
    let text = Output::new("r".into(), 0, Stream::Stdout, 12, "zażółć\n".as_bytes());
    insta::assert_snapshot!(fields(&text), @r#""request_id":"r","seq":0,"stream":"stdout","at_ms":12,"text":"zażółć\n""#);
    let bytes = Output::new("r".into(), 1, Stream::Stderr, 12, b"\xff\x00");
    insta::assert_snapshot!(fields(&bytes), @r#""request_id":"r","seq":1,"stream":"stderr","at_ms":12,"base64":"/wA=""#);
    assert_eq!(&*bytes.bytes().unwrap(), b"\xff\x00");
}

#[test]
fn response_as_v1_and_v2() {
    let mut response = Response {
        request_id: "r".into(),
        node_id: "n".into(),
        success: true,
        result: raw("\"test\\n\""),
        error: None,
        execution_time: 0.25,
        outcome: None,
        exit_code: None,
        signal: None,
        next_seq: None,
        output_truncated: false,
    };
    insta::assert_snapshot!(fields(&response), @r#""request_id":"r","node_id":"n","success":true,"result":"test\n","error":null,"execution_time":0.25"#);
    response.outcome = Some(Outcome::TimedOut);
    response.signal = Some("SIGKILL".into());
    response.exit_code = Some(3);
    response.next_seq = Some(8);
    response.output_truncated = true;
    insta::assert_snapshot!(fields(&response), @r#""request_id":"r","node_id":"n","success":true,"result":"test\n","error":null,"execution_time":0.25,"outcome":"timed_out","exit_code":3,"signal":"SIGKILL","next_seq":8,"output_truncated":true"#);
}

#[test]
fn the_small_ones() {
    insta::assert_snapshot!(fields(&Cancel { request_id: "r".into(), reason: "operator".into() }), @r#""request_id":"r","reason":"operator""#);
    insta::assert_snapshot!(fields(&Ack { request_id: "r".into(), next_seq: 5, finished: true }), @r#""request_id":"r","next_seq":5,"finished":true"#);
    insta::assert_snapshot!(fields(&Disconnect { node_id: "n".into(), reason: "bye".into() }), @r#""node_id":"n","reason":"bye""#);
    insta::assert_snapshot!(fields(&Problem { code: "malformed".into(), message: "no".into(), request_id: None }), @r#""code":"malformed","message":"no""#);
}

#[test]
fn introduction() {
    let hello = Hello {
        spore_key: Fixed([1; 32]),
        nonce: Fixed([2; 32]),
    };
    insta::assert_snapshot!(fields(&hello), @r#""spore_key":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","nonce":"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI""#);
    let challenge = Challenge {
        nexus_key: Fixed([3; 32]),
        nonce: Fixed([4; 32]),
        channel: ChannelKind::TlsExporter,
        signature: Fixed([5; 64]),
    };
    insta::assert_snapshot!(fields(&challenge), @r#""nexus_key":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","nonce":"BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ","channel":"tls-exporter","signature":"BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQ""#);
}

#[test]
fn every_part_of_a_transcript_counts() {
    let one = Transcript {
        nexus_key: Fixed([1; 32]),
        spore_key: Fixed([2; 32]),
        nexus_nonce: Fixed([3; 32]),
        spore_nonce: Fixed([4; 32]),
        channel: Some([0; 32]),
    };
    let others = [
        Transcript {
            nexus_key: Fixed([9; 32]),
            ..one
        },
        Transcript {
            spore_key: Fixed([9; 32]),
            ..one
        },
        Transcript {
            nexus_nonce: Fixed([9; 32]),
            ..one
        },
        Transcript {
            spore_nonce: Fixed([9; 32]),
            ..one
        },
        Transcript {
            channel: Some([9; 32]),
            ..one
        },
        Transcript {
            channel: None,
            ..one
        },
    ];
    let mut all: Vec<_> = others
        .iter()
        .map(|other| other.bytes(Signer::Spore))
        .collect();
    all.extend([one.bytes(Signer::Spore), one.bytes(Signer::Nexus)]);
    let different: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(different.len(), all.len());
    assert!(all.iter().all(|bytes| bytes.len() == 21 + 2 + 5 * 32));
}
