//! What differs between operating systems: process trees, what is put on a child before it runs, signals' names.
//! The only place with `unsafe`.

#[cfg(target_os = "linux")]
mod cgroup;
#[cfg(unix)]
mod confines;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use confines::{
    AsUser, Confines, Limit, Ruleset, User, become_user, detach, limits, usable, user,
};
#[cfg(unix)]
pub(crate) use unix::{Tree, signal_of};
#[cfg(windows)]
pub(crate) use windows::{
    AsUser, Confines, Limit, Ruleset, Tree, User, detach, limits, signal_of, usable, user,
};

#[cfg(target_os = "linux")]
pub(crate) use cgroup::{Cgroup, Cgroups};
#[cfg(target_os = "linux")]
pub(crate) use linux::{Orphans, sandbox_kind, trim_memory};

/// Only Linux has them.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
pub(crate) enum Cgroup {}

/// See [`Cgroup`].
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
pub(crate) enum Cgroups {}

#[cfg(not(target_os = "linux"))]
impl Cgroups {
    pub(crate) fn find() -> Option<Self> {
        None
    }

    pub(crate) fn make(&self, _: Option<&crate::policy::Limits>) -> std::io::Result<Cgroup> {
        match *self {}
    }
}

/// Only Linux has one that a program can put on its children.
#[cfg(not(target_os = "linux"))]
pub(crate) fn sandbox_kind() -> Result<String, String> {
    Err(format!("{} has no sandbox for it", std::env::consts::OS))
}

/// How hard to ask a process to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Force {
    /// It may clean up.
    Term,
    /// It may not.
    Kill,
}

/// Which processes of an execution are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those that stayed in its session: what a shell started and did not detach.
    Session,
    /// Every descendant, detached or not.
    Everything,
}

/// The variable by which descendants of an execution are recognised, wherever they went. Its value is made
/// here, for an id of the Nexus may be used by another spore on this machine too.
pub(crate) const MARK: &str = "NEXUS_EXECUTION_MARK";

/// Other systems' allocators do so by themselves.
#[cfg(not(target_os = "linux"))]
pub(crate) fn trim_memory() {}

/// Nothing is ever orphaned to us here.
#[cfg(not(target_os = "linux"))]
#[derive(Debug, Default)]
pub(crate) struct Orphans;

#[cfg(not(target_os = "linux"))]
impl Orphans {
    pub(crate) fn reap(&mut self, _ours: &std::collections::BTreeSet<u32>) {}
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
