//! Jobs: one call, a frozen list of targets, and a policy. What a job is, and the decisions about a single one: its waves,
//! what is tried again, when it is over and how.
//!
//! Not here: which nodes are meant ([`crate::target`]), and moving jobs on ([`crate::state`]).

mod asked;
mod groups;
mod info;
mod policy;
mod record;
mod request;
mod retry;
mod tally;
mod waves;

pub use asked::{NewJob, Origin, OriginKind};
pub use groups::{GroupMember, OutputGroup, Sample, TEXT, compare, fold};
pub use info::{JobInfo, JobTargetInfo, WaveInfo};
pub use policy::{Cache, Offline, Policy, PolicyError, Retry, StopAfter, WaveGate, Waves};
pub(crate) use record::{Asker, Job, JobRow, Record, Target, TargetEnd};
pub use record::{Attempt, JobState};
pub use request::{JobRequest, RequestError};
pub(crate) use retry::{Verdict, verdict};
pub use tally::{Tally, TargetState};
pub(crate) use waves::ends;

#[cfg(test)]
mod tests;
