//! Each question that is asked, and what its answer is believed to be. What does not fit the question is left out: an instance
//! that talks nonsense must not make this one do so.
//!
//! Not here: the way there and back ([`super`]).

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::words::{Act, Found, Long, Page, Piece, ToldChunk, ToldExecution};
use super::{
    Cancelled, Controlled, Fit, Listed, Missing, NotAnswered, Others, PATIENCE, Question, Told,
};
use crate::access::Caller;
use crate::fleet::InstanceId;
use crate::job::{Asker, JobInfo, JobRequest, JobTargetInfo};
use crate::model::{Chunk, ExecutionInfo, ExecutionState, StopInfo};
use crate::state::Control;

/// How long one may take to tell a whole list, in all its parts.
const LIST: Duration = Duration::from_secs(6);
/// Between two questions whether a STOP has been heard of.
const HEARSAY: Duration = Duration::from_millis(200);
/// How long one may search.
const SEARCH: Duration = Duration::from_secs(30);
/// Longest text that is put together, bytes.
const LONGEST: usize = 64 << 20;
/// Most targets of a job that are read.
const TARGETS: usize = 200_000;
/// Executions whose output is asked for at once.
const AT_ONCE: usize = 1000;

impl Others {
    /// An execution of another instance that `fits`, and whose it is.
    pub(crate) async fn execution(
        &self,
        id: Uuid,
        fits: impl Fn(ExecutionState) -> bool,
    ) -> Result<Option<(InstanceId, ExecutionInfo)>, NotAnswered> {
        let question = Question::Execution { id };
        let fits = |told: ToldExecution| {
            let long = told.long_result;
            let info = told.info().filter(|info| info.id == id)?;
            let state = info.state;
            let is_known = state != ExecutionState::Unknown;
            // After an instance was away two may have it, and one of them has seen its end.
            let fit = if is_known { Fit::Sure } else { Fit::Perhaps };
            fits(state).then(|| fit((info, long)))
        };
        let Some((at, (mut info, long))) = self.first(&question, fits).await? else {
            return Ok(None);
        };
        if long {
            let text = self.text(at, Long::Result, id).await?;
            let result = text.and_then(|text| RawValue::from_string(text).ok());
            info.result = result.map(Arc::from);
        }
        Ok(Some((at, info)))
    }

    /// The newest executions of all others, newest first of each.
    pub(crate) async fn executions(&self, node: Option<&str>, limit: u32) -> Listed<ExecutionInfo> {
        let listed = self.lists(limit, |skip| Question::Executions {
            node: node.map(str::to_owned),
            limit,
            skip,
        });
        let Listed { rows, missing } = listed.await;
        let of_node = |told: &ToldExecution| node.is_none_or(|node| told.node_id == node);
        let rows = rows.into_iter().filter(of_node);
        let rows = rows.filter_map(ToldExecution::info).collect();
        Listed { rows, missing }
    }

    /// What an execution wrote from a number on. None: nobody knows it.
    pub(crate) async fn output(
        &self,
        id: Uuid,
        from: u64,
        bytes: usize,
    ) -> Result<Option<Vec<Chunk>>, NotAnswered> {
        let wanted = vec![(id, from)];
        let question = Question::Output { wanted, bytes };
        let read = |told: Vec<ToldChunk>| Some(Fit::Sure(chunks(told, &[(id, from)])));
        let found = self.first(&question, read).await?;
        Ok(found.map(|(_, chunks)| chunks))
    }

    /// What several of one instance wrote. Those that have more are in the answer; ask again until it is empty.
    pub(crate) async fn outputs(
        &self,
        at: InstanceId,
        wanted: &[(Uuid, u64)],
        bytes: usize,
    ) -> Result<Vec<Chunk>, NotAnswered> {
        for wanted in wanted.chunks(AT_ONCE) {
            let question = Question::Output {
                wanted: wanted.to_vec(),
                bytes,
            };
            let told: Option<Vec<ToldChunk>> = self.one(at, &question, PATIENCE).await?;
            let chunks = chunks(told.unwrap_or_default(), wanted);
            if !chunks.is_empty() {
                return Ok(chunks);
            }
        }
        Ok(Vec::new())
    }

    async fn text(
        &self,
        at: InstanceId,
        of: Long,
        id: Uuid,
    ) -> Result<Option<String>, NotAnswered> {
        let mut text = String::new();
        loop {
            let from = text.len();
            let question = Question::Text { of, id, from };
            let Some(piece) = self.one::<Piece>(at, &question, PATIENCE).await? else {
                return Ok(None);
            };
            text.push_str(&piece.text);
            if text.len() == piece.of {
                return Ok(Some(text));
            }
            // It is another one now, or it has no end.
            if piece.text.is_empty() || text.len() > piece.of || piece.of > LONGEST {
                return Ok(None);
            }
        }
    }

    /// A job of another instance, and whose it is.
    pub(crate) async fn job(&self, id: Uuid) -> Result<Option<(InstanceId, JobInfo)>, NotAnswered> {
        let question = Question::Job { id };
        let fits = |job: JobInfo| (job.id == id).then_some(Fit::Sure(job));
        self.first(&question, fits).await
    }

    /// Jobs of all others, newest first of each.
    pub(crate) async fn jobs(
        &self,
        asker: Option<&str>,
        (live, over): (bool, bool),
        limit: u32,
    ) -> Listed<JobInfo> {
        let listed = self.lists(limit, |skip| Question::Jobs {
            asker: asker.map(str::to_owned),
            live,
            over,
            limit,
            skip,
        });
        let mut listed = listed.await;
        listed
            .rows
            .retain(|job: &JobInfo| asker.is_none_or(|asker| job.asker == asker));
        listed
    }

    /// How a job was asked for.
    pub(crate) async fn job_request(
        &self,
        at: InstanceId,
        id: Uuid,
    ) -> Result<Option<JobRequest>, NotAnswered> {
        let text = self.text(at, Long::Request, id).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Targets of a job from an index on.
    pub(crate) async fn job_targets(
        &self,
        at: InstanceId,
        id: Uuid,
        mut after: u32,
    ) -> Result<Vec<JobTargetInfo>, NotAnswered> {
        let mut all: Vec<JobTargetInfo> = Vec::new();
        loop {
            let question = Question::Targets { id, after };
            let page: Option<Page<JobTargetInfo>> = self.one(at, &question, PATIENCE).await?;
            let Some(Page { rows, more }) = page else {
                return Ok(all);
            };
            let before = all.len();
            for target in rows {
                if target.index >= after {
                    after = target.index.saturating_add(1);
                    all.push(target);
                }
            }
            if !more || all.len() == before || all.len() > TARGETS {
                return Ok(all);
            }
        }
    }

    /// Lines of what the targets of a job wrote in which a text stands.
    pub(crate) async fn search(
        &self,
        at: InstanceId,
        id: Uuid,
        text: &str,
        limit: usize,
    ) -> Result<Found, NotAnswered> {
        let text = text.to_owned();
        let question = Question::Search { id, text, limit };
        let found: Option<Found> = self.one(at, &question, SEARCH).await?;
        let mut found = found.unwrap_or(Found {
            hits: Vec::new(),
            complete: false,
        });
        found.hits.truncate(limit);
        Ok(found)
    }

    /// Stops an execution there. None: it is not there any more.
    pub(crate) async fn cancel(
        &self,
        at: InstanceId,
        id: Uuid,
        caller: &Caller,
    ) -> Result<Option<Cancelled>, NotAnswered> {
        let by = Asker::of(caller);
        let question = Question::Cancel { id, by };
        self.one(at, &question, PATIENCE).await
    }

    /// Pauses, resumes or cancels a job there. None: it is not there any more.
    pub(crate) async fn control(
        &self,
        at: InstanceId,
        id: Uuid,
        control: Control,
        caller: &Caller,
    ) -> Result<Option<Controlled>, NotAnswered> {
        let (act, by) = (Act::from(control), Asker::of(caller));
        let question = Question::Control { id, act, by };
        self.one(at, &question, PATIENCE).await
    }

    /// Stops on one node what is theirs, everywhere at once: what each has told to stop, and who did not answer.
    pub(crate) async fn stop_node(
        &self,
        node: &str,
        caller: &Caller,
    ) -> (Vec<StopInfo>, Vec<Missing>) {
        let (here, missing) = self.split();
        let (node, by) = (node.to_owned(), Asker::of(caller));
        let question = &Question::StopNode { node, by };
        let asked = here
            .into_iter()
            .map(|to| self.ask::<StopInfo>(to, question, PATIENCE));
        sorted(join_all(asked).await, missing)
    }

    /// How far the others are with a STOP that is in force. It may still be on its way to them, so they have a moment.
    pub(crate) async fn stops(&self) -> (Vec<StopInfo>, Vec<Missing>) {
        let (here, missing) = self.split();
        let asked = here.into_iter().map(|to| async move {
            let until = Instant::now() + PATIENCE;
            loop {
                match self.ask::<StopInfo>(to, &Question::Stop, PATIENCE).await {
                    Told::This(stop) if !stop.held && Instant::now() < until => {
                        tokio::time::sleep(HEARSAY).await;
                    }
                    Told::This(stop) if !stop.held => {
                        let why = "it has not heard of the STOP yet".to_owned();
                        let name = self.name_of(to);
                        return Told::Nothing(Missing { id: to, name, why });
                    }
                    told @ (Told::This(_) | Told::NotHere | Told::Nothing(_)) => return told,
                }
            }
        });
        sorted(join_all(asked).await, missing)
    }

    /// A list of each of the others, all at once.
    async fn lists<T: DeserializeOwned>(
        &self,
        limit: u32,
        question: impl Fn(u32) -> Question,
    ) -> Listed<T> {
        let (here, mut missing) = self.split();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let question = &question;
        let asked = here.into_iter().map(|to| async move {
            let until = Instant::now() + LIST;
            let mut rows: Vec<T> = Vec::new();
            loop {
                let left = until.saturating_duration_since(Instant::now());
                let skip = u32::try_from(rows.len()).unwrap_or(u32::MAX);
                let next = question(skip);
                match self.ask(to, &next, left.min(PATIENCE)).await {
                    Told::This(Page { rows: new, more }) => {
                        let goes_on = more && !new.is_empty();
                        rows.extend(new);
                        if !goes_on || rows.len() >= limit {
                            rows.truncate(limit);
                            return (rows, None);
                        }
                    }
                    Told::NotHere => return (rows, None),
                    Told::Nothing(missing) => return (rows, Some(missing)),
                }
            }
        });
        let mut rows = Vec::new();
        for (new, silent) in join_all(asked).await {
            rows.extend(new);
            missing.extend(silent);
        }
        Listed { rows, missing }
    }
}

fn sorted<T>(told: Vec<Told<T>>, mut missing: Vec<Missing>) -> (Vec<T>, Vec<Missing>) {
    let mut all = Vec::new();
    for one in told {
        match one {
            Told::This(this) => all.push(this),
            Told::NotHere => {}
            Told::Nothing(silent) => missing.push(silent),
        }
    }
    (all, missing)
}

/// Those that were asked for, each in its order.
fn chunks(told: Vec<ToldChunk>, wanted: &[(Uuid, u64)]) -> Vec<Chunk> {
    let chunks = told.into_iter().filter_map(|told| told.chunk(wanted));
    let mut chunks: Vec<Chunk> = chunks.collect();
    chunks.sort_by_key(|chunk| (chunk.execution, chunk.seq));
    chunks.dedup_by_key(|chunk| (chunk.execution, chunk.seq));
    chunks
}
