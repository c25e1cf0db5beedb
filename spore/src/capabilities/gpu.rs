//! Whether a GPU is there with a driver that can compute or draw with it. Virtual displays do not count.

use std::path::Path;

/// Kernel drivers of real graphics processors.
const DRIVERS: &[&str] = &[
    "amdgpu", "asahi", "etnaviv", "i915", "lima", "msm", "msm_dpu", "nouveau", "nvidia",
    "panfrost", "panthor", "powervr", "radeon", "tegra", "v3d", "vc4", "xe",
];

/// Looks under `root`, which is `/` outside of tests.
pub(super) fn present(root: &Path) -> bool {
    if cfg!(target_os = "macos") {
        // Every Mac that runs a supported system has one that Metal drives.
        return true;
    }
    if cfg!(windows) {
        return Path::new("C:\\Windows\\System32\\nvcuda.dll").exists();
    }
    nvidia(root) || render_node(root)
}

/// The driver is loaded and a device is there; the library may still be missing.
fn nvidia(root: &Path) -> bool {
    root.join("proc/driver/nvidia/version").exists() && root.join("dev/nvidia0").exists()
}

fn render_node(root: &Path) -> bool {
    let Ok(nodes) = std::fs::read_dir(root.join("dev/dri")) else {
        return false;
    };
    nodes.flatten().any(|node| {
        let name = node.file_name();
        let name = name.to_string_lossy();
        let driver = root
            .join("sys/class/drm")
            .join(&*name)
            .join("device/driver");
        let driver = std::fs::read_link(driver).ok();
        let driver = driver
            .as_deref()
            .and_then(Path::file_name)
            .map(|driver| driver.to_string_lossy());
        name.starts_with("renderD") && driver.is_some_and(|driver| DRIVERS.contains(&&*driver))
    })
}
