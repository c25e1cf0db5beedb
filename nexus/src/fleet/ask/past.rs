//! How a node was, on its way from where its socket is. Not here: what is kept of it ([`crate::history`]).

use serde::{Deserialize, Serialize};

use super::{Others, PATIENCE, Question};
use crate::fleet::{InstanceId, NotAnswered};
use crate::history::{NodePast, Reading, Span, Stood};

/// Most times in which it was not simply online; the newest are told.
const SPANS: usize = 5_000;

/// When, how it stood, CPU, memory, tasks.
type Sample = (i64, u8, u8, u8, u16);

/// See the module.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PastTold {
    from: i64,
    to: i64,
    samples: Vec<Sample>,
    /// From, to, how it stood; none: nobody was there to know.
    spans: Vec<(i64, i64, Option<u8>)>,
}

impl From<NodePast> for PastTold {
    fn from(past: NodePast) -> Self {
        let sample =
            |(at, one): &(i64, Reading)| (*at, one.stood as u8, one.cpu, one.memory, one.tasks);
        let span = |span: &Span| (span.from, span.to, span.stood.map(|stood| stood as u8));
        let skipped = past.spans.len().saturating_sub(SPANS);
        Self {
            from: past.from,
            to: past.to,
            samples: past.samples.iter().map(sample).collect(),
            spans: past.spans.iter().skip(skipped).map(span).collect(),
        }
    }
}

impl PastTold {
    fn past(self, id: &str) -> NodePast {
        let sample = |(at, stood, cpu, memory, tasks): Sample| {
            let stood = Stood::from_byte(stood);
            let reading = Reading {
                stood,
                cpu,
                memory,
                tasks,
            };
            (at, reading)
        };
        let span = |(from, to, stood): (i64, i64, Option<u8>)| Span {
            from,
            to,
            stood: stood.map(Stood::from_byte),
        };
        NodePast {
            id: id.to_owned(),
            from: self.from,
            to: self.to,
            samples: self.samples.into_iter().map(sample).collect(),
            spans: self.spans.into_iter().map(span).collect(),
        }
    }
}

impl Others {
    /// How a node was over the last hours, as its holder knows. None: it does not know the node.
    pub(crate) async fn past(
        &self,
        at: InstanceId,
        node: &str,
        hours: u32,
    ) -> Result<Option<NodePast>, NotAnswered> {
        let question = Question::Past {
            node: node.to_owned(),
            hours,
        };
        let told: Option<PastTold> = self.one(at, &question, PATIENCE).await?;
        Ok(told.map(|told| told.past(node)))
    }

    /// How busy the nodes are whose sockets are there: what changed since, from a place on.
    pub(crate) async fn loads(
        &self,
        at: InstanceId,
        since: u64,
        from: crate::model::Ordinal,
    ) -> Result<Option<super::LoadsTold>, NotAnswered> {
        let question = Question::Loads { since, from };
        self.one(at, &question, PATIENCE).await
    }
}
