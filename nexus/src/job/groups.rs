//! What a job's targets wrote, with identical outputs folded together: the odd ones first, each with what makes it differ from
//! what most of them wrote. Pure. Not here: reading what they wrote.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use similar::{Algorithm, TextDiff};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{JobTargetInfo, TargetState};
use crate::audit::Digest;

/// Most groups of an answer; when there are more, nothing is odd any more.
const GROUPS: usize = 100;
/// Nodes that a group names.
const NAMED: usize = 200;
/// Text of a group, bytes.
pub const TEXT: usize = 64 * 1024;
/// How long a diff may be looked for; then a coarser one does.
const PATIENCE: Duration = Duration::from_millis(50);

/// Targets that stand or ended in the same way.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OutputGroup {
    /// Where they are.
    pub state: TargetState,
    /// Of their processes.
    pub exit_code: Option<i32>,
    /// Why not.
    pub error: Option<String>,
    /// Over what they wrote; null when nothing is known of it.
    #[schema(value_type = Option<String>)]
    pub sha256: Option<Digest>,
    /// How many.
    pub count: usize,
    /// It is what most of them wrote.
    pub majority: bool,
    /// Some of them, at most 200.
    pub nodes: Vec<GroupMember>,
    /// At most 64 KiB of what they wrote; null when there is nothing, or when it is no text.
    pub text: Option<String>,
    /// There is more of it.
    pub truncated: bool,
    /// Against the majority, as a unified diff; null when there is nothing to compare.
    pub diff: Option<String>,
}

/// A node of a group.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GroupMember {
    /// Its id.
    pub node_id: String,
    /// Its name when it was frozen.
    pub node_name: String,
    /// Of its last attempt.
    pub execution_id: Option<Uuid>,
    /// Seconds.
    pub execution_time: Option<f64>,
}

/// What the text of a group is, as read.
#[derive(Debug, Default)]
pub struct Sample {
    /// What was written.
    pub bytes: Vec<u8>,
    /// There is more of it.
    pub truncated: bool,
}

/// Folds targets together; none that wait for their turn. The largest group of those that are over comes last and is the
/// majority; before it the odd ones, the smallest first. At most a hundred, and how many were left out.
pub fn fold(targets: &[JobTargetInfo]) -> (Vec<OutputGroup>, usize) {
    type Key = (TargetKey, Option<i32>, Option<Digest>, Option<String>);
    let mut groups: BTreeMap<Key, OutputGroup> = BTreeMap::new();
    for target in targets {
        if matches!(target.state, TargetState::Queued | TargetState::Waiting) {
            continue;
        }
        let key = (
            TargetKey(target.state),
            target.exit_code,
            target.output_sha256,
            target.error.clone(),
        );
        let group = groups.entry(key).or_insert_with(|| OutputGroup {
            state: target.state,
            exit_code: target.exit_code,
            error: target.error.clone(),
            sha256: target.output_sha256,
            count: 0,
            majority: false,
            nodes: Vec::new(),
            text: None,
            truncated: false,
            diff: None,
        });
        group.count += 1;
        if group.nodes.len() < NAMED {
            group.nodes.push(GroupMember {
                node_id: target.node_id.clone(),
                node_name: target.node_name.clone(),
                execution_id: target.execution_id,
                execution_time: target.duration.map(|duration| duration.as_secs_f64()),
            });
        }
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|group| (group.count, TargetKey(group.state)));
    let largest = groups
        .iter()
        .rposition(|group| group.state.is_over() && group.sha256.is_some());
    if let Some(at) = largest {
        let mut majority = groups.remove(at);
        majority.majority = true;
        groups.push(majority);
    }
    let omitted = groups.len().saturating_sub(GROUPS);
    // The majority is kept, whatever is left out.
    let last = groups.pop();
    groups.truncate(GROUPS - 1);
    groups.extend(last);
    (groups, omitted)
}

/// Puts the texts in, in the order of the groups, and compares.
pub fn compare(groups: &mut [OutputGroup], samples: Vec<Option<Sample>>) {
    for (group, sample) in groups.iter_mut().zip(samples) {
        let Some(sample) = sample else { continue };
        group.truncated = sample.truncated;
        group.text = text(sample);
    }
    let Some((majority, odd)) = groups.split_last_mut().filter(|(last, _)| last.majority) else {
        return;
    };
    let Some(most) = majority.text.as_deref() else {
        return;
    };
    for group in odd {
        group.diff = group.text.as_deref().map(|text| diff(most, text));
    }
}

fn diff(most: &str, text: &str) -> String {
    TextDiff::configure()
        .algorithm(Algorithm::Patience)
        .timeout(PATIENCE)
        .diff_lines(most, text)
        .unified_diff()
        .context_radius(2)
        .header("most", "these")
        .to_string()
}

/// What was cut in the middle of a character is text all the same.
fn text(sample: Sample) -> Option<String> {
    match String::from_utf8(sample.bytes) {
        Ok(text) => Some(text),
        Err(error) if sample.truncated && error.utf8_error().error_len().is_none() => {
            let upto = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            bytes.truncate(upto);
            String::from_utf8(bytes).ok()
        }
        Err(_) => None,
    }
}

/// The order of states, most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TargetKey(TargetState);

impl TargetKey {
    fn rank(self) -> usize {
        let urgent = [
            TargetState::Unknown,
            TargetState::Failed,
            TargetState::TimedOut,
        ];
        let place = urgent.iter().position(|state| *state == self.0);
        place.unwrap_or(
            urgent.len()
                + TargetState::ALL
                    .iter()
                    .position(|state| *state == self.0)
                    .unwrap_or(0),
        )
    }
}

impl PartialOrd for TargetKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for TargetKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}
