//! Tables of what is taken out, and of what stays.

use serde_json::json;

use super::*;

const PEM: &str = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\nAAAA\n-----END OPENSSH PRIVATE KEY-----";

const WORDS: &[(&str, &str)] = &[
    (
        "curl -H 'Authorization: Bearer abc.def-123'",
        "curl -H 'Authorization: [redacted]'",
    ),
    (
        "git clone https://u:p@ss@host/r.git",
        "git clone https://u:[redacted]@host/r.git",
    ),
    (
        "redis://:geheim@localhost:6379",
        "redis://:[redacted]@localhost:6379",
    ),
    (
        "mysqldump --password hunter2 db",
        "mysqldump --password [redacted] db",
    ),
    (
        "mysqldump --password=hunter2,x db",
        "mysqldump --password=[redacted] db",
    ),
    (
        "tool --db-password 'a b' -v",
        "tool --db-password '[redacted]' -v",
    ),
    (
        "tool --api-key=\"a\\\"b\" x",
        "tool --api-key=\"[redacted]\" x",
    ),
    ("PGPASSWORD=hunter2 psql", "PGPASSWORD=[redacted] psql"),
    (
        "export GITHUB_TOKEN=abc; make",
        "export GITHUB_TOKEN=[redacted]; make",
    ),
    ("Password: hunter2", "Password: [redacted]"),
    (
        "https://x/?access_token=abc&n=1",
        "https://x/?access_token=[redacted]&n=1",
    ),
    (
        r#"{"password":"hunter2","n":1}"#,
        r#"{"password":"[redacted]","n":1}"#,
    ),
    (
        r#"{\"client_secret\":\"a b\",\"n\":1}"#,
        r#"{\"client_secret\":\"[redacted]\",\"n\":1}"#,
    ),
    ("Cookie: a=1; b=2\nHost: x", "Cookie: [redacted]\nHost: x"),
    (
        "aws_secret_access_key = abc/def+1",
        "aws_secret_access_key = [redacted]",
    ),
    ("password=\u{fc}\u{1f511} rest", "password=[redacted] rest"),
    (
        "a --token x; b --secret=y&& c",
        "a --token [redacted]; b --secret=[redacted]&& c",
    ),
];

fn check(from: &str, to: &str) {
    assert_eq!(text(from), to, "{from}");
    assert_eq!(text(to), to, "once is enough: {to}");
}

#[test]
fn secrets_are_found_by_the_words_before_them() {
    for (from, to) in WORDS {
        check(from, to);
    }
}

#[test]
fn shapes_are_found_wherever_they_stand() {
    let hex = "0123456789abcdef".repeat(4);
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1g";
    let table: &[(&str, &str)] = &[
        (&format!("nxs_{hex}"), "[redacted]"),
        (&format!("use nxs_{hex}, please"), "use [redacted], please"),
        (
            &format!("spore join nxj_{}", "aB3-_x".repeat(12)),
            "spore join [redacted]",
        ),
        ("bearer   abcdefgh12", "bearer   [redacted]"),
        ("AKIAIOSFODNN7EXAMPLE", "[redacted]"),
        ("key ASIAIOSFODNN7EXAMPLE.", "key [redacted]."),
        (&format!("ghp_{}", "a1".repeat(18)), "[redacted]"),
        (
            &format!("(github_pat_{})", "a_1".repeat(20)),
            "([redacted])",
        ),
        (&format!("glpat-{}", "aX".repeat(10)), "[redacted]"),
        ("xoxb-123456789012-abcdef", "[redacted]"),
        (&format!("AIza{}", "b".repeat(35)), "[redacted]"),
        (jwt, "[redacted]"),
        (&format!("t={jwt};"), "t=[redacted];"),
        (PEM, "[redacted]"),
        (&format!("a\n{PEM}\nb"), "a\n[redacted]\nb"),
        ("-----BEGIN PRIVATE KEY-----\nnever ends", "[redacted]"),
        (
            "postgres://me:hunter2@db/x",
            "postgres://me:[redacted]@db/x",
        ),
    ];
    for (from, to) in table {
        check(from, to);
    }
}

#[test]
fn what_is_no_secret_stays() {
    let table = [
        "",
        "uptime",
        "the token was refused",
        "tokenizer=fast",
        "password_file=/etc/x",
        "max_tokens: 100",
        "cat /etc/passwd | wc -l",
        "https://example.org/a:b@c",
        "https://example.org:8080/x",
        "mail me@example.org",
        "AKIA",
        "AKIAIOSFODNN7EXAMPLEX",
        "XAKIAIOSFODNN7EXAMPLE",
        "nxs_",
        "nxs_zz",
        "ghp_short",
        "eyJhbGciOi",
        "eyJ.eyJ.x",
        "bearer of news",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
        "tool --password --verbose",
        "a secret",
        "pwd",
        "cd $(pwd) && ls",
        "sort --key 2",
        "\u{1f511}\u{fc}",
    ];
    for from in table {
        assert_eq!(text(from), from);
    }
}

#[test]
fn parameters_are_judged_by_their_names() {
    let mut value = json!({
        "command": "deploy", "Pass-Word": "a", "API_KEY": "b", "nested": [{"clientSecret": {"a": ["c"]}}],
        "env": {"DB_PASSWORD": "d", "PATH": "/bin", "GH_TOKEN": "e"}, "token": "", "secret": null, "password": true,
        "pin": 1234, "pinned": 5, "keys": ["k"], "note": "token=abc", "private_key": "x", "Authorization": "y",
        "content": "postgres://me:f@h/",
    });
    assert!(self::value(&mut value));
    assert_eq!(
        value,
        json!({
            "command": "deploy", "Pass-Word": REDACTED, "API_KEY": REDACTED, "nested": [{"clientSecret": REDACTED}],
            "env": {"DB_PASSWORD": REDACTED, "PATH": "/bin", "GH_TOKEN": REDACTED}, "token": "", "secret": null,
            "password": true, "pin": REDACTED, "pinned": 5, "keys": ["k"], "note": "token=[redacted]",
            "private_key": REDACTED, "Authorization": REDACTED, "content": "postgres://me:[redacted]@h/",
        })
    );
    let mut plain = json!({"command": "uptime", "n": [1, 2.5, null]});
    assert!(!self::value(&mut plain));
    // Numbers and spaces of what holds no secret stay to the byte.
    let odd = r#"{ "n" : 1.000000000000000000001, "key": "x" }"#;
    assert_eq!(json(odd), odd);
    assert_eq!(
        json(r#"{"a": {"token": "x"}}"#),
        r#"{"a":{"token":"[redacted]"}}"#
    );
    assert_eq!(json("no json, token=x"), "no json, token=[redacted]");
}

#[test]
fn bytes_that_are_no_text_stay_bytes() {
    let raw = b"\xff\xfe password=\xff\xfe\x00 end \xff";
    assert_eq!(
        bytes(raw).as_ref(),
        b"\xff\xfe password=[redacted] end \xff"
    );
    let plain = [0xff, 0, 0x80, b'x'];
    assert!(matches!(bytes(&plain), Cow::Borrowed(_)));
}

/// Not by the clock: each hostile text has to come out, and a quadratic look at a mebibyte would not within the
/// time that a test may take.
#[test]
fn hostile_texts_cost_no_more_than_others() {
    let hostile = [
        "-eyJ",
        "-eyJ-ghp_aaaaaaaaaaaaaaaaaaaa",
        "-eyJ......",
        "anxj_",
        "-nxs_",
        "://a:",
        "://",
        "a@b:c://",
        "password=",
        "password\"",
        "--password  ",
        "password='",
        "token:\\\"",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN A",
        "bearer ",
        "authorization: ",
        "secretsecret",
        "\\",
        "\"",
    ];
    for part in hostile {
        let long = part.repeat((1 << 20) / part.len());
        let clean = text(&long);
        assert!(clean.len() <= long.len() * 2, "{part}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(json(&deep), deep);
}

#[test]
fn known_values_are_found_anywhere() {
    assert!(Known::of(r#"{"command": "uptime"}"#).is_none());
    assert!(
        Known::of(r#"{"password": "short"}"#).is_none(),
        "it would be found in any text"
    );
    let known =
        Known::of(r#"{"env": {"DB_PASSWORD": "tr0ub4dor", "LANG": "C.UTF-8"}, "stdin": "x"}"#)
            .unwrap();
    assert_eq!(
        known.text("it is tr0ub4dor, C.UTF-8"),
        "it is [redacted], C.UTF-8"
    );
    assert_eq!(
        known.json(r#"{"a":["tr0ub4dor"]}"#),
        r#"{"a":["[redacted]"]}"#
    );
    assert_eq!(known.overlap(), 8);
}

proptest::proptest! {
    #[test]
    fn nothing_panics_and_text_stays_text(input in "(?s).{0,400}") {
        let once = text(&input).into_owned();
        proptest::prop_assert!(std::str::from_utf8(&bytes(input.as_bytes())).is_ok());
        let _ = json(&input);
        let _ = Known::of(&input);
        drop(once);
    }

    #[test]
    fn any_bytes_will_do(input in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        let _ = bytes(&input);
    }

    #[test]
    fn a_token_is_found_between_anything(before in "(?s)[^0-9A-Za-z_].{0,40}[^0-9A-Za-z_\"'`\\\\]", after in "[^0-9a-fA-F](?s).{0,40}") {
        let secret = "f00dface".repeat(8);
        let clean = text(&format!("{before}nxs_{secret}{after}")).into_owned();
        proptest::prop_assert!(!clean.contains(&secret));
    }
}
