//! What must hold for any bytes at the five places where strangers' text is read. Each function panics when it does not.
//! The fuzzer calls them with what it invents; an ordinary test calls them with the corpus that the fuzzer left.
//!
//! Not here: sizes, which the socket limits before anything is read, and the fuzzer itself.

use std::time::SystemTime;

use nexus::model::Phase;
use nexus::target::{Facts, LENGTH, Live, parse};
use protocol::join_code::{LONGEST, PREFIX};
use protocol::{Address, FromNexus, FromSpore, JoinCode, Message, encode};
use protocol::{decode_from_nexus, decode_from_spore};
use serde_json::Value;
use spore::policy::{Ask, Policy};

/// A frame of a spore: what is read can be written, and is read again as the same.
pub fn from_spore(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(message) = decode_from_spore(text) else {
        return;
    };
    if let FromSpore::Handshake(hello) = &message {
        let _ = hello.check();
    }
    if let FromSpore::Output(output) = &message {
        let _ = output.bytes();
    }
    let frame = written(&message);
    let again = decode_from_spore(&frame).expect("what was written is read");
    assert!(alike(&message, &again), "{text:?} became {frame:?}");
}

/// A frame of a Nexus.
pub fn from_nexus(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(message) = decode_from_nexus(text) else {
        return;
    };
    let frame = ordered(&message);
    let again = decode_from_nexus(&frame).expect("what was written is read");
    assert_eq!(frame, ordered(&again), "{text:?}");
}

/// A join code, an address in one, and bytes with the right check sum, which would take a fuzzer for ever to find.
pub fn join_code(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(address) = text.parse::<Address>() {
        assert_eq!(address.to_string().parse(), Ok(address));
    }
    for text in [text.into_owned(), sealed(data)] {
        if let Ok(code) = text.parse::<JoinCode>() {
            let printed = code.to_string();
            assert!(printed.len() <= LONGEST);
            assert!(printed.parse() == Ok(code), "{text}");
        }
    }
}

/// A policy, and below a line of `---` the words of a command, one a line.
pub fn policy(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (text, words) = text.split_once("\n---\n").unwrap_or((text, "uname\n-a"));
    let words: Vec<_> = words.split('\n').map(str::to_owned).collect();
    let Ok(policy) = text.parse::<Policy>() else {
        return;
    };
    let (first, last) = (words[0].as_str(), words[words.len() - 1].as_str());
    let asks = [
        ("methods", Ask::Method(first, last)),
        ("commands", Ask::Argv(&words)),
        ("shell", Ask::Shell),
        ("environment", Ask::Variable(first)),
        ("read", Ask::Read(first)),
        ("write", Ask::Write(first)),
    ];
    // What is not named is refused. A key can be written with escapes, so only text without them tells.
    let named = |key: &str| text.contains(key) || text.contains('\\');
    // Without these keys the workspace is meant, and relative paths are in it.
    let usual = |key: &str| matches!(key, "read" | "write") && !first.starts_with('/');
    for (key, ask) in asks {
        let allowed = policy.decide(&ask).is_ok();
        let by_shell = key == "commands" && named("shell");
        assert!(
            !allowed || named(key) || by_shell || usual(key),
            "{key} in {text:?}"
        );
    }
}

/// An expression of targets, and below a line break the name of a node.
pub fn target(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (text, name) = text.split_once('\n').unwrap_or((text, "build-1"));
    let tags = [name.to_owned(), format!("site:{name}"), "gpu".to_owned()];
    let machine = protocol::Capabilities::default();
    let live = Live {
        cpu: Some(0.25),
        memory: Some(0.5),
        tasks: 3,
    };
    let facts = Facts {
        id: name,
        name,
        tags: &tags,
        group: "paris",
        skills: &tags,
        platform: "linux",
        phase: Phase::Online,
        machine: Some(&machine),
        live: Some(live),
    };
    let Ok(expression) = parse(text) else { return };
    let matched = expression.matches(&facts);
    assert!(!matched || !text.trim().is_empty(), "empty is nobody");
    let printed = expression.to_string();
    if printed.len() <= LENGTH {
        let again = parse(&printed).expect("what was printed is read");
        assert_eq!(again, expression, "{text:?} became {printed:?}");
        assert_eq!(again.matches(&facts), matched, "{text:?}");
    }
    if let Ok(opposite) = parse(&format!("not ({text})")) {
        // What is not known of the node is neither.
        assert!(!(matched && opposite.matches(&facts)));
    }
}

fn frame(message: &impl Message) -> String {
    encode(message, SystemTime::UNIX_EPOCH)
}

fn written(message: &FromSpore) -> String {
    match message {
        FromSpore::Hello(one) => frame(one),
        FromSpore::Handshake(one) => frame(one),
        FromSpore::Heartbeat(one) => frame(one),
        FromSpore::Announcement(one) => frame(one),
        FromSpore::Accepted(one) => frame(one),
        FromSpore::Output(one) => frame(one),
        FromSpore::Response(one) => frame(one),
        FromSpore::Disconnect(one) => frame(one),
        FromSpore::Problem(one) => frame(one),
    }
}

fn ordered(message: &FromNexus) -> String {
    match message {
        FromNexus::Challenge(one) => frame(one),
        FromNexus::ExecuteSkill(one) => frame(one),
        FromNexus::Welcome(one) => frame(one),
        FromNexus::Cancel(one) => frame(one),
        FromNexus::Ack(one) => frame(one),
        FromNexus::Disconnect(one) => frame(one),
        FromNexus::Problem(one) => frame(one),
    }
}

/// The same but for the last binary digit of a float, which the parser does not promise.
fn alike(one: &FromSpore, other: &FromSpore) -> bool {
    match (one, other) {
        (FromSpore::Heartbeat(one), FromSpore::Heartbeat(other)) => {
            near(one.cpu_usage, other.cpu_usage)
                && near(one.memory_usage, other.memory_usage)
                && (&one.node_id, one.active_tasks) == (&other.node_id, other.active_tasks)
        }
        (FromSpore::Response(one), FromSpore::Response(other)) => {
            let (mut plain, mut again) = (one.clone(), other.clone());
            (plain.execution_time, again.execution_time) = (0.0, 0.0);
            near(one.execution_time, other.execution_time) && frame(&plain) == frame(&again)
        }
        (FromSpore::Handshake(one), FromSpore::Handshake(other)) => {
            let value = |hello| serde_json::to_value(hello).expect("a handshake is JSON");
            same(&value(one), &value(other))
        }
        (FromSpore::Announcement(one), FromSpore::Announcement(other)) => {
            let value = |told| serde_json::to_value(told).expect("capabilities are JSON");
            same(&value(one), &value(other))
        }
        _ => written(one) == written(other),
    }
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() <= one.abs() * 1e-12
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => match (one.as_f64(), other.as_f64()) {
            (Some(a), Some(b)) => one == other || near(a, b),
            _ => one == other,
        },
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same(a, b))
        }
        (Value::Object(one), Value::Object(other)) => {
            let key =
                |((a, x), (b, y)): ((&String, &Value), (&String, &Value))| a == b && same(x, y);
            one.len() == other.len() && one.iter().zip(other).all(key)
        }
        _ => one == other,
    }
}

/// A code of these bytes: with the check sum of FNV-1a, in base64url.
fn sealed(content: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let sum = content.iter().fold(0x811c_9dc5_u32, |sum, &byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let bytes: Vec<u8> = content.iter().copied().chain(sum.to_be_bytes()).collect();
    let mut text = PREFIX.to_owned();
    for group in bytes.chunks(3) {
        let bits = group
            .iter()
            .fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte));
        let bits = bits << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            text.push(char::from(
                LETTERS[(bits >> (18 - 6 * place)) as usize & 63],
            ));
        }
    }
    text
}
