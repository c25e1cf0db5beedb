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
            commands::join,
            commands::settings,
            commands::save_settings,
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
