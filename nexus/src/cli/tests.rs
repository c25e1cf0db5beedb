//! The grammar: what is understood, and how what is not is refused.

use clap::CommandFactory;

use super::*;

fn parse(words: &[&str]) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(std::iter::once(&"nexus").chain(words))
}

fn refused(words: &[&str]) -> String {
    match parse(words) {
        Ok(_) => panic!("understood: {words:?}"),
        Err(error) => {
            assert_eq!(error.exit_code(), 2, "{words:?}");
            error.to_string()
        }
    }
}

fn called(words: &[&str]) -> serde_json::Value {
    match parse(words).map(|cli| cli.command) {
        Ok(Command::Run(run)) => run.called().unwrap().parameters,
        Ok(_) => panic!("another command: {words:?}"),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_grammar_has_no_holes() {
    Cli::command().debug_assert();
}

#[test]
fn a_command_keeps_its_own_flags() {
    let argv = |words: &[&str]| called(words)["argv"].clone();
    assert_eq!(
        argv(&["run", "web", "uname", "-a"]),
        serde_json::json!(["uname", "-a"])
    );
    assert_eq!(
        argv(&["run", "web", "--timeout", "5s", "ls", "--json", "--", "-x"]),
        serde_json::json!(["ls", "--json", "--", "-x"])
    );
    assert_eq!(
        argv(&["run", "web", "--", "--odd", "name"]),
        serde_json::json!(["--odd", "name"])
    );
    assert_eq!(
        argv(&["run", "--json", "web", "id"]),
        serde_json::json!(["id"])
    );
    assert_eq!(called(&["run", "web", "--sh", "a | b"])["command"], "a | b");
}

#[test]
fn what_makes_no_sense_together_is_refused() {
    refused(&["run"]);
    refused(&["run", "web", "--sh", "x", "id"]);
    refused(&["run", "web", "--sh", "x", "--call", "A.b"]);
    refused(&["run", "web", "--params", "{}", "id"]);
    refused(&["run", "web", "--idempotent", "id"]);
    refused(&["run", "web", "--priority", "10", "id"]);
    refused(&["run", "web", "--timeout", "soon", "id"]);
    refused(&["run", "web", "--stop-after", "many", "id"]);
    refused(&["logs", "0193a7b2", "--stderr", "--stdout"]);
    refused(&["stop", "--job", "0193", "--node", "n"]);
    refused(&["jobs", "--live", "--all"]);
    refused(&[
        "schedules",
        "add",
        "n",
        "--when",
        "hourly",
        "--runbook",
        "r",
        "--sh",
        "x",
    ]);
}

#[test]
fn old_words_are_still_understood() {
    assert!(parse(&["join-code", "--uses", "3"]).is_ok());
    assert!(parse(&["token", "--new"]).is_ok());
    assert!(parse(&["token"]).is_ok());
    assert!(parse(&["audit", "list", "--json"]).is_ok());
    assert!(parse(&["simulate", "--nexus", "127.0.0.1:9"]).is_ok());
    assert!(parse(&["serve", "--port", "0", "--data-dir", "/x", "--config", "/y"]).is_ok());
}

#[test]
fn a_token_on_the_command_line_is_refused_with_a_reason() {
    for words in [
        &["nodes", "--token", "nxs_1"][..],
        &["--token", "nxs_1", "nodes"],
    ] {
        let cli = parse(words).unwrap_or_else(|error| panic!("{error}"));
        let failure = cli.settings.check().unwrap_err();
        assert_eq!(failure.exit, Exit::USAGE);
        let said = failure.said.concat();
        assert!(
            said.contains("NEXUS_TOKEN") && !said.contains("nxs_1"),
            "{said}"
        );
    }
}

#[test]
fn the_exit_codes_are_told() {
    let help = Cli::command().render_long_help().to_string();
    for line in [
        "0  done",
        "1  something failed",
        "5  unknown",
        "130  interrupted",
    ] {
        assert!(help.contains(line), "{help}");
    }
}
