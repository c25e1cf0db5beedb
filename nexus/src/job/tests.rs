//! What a single job decides.

use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::{
    JobRequest, JobTargetInfo, Policy, Retry, Sample, StopAfter, TargetState, Verdict, WaveGate,
    Waves, compare, ends, fold, verdict,
};
use crate::access::Caller;
use crate::audit::Digest;

fn waves(canary: u32, steps: &[u8]) -> Waves {
    Waves {
        canary,
        steps: steps.to_vec(),
        gate: WaveGate::Auto,
        pause: 0.0,
    }
}

#[test]
fn waves_reach_at_least_what_was_said_and_all_in_the_end() {
    assert_eq!(ends(None, 5), [5]);
    assert_eq!(ends(Some(&waves(1, &[10, 50])), 29), [1, 3, 15, 29]);
    assert_eq!(ends(Some(&waves(0, &[50])), 3), [2, 3]);
    // A canary of a single node is that node, and there is no second wave of nobody.
    assert_eq!(ends(Some(&waves(1, &[10, 50])), 1), [1]);
    assert_eq!(ends(Some(&waves(9, &[1])), 3), [3]);
    assert_eq!(ends(Some(&waves(1, &[])), 0), [0_u32; 0]);
}

proptest! {
    #[test]
    fn waves_grow_and_end_with_all(canary in 0u32..50, mut steps in prop::collection::vec(1u8..=100, 0..6), total in 1u32..5000) {
        steps.sort_unstable();
        steps.dedup();
        let ends = ends(Some(&waves(canary, &steps)), total);
        prop_assert!(ends.is_sorted_by(|a, b| a < b));
        prop_assert_eq!(ends.last(), Some(&total));
    }
}

#[test]
fn what_nobody_can_prove_is_never_tried_again() {
    let willing = Retry {
        limit: 9,
        consent: true,
        ..Retry::default()
    };
    let seed = (Uuid::nil(), 0);
    for state in [
        TargetState::Unknown,
        TargetState::Succeeded,
        TargetState::Cancelled,
        TargetState::Expired,
        TargetState::Skipped,
    ] {
        assert_eq!(
            verdict(&willing, true, state, 1, seed),
            Verdict::Final,
            "{state:?}"
        );
    }
    let again = |retry: &Retry, idempotent, state, attempts| {
        matches!(
            verdict(retry, idempotent, state, attempts, seed),
            Verdict::Again(_)
        )
    };
    let timid = Retry {
        limit: 2,
        ..Retry::default()
    };
    assert!(
        !again(&timid, false, TargetState::Failed, 1),
        "without consent"
    );
    assert!(
        again(&timid, true, TargetState::Failed, 1),
        "it is idempotent"
    );
    assert!(
        again(&timid, false, TargetState::Refused, 1),
        "it was not begun"
    );
    assert!(again(&willing, false, TargetState::TimedOut, 1));
    assert!(again(&timid, true, TargetState::Failed, 2));
    assert!(
        !again(&timid, true, TargetState::Failed, 3),
        "two retries are two"
    );
    assert!(!again(&Retry::default(), true, TargetState::Failed, 1));
}

proptest! {
    #[test]
    fn waits_double_within_a_quarter_up_to_the_longest(attempts in 1u16..40, index in 0u32..1000) {
        let retry = Retry { limit: 100, backoff: 2.0, max_backoff: 60.0, consent: true };
        let wait = |index| match verdict(&retry, true, TargetState::Failed, attempts, (Uuid::nil(), index)) {
            Verdict::Again(wait) => wait.as_secs_f64(),
            Verdict::Final => f64::NAN,
        };
        let doubled = (2.0 * 2f64.powi(i32::from(attempts) - 1)).min(1e9);
        prop_assert!(wait(index) >= (0.75 * doubled).min(60.0) - 1e-6);
        prop_assert!(wait(index) <= (1.25 * doubled).min(60.0) + 1e-6);
        prop_assert_eq!(wait(index), wait(index));
    }
}

#[test]
fn policies_that_make_no_sense_are_refused_with_the_field() {
    type Spoil = fn(&mut Policy);
    let wrong: [(&str, Spoil); 8] = [
        ("any", |policy| policy.any = Some(0)),
        ("expires_in", |policy| policy.expires_in = 0),
        ("expires_in", |policy| policy.expires_in = u64::MAX),
        ("priority", |policy| policy.priority = 10),
        ("resource", |policy| policy.resource = Some("a b".into())),
        ("waves.steps", |policy| {
            policy.waves = Some(waves(1, &[50, 10]))
        }),
        ("waves.steps", |policy| policy.waves = Some(waves(0, &[]))),
        ("stop_after", |policy| {
            policy.stop_after = Some(StopAfter::default())
        }),
    ];
    for (field, spoil) in wrong {
        let mut policy = Policy::default();
        spoil(&mut policy);
        let error = policy.check().unwrap_err().to_string();
        assert!(error.starts_with(field), "{error}");
    }
    let retry = Retry {
        backoff: f64::NAN,
        ..Retry::default()
    };
    assert!(
        Policy {
            retry,
            ..Policy::default()
        }
        .check()
        .is_err()
    );
    assert_eq!(Policy::default().check(), Ok(()));
}

#[test]
fn wishes_are_about_any_and_make_sense() {
    let policy = |any, prefer: &str, spread_by: Option<&str>| Policy {
        any,
        wishes: crate::state::WishesBody {
            prefer: prefer.into(),
            spread_by: spread_by.map(str::to_owned),
            ..crate::state::WishesBody::default()
        },
        ..Policy::default()
    };
    let error = policy(None, "tag:gpu", None).check().unwrap_err();
    assert!(error.to_string().contains("want any"), "{error}");
    assert!(policy(Some(1), "tag:", None).check().is_err());
    assert!(policy(Some(1), "tag:gpu", Some("a=b")).check().is_err());
    assert_eq!(policy(Some(1), "tag:gpu", Some("rack")).check(), Ok(()));
}

#[test]
fn thresholds_count_failures_of_all() {
    let three = StopAfter {
        failures: Some(3),
        percent: None,
    };
    assert!(!three.reached(2, 100) && three.reached(3, 100));
    let tenth = StopAfter {
        failures: None,
        percent: Some(10),
    };
    assert!(!tenth.reached(0, 5) && !tenth.reached(9, 100) && tenth.reached(10, 100));
}

#[test]
fn requests_say_what_is_wrong() {
    let request = |json: serde_json::Value| -> Result<(), String> {
        let request: JobRequest =
            serde_json::from_value(json).map_err(|error| error.to_string())?;
        let job = request.into_job(Caller::local(), None);
        job.map(drop).map_err(|error| error.to_string())
    };
    let call = |extra: serde_json::Value| {
        let mut all =
            serde_json::json!({"skill_name": "ShellSkill", "method_name": "run", "target": "*"});
        if let (Some(all), Some(extra)) = (all.as_object_mut(), extra.as_object()) {
            all.extend(extra.clone());
        }
        request(all)
    };
    assert_eq!(call(serde_json::json!({})), Ok(()));
    for (extra, word) in [
        (serde_json::json!({"node_ids": ["a"]}), "not both"),
        (serde_json::json!({"target": null}), "which nodes"),
        (serde_json::json!({"target": "tag:"}), "target"),
        (serde_json::json!({"timeout": 0}), "timeout"),
        (serde_json::json!({"parameters": []}), "parameters"),
        (serde_json::json!({"label": "a\u{202e}b"}), "label"),
        (serde_json::json!({"dedupe_key": ""}), "dedupe_key"),
        (
            serde_json::json!({"targets_sha256": "12"}),
            "targets_sha256",
        ),
        (serde_json::json!({"surprise": 1}), "surprise"),
        (serde_json::json!({"retry": {"limit": 99}}), "retry.limit"),
    ] {
        let error = call(extra).unwrap_err();
        assert!(error.contains(word), "{error}");
    }
}

fn target(index: u32, state: TargetState, wrote: &str) -> JobTargetInfo {
    JobTargetInfo {
        index,
        node_id: format!("n{index}"),
        node_name: format!("node {index}"),
        state,
        wave: 1,
        attempts: 1,
        execution_id: Some(Uuid::from_u128(u128::from(index))),
        error: None,
        exit_code: Some(i32::from(state != TargetState::Succeeded)),
        duration: Some(Duration::from_millis(5)),
        output_bytes: 3,
        output_sha256: Some(Digest::of_targets(&[wrote.to_owned()])),
        from_cache: false,
        next_try: None,
        finished_at: None,
    }
}

#[test]
fn the_odd_ones_come_first_and_are_compared_with_what_most_wrote() {
    let mut targets: Vec<_> = (0..20)
        .map(|i| target(i, TargetState::Succeeded, "same"))
        .collect();
    targets.push(target(20, TargetState::Succeeded, "other"));
    targets.push(target(21, TargetState::Failed, "same"));
    targets.push(target(22, TargetState::Queued, ""));
    let (mut groups, omitted) = fold(&targets);
    assert_eq!(omitted, 0);
    let counts: Vec<_> = groups
        .iter()
        .map(|group| (group.state, group.count))
        .collect();
    assert_eq!(
        counts,
        [
            (TargetState::Failed, 1),
            (TargetState::Succeeded, 1),
            (TargetState::Succeeded, 20)
        ]
    );
    let sample = |bytes: &[u8]| {
        Some(Sample {
            bytes: bytes.to_vec(),
            truncated: false,
        })
    };
    compare(
        &mut groups,
        vec![sample(b"a\nb\n"), sample(b"a\nc\n"), sample(b"a\nb\n")],
    );
    let [failed, odd, most] = &groups[..] else {
        panic!("three groups");
    };
    assert!(most.majority && most.diff.is_none());
    assert_eq!(failed.diff.as_deref(), Some(""));
    let diff = odd.diff.as_deref().unwrap();
    assert!(diff.contains("-b\n") && diff.contains("+c\n"), "{diff}");
}

#[test]
fn a_thousand_different_outputs_keep_the_majority() {
    let mut targets: Vec<_> = (0..1000)
        .map(|i| target(i, TargetState::Succeeded, &i.to_string()))
        .collect();
    targets.push(target(1000, TargetState::Succeeded, "7"));
    let (groups, omitted) = fold(&targets);
    assert_eq!((groups.len(), omitted), (100, 900));
    assert_eq!(
        groups.last().map(|group| (group.majority, group.count)),
        Some((true, 2))
    );
}

#[test]
fn bytes_that_are_no_text_have_none() {
    let (mut groups, _) = fold(&[target(0, TargetState::Succeeded, "x")]);
    let binary = Sample {
        bytes: vec![0xff, 0xfe, 0x41],
        truncated: false,
    };
    compare(&mut groups, vec![Some(binary)]);
    assert_eq!(groups[0].text, None);
    let cut = Sample {
        bytes: "aé".as_bytes()[..2].to_vec(),
        truncated: true,
    };
    compare(&mut groups, vec![Some(cut)]);
    assert_eq!(groups[0].text.as_deref(), Some("a"));
}
