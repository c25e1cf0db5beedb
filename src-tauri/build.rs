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
const COMMANDS: &[&str] = &["subscribe", "seen", "unsubscribe", "call"];

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
