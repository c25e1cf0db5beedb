//! What `ShellSkill` lets through. Guarded: everything without a known dangerous pattern, which stops slips and
//! nobody who means it. Allow-list: named programs, started directly.

use std::path::{Path, PathBuf};

use tracing::warn;

/// Characters that a shell would act on. Nothing here would, so a command with one does not mean what it says.
const SHELL: &[char] = &[
    '|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '"', '\'', '*', '?', '[', ']', '{', '}',
    '#', '~', '!', '\n', '\r',
];

/// Programs that run whatever they are told: on an allow-list they allow everything.
const INTERPRETERS: &[&str] = &[
    "ash",
    "awk",
    "bash",
    "busybox",
    "dash",
    "docker",
    "env",
    "find",
    "fish",
    "gawk",
    "ksh",
    "less",
    "lua",
    "make",
    "man",
    "more",
    "nice",
    "node",
    "nohup",
    "nsenter",
    "perl",
    "php",
    "podman",
    "python",
    "python3",
    "rsync",
    "ruby",
    "sed",
    "setsid",
    "sh",
    "ssh",
    "su",
    "sudo",
    "systemd-run",
    "tar",
    "time",
    "timeout",
    "vi",
    "vim",
    "watch",
    "xargs",
    "zsh",
    "cmd",
    "cmd.exe",
    "powershell",
    "powershell.exe",
];

/// The prototype's dangerous patterns, found as words and whatever the number of blanks.
pub(super) fn guard(command: &str) -> Result<(), String> {
    let text = command.to_lowercase();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let padded = format!(" {text} ");
    let pattern = if begins_word(&padded, "rm -rf") || begins_word(&padded, "rm -fr") {
        "rm -rf"
    } else if begins_word(&padded, "mkfs") {
        "mkfs"
    } else if begins_word(&padded, "dd if=") {
        "dd if="
    } else if writes_device(&padded) {
        "> /dev/"
    } else if begins_word(&padded, "sudo ") {
        "sudo"
    } else if begins_word(&padded, "su ") {
        "su "
    } else {
        return Ok(());
    };
    Err(format!(
        "the command holds the dangerous pattern `{pattern}` (SPORE_SHELL_MODE is guarded)"
    ))
}

/// Splits a command that is one simple command; anything for a shell is refused.
pub(super) fn simple(command: &str) -> Result<Vec<String>, String> {
    if let Some(found) = command.trim_end().chars().find(|c| SHELL.contains(c)) {
        return Err(format!(
            "`command` holds {found:?}, which needs a shell; in allow-list mode there is none: use `argv`"
        ));
    }
    Ok(command.split_whitespace().map(str::to_owned).collect())
}

/// The program to start, if the list has it: a bare name is looked for in the spore's own `PATH`, a path must be
/// on the list as it stands.
pub(super) fn allowed(program: &str, allowed: &[String]) -> Result<PathBuf, String> {
    if !allowed.iter().any(|entry| entry == program) {
        return Err(format!(
            "`{program}` is not on the allow-list (SPORE_ALLOWED_COMMANDS)"
        ));
    }
    find(program)
}

/// The program as an absolute path.
pub(in crate::skills) fn find(program: &str) -> Result<PathBuf, String> {
    let path = Path::new(program);
    if path.is_absolute() {
        return Ok(path.to_path_buf());
    }
    if path.components().count() != 1 {
        return Err(format!(
            "`{program}` is a relative path; only names and absolute paths are taken"
        ));
    }
    let places = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&places).filter(|place| place.is_absolute());
    let suffixes: &[&str] = if cfg!(windows) { &["", ".exe"] } else { &[""] };
    let mut candidates = places.flat_map(|place| {
        suffixes
            .iter()
            .map(move |end| place.join(format!("{program}{end}")))
    });
    candidates
        .find(|path| runnable(path))
        .ok_or_else(|| format!("`{program}` was not found"))
}

/// Says at the start which entries undo the list.
pub(super) fn warn_of_interpreters(allowed: &[String]) {
    for entry in allowed {
        let name = Path::new(entry)
            .file_name()
            .map(|name| name.to_string_lossy().to_lowercase())
            .unwrap_or_default();
        if INTERPRETERS.contains(&name.as_str()) {
            warn!(
                "the allow-list has `{entry}`, which can run any other program: with it the list stops nobody"
            );
        }
    }
}

fn runnable(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path)
            .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    path.is_file()
}

/// Whether `word` stands in `text` where a word may begin, so that `pseudo ` is not `sudo `.
fn begins_word(text: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(inside))
}

/// A redirection into `/dev/` other than the harmless ones.
fn writes_device(text: &str) -> bool {
    const HARMLESS: &[&str] = &["null", "stdout", "stderr", "zero", "tty", "fd/1", "fd/2"];
    text.match_indices('>').any(|(at, _)| {
        let target = text[at + 1..].trim_start_matches(['>', '|', ' ']);
        target.strip_prefix("/dev/").is_some_and(|device| {
            let end = device
                .find(|c: char| !c.is_alphanumeric() && c != '/' && c != '.')
                .unwrap_or(device.len());
            !HARMLESS.contains(&&device[..end])
        })
    })
}
