/** What a new runbook begins with: a file, in the language of files. Not here: the editor. */
export const BEGINNING = `name = "my-runbook"
title = "What it does, in a line"
target = "tag:web"

[[parameters]]
name = "lines"
type = "integer"
default = 50

[[steps]]
name = "look"

[steps.job]
skill_name = "ShellSkill"
method_name = "run"
parameters = { argv = ["journalctl", "-n", "{{lines}}"] }
`;
