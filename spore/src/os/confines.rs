//! Unix: what is put on a child between fork and exec. Everything is made ready before; the child only makes system
//! calls, for after a fork nothing else is safe. Not here: what is wanted, see [`crate::confinement`].

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit, setsid};
use tokio::process::Command;

use crate::policy::Limits;

/// What one process gets. Nothing of it but a session of its own, by default.
#[derive(Debug, Default)]
pub(crate) struct Confines {
    pub(crate) user: Option<User>,
    pub(crate) limits: Vec<Limit>,
    /// A Landlock ruleset.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "Linux has it"))]
    pub(crate) ruleset: Option<Ruleset>,
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "Linux has it"))]
    pub(crate) no_new_privs: bool,
    /// The control group to go into, by its list of processes.
    #[cfg(target_os = "linux")]
    pub(crate) group: Option<OwnedFd>,
}

/// What a sandbox is, ready to be put on.
pub(crate) type Ruleset = OwnedFd;

/// A limit: from where on the process is told, and from where on the kernel says no.
pub(crate) type Limit = (Resource, u64, u64);

/// Another user of this machine.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) home: std::path::PathBuf,
    pub(crate) shell: std::path::PathBuf,
    uid: u32,
    gid: u32,
    groups: Vec<u32>,
}

/// Finds a user that commands are to run as. Only root can become others. From here on the spore has that user's
/// groups itself: root needs none, and so no file is ever opened by a group that the user is not in.
#[cfg(target_os = "linux")]
pub(crate) fn user(name: &str) -> Result<User, String> {
    let us = rustix::process::geteuid();
    if !us.is_root() {
        let us = us.as_raw();
        return Err(format!(
            "only a spore that runs as root can run commands as {name}; this one runs as user {us}"
        ));
    }
    let unknown = || format!("there is no user {name} on this machine");
    // The system's own programs, for a directory service may have to be asked.
    let entry = told("getent", &["passwd", "--", name]).ok_or_else(unknown)?;
    let [_, _, uid, gid, _, home, shell] = entry.split(':').collect::<Vec<_>>()[..] else {
        return Err(unknown());
    };
    let number = |text: &str| text.parse::<u32>().map_err(|_| unknown());
    let groups = told("id", &["-G", "--", name]).ok_or_else(unknown)?;
    let groups: Result<Vec<u32>, String> = groups.split_whitespace().map(number).collect();
    let user = User {
        name: name.to_owned(),
        home: home.into(),
        shell: shell.into(),
        uid: number(uid)?,
        gid: number(gid)?,
        groups: groups?,
    };
    set_groups(&user.groups)
        .map_err(|error| format!("cannot take the groups of {name}: {error}"))?;
    Ok(user)
}

#[cfg(target_os = "linux")]
fn told(program: &str, arguments: &[&str]) -> Option<String> {
    let output = std::process::Command::new(program)
        .args(arguments)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn user(_: &str) -> Result<User, String> {
    Err("only on Linux".to_owned())
}

/// Whether a user can reach a directory and work in it.
pub(crate) fn usable(user: &User, directory: &Path, writes: bool) -> bool {
    let test = if writes {
        "cd \"$1\" && test -r . && test -w ."
    } else {
        "cd \"$1\" && test -r ."
    };
    let mut probe = Command::new("/bin/sh");
    probe.args(["-c", test, "sh"]).arg(directory);
    probe.current_dir("/");
    let confines = Confines {
        user: Some(user.clone()),
        ..Confines::default()
    };
    detach(&mut probe, confines);
    probe
        .as_std_mut()
        .stderr(std::process::Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The limits of a policy as the system counts them, not above what this process itself may have.
pub(crate) fn limits(wanted: &Limits) -> Vec<Limit> {
    const MIB: u64 = 1 << 20;
    let wanted = [
        (Resource::Cpu, wanted.cpu_seconds, 1),
        (Resource::As, wanted.memory_mib, MIB),
        (Resource::Nproc, wanted.processes, 1),
        (Resource::Nofile, wanted.open_files, 1),
        (Resource::Fsize, wanted.file_size_mib, MIB),
        (Resource::Core, Some(0), 1),
    ];
    let wanted = wanted.into_iter();
    wanted
        .filter_map(|(resource, most, unit)| {
            let most = u64::from(most?) * unit;
            let hard = getrlimit(resource).maximum.unwrap_or(u64::MAX);
            // A second of CPU time between the signal that can be told from others and the one that cannot.
            let slack = u64::from(resource == Resource::Cpu);
            Some((resource, most.min(hard), (most + slack).min(hard)))
        })
        .collect()
}

/// Makes the child the leader of a new session, without a controlling terminal, and confines it.
pub(crate) fn detach(command: &mut Command, confines: Confines) {
    let prepare = move || {
        setsid()?;
        #[cfg(target_os = "linux")]
        if let Some(group) = &confines.group {
            rustix::io::write(group, b"0")?;
        }
        if let Some(user) = &confines.user {
            become_user(user.uid, user.gid, &user.groups)?;
        }
        for &(resource, soft, hard) in &confines.limits {
            let limit = Rlimit {
                current: Some(soft),
                maximum: Some(hard),
            };
            setrlimit(resource, limit)?;
        }
        #[cfg(target_os = "linux")]
        {
            if confines.no_new_privs || confines.ruleset.is_some() {
                no_new_privs()?;
            }
            if let Some(ruleset) = &confines.ruleset {
                without_ways_around();
                restrict(ruleset)?;
            }
        }
        Ok(())
    };
    #[expect(unsafe_code, reason = "runs between fork and exec")]
    // SAFETY: the closure makes system calls and returns their error numbers; it neither allocates nor takes a lock.
    unsafe {
        command.pre_exec(prepare);
    }
}

/// Becomes another user for good; only root can.
pub(crate) fn become_user(uid: u32, gid: u32, groups: &[u32]) -> io::Result<()> {
    set_groups(groups)?;
    #[expect(unsafe_code, reason = "no safe call for it")]
    // SAFETY: plain numbers.
    let became = unsafe { libc::setgid(gid) == 0 && libc::setuid(uid) == 0 };
    if became {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

fn set_groups(groups: &[u32]) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    let length = groups.len();
    #[cfg(not(target_os = "linux"))]
    let length = libc::c_int::try_from(groups.len()).unwrap_or(0);
    #[expect(unsafe_code, reason = "no safe call for it")]
    // SAFETY: the list is as long as it is said to be.
    let set = unsafe { libc::setgroups(length, groups.as_ptr()) == 0 };
    if set {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

#[cfg(target_os = "linux")]
fn no_new_privs() -> io::Result<()> {
    #[expect(unsafe_code, reason = "no call that may be made between fork and exec")]
    // SAFETY: plain numbers.
    let set = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 };
    if set {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// What root could use to read memory or disks past the sandbox. Others have none of it, and to them the kernel says no.
#[cfg(target_os = "linux")]
fn without_ways_around() {
    // <linux/capability.h>: SYS_MODULE, SYS_RAWIO, SYS_PTRACE, SYS_ADMIN, MKNOD, PERFMON, BPF.
    const WAYS: [libc::c_ulong; 7] = [16, 17, 19, 21, 27, 38, 39];
    for way in WAYS {
        #[expect(unsafe_code, reason = "no call that may be made between fork and exec")]
        // SAFETY: plain numbers.
        unsafe {
            libc::prctl(libc::PR_CAPBSET_DROP, way, 0, 0, 0);
        }
    }
}

#[cfg(target_os = "linux")]
fn restrict(ruleset: &OwnedFd) -> io::Result<()> {
    use std::os::fd::AsRawFd;

    #[expect(unsafe_code, reason = "no call that may be made between fork and exec")]
    // SAFETY: a descriptor that is open, and no flags.
    let outcome =
        unsafe { libc::syscall(libc::SYS_landlock_restrict_self, ruleset.as_raw_fd(), 0_u32) };
    if outcome == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// While it lives, this thread opens files with the rights of another user.
#[derive(Debug)]
pub(crate) struct AsUser;

#[cfg(target_os = "linux")]
impl AsUser {
    pub(crate) fn enter(user: &User) -> io::Result<Self> {
        let entered = Self;
        set_file_ids(user.uid, user.gid);
        // The calls answer what was before and never fail; so what is now has to be asked for.
        if set_file_ids(user.uid, user.gid) == (user.uid, user.gid) {
            Ok(entered)
        } else {
            Err(io::ErrorKind::PermissionDenied.into())
        }
    }
}

/// The ids of this thread for files, group first so that the right to set it is still there; answers those before. Back to
/// root, the user's own right comes first.
#[cfg(target_os = "linux")]
fn set_file_ids(uid: u32, gid: u32) -> (u32, u32) {
    #[expect(unsafe_code, reason = "no safe call for it")]
    // SAFETY: plain numbers.
    let (before_uid, before_gid) = unsafe {
        let gid = libc::setfsgid(gid);
        (libc::setfsuid(uid), gid)
    };
    (before_uid.cast_unsigned(), before_gid.cast_unsigned())
}

#[cfg(not(target_os = "linux"))]
impl AsUser {
    /// Never asked for, see [`user`].
    pub(crate) fn enter(_: &User) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(target_os = "linux")]
impl Drop for AsUser {
    fn drop(&mut self) {
        let (uid, gid) = (rustix::process::geteuid(), rustix::process::getegid());
        set_file_ids(uid.as_raw(), gid.as_raw());
        // As another user the group cannot be set; as root again it can.
        set_file_ids(uid.as_raw(), gid.as_raw());
    }
}
