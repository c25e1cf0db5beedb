//! Unix: an execution is a session of its own, so that it can be ended as a whole and never asks at a terminal.

use std::process::ExitStatus;

use super::{Force, Reach};

/// The processes of one execution.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The main process; also the number of its group and session.
    leader: i32,
    /// `NAME=value` that every descendant carries in its environment.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only Linux shows the environment of processes")
    )]
    mark: String,
    /// Where there is one, nothing of the execution is outside of it.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only Linux has them")
    )]
    group: Option<super::Cgroup>,
    gone: bool,
}

impl Tree {
    pub(crate) fn of(leader: u32, mark: &str, group: Option<super::Cgroup>) -> Self {
        let leader = i32::try_from(leader).unwrap_or(i32::MAX);
        Self {
            leader,
            mark: format!("{}={mark}", super::MARK),
            group,
            gone: false,
        }
    }

    /// Whether processes within reach are alive.
    pub(crate) fn alive(&self, reach: Reach) -> bool {
        !self.members(reach).is_empty()
    }

    /// Whether its group may hold processes after the main one was collected; cheap.
    pub(crate) fn left_behind(&self) -> bool {
        kill(-self.leader, 0) && self.alive(Reach::Session)
    }

    /// Signals every process within reach.
    pub(crate) fn signal(&self, force: Force, reach: Reach) {
        let signal = match force {
            Force::Term => libc::SIGTERM,
            Force::Kill => libc::SIGKILL,
        };
        let members = self.members(reach);
        if force == Force::Kill && !members.is_empty() {
            // All of the group in one stroke, so that none can fork in time.
            kill(-self.leader, signal);
            #[cfg(target_os = "linux")]
            if let (Reach::Everything, Some(group)) = (reach, &self.group) {
                group.kill();
            }
        }
        for pid in members {
            kill(pid, signal);
        }
    }

    /// To be called when nothing of it is left: then the numbers may belong to others.
    pub(crate) fn forget(&mut self) {
        self.gone = true;
    }

    #[cfg(target_os = "linux")]
    fn members(&self, reach: Reach) -> Vec<i32> {
        let mut found = super::linux::members(self.leader, &self.mark, reach);
        if let (Reach::Everything, Some(group)) = (reach, &self.group) {
            let hidden = group.members().into_iter();
            let hidden: Vec<i32> = hidden.filter(|pid| !found.contains(pid)).collect();
            found.extend(hidden);
        }
        found
    }

    /// The group as one target: other systems do not tell who is in it.
    #[cfg(not(target_os = "linux"))]
    fn members(&self, _reach: Reach) -> Vec<i32> {
        if kill(-self.leader, 0) {
            vec![-self.leader]
        } else {
            Vec::new()
        }
    }
}

impl Drop for Tree {
    /// The execution was dropped in mid-run (the program ends at once): leave nothing behind.
    fn drop(&mut self) {
        if !self.gone {
            self.signal(Force::Kill, Reach::Everything);
        }
    }
}

/// The name of the signal that ended a process.
pub(crate) fn signal_of(status: ExitStatus) -> Option<String> {
    let number = std::os::unix::process::ExitStatusExt::signal(&status)?;
    let name = match number {
        libc::SIGHUP => "SIGHUP",
        libc::SIGINT => "SIGINT",
        libc::SIGQUIT => "SIGQUIT",
        libc::SIGILL => "SIGILL",
        libc::SIGTRAP => "SIGTRAP",
        libc::SIGABRT => "SIGABRT",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGKILL => "SIGKILL",
        libc::SIGUSR1 => "SIGUSR1",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGUSR2 => "SIGUSR2",
        libc::SIGPIPE => "SIGPIPE",
        libc::SIGALRM => "SIGALRM",
        libc::SIGTERM => "SIGTERM",
        libc::SIGXCPU => "SIGXCPU",
        libc::SIGXFSZ => "SIGXFSZ",
        other => return Some(format!("signal {other}")),
    };
    Some(name.to_owned())
}

fn kill(pid: i32, signal: i32) -> bool {
    #[expect(unsafe_code, reason = "no safe call for it")]
    // SAFETY: plain numbers.
    let outcome = unsafe { libc::kill(pid, signal) };
    outcome == 0
}
