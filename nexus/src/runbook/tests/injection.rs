use serde_json::{Map, Value, json};

use super::super::from_toml;
use super::{RESTART, one, restart};

fn said(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

#[test]
fn text_within_a_command_line_is_refused_and_told_where_to_go() {
    let shell = "skill_name = \"ShellSkill\", method_name = \"run\"";
    let injections = [
        "command = \"systemctl restart {{p}}\"",
        "command = \"{{p}} --now\"",
        "command = \"echo '{{ p }}'\"",
        "command = \"echo {{n}} {{p}}\"",
        "command = \"{{{p}}}\"",
        "command = \"{{p}}{{p}}\"",
        "argv = [\"sh\", \"-c\", \"echo {{p}}\"]",
        "argv = [\"powershell\", \"-Command\", \"echo {{p}}\"]",
        "argv = [\"cmd\", \"/C\", \"echo {{p}}\"]",
        "argv = [\"bash\", \"-ec\", \"echo {{p}}\"]",
        "argv = [\"perl\", \"-e\", \"print '{{p}}'\"]",
    ];
    for parameters in injections {
        let refused = one(&format!("{shell}, parameters = {{ {parameters} }}")).unwrap_err();
        assert!(refused.contains("argv"), "{parameters}: {refused}");
        assert!(refused.starts_with("step 1 (\"it\")"), "{refused}");
    }
    let harmless = [
        "command = \"sleep {{n}}\"",
        // Who runs it says the whole of it.
        "command = \"{{p}}\"",
        "argv = [\"systemctl\", \"restart\", \"{{p}}\", \"unit-{{p}}.service\"]",
        "argv = [\"sh\", \"-c\", \"echo $1\", \"sh\", \"{{p}}\"]",
        "command = \"echo $P\", env = { P = \"a{{p}}\" }",
        "command = \"docker ps --format '{{.Names}}' {{ {{}} {{-}} {{\"",
    ];
    for parameters in harmless {
        let taken = one(&format!("{shell}, parameters = {{ {parameters} }}"));
        assert!(taken.is_ok(), "{parameters}: {taken:?}");
    }
}

#[test]
fn a_parameter_never_widens_a_target() {
    let runbook =
        one("target = \"tag:web and site={{p}}\", skill_name = \"S\", method_name = \"m\"")
            .unwrap();
    for value in [
        "x or *", "*", "a b", "", "paris,*", "\"x\"", "(x)", "@all", "x=y", "or", "ALL", "é",
    ] {
        let run = runbook.prepare(&said(json!({"p": value})), None);
        let refused = run.unwrap_err().to_string();
        assert!(refused.contains("one word"), "{value:?}: {refused}");
    }
    let (jobs, _) = runbook
        .prepare(&said(json!({"p": "paris-2"})), None)
        .unwrap();
    assert_eq!(jobs[0].target.as_deref(), Some("tag:web and site=paris-2"));
    // The whole of it is said by whoever runs it, and read as an expression.
    let whole = one("target = \"{{p}}\", skill_name = \"S\", method_name = \"m\"").unwrap();
    let (jobs, _) = whole
        .prepare(&said(json!({"p": "tag:a or tag:b"})), None)
        .unwrap();
    assert_eq!(jobs[0].target.as_deref(), Some("tag:a or tag:b"));
    assert!(
        whole
            .prepare(&said(json!({"p": "tag:a or"})), None)
            .is_err()
    );
}

#[test]
fn which_call_it_is_never_depends_on_a_parameter() {
    for job in [
        "skill_name = \"{{p}}\", method_name = \"m\"",
        "skill_name = \"S\", method_name = \"r{{n}}\"",
    ] {
        assert!(one(job).unwrap_err().contains("fixed"), "{job}");
    }
}

#[test]
fn what_a_value_says_is_no_template() {
    let runbook = one("skill_name = \"S\", method_name = \"m\", parameters = { a = \"<{{p}}>\", b = \"{{n}}\", c = \"{{n}}!\" }").unwrap();
    let (jobs, _) = runbook
        .prepare(&said(json!({"p": "{{n}}{{p}}", "n": 2.5})), None)
        .unwrap();
    assert_eq!(
        jobs[0].parameters,
        json!({"a": "<{{n}}{{p}}>", "b": 2.5, "c": "2.5!"})
    );
}

#[test]
fn values_must_be_what_they_are_said_to_be() {
    let runbook = restart();
    let wrong = [
        json!({}),
        json!({"service": "a"}),
        json!({"service": "a", "password": "p", "other": 1}),
        json!({"service": 1, "password": "p"}),
        json!({"service": null, "password": "p"}),
        json!({"service": "a\u{202e}b", "password": "p"}),
        json!({"service": "a\0b", "password": "p"}),
        json!({"service": "x".repeat(20_000), "password": "p"}),
        json!({"service": "a", "password": "p", "seconds": "30"}),
        json!({"service": "a", "password": "p", "seconds": 1.5}),
        json!({"service": "a", "password": "p", "seconds": u64::MAX}),
        // Of the right type, and nothing that a job can have.
        json!({"service": "a", "password": "p", "seconds": 0}),
        json!({"service": "a", "password": "p", "mode": "soft; rm -rf /"}),
        json!({"service": "a", "password": "p", "mode": ["soft"]}),
    ];
    for value in wrong {
        assert!(
            runbook.prepare(&said(value.clone()), None).is_err(),
            "{value}"
        );
    }
}

#[test]
fn a_secret_stands_only_where_everything_knows_that_it_is_one() {
    let with = |env: &str| {
        let text = RESTART.replace("{ PASSWORD = \"{{password}}\" }", env);
        from_toml(&text).map_err(|error| error.to_string())
    };
    for env in [
        "{ P = \"{{password}}\" }",
        "{ P = \"{{password}}\", PASSWORD = \"{{password}}\" }",
        "{ PASSWORDS = \"{{password}}\" }",
    ] {
        let refused = with(env).unwrap_err();
        assert!(
            refused.contains("env = { PASSWORD = \"{{password}}\" }"),
            "{refused}"
        );
    }
    assert!(with("{ DB_PASSWORD = \"user:{{password}}\", API_TOKEN = \"{{password}}\" }").is_ok());
    let label = RESTART.replace("job = {", "job = { label = \"{{password}}\",");
    assert!(from_toml(&label).is_err());
}

#[test]
fn a_small_document_does_not_become_a_large_run() {
    let many = "{{p}}".repeat(1_000);
    let job = format!("skill_name = \"S\", method_name = \"m\", parameters = {{ a = \"{many}\" }}");
    let runbook = one(&job).unwrap();
    assert!(
        runbook
            .prepare(&said(json!({"p": "x".repeat(200)})), None)
            .is_ok()
    );
    let refused = runbook.prepare(&said(json!({"p": "x".repeat(1_000)})), None);
    assert!(refused.unwrap_err().to_string().contains("say less"));
}

#[test]
fn a_text_of_nothing_but_braces_costs_no_more_than_its_length() {
    let runbook =
        one("skill_name = \"S\", method_name = \"m\", parameters = { a = \"x\" }").unwrap();
    let mut large = runbook;
    large.steps[0].job["parameters"] = json!({"a": "{{a ".repeat(200_000)});
    let (jobs, _) = large.prepare(&Map::new(), None).unwrap();
    assert_eq!(jobs[0].parameters["a"].as_str().unwrap().len(), 800_000);
}
