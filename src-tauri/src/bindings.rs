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
            commands::execute_many,
            commands::cancel,
            commands::output,
            commands::settings,
            commands::save_settings,
            commands::proof::audit,
            commands::proof::verify_audit,
            commands::proof::export_audit,
            commands::proof::approve,
            commands::proof::deny,
            commands::proof::rules,
            commands::proof::make_rule,
            commands::proof::remove_rule,
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
    use specta_typescript::Typescript;

    const COMMITTED: &str = "../ui/src/bridge/generated.ts";
    const HEADER: &str = "\
// biome-ignore-all lint: generated\n\
// biome-ignore-all format: generated\n\
// biome-ignore-all assist: generated\n\
import type { JsonValue } from \"./types\";\n";

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
