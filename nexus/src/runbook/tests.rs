//! Runbooks: what must not be saved, what parameters become, and how a run goes through its steps.

mod document;
mod injection;
mod run;
mod shelf;

use super::{Runbook, from_toml};

const RESTART: &str = r#"
name = "restart"
title = "Restart a service"
target = "tag:web"

[[parameters]]
name = "service"
type = "string"
required = true

[[parameters]]
name = "seconds"
type = "integer"
default = 30

[[parameters]]
name = "mode"
type = "choice"
choices = ["soft", "hard"]
default = "soft"

[[parameters]]
name = "password"
type = "string"
required = true
secret = true

[[steps]]
name = "stop"
job = { skill_name = "ShellSkill", method_name = "run", timeout = "{{seconds}}", parameters = { argv = ["systemctl", "stop", "{{service}}"], env = { PASSWORD = "{{password}}" } } }

[[steps]]
name = "clean up"
when = "failure"
job = { target = "name:spare", skill_name = "ShellSkill", method_name = "run", parameters = { command = "clean --{{mode}} --wait={{seconds}}" } }
"#;

fn restart() -> Runbook {
    from_toml(RESTART).unwrap()
}

/// A runbook of one step with one text parameter `p`.
fn one(job: &str) -> Result<Runbook, String> {
    let text = format!(
        "name = \"one\"\ntarget = \"*\"\n[[parameters]]\nname = \"p\"\ntype = \"string\"\n[[parameters]]\nname = \"n\"\ntype = \
         \"number\"\ndefault = 1\n[[steps]]\nname = \"it\"\njob = {{ {job} }}\n"
    );
    from_toml(&text).map_err(|error| error.to_string())
}
