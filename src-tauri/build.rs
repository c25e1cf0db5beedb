//! Runs tauri-build, and makes sure that there is a page to embed.
//!
//! `ui/dist` is made by Vite and is not in the repository. Without it nothing that compiles the whole workspace
//! would work in a fresh clone, so an absent one is replaced by a page that says how to build it.

use std::path::Path;

const CONSOLE: &str = "../ui/dist";
const PLACEHOLDER: &str = r#"<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><meta name="color-scheme" content="dark light"><title>Nexus</title></head>
  <body bgcolor=black text=white><h1>The console is not built yet</h1><p>Run <code>npm start</code>, or <code>npm run ui:build</code>.</p></body>
</html>
"#;

/// Every command of `src/commands.rs`: each gets a permission, and `capabilities/main.json` grants it to the window.
const COMMANDS: &[&str] = &[
    "subscribe",
    "seen",
    "unsubscribe",
    "execute",
    "cancel",
    "output",
    "settings",
    "save_settings",
    "resolve_target",
    "complete_target",
    "saved_groups",
    "save_group",
    "remove_group",
    "job",
    "submit_job",
    "control_job",
    "rerun_job",
    "job_targets",
    "job_groups",
    "search_job",
    "fleet_stop",
    "release_stop",
    "node_stop",
    "schedules",
    "put_schedule",
    "remove_schedule",
    "pause_schedule",
    "run_schedule_now",
    "preview_when",
    "runbooks",
    "runbook_text",
    "put_runbook",
    "remove_runbook",
    "run_runbook",
    "export_runbook",
    "runs",
    "cancel_run",
    "audit",
    "verify_audit",
    "export_audit",
    "approve",
    "deny",
    "rules",
    "make_rule",
    "remove_rule",
    "join",
    "make_join_code",
    "withdraw_join_code",
    "accept",
    "turn_away",
    "edit_node",
    "revoke_node",
    "release_node",
    "rekey_node",
    "remove_node",
    "tokens",
    "make_token",
    "revoke_token",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let page = Path::new(CONSOLE).join("index.html");
    if !page.exists() {
        std::fs::create_dir_all(CONSOLE)?;
        std::fs::write(page, PLACEHOLDER)?;
    }
    println!("cargo:rerun-if-changed={CONSOLE}");
    println!("cargo:rerun-if-changed=../icons");
    let commands = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))?;
    Ok(())
}
