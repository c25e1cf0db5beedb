//! The proof of what was done: who, when, from where, what, on which targets, decided how, ended how.
//!
//! Entries are JSON texts, stored as they are. Each one's hash covers the hash before it, so an entry that is edited,
//! removed or put elsewhere breaks the chain there. The key of the Nexus signs the chain's head: each 1,000 entries, each
//! hour with news, at the start and at an orderly stop. So the chain cannot be made anew by somebody without the key.
//!
//! What cannot be found: entries after the newest signature can be cut off, and so can the newest signatures with all that
//! follows the one before them. Whoever owns the machine has the key too and can write another history. Against both helps
//! an export that is kept elsewhere, which `nexus audit verify --file` checks without this Nexus, and so do the copies that the
//! other instances of a swarm keep of each log: what is not there any more at its origin stays with them, and they say so.
//!
//! Not here: who may read it, see [`crate::access`]; the table, see [`crate::store`].

mod bound;
mod chain;
mod copy;
mod cursor;
mod draft;
mod entry;
mod export;
mod leave;
mod log;
mod offline;
mod query;
mod read;
mod verify;

pub(crate) use chain::Hasher;
pub use chain::{Anchor, Checkpoint, Digest, Head};
pub use copy::{CopyVerdict, InstanceName, LogCopy, Why};
pub(crate) use copy::{Follows, LONGEST, Told};
pub use cursor::{Cursor, LogId};
pub(crate) use draft::entries;
pub use draft::{Asked, Draft, Ended};
pub use entry::{Action, CallTold, Decision, Entry, Outcome, Who};
pub use export::{Line, verify_lines};
pub use leave::{Export, ExportError, Part};
pub(crate) use log::Deed;
pub use log::{AuditLog, Unrecorded};
pub use offline::OfflineError;
pub use query::{Kept, Moment, Page, Query};
pub use verify::{Fault, FaultKind, Verdict, Verifier};

/// Entries between two checkpoints at most.
pub(crate) const CHECKPOINT_EVERY: u64 = 1000;

#[cfg(test)]
mod tests;
