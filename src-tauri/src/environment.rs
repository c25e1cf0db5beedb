//! What has to be in the environment before GTK starts. Linux only.
//!
//! - **Locale.** Under `C.UTF-8` (containers, CI, minimal systems) WebKitGTK says `navigator.language === "C"`, which
//!   is no language tag: `new Intl.NumberFormat("C")` throws, and a page that does so at start stays blank. Under
//!   exactly `C` it says `en-US`. Naming a real locale would do too, but it need not be installed, and then GTK and
//!   many a program that an execution starts would complain.
//! - **DMABUF renderer.** With NVIDIA's driver it ends in a blank window or "Error 71" (tauri-apps/tauri#9394, #9304):
//!   under X11 it is turned off, under Wayland explicit sync is. Not on a machine without a GPU: WebKitGTK falls back
//!   to shared memory by itself there, while without DMABUF (2.50) a WebGL canvas shows the draw before the last one
//!   and WebDriver's screenshots never come.
//!
//! What the user set already is left alone.

use std::path::Path;

const DMABUF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
const EXPLICIT_SYNC: &str = "__NV_DISABLE_EXPLICIT_SYNC";

/// What the machine looks like to GTK.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Graphics {
    nvidia: bool,
    wayland: bool,
}

/// Sets what is missing. Call it first in `main`: no other thread may run yet.
pub fn prepare() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let read = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let graphics = Graphics {
        nvidia: Path::new("/proc/driver/nvidia/version").exists(),
        wayland: read("WAYLAND_DISPLAY").is_some(),
    };
    for (name, value) in locale(read).into_iter().chain(renderer(read, graphics)) {
        #[expect(
            unsafe_code,
            reason = "the process has one thread so far, so nobody reads the environment meanwhile"
        )]
        // SAFETY: called first in `main`.
        unsafe {
            std::env::set_var(name, value);
        }
    }
}

fn locale(read: impl Fn(&str) -> Option<String>) -> Option<(&'static str, String)> {
    // The first one that is set decides.
    let (name, value) = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| Some((*name, read(name)?)))?;
    let is_placeless = matches!(value.split(['.', '@']).next(), Some("C" | "POSIX"));
    is_placeless.then(|| (name, "C".to_owned()))
}

fn renderer(
    read: impl Fn(&str) -> Option<String>,
    graphics: Graphics,
) -> Option<(&'static str, String)> {
    let name = match graphics {
        Graphics { nvidia: false, .. } => return None,
        Graphics { wayland: false, .. } => DMABUF,
        Graphics { wayland: true, .. } => EXPLICIT_SYNC,
    };
    read(name).is_none().then(|| (name, "1".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Graphics, locale, renderer};

    fn with(name: &'static str, value: &'static str) -> impl Fn(&str) -> Option<String> {
        move |asked| (asked == name).then(|| value.to_owned())
    }

    fn pair(name: &'static str, value: &str) -> (&'static str, String) {
        (name, value.to_owned())
    }

    #[test]
    fn a_placeless_locale_is_the_plain_one() {
        assert_eq!(locale(with("LANG", "C.UTF-8")), Some(pair("LANG", "C")));
        assert_eq!(locale(with("LC_ALL", "POSIX")), Some(pair("LC_ALL", "C")));
        assert_eq!(locale(with("LANG", "pl_PL.UTF-8")), None);
        assert_eq!(locale(|_| None), None);
    }

    #[test]
    fn nvidia_gets_what_it_needs_and_nobody_else() {
        let x11 = Graphics {
            nvidia: true,
            wayland: false,
        };
        assert_eq!(renderer(|_| None, Graphics::default()), None);
        assert_eq!(
            renderer(|_| None, x11),
            Some(pair("WEBKIT_DISABLE_DMABUF_RENDERER", "1"))
        );
        assert_eq!(
            renderer(with("WEBKIT_DISABLE_DMABUF_RENDERER", "0"), x11),
            None
        );
        let wayland = Graphics {
            wayland: true,
            ..x11
        };
        assert_eq!(
            renderer(|_| None, wayland),
            Some(pair("__NV_DISABLE_EXPLICIT_SYNC", "1"))
        );
    }
}
