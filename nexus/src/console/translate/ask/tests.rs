use crate::Acceptance;
use crate::access::Caller;
use crate::audit::Digest;
use crate::job::{TargetState, WaveGate};
use crate::state::SubmitError;
use serde_json::{Value, json};

use super::{job_answer, new_job, rerun_states};
use crate::console::view::ask::{JobAnswer, JobRequest};
use crate::console::view::job::TargetStateView;

fn asked(change: &Value) -> JobRequest {
    let mut request = json!({
        "id": "0197a5a2-0000-7000-8000-000000000001", "label": "", "target": "*", "nodeIds": null,
        "targetsSha256": null, "confirmCount": null, "skill": "ShellSkill", "method": "run",
        "parameters": {"command": "id"}, "timeoutSeconds": 30, "any": null, "strategy": "least_load",
        "prefer": "", "avoid": "", "spreadBy": null, "resource": null, "cacheSeconds": null,
        "offline": "skip", "expiresInSeconds": 3600, "priority": 5, "concurrency": 0, "waves": null,
        "stopAfter": null, "retry": null, "approval": null,
    });
    for (key, value) in change.as_object().unwrap() {
        request[key] = value.clone();
    }
    serde_json::from_value(request).unwrap()
}

#[test]
fn what_makes_no_sense_is_refused_with_a_sentence() {
    for wrong in [
        json!({"id": "x"}),
        json!({"approval": "x"}),
        json!({"timeoutSeconds": 0}),
        json!({"timeoutSeconds": 1e300}),
        json!({"timeoutSeconds": -5}),
        json!({"parameters": []}),
        json!({"target": null}),
        json!({"nodeIds": ["a"]}),
        json!({"target": "tag:"}),
        json!({"targetsSha256": "12"}),
        json!({"priority": 10}),
        json!({"expiresInSeconds": 0}),
        json!({"waves": {"canary": 1, "steps": [50, 10], "gate": "ask", "pauseSeconds": 0}}),
        json!({"any": 0}),
        json!({"prefer": "tag:ssd"}),
        json!({"any": 1, "avoid": "tag:"}),
        json!({"spreadBy": "rack"}),
        json!({"resource": "two words"}),
    ] {
        let error = new_job(asked(&wrong), Caller::local()).unwrap_err();
        assert!(!error.message.is_empty(), "{wrong}");
    }
}

#[test]
fn a_policy_arrives_as_it_was_asked_for() {
    let job = new_job(
        asked(&json!({
            "timeoutSeconds": 1.2, "concurrency": 3,
            "waves": {"canary": 2, "steps": [10, 50], "gate": "ask", "pauseSeconds": 1.5},
            "stopAfter": {"failures": 3, "percent": null},
            "retry": {"limit": 2, "backoffSeconds": 1, "maxBackoffSeconds": 9, "consent": true},
        })),
        Caller::local(),
    )
    .unwrap();
    assert_eq!(job.call.timeout.as_secs(), 2);
    let waves = job.policy.waves.unwrap();
    assert_eq!((waves.canary, waves.steps), (2, vec![10, 50]));
    assert_eq!(waves.gate, WaveGate::Ask);
    assert_eq!(job.policy.stop_after.unwrap().failures, Some(3));
    assert!(job.policy.retry.consent);
    assert_eq!(job.policy.concurrency, 3);
}

#[test]
fn what_the_operator_can_answer_is_no_error() {
    let sha256 = Digest::of_targets(&["a".to_owned()]);
    let changed = SubmitError::TargetsChanged { sha256, count: 1 };
    assert_eq!(
        job_answer(Err(Acceptance::Refused(changed))),
        Ok(JobAnswer::Changed {
            sha256: sha256.to_string(),
            count: 1
        })
    );
    assert_eq!(
        job_answer(Err(Acceptance::Refused(SubmitError::ConfirmCount(29)))),
        Ok(JobAnswer::Count { count: 29 })
    );
    let refused = SubmitError::Targets(vec![(
        "n1".to_owned(),
        SubmitError::Offline("n1".to_owned()),
    )]);
    let Ok(JobAnswer::Refused { refused }) = job_answer(Err(Acceptance::Refused(refused))) else {
        panic!("not refused");
    };
    assert!(refused[0].why.contains("offline"));
    assert_eq!(
        job_answer(Err(Acceptance::Stopping)).unwrap_err().code,
        "stopping"
    );
}

#[test]
fn only_what_ended_is_run_once_more() {
    assert!(rerun_states(&[TargetStateView::Failed, TargetStateView::Running]).is_err());
    assert_eq!(
        rerun_states(&[TargetStateView::TimedOut, TargetStateView::Failed]).unwrap(),
        [TargetState::Failed, TargetState::TimedOut]
    );
}
