use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::model::{Chunk, Event, NodeFacts, NodeInfo, Phase};
use protocol::{Capabilities, Stream, Version};
use tokio::time::Instant;
use uuid::Uuid;

use crate::trust::{Joined, NodeTrust};

use super::Batch;
use crate::console::view::{FeedEvent, VitalsRow};

fn node(ordinal: u32, memory: f64) -> NodeInfo {
    let facts = NodeFacts {
        id: format!("n{ordinal}"),
        name: "atlas".to_owned(),
        capabilities: Capabilities::default(),
        version: Version::V2,
        peer: "127.0.0.1:1".to_owned(),
        local: false,
        trust: NodeTrust::new(None, Joined::SharedToken, SystemTime::UNIX_EPOCH),
        registered_at: SystemTime::UNIX_EPOCH,
        group: 0,
        group_key: None,
        x: 0.0,
        y: 0.0,
    };
    NodeInfo {
        facts: Arc::new(facts),
        ordinal,
        phase: Phase::Online,
        cpu: 0.5,
        memory,
        measured: true,
        disk: None,
        active_tasks: 0,
        last_seen: SystemTime::UNIX_EPOCH,
        last_heartbeat: SystemTime::UNIX_EPOCH,
        latency: None,
        via: None,
    }
}

fn chunk(execution: Uuid, seq: u64) -> Event {
    Event::OutputAppended(Arc::new(Chunk {
        execution,
        seq,
        stream: Stream::Stdout,
        at_ms: 0,
        bytes: b"x".to_vec(),
    }))
}

#[test]
fn the_last_row_of_each_node_goes_out_ten_times_a_second() {
    let (mut batch, start) = (Batch::default(), Instant::now());
    batch.push(&Event::NodeLoad(node(3, 0.1)));
    batch.push(&Event::NodeLoad(node(3, 0.2)));
    let first = batch.take(start).unwrap();
    assert_eq!(first.seq, 0);
    assert_eq!(
        first.events,
        [FeedEvent::Vitals {
            rows: vec![VitalsRow(3, Some(0.5), Some(0.2), 0)]
        }]
    );
    batch.push(&Event::NodeLoad(node(3, 0.3)));
    assert_eq!(batch.due(), Some(start + Duration::from_millis(100)));
    assert_eq!(batch.take(start + Duration::from_millis(50)), None);
    assert_eq!(
        batch.take(start + Duration::from_millis(100)).unwrap().seq,
        1
    );
    assert_eq!(batch.due(), None);
}

#[test]
fn output_of_one_frame_is_one_event() {
    let (mut batch, start, id) = (Batch::default(), Instant::now(), Uuid::new_v4());
    for seq in 0..100 {
        batch.push(&chunk(id, seq));
    }
    let sent = batch.take(start).unwrap();
    assert!(
        matches!(sent.events.as_slice(), [FeedEvent::Output { chunks }] if chunks.len() == 100)
    );
    batch.push(&chunk(id, 100));
    assert_eq!(batch.due(), Some(start + Duration::from_millis(16)));
}

#[test]
fn a_node_that_runs_out_of_memory_is_news() {
    let mut batch = Batch::default();
    batch.push(&Event::NodeConnected(node(0, 0.5)));
    batch.push(&Event::NodeLoad(node(0, 0.97)));
    batch.push(&Event::NodeLoad(node(0, 0.98)));
    batch.push(&Event::NodeLoad(node(0, 0.5)));
    let degraded: Vec<_> = batch
        .take(Instant::now())
        .unwrap()
        .events
        .into_iter()
        .filter_map(|event| {
            if let FeedEvent::Node { node, .. } = event {
                Some(node.degraded)
            } else {
                None
            }
        })
        .collect();
    assert_eq!(degraded, [None, Some("Memory 97 %".to_owned()), None]);
}

#[test]
fn a_gap_drops_what_was_gathered_and_comes_before_the_snapshot() {
    let mut batch = Batch::default();
    batch.push(&chunk(Uuid::new_v4(), 0));
    batch.gap("too slow".to_owned());
    batch.snapshot(FeedEvent::Groups { groups: Vec::new() });
    let events = batch.take(Instant::now()).unwrap().events;
    assert_eq!(
        events,
        [
            FeedEvent::Gap {
                reason: "too slow".to_owned()
            },
            FeedEvent::Groups { groups: Vec::new() }
        ]
    );
}

#[test]
fn of_the_waiting_room_the_last_look_of_a_frame_is_told() {
    let mut batch = Batch::default();
    batch.push(&Event::WaitingChanged(Arc::from([])));
    batch.push(&chunk(Uuid::new_v4(), 0));
    batch.push(&Event::WaitingChanged(Arc::from([])));
    let events = batch.take(Instant::now()).unwrap().events;
    let looks = events
        .iter()
        .filter(|event| matches!(event, FeedEvent::Waiting { .. }));
    assert_eq!((looks.count(), events.len()), (1, 2));
}

fn job(id: u128, state: crate::job::JobState) -> Event {
    use crate::job::{JobInfo, Offline, Tally};
    Event::JobChanged(Arc::new(JobInfo {
        id: Uuid::from_u128(id),
        number: 1,
        label: String::new(),
        state,
        reason: None,
        asker: "local".to_owned(),
        asker_name: "local".to_owned(),
        asker_kind: crate::access::PrincipalKind::Local,
        origin: None,
        skill: "ShellSkill".to_owned(),
        method: "run".to_owned(),
        summary: "id".to_owned(),
        effect: protocol::Effect::Destroy,
        target: String::new(),
        targets_sha256: crate::audit::Digest::of_targets(&[]),
        total: 1,
        any: None,
        tally: Tally::default(),
        wave: None,
        held: false,
        priority: 5,
        concurrency: 0,
        offline: Offline::Skip,
        retry_limit: 0,
        dedupe_key: None,
        submitted_at: SystemTime::UNIX_EPOCH,
        finished_at: None,
        expires_at: SystemTime::UNIX_EPOCH,
        call_sha256: crate::audit::Digest::of_targets(&[]),
        at_gate: false,
        gate_passed: false,
        threshold_waived: false,
    }))
}

#[test]
fn of_a_job_that_moves_fast_only_the_last_state_of_a_frame_goes_out() {
    use crate::console::view::job::JobStateView;
    use crate::job::JobState;
    let (mut batch, start) = (Batch::default(), Instant::now());
    batch.push(&job(1, JobState::Running));
    batch.push(&job(2, JobState::Running));
    batch.push(&job(1, JobState::Stopping));
    batch.push(&job(1, JobState::Cancelled));
    let told: Vec<_> = batch
        .take(start)
        .unwrap()
        .events
        .into_iter()
        .filter_map(|event| {
            if let FeedEvent::Job { job } = event {
                Some((job.id, job.state))
            } else {
                None
            }
        })
        .collect();
    let id = |number| Uuid::from_u128(number).to_string();
    assert_eq!(
        told,
        [
            (id(2), JobStateView::Running),
            (id(1), JobStateView::Cancelled)
        ]
    );
}

#[test]
fn of_a_stop_only_the_last_count_of_a_frame_goes_out() {
    let (mut batch, start) = (Batch::default(), Instant::now());
    for proved in 0..100 {
        batch.push(&Event::StopChanged(Arc::new(crate::model::StopInfo {
            held: true,
            proved,
            ..crate::model::StopInfo::default()
        })));
    }
    let events = batch.take(start).unwrap().events;
    assert!(matches!(events.as_slice(), [FeedEvent::Stop { stop }] if stop.proved == 99));
}
