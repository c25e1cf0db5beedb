use super::super::{from_json, from_toml, to_toml};
use super::{RESTART, one, restart};

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let wrong = [
        ("", "missing field `name`"),
        ("name = \"a\"\nsteps = []\n", "at least one step"),
        (
            "name = \"a\"\nowner = \"me\"\nsteps = []\n",
            "line 2, column 1: unknown field `owner`",
        ),
        (
            "name = \"a\"\n[[steps]]\nname = \"x\"\njob = { skill_name = 1 }\nrun = 1\n",
            "line 5, column 1: unknown field `run`",
        ),
        (
            "name = \"a\"\nsteps = [\n",
            "line 2, column 10: unclosed array",
        ),
        ("name = \"Ä\"\nsteps = []\n", "the name must be"),
        (
            "name = \"../x\"\n[[steps]]\nname = \"x\"\njob = {}\n",
            "the name must be",
        ),
    ];
    for (text, said) in wrong {
        let error = from_toml(text).unwrap_err().to_string();
        assert!(error.contains(said), "{text:?}: {error}");
    }
    let error = from_json("{\n \"name\": \"a\",\n \"nodes\": 1}")
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("line 3, column 8: unknown field `nodes`"),
        "{error}"
    );
    assert!(!error.contains(" at line "), "{error}");
    assert!(
        from_toml(&" ".repeat(300_000))
            .unwrap_err()
            .to_string()
            .contains("bytes")
    );
    assert!(from_json(&"[".repeat(200_000)).is_err());
    assert!(from_toml(&format!("name = {}", "[".repeat(100_000))).is_err());
}

#[test]
fn what_makes_no_sense_is_not_saved() {
    let call = "skill_name = \"S\", method_name = \"m\"";
    let wrong = [
        ("", "missing field `skill_name`"),
        (
            "skill_name = \"S\", method_name = \"m\", what = 1",
            "unknown field `what`",
        ),
        (
            &format!("{call}, id = \"0198c2f8-0000-7000-8000-000000000000\""),
            "id is about one moment",
        ),
        (
            &format!("{call}, confirm_count = 3"),
            "confirm_count is about one moment",
        ),
        (
            &format!("{call}, label = \"{{{{who}}}}\""),
            "{{who}} is no parameter",
        ),
        (&format!("{call}, target = \"tag:\""), "target"),
        (&format!("{call}, timeout = 0"), "timeout"),
        (
            &format!("{call}, parameters = {{ at = 2026-01-01 }}"),
            "a date",
        ),
        (&format!("{call}, priority = 12"), "priority"),
    ];
    for (job, said) in wrong {
        let error = one(job).unwrap_err();
        assert!(error.contains(said), "{job}: {error}");
    }
}

#[test]
fn parameters_that_make_no_sense_are_not_saved() {
    let call = "skill_name = \"S\", method_name = \"m\"";
    let parameters = [
        ("name = \"a b\"\ntype = \"string\"", "a word"),
        ("name = \"a\"\ntype = \"text\"", "unknown variant"),
        ("name = \"a\"\ntype = \"choice\"", "without choices"),
        (
            "name = \"a\"\ntype = \"string\"\nchoices = [\"x\"]",
            "must be choice",
        ),
        (
            "name = \"a\"\ntype = \"choice\"\nchoices = [\"x\"]\ndefault = \"y\"",
            "one of its choices",
        ),
        ("name = \"a\"\ntype = \"integer\"", "needs a default"),
        (
            "name = \"a\"\ntype = \"integer\"\ndefault = \"1\"",
            "an integer",
        ),
        (
            "name = \"a\"\ntype = \"string\"\ndefault = \"x\"\nsecret = true",
            "seen by everybody",
        ),
        (
            "name = \"a\"\ntype = \"string\"\n[[parameters]]\nname = \"a\"\ntype = \"string\"",
            "twice",
        ),
    ];
    for (parameter, said) in parameters {
        let text = format!(
            "name = \"a\"\n[[parameters]]\n{parameter}\n[[steps]]\nname = \"x\"\njob = {{ {call} }}\n"
        );
        let error = from_toml(&text).unwrap_err().to_string();
        assert!(error.contains(said), "{parameter}: {error}");
    }
    let nulls = "{\"name\":\"a\",\"steps\":[{\"name\":\"x\",\"job\":{\"skill_name\":\"S\",\"method_name\":\"m\",\"parameters\":{\"a\":[null]}}}]}";
    assert!(
        from_json(nulls)
            .unwrap_err()
            .to_string()
            .contains("instead of null")
    );
}

#[test]
fn toml_and_json_say_the_same() {
    let runbook = restart();
    let toml = to_toml(&runbook).unwrap();
    assert_eq!(from_toml(&toml).unwrap(), runbook, "{toml}");
    let json = serde_json::to_string_pretty(&runbook).unwrap();
    assert_eq!(from_json(&json).unwrap(), runbook);
    assert_eq!(from_toml(RESTART).unwrap(), runbook);
    assert_eq!(to_toml(&from_json(&json).unwrap()).unwrap(), toml);
}

#[test]
fn the_example_of_the_documents_is_one() {
    let text = include_str!("../../../../docs/jobs.md");
    let (_, rest) = text.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    assert_eq!(from_toml(example).unwrap().name, "restart");
}
