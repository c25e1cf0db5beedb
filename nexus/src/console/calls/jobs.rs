//! Doormen for jobs: which nodes are meant, asking, steering, looking at what was written, and the stop of everything.

use crate::job::{JobRequest as Asked, Origin, OriginKind};
use crate::state::{Control, State as Swarm};

use crate::console::translate::{self, Refusal};
use crate::console::view::BridgeError;
use crate::console::view::ask::{
    ControlView, JobAnswer, JobRequest, RerunRequest, ResolvedView, TargetRequest,
};
use crate::console::view::job::{
    HitView, JobView, OutputGroupsView, SearchView, StopView, TargetPage, TargetStateView,
};
use crate::console::{Answer, Desk};

/// Most targets of one page, and hits of one search.
const MOST: usize = 1_000;
/// Longest text that is looked for, bytes.
const WANTED: usize = 1_000;

/// Tells which nodes are meant; runs nothing.
pub(super) async fn resolve_target(desk: Desk, request: TargetRequest) -> Answer<ResolvedView> {
    let aim = translate::aim(&request)?;
    desk.handle.before_resolving(&aim).await;
    let call = request.skill.zip(request.method);
    let look = move |swarm: &Swarm| {
        let frozen = swarm.resolve(&aim, &desk.caller.principal.scope)?;
        Ok(translate::resolved(swarm, &aim, &frozen, call.as_ref()))
    };
    let handle = desk.handle;
    let resolved = handle.look(look).await.map_err(Refusal::from)?;
    Ok(resolved.map_err(|error| Refusal::from(crate::Acceptance::Refused(error)))?)
}

/// One job, live or long over.
pub(super) async fn job(desk: Desk, id: String) -> Answer<JobView> {
    let id = translate::id(&id)?;
    let handle = desk.handle;
    let found = handle.job(id).await.map_err(Refusal::from)?;
    let unknown = || BridgeError::new("not_found", "This job is not known, or was over long ago.");
    Ok(translate::job(&*found.ok_or_else(unknown)?))
}

/// Takes a job on; answers when it is on disk, or what it needs first.
pub(super) async fn submit_job(desk: Desk, request: JobRequest) -> Answer<JobAnswer> {
    let job = translate::new_job(request, desk.caller)?;
    translate::job_answer(desk.handle.submit_job(job).await)
}

/// Pauses, resumes or cancels a job; what follows comes by the feed.
pub(super) async fn control_job(desk: Desk, id: String, action: ControlView) -> Answer<()> {
    let id = translate::id(&id)?;
    let control = match action {
        ControlView::Pause => Control::Pause,
        ControlView::Resume => Control::Resume,
        ControlView::Cancel => Control::Cancel,
    };
    let handle = desk.handle;
    let done = handle.control_job(id, control, &desk.caller).await;
    done.map_err(Refusal::from)?.map_err(Refusal::from)?;
    Ok(())
}

/// The same call once more, on those targets of a job that ended so.
pub(super) async fn rerun_job(desk: Desk, request: RerunRequest) -> Answer<JobAnswer> {
    let (id, new) = (translate::id(&request.id)?, translate::id(&request.new_id)?);
    let states = translate::rerun_states(&request.only)?;
    let approval = request.approval.as_deref().map(translate::id).transpose()?;
    let handle = desk.handle;
    let invalid = |why: &str| BridgeError::new("invalid", why);
    let job = handle.job(id).await.map_err(Refusal::from)?;
    let job = job.ok_or_else(|| invalid("This job is not known any more."))?;
    let targets = handle.job_targets(id, 0).await.map_err(Refusal::from)?;
    let nodes: Vec<_> = targets
        .into_iter()
        .filter(|target| states.contains(&target.state) && !target.node_id.is_empty())
        .map(|target| target.node_id)
        .collect();
    if nodes.is_empty() {
        return Err(invalid("No target of this job ended so."));
    }
    let kept = handle.job_request(id).await.map_err(Refusal::from)?;
    let kept = kept.ok_or_else(|| invalid("How this job was asked for is not kept any more."))?;
    if kept.parameters.is_null() {
        return Err(invalid(
            "Its parameters held something secret and are not kept; ask for it as a new job.",
        ));
    }
    let asked = Asked {
        id: Some(new),
        label: job.label.clone(),
        node_ids: Some(nodes),
        any: None,
        confirm_count: request.confirm_count,
        approval,
        ..kept
    };
    let origin = Origin {
        kind: OriginKind::Rerun,
        id: id.to_string(),
        name: job.label.clone(),
    };
    let job = asked.into_job(desk.caller, Some(origin));
    translate::job_answer(handle.submit_job(job.map_err(Refusal::from)?).await)
}

/// The targets of a job in these states (all when there are none), from an index on.
pub(super) async fn job_targets(
    desk: Desk,
    id: String,
    states: Vec<TargetStateView>,
    after: u32,
    limit: u32,
) -> Answer<TargetPage> {
    let id = translate::id(&id)?;
    let handle = desk.handle;
    let mut all = handle.job_targets(id, after).await.map_err(Refusal::from)?;
    all.retain(|target| {
        states.is_empty() || states.contains(&translate::target_state(target.state))
    });
    let limit = usize::try_from(limit).unwrap_or(MOST).clamp(1, MOST);
    let next = all.get(limit).map(|target| target.index);
    all.truncate(limit);
    Ok(TargetPage {
        targets: all.iter().map(translate::target).collect(),
        next,
    })
}

/// What the targets of a job wrote, identical outputs folded together.
pub(super) async fn job_groups(desk: Desk, id: String) -> Answer<OutputGroupsView> {
    let id = translate::id(&id)?;
    let handle = desk.handle;
    let (groups, omitted) = handle.job_groups(id).await.map_err(Refusal::from)?;
    Ok(OutputGroupsView {
        groups: groups.into_iter().map(translate::output_group).collect(),
        omitted,
    })
}

/// Lines of what the targets wrote in which a text stands.
pub(super) async fn search_job(
    desk: Desk,
    id: String,
    text: String,
    limit: u32,
) -> Answer<SearchView> {
    let id = translate::id(&id)?;
    if text.is_empty() || text.len() > WANTED || text.contains('\n') {
        let why = "Look for one line of 1 to 1000 bytes.";
        return Err(BridgeError::new("invalid", why));
    }
    let handle = desk.handle;
    let limit = usize::try_from(limit).unwrap_or(MOST).min(MOST);
    let found = handle.search_job(id, &text, limit).await;
    let (hits, complete) = found.map_err(Refusal::from)?;
    let hits = hits.into_iter().map(|hit| HitView {
        execution_id: hit.execution.to_string(),
        node_id: hit.node_id,
        node_name: hit.node_name,
        stream: translate::stream(hit.stream),
        line: hit.line,
        text: hit.text,
    });
    Ok(SearchView {
        hits: hits.collect(),
        complete,
    })
}

/// Stops everything, and holds jobs and schedules.
pub(super) async fn fleet_stop(desk: Desk, reason: String) -> Answer<StopView> {
    let handle = desk.handle;
    let reason = protocol::limits::cut(&reason, 500).to_owned();
    let stop = handle.stop_all(reason, &desk.caller).await;
    Ok(translate::stop(&stop.map_err(Refusal::from)?))
}

/// Lets jobs and schedules go on.
pub(super) async fn release_stop(desk: Desk) -> Answer<()> {
    let handle = desk.handle;
    let released = handle.release_all(&desk.caller).await;
    released.map_err(Refusal::from)?;
    Ok(())
}

/// Stops everything on one node; holds nothing.
pub(super) async fn node_stop(desk: Desk, node: String) -> Answer<StopView> {
    let handle = desk.handle;
    let stopped = handle.stop_node(&node, &desk.caller).await;
    let stopped = stopped.map_err(Refusal::from)?;
    let unknown = || BridgeError::new("unknown_node", "This node is not known any more.");
    let (stop, missing) = stopped.ok_or_else(unknown)?;
    if !missing.is_empty() {
        let silent = crate::fleet::NotAnswered(missing).to_string();
        let why = format!("What other instances run there may go on: {silent}.");
        return Err(BridgeError::new("instance_away", why));
    }
    Ok(translate::stop(&stop))
}
