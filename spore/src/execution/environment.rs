//! The variables that a command gets: a short list of what programs need to find their way. What else stands in the
//! environment of the spore may be secret, and whoever started the spore did not ask for it to be passed on.
//! Not here: what a caller sets.

use std::ffi::OsString;

use crate::os::User;

/// Variables of the spore that every command gets.
const USUAL: &[&str] = if cfg!(windows) {
    &[
        "PATH",
        "PATHEXT",
        "SystemRoot",
        "SystemDrive",
        "windir",
        "ComSpec",
        "TEMP",
        "TMP",
        "USERPROFILE",
        "USERNAME",
        "USERDOMAIN",
        "HOMEDRIVE",
        "HOMEPATH",
        "APPDATA",
        "LOCALAPPDATA",
        "ProgramData",
        "ProgramFiles",
        "ProgramFiles(x86)",
        "ProgramW6432",
        "CommonProgramFiles",
        "COMPUTERNAME",
        "NUMBER_OF_PROCESSORS",
        "PROCESSOR_ARCHITECTURE",
        "OS",
    ]
} else {
    &[
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR",
    ]
};

/// What a command gets, unless its caller sets it.
pub(crate) fn usual(inherit: &[String], user: Option<&User>) -> Vec<(OsString, OsString)> {
    let named = |name: &str| {
        let usual = USUAL.iter().any(|known| same(known, name));
        usual
            || (cfg!(unix) && name.starts_with("LC_"))
            || inherit.iter().any(|known| same(known, name))
    };
    let own = std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(named));
    // Nobody looks at a screen.
    let screen = cfg!(unix).then(|| ("TERM".into(), "dumb".into()));
    let mut found: Vec<(OsString, OsString)> = screen.into_iter().chain(own).collect();
    if let Some(user) = user {
        let theirs = ["HOME", "USER", "LOGNAME", "SHELL"];
        found.retain(|(name, _)| !theirs.iter().any(|known| name == *known));
        found.extend([
            ("HOME".into(), user.home.clone().into_os_string()),
            ("USER".into(), user.name.clone().into()),
            ("LOGNAME".into(), user.name.clone().into()),
            ("SHELL".into(), user.shell.clone().into_os_string()),
        ]);
    }
    found
}

/// Windows does not tell capital letters from small ones.
fn same(known: &str, name: &str) -> bool {
    if cfg!(windows) {
        known.eq_ignore_ascii_case(name)
    } else {
        known == name
    }
}
