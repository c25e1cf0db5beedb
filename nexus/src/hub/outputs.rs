//! What the targets of a job wrote: folded together, searched. Read from the disk a piece at a time, so that nobody else waits
//! long. Not here: one execution's output, see [`Handle::output`].

use std::sync::Arc;

use protocol::Stream;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Acceptance, Handle, Unreached};
use crate::job::{JobInfo, JobTargetInfo, OutputGroup, Sample, TEXT, compare, fold};
use crate::store::StoreError;

/// Output read at once, bytes.
const PAGE: usize = 256 * 1024;
/// Output that a search reads at most, bytes.
const SEARCHED: usize = 256 << 20;
/// Longest line of a hit, bytes.
const LINE: usize = 400;

/// A line in which something was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The execution.
    pub execution: Uuid,
    /// Where it ran.
    pub node_id: String,
    /// Its name when it was frozen.
    pub node_name: String,
    /// Which pipe.
    pub stream: Stream,
    /// From 1, of this pipe.
    pub line: u64,
    /// The line, at most 400 bytes of it.
    pub text: String,
}

impl Handle {
    /// The targets of a job from an index on, live or long over. None: it is not here.
    pub(super) async fn own_targets(
        &self,
        id: Uuid,
        after: u32,
    ) -> Result<Option<Vec<JobTargetInfo>>, StoreError> {
        let live = self.look(move |state| state.job_targets(id, after)).await;
        match live.ok().flatten() {
            Some(targets) => Ok(Some(targets)),
            None => self.store.job_targets(id, after).await,
        }
    }

    /// Jobs of this instance, newest first, of one asker or of all: those that live, and the newest ones that are over.
    pub(super) async fn own_jobs(
        &self,
        asker: Option<String>,
        (live, over): (bool, bool),
        limit: u32,
    ) -> Result<Vec<Arc<JobInfo>>, Acceptance> {
        // What ended just now is not on the disk yet, and while the engine is away that takes long.
        let mut jobs = self.look(move |state| state.jobs(over)).await?;
        jobs.retain(|job| {
            let asked_for = if job.state.is_over() { over } else { live };
            asked_for && asker.as_ref().is_none_or(|asker| job.asker == *asker)
        });
        if over {
            let older = self.store.jobs_over(asker, u64::MAX, limit).await;
            let older = older.map_err(|error| Acceptance::NotKept(error.to_string()))?;
            jobs.extend(older.into_iter().map(Arc::new));
        }
        // One may have ended between the two looks.
        jobs.sort_by_key(|job| (std::cmp::Reverse(job.number), !job.state.is_over()));
        jobs.dedup_by_key(|job| job.number);
        jobs.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(jobs)
    }

    /// What the targets wrote, identical outputs folded together, and how many groups were left out.
    pub async fn job_groups(&self, id: Uuid) -> Result<(Vec<OutputGroup>, usize), Unreached> {
        let (mut groups, omitted) = fold(&self.job_targets(id, 0).await?);
        let mut samples = Vec::with_capacity(groups.len());
        for group in &groups {
            let first = group.nodes.iter().find_map(|node| node.execution_id);
            samples.push(match first {
                Some(execution) => Some(self.sample(execution).await?),
                None => None,
            });
        }
        let compared = tokio::task::spawn_blocking(move || {
            compare(&mut groups, samples);
            groups
        });
        Ok((compared.await.map_err(|_| StoreError::Stopped)?, omitted))
    }

    async fn sample(&self, id: Uuid) -> Result<Sample, Unreached> {
        let chunks = self.output(id, 0, TEXT + 1).await?;
        let mut bytes: Vec<u8> = chunks.into_iter().flat_map(|chunk| chunk.bytes).collect();
        if bytes.is_empty()
            && let Some(execution) = self.execution(id).await?
            && let Some(result) = &execution.result
        {
            bytes = readable(result.get()).into_bytes();
        }
        let truncated = bytes.len() > TEXT;
        bytes.truncate(TEXT);
        Ok(Sample { bytes, truncated })
    }

    /// Lines in which a text stands, in the order of the targets; at most `limit`. False: not everything was searched.
    pub(super) async fn own_search(
        &self,
        targets: Vec<JobTargetInfo>,
        text: &str,
        limit: usize,
    ) -> Result<(Vec<Hit>, bool), Unreached> {
        let (mut hits, mut budget) = (Vec::new(), SEARCHED);
        for target in targets {
            let Some(execution) = target.execution_id else {
                continue;
            };
            let mut lines = [Lines::default(), Lines::default()];
            let mut from = 0;
            loop {
                let chunks = self.output(execution, from, PAGE).await?;
                let Some(last) = chunks.last() else { break };
                from = last.seq + 1;
                for chunk in &chunks {
                    let [stdout, stderr] = &mut lines;
                    let lines = match chunk.stream {
                        Stream::Stdout => stdout,
                        Stream::Stderr => stderr,
                    };
                    let found = lines.take(&chunk.bytes, text);
                    hits.extend(
                        found
                            .into_iter()
                            .map(|hit| hit.of(&target, execution, chunk.stream)),
                    );
                    budget = budget.saturating_sub(chunk.bytes.len());
                }
                if hits.len() > limit || budget == 0 {
                    hits.truncate(limit);
                    return Ok((hits, false));
                }
            }
            let [stdout, stderr] = lines;
            for (lines, stream) in [(stdout, Stream::Stdout), (stderr, Stream::Stderr)] {
                hits.extend(
                    lines
                        .end(text)
                        .map(|hit| hit.of(&target, execution, stream)),
                );
            }
        }
        let complete = hits.len() <= limit;
        hits.truncate(limit);
        Ok((hits, complete))
    }
}

/// The lines of one pipe, which come in pieces.
#[derive(Default)]
struct Lines {
    number: u64,
    /// The beginning of a line whose end has not come; a longer one is searched in pieces.
    begun: Vec<u8>,
}

struct Found {
    line: u64,
    text: String,
}

/// Longest line that is searched as a whole, bytes.
const WHOLE: usize = 64 * 1024;

impl Lines {
    fn take(&mut self, mut bytes: &[u8], wanted: &str) -> Vec<Found> {
        let mut found = Vec::new();
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = bytes.split_at(end);
            self.begun.extend_from_slice(line);
            found.extend(self.look(wanted));
            self.begun.clear();
            self.number += 1;
            bytes = rest.get(1..).unwrap_or_default();
        }
        self.begun.extend_from_slice(bytes);
        if self.begun.len() > WHOLE {
            found.extend(self.look(wanted));
            self.begun.clear();
        }
        found
    }

    fn end(self, wanted: &str) -> impl Iterator<Item = Found> {
        self.look(wanted).into_iter()
    }

    fn look(&self, wanted: &str) -> Option<Found> {
        let text = String::from_utf8_lossy(&self.begun);
        let at = text.find(wanted)?;
        let shown = text.get(at.saturating_sub(LINE / 2)..).unwrap_or(&text);
        Some(Found {
            line: self.number + 1,
            text: protocol::limits::cut(shown, LINE).to_owned(),
        })
    }
}

impl Found {
    fn of(self, target: &JobTargetInfo, execution: Uuid, stream: Stream) -> Hit {
        Hit {
            execution,
            node_id: target.node_id.clone(),
            node_name: target.node_name.clone(),
            stream,
            line: self.line,
            text: self.text,
        }
    }
}

/// A result as people read it: a text as it is, everything else as indented JSON.
fn readable(json: &str) -> String {
    match serde_json::from_str(json) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(value) => serde_json::to_string_pretty(&value).unwrap_or_default(),
        Err(_) => json.to_owned(),
    }
}
