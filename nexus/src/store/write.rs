//! What can be asked to be kept, and what its commit lets us say. Not here: how it is written.

use std::sync::Arc;

use protocol::PublicKey;
use uuid::Uuid;

use super::{ChartRow, NodeRow, Plan};
use crate::alerts::AlertRow;
use crate::approval::{Approval, Rule};
use crate::chart::Seat;
use crate::groups::Group;
use crate::history::{Sample, Turn};
use crate::job::JobRow;
use crate::model::{Chunk, ExecutionInfo, StopInfo};
use crate::redact::Known;
use crate::state::Kept;
use crate::trust::{JoinCodeInfo, Waiting};

/// One thing to keep.
#[derive(Debug)]
pub enum Write {
    /// A node's record, replacing the older one.
    Node(Box<NodeRow>),
    /// A join code, replacing the older state of it.
    JoinCode(Box<JoinCodeInfo>),
    /// A join code that is of no use any more.
    ForgetJoinCode(Uuid),
    /// A machine in the waiting room.
    Waiting(Box<Waiting>),
    /// It is not there any more.
    Unseat(PublicKey),
    /// An approval, replacing its older state.
    Approval(Box<Approval>),
    /// An approval that is over for long.
    ForgetApproval(Uuid),
    /// A rule that wants approvals.
    ApprovalRule(Box<Rule>),
    /// It is not wanted any more.
    ForgetApprovalRule(Uuid),
    /// A saved group, replacing the older one of its name.
    Group(Box<Group>),
    /// It is not there any more.
    ForgetGroup(String),
    /// A new chart with all of its places; of the earlier ones only the last is kept.
    Chart(Box<ChartRow>),
    /// It is taken back.
    ForgetChart(u64),
    /// Who has which place in which chart.
    Seat(u64, u32, Box<Seat>),
    /// An alert, a rule of alerts or a mute, or that it is gone.
    Alert(AlertRow),
    /// Secrets among the parameters of an execution that begins.
    Secrets(Uuid, Box<Known>),
    /// An execution begins.
    Begin(Arc<ExecutionInfo>, Option<Kept>),
    /// It wrote something; of which job it is. Its commit is always reported.
    Output(Arc<Chunk>, Option<Uuid>),
    /// A job, or how it stands by now.
    Job(Box<JobRow>, Option<Kept>),
    /// A job that another instance goes on with: it is not ours any more.
    ForgetJob(Uuid),
    /// A schedule, a runbook or a run.
    Plan(Plan),
    /// Whether the fleet is stopped.
    Stop(Box<StopInfo>),
    /// How all nodes stand at the beginning of a minute.
    Sample(Box<Sample>),
    /// Who fell silent and who came back since.
    Turns(Vec<Turn>),
    /// It ended, or its end is corrected.
    End(Arc<ExecutionInfo>, Option<Kept>),
}

impl Write {
    /// What its commit lets us say.
    pub(crate) fn promise(&self) -> Option<Kept> {
        match self {
            Self::Node(_)
            | Self::JoinCode(_)
            | Self::ForgetJoinCode(_)
            | Self::Waiting(_)
            | Self::Unseat(_)
            | Self::Secrets(..)
            | Self::Stop(_)
            | Self::Sample(_)
            | Self::Turns(_)
            | Self::Plan(_)
            | Self::ForgetJob(_)
            | Self::Approval(_)
            | Self::ForgetApproval(_)
            | Self::ApprovalRule(_)
            | Self::ForgetApprovalRule(_)
            | Self::Group(_)
            | Self::Alert(_)
            | Self::ForgetGroup(_)
            | Self::Chart(_)
            | Self::ForgetChart(_)
            | Self::Seat(..) => None,
            Self::Begin(_, kept) | Self::End(_, kept) | Self::Job(_, kept) => *kept,
            Self::Output(chunk, _) => Some(Kept::Output(chunk.execution, chunk.seq + 1)),
        }
    }
}
