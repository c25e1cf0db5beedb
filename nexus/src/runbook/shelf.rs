//! All runbooks with their versions: the owner of them. Not here: rows of the store, and who may change one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use super::{Maker, RunError, Runbook, RunbookError, Version};

/// Most runbooks.
const RUNBOOKS: usize = 500;
/// Versions that are kept of each.
pub(super) const VERSIONS: usize = 50;
/// No version has a larger number.
const LAST: u32 = 1_000_000_000;
/// Bytes of all of them together.
const BYTES: usize = 64 << 20;

/// See the module.
#[derive(Debug, Default)]
pub struct Runbooks {
    /// By name; the newest version last. None is empty.
    known: BTreeMap<String, Vec<Arc<Version>>>,
    /// Of all of them together, more or less.
    bytes: usize,
}

/// What became of a runbook that was put here.
#[derive(Debug, Clone, PartialEq)]
pub struct Put {
    /// Its newest version.
    pub version: Arc<Version>,
    /// Something was changed.
    pub new: bool,
    /// A version that is not kept any more.
    pub gone: Option<u32>,
}

impl Runbooks {
    /// What the store has kept, in any order.
    pub fn restore(versions: Vec<Version>) -> Self {
        let mut known: BTreeMap<String, Vec<Arc<Version>>> = BTreeMap::new();
        for version in versions {
            let of_name = known.entry(version.runbook.name.clone()).or_default();
            of_name.push(Arc::new(version));
        }
        for versions in known.values_mut() {
            versions.sort_by_key(|version| version.number);
        }
        let all = known.values().flatten();
        let bytes = all.map(|version| size(&version.runbook)).sum();
        Self { known, bytes }
    }

    /// The newest of each, by name.
    pub fn newest(&self) -> impl Iterator<Item = &Arc<Version>> {
        self.known.values().filter_map(|versions| versions.last())
    }

    /// One version, or the newest.
    pub fn find(&self, name: &str, version: Option<u32>) -> Result<&Arc<Version>, RunError> {
        let versions = self.versions(name);
        let newest = versions.last().ok_or_else(|| {
            let shown = protocol::limits::cut(name, 64);
            RunError::NoRunbook(shown.to_owned())
        })?;
        let Some(number) = version else {
            return Ok(newest);
        };
        let found = versions.iter().find(|version| version.number == number);
        found.ok_or_else(|| RunError::NoVersion {
            name: name.to_owned(),
            version: number,
        })
    }

    /// All that are kept of one, the newest last.
    pub fn versions(&self, name: &str) -> &[Arc<Version>] {
        self.known.get(name).map_or(&[], Vec::as_slice)
    }

    /// A new runbook, or a new version of one; nothing when it says what the newest one says. `anyone`: it need not be the
    /// owner's.
    pub fn put(
        &mut self,
        runbook: Runbook,
        by: Maker,
        anyone: bool,
        now: SystemTime,
    ) -> Result<Put, RunbookError> {
        let name = runbook.name.clone();
        let newest = self.versions(&name).last().cloned();
        let mut owner = by.clone();
        if let Some(newest) = &newest {
            self.may_change(newest, &by.id, anyone)?;
            owner = newest.owner.clone();
            if newest.runbook == runbook {
                return Ok(Put {
                    version: Arc::clone(newest),
                    new: false,
                    gone: None,
                });
            }
        } else if self.known.len() >= RUNBOOKS {
            return Err(RunbookError::Full(RUNBOOKS, BYTES));
        }
        let bytes = size(&runbook);
        if self.bytes.saturating_add(bytes) > BYTES {
            return Err(RunbookError::Full(RUNBOOKS, BYTES));
        }
        let version = Arc::new(Version {
            number: newest.map_or(0, |newest| newest.number).saturating_add(1),
            runbook,
            owner,
            by,
            at: now,
        });
        let versions = self.known.entry(name).or_default();
        versions.push(Arc::clone(&version));
        self.bytes += bytes;
        let gone = (versions.len() > VERSIONS).then(|| versions.remove(0));
        if let Some(gone) = &gone {
            self.bytes = self.bytes.saturating_sub(size(&gone.runbook));
        }
        Ok(Put {
            version,
            new: true,
            gone: gone.map(|gone| gone.number),
        })
    }

    /// A version that was made at another instance; the number of one that is not kept any more.
    pub(crate) fn take(&mut self, version: Arc<Version>) -> Result<Option<u32>, RunbookError> {
        let name = version.runbook.name.clone();
        let bytes = self.bytes.saturating_add(size(&version.runbook));
        let full = self.known.len() >= RUNBOOKS && !self.known.contains_key(&name);
        if full || bytes > BYTES || version.number == 0 || version.number > LAST {
            return Err(RunbookError::Full(RUNBOOKS, BYTES));
        }
        self.drop_one(&name, version.number);
        self.bytes = self.bytes.saturating_add(size(&version.runbook));
        let versions = self.known.entry(name.clone()).or_default();
        let place = versions.partition_point(|one| one.number < version.number);
        versions.insert(place, version);
        let surplus = versions.len() > VERSIONS;
        let gone = versions.first().filter(|_| surplus).map(|one| one.number);
        if let Some(gone) = gone {
            self.drop_one(&name, gone);
        }
        Ok(gone)
    }

    /// A version that is gone at another instance. Whether it was here.
    pub(crate) fn drop_one(&mut self, name: &str, number: u32) -> bool {
        let Some(versions) = self.known.get_mut(name) else {
            return false;
        };
        let before = versions.len();
        let gone = versions.extract_if(.., |one| one.number == number);
        let bytes: usize = gone.map(|gone| size(&gone.runbook)).sum();
        self.bytes = self.bytes.saturating_sub(bytes);
        let was = versions.len() < before;
        if versions.is_empty() {
            self.known.remove(name);
        }
        was
    }

    /// Takes one off, with all its versions.
    pub fn remove(
        &mut self,
        name: &str,
        by: &str,
        anyone: bool,
    ) -> Result<Vec<Arc<Version>>, RunError> {
        let newest = Arc::clone(self.find(name, None)?);
        self.may_change(&newest, by, anyone)?;
        let gone = self.known.remove(name).unwrap_or_default();
        let bytes: usize = gone.iter().map(|version| size(&version.runbook)).sum();
        self.bytes = self.bytes.saturating_sub(bytes);
        Ok(gone)
    }

    fn may_change(&self, newest: &Version, by: &str, anyone: bool) -> Result<(), RunbookError> {
        if anyone || newest.owner.id == by {
            return Ok(());
        }
        Err(RunbookError::NotYours {
            name: newest.runbook.name.clone(),
            owner: newest.owner.name.clone(),
        })
    }
}

/// Bytes of its text, more or less.
fn size(runbook: &Runbook) -> usize {
    serde_json::to_string(runbook).map_or(0, |text| text.len())
}
