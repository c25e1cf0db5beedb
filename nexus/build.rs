//! Makes sure that there is a folder to embed the console from; Vite fills it.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let console = Path::new("../ui/dist");
    std::fs::create_dir_all(console)?;
    println!("cargo:rerun-if-changed={}", console.display());
    Ok(())
}
