//! ShellSkill.run and what it answers.

use serde_json::json;
use spore::ShellMode;

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
    assert_eq!(response.get("next_seq"), None);
}

#[tokio::test]
async fn failures_tell_how_it_ended() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    for (command, error, code, signal) in [
        ("exit 3", "exited with code 3", json!(3), json!(null)),
        (
            "no-such-program-here",
            "exited with code 127",
            json!(127),
            json!(null),
        ),
        (
            "kill -9 $$",
            "killed by SIGKILL",
            json!(null),
            json!("SIGKILL"),
        ),
        (
            "kill -TERM $$",
            "killed by SIGTERM",
            json!(null),
            json!("SIGTERM"),
        ),
    ] {
        session.run(command, command).await;
        let response = session.response(command).await;
        assert_eq!(response["success"], false, "{command}");
        assert_eq!(response["outcome"], "failed", "{command}");
        assert_eq!(response["error"], error, "{command}");
        assert_eq!(response["exit_code"], code, "{command}");
        assert_eq!(response["signal"], signal, "{command}");
    }
}

#[tokio::test]
async fn standard_error_stands_under_its_heading() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session.run("e1", "echo out; echo err >&2; exit 1").await;
    let response = session.response("e1").await;
    assert_eq!(response["result"], "out\n\n[STDERR]\nerr\n");
    assert_eq!(response["error"], "exited with code 1");
}

#[tokio::test]
async fn argv_input_environment_and_directory_arrive() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore();
    let mut session = nexus.welcome().await;
    std::fs::create_dir(spore.scratch.workspace().join("deep")).unwrap();
    let shell = |parameters| ("ShellSkill", "run", parameters);
    for (id, (skill, method, parameters), wanted) in [
        (
            "argv",
            shell(json!({ "argv": ["printf", "%s|", "a b", "$HOME", "*"] })),
            "a b|$HOME|*|",
        ),
        (
            "stdin",
            shell(json!({ "command": "cat", "stdin": "zażółć\n" })),
            "zażółć\n",
        ),
        (
            "no stdin",
            shell(json!({ "command": "cat; echo end" })),
            "end\n",
        ),
        (
            "env",
            shell(json!({ "command": "echo $COLOUR", "env": { "COLOUR": "blue" } })),
            "blue\n",
        ),
        (
            "cwd",
            shell(json!({ "command": "basename $PWD", "cwd": "deep" })),
            "deep\n",
        ),
        (
            "id",
            shell(json!({ "command": "echo $NEXUS_EXECUTION_ID" })),
            "id\n",
        ),
    ] {
        session
            .execute(id, skill, method, parameters, json!({}))
            .await;
        let response = session.response(id).await;
        assert_eq!(response["result"], wanted, "{id}: {response}");
    }
}

#[tokio::test]
async fn input_that_nobody_reads_hurts_nobody() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    let parameters = json!({ "command": "echo done", "stdin": "x".repeat(1 << 20) });
    session
        .execute("e1", "ShellSkill", "run", parameters, json!({}))
        .await;
    assert_eq!(session.response("e1").await["result"], "done\n");
}

/// Skill, method, parameters as JSON, and what the refusal must say.
const NONSENSE: &[(&str, &str, &str, &str)] = &[
    (
        "NoSkill",
        "run",
        "{}",
        "no skill \"NoSkill\" here; there is ShellSkill, FileSkill",
    ),
    (
        "ShellSkill",
        "fly",
        "{}",
        "has no method \"fly\"; it has run",
    ),
    ("ShellSkill", "run", "{}", "either `command` or `argv`"),
    (
        "ShellSkill",
        "run",
        r#"{"command":"ls","argv":["ls"]}"#,
        "exclude each other",
    ),
    ("ShellSkill", "run", r#"["ls"]"#, "must be a JSON object"),
    ("ShellSkill", "run", "null", "must be a JSON object"),
    ("ShellSkill", "run", r#"{"command":5}"#, "expected a string"),
    (
        "ShellSkill",
        "run",
        r#"{"command":" "}"#,
        "`command` is empty",
    ),
    ("ShellSkill", "run", r#"{"argv":[]}"#, "names no program"),
    (
        "ShellSkill",
        "run",
        r#"{"comand":"ls"}"#,
        "unknown field `comand`",
    ),
    ("ShellSkill", "run", r#"{"command":"echo a\u0000b"}"#, "NUL"),
    (
        "ShellSkill",
        "run",
        r#"{"command":"ls","cwd":"../.."}"#,
        "inside the workspace",
    ),
    (
        "ShellSkill",
        "run",
        r#"{"command":"ls","cwd":"/"}"#,
        "inside the workspace",
    ),
    (
        "ShellSkill",
        "run",
        r#"{"command":"ls","timeout":-1}"#,
        "above 0",
    ),
    (
        "ShellSkill",
        "run",
        r#"{"command":"ls","max_output_bytes":7340032}"#,
        "at most 6291456",
    ),
    (
        "ShellSkill",
        "run",
        r#"{"command":"ls","env":{"A=B":"c"}}"#,
        "bad name",
    ),
    (
        "ShellSkill",
        "run",
        r#"{"argv":["/no/such/program"]}"#,
        "cannot start `/no/such/program`",
    ),
    ("FileSkill", "read_file", "{}", "missing field `path`"),
    (
        "FileSkill",
        "read_file",
        r#"{"path":"a","encoding":"latin1"}"#,
        "unknown variant `latin1`",
    ),
];

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_a_reason() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    for (index, (skill, method, parameters, word)) in NONSENSE.iter().enumerate() {
        let id = format!("e{index}");
        let parameters = serde_json::from_str(parameters).unwrap();
        session
            .execute(&id, skill, method, parameters, json!({}))
            .await;
        let response = session.response(&id).await;
        assert_eq!(response["outcome"], "refused", "{response}");
        assert_eq!(response["success"], false, "{response}");
        assert!(
            response["error"].as_str().unwrap().contains(word),
            "{word}: {response}"
        );
    }
}

#[tokio::test]
async fn an_order_for_another_node_is_refused() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore();
    let mut session = nexus.welcome().await;
    let node = json!({ "node_id": "somebody-else" });
    session
        .execute(
            "e1",
            "ShellSkill",
            "run",
            json!({ "command": "touch ran" }),
            node,
        )
        .await;
    let response = session.response("e1").await;
    assert_eq!(response["outcome"], "refused");
    assert!(
        response["error"]
            .as_str()
            .unwrap()
            .contains("not somebody-else")
    );
    assert!(!spore.scratch.workspace().join("ran").exists());
}

#[tokio::test]
async fn a_skill_that_is_switched_off_is_not_there() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore_with(|config| config.shell = false);
    let mut session = nexus.welcome().await;
    assert_eq!(
        session.handshake["capabilities"]["skills"],
        json!(["FileSkill", "SystemSkill"])
    );
    session.run("e1", "echo test").await;
    let response = session.response("e1").await;
    assert_eq!(response["outcome"], "refused");
    assert_eq!(response["result"], json!(null));
}

#[tokio::test]
async fn over_the_limit_of_executions_the_next_is_refused() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore_with(|config| config.max_executions = 2);
    let mut session = nexus.welcome().await;
    for id in ["e1", "e2"] {
        session.run(id, "sleep 1000").await;
        session.expect_of("ACCEPTED", id).await;
    }
    session.run("e3", "echo third").await;
    let refused = session.response("e3").await;
    assert_eq!(refused["outcome"], "refused");
    assert!(
        refused["error"]
            .as_str()
            .unwrap()
            .contains("2 executions run already")
    );
    session.send("CANCEL", json!({ "request_id": "e1" })).await;
    assert_eq!(session.response("e1").await["outcome"], "cancelled");
    session.run("e4", "echo fourth").await;
    assert_eq!(session.response("e4").await["result"], "fourth\n");
}

#[tokio::test]
async fn a_known_execution_never_runs_twice() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore();
    let mut session = nexus.welcome().await;
    let command = "echo x >> ran; while [ ! -e go ]; do sleep 0.02; done";
    session.run("e1", command).await;
    session.expect_of("ACCEPTED", "e1").await;
    session.run("e1", command).await;
    session.expect_of("ACCEPTED", "e1").await;
    std::fs::write(spore.scratch.workspace().join("go"), "").unwrap();
    session.response("e1").await;
    session.run("e1", command).await;
    session.response("e1").await;
    session.ack("e1", 0, true).await;
    session.run("e1", command).await;
    assert_eq!(session.response("e1").await["outcome"], "succeeded");
    assert_eq!(
        std::fs::read_to_string(spore.scratch.workspace().join("ran")).unwrap(),
        "x\n"
    );
}

#[tokio::test]
async fn guarded_mode_stops_the_known_patterns_only() {
    let nexus = Nexus::listen().await;
    let _spore = nexus.spore();
    let mut session = nexus.welcome().await;
    session.run("bad", "rm   -rf nothing-here").await;
    assert_eq!(session.response("bad").await["outcome"], "refused");
    session
        .run("good", "ls nothing-here 2> /dev/null; echo $?")
        .await;
    assert_eq!(session.response("good").await["result"], "2\n");
}

/// Attempts to get around an allow-list of `echo` and `/bin/cat`; `WS` is the workspace, which holds an `echo`.
const BYPASSES: &[&str] = &[
    r#"{"command":"touch hijacked"}"#,
    r#"{"command":"echo a; touch hijacked"}"#,
    r#"{"command":"echo a | tee hijacked"}"#,
    r#"{"command":"echo a && touch hijacked"}"#,
    r#"{"command":"echo a & touch hijacked"}"#,
    r#"{"command":"echo $(touch hijacked)"}"#,
    r#"{"command":"echo `touch hijacked`"}"#,
    r#"{"command":"echo a > hijacked"}"#,
    r#"{"command":"echo a\ntouch hijacked"}"#,
    r#"{"command":"echo a\r\ntouch hijacked"}"#,
    r#"{"command":"echo ${IFS}"}"#,
    r#"{"command":"PATH=. echo a"}"#,
    r#"{"command":"\"echo\" a"}"#,
    r#"{"argv":["./echo"]}"#,
    r#"{"argv":["WS/echo"]}"#,
    r#"{"argv":["/bin/../bin/cat"]}"#,
    r#"{"argv":["//bin/cat"]}"#,
    r#"{"argv":["cat"]}"#,
    r#"{"argv":["ECHO"]}"#,
    r#"{"argv":["echo "]}"#,
    r#"{"argv":[""]}"#,
    r#"{"argv":["echo"],"env":{"PATH":"WS"}}"#,
    r#"{"argv":["echo"],"env":{"LD_PRELOAD":"x.so"}}"#,
];

#[tokio::test]
async fn the_allow_list_starts_what_it_names_and_nothing_else() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore_with(|config| {
        config.shell_mode = ShellMode::AllowList(vec!["echo".to_owned(), "/bin/cat".to_owned()]);
    });
    let mut session = nexus.welcome().await;
    let workspace = spore.scratch.workspace();
    std::fs::write(workspace.join("echo"), "#!/bin/sh\ntouch hijacked\n").unwrap();
    std::process::Command::new("chmod")
        .arg("+x")
        .arg(workspace.join("echo"))
        .status()
        .unwrap();
    for (index, parameters) in BYPASSES.iter().enumerate() {
        let id = format!("e{index}");
        let parameters = parameters.replace("WS", workspace.to_str().unwrap());
        session
            .execute(
                &id,
                "ShellSkill",
                "run",
                serde_json::from_str(&parameters).unwrap(),
                json!({}),
            )
            .await;
        let response = session.response(&id).await;
        assert_eq!(response["outcome"], "refused", "{parameters}: {response}");
    }
    for (id, parameters, wanted) in [
        (
            "simple",
            json!({ "command": "echo  hello   world" }),
            "hello world\n",
        ),
        (
            "argv",
            json!({ "argv": ["echo", "$(touch hijacked); > x"] }),
            "$(touch hijacked); > x\n",
        ),
        (
            "exact",
            json!({ "argv": ["/bin/cat"], "stdin": "in", "cwd": "." }),
            "in",
        ),
    ] {
        session
            .execute(id, "ShellSkill", "run", parameters, json!({}))
            .await;
        assert_eq!(session.response(id).await["result"], wanted);
    }
    assert!(!workspace.join("hijacked").exists());
}
