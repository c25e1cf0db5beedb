//! The commands as TypeScript sees them. `ui/src/bridge/generated.ts` is written from here and committed; the test
//! below fails when it is stale. `UPDATE=1 cargo test -p nexus-desktop bindings` writes it.

use tauri::Wry;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands};

use crate::commands;
use crate::view::BridgeError;

/// All commands, for Tauri and for the generator.
pub fn builder() -> Builder<Wry> {
    Builder::new()
        .error_handling(ErrorHandlingMode::Throw)
        .disable_serde_phases()
        .commands(collect_commands![
            commands::subscribe,
            commands::seen,
            commands::unsubscribe,
            commands::execute,
            commands::cancel,
            commands::output,
            commands::settings,
            commands::save_settings,
            commands::jobs::resolve_target,
            commands::jobs::job,
            commands::jobs::submit_job,
            commands::jobs::control_job,
            commands::jobs::rerun_job,
            commands::jobs::job_targets,
            commands::jobs::job_groups,
            commands::jobs::search_job,
            commands::jobs::fleet_stop,
            commands::jobs::release_stop,
            commands::jobs::node_stop,
            commands::plans::schedules,
            commands::plans::put_schedule,
            commands::plans::remove_schedule,
            commands::plans::pause_schedule,
            commands::plans::run_schedule_now,
            commands::plans::preview_when,
            commands::plans::runbooks,
            commands::plans::runbook_text,
            commands::plans::put_runbook,
            commands::plans::remove_runbook,
            commands::plans::run_runbook,
            commands::plans::export_runbook,
            commands::plans::runs,
            commands::plans::cancel_run,
            commands::proof::audit,
            commands::proof::verify_audit,
            commands::proof::export_audit,
            commands::proof::approve,
            commands::proof::deny,
            commands::proof::rules,
            commands::proof::make_rule,
            commands::proof::remove_rule,
            commands::targets::complete_target,
            commands::targets::saved_groups,
            commands::targets::save_group,
            commands::targets::remove_group,
            commands::trust::join,
            commands::trust::make_join_code,
            commands::trust::withdraw_join_code,
            commands::trust::accept,
            commands::trust::turn_away,
            commands::trust::edit_node,
            commands::trust::revoke_node,
            commands::trust::release_node,
            commands::trust::rekey_node,
            commands::trust::remove_node,
            commands::trust::tokens,
            commands::trust::make_token,
            commands::trust::revoke_token,
        ])
        .typ::<BridgeError>()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use specta_typescript::Typescript;

    const COMMITTED: &str = "../ui/src/bridge/generated.ts";
    const HEADER: &str = "\
// biome-ignore-all lint: generated\n\
// biome-ignore-all format: generated\n\
// biome-ignore-all assist: generated\n\
import type { JsonValue } from \"./types\";\n";

    /// What the window is not allowed to call fails only in a real window, so it is looked at here.
    #[test]
    fn the_window_may_call_every_command_and_nothing_else_of_ours() {
        let capabilities = include_str!("../capabilities/main.json");
        let granted: BTreeSet<_> = capabilities
            .split('"')
            .filter_map(|word| word.strip_prefix("allow-"))
            .map(|word| word.replace('-', "_"))
            .collect();
        let bindings = std::fs::read_to_string(COMMITTED).unwrap();
        let commands: BTreeSet<_> = bindings
            .lines()
            .filter_map(|line| line.split("__TAURI_INVOKE<").nth(1))
            .filter_map(|call| call.split("(\"").nth(1)?.split('"').next())
            .map(str::to_owned)
            .collect();
        assert!(commands.len() > 20, "the bindings are read wrongly");
        assert_eq!(granted, commands);
    }

    #[test]
    fn the_committed_bindings_are_fresh() {
        let file = std::env::temp_dir().join(format!("nexus-bindings-{}.ts", std::process::id()));
        super::builder()
            .export(Typescript::default().header(HEADER), &file)
            .unwrap();
        let fresh = std::fs::read_to_string(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(COMMITTED, &fresh).unwrap();
        }
        let committed = std::fs::read_to_string(COMMITTED)
            .unwrap_or_default()
            .replace("\r\n", "\n");
        assert!(
            committed == fresh,
            "{COMMITTED} is stale: run UPDATE=1 cargo test -p nexus-desktop bindings"
        );
    }
}
