use crate::access::{Caller, Principal};
use std::time::{Duration, SystemTime};

use crate::runbook::from_toml;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{new_schedule, schedule, schema, when};
use crate::console::view::plan::SchedulePlan;

const NOW: Duration = Duration::from_secs(1_800_000_000);

fn plan(change: &Value) -> SchedulePlan {
    let mut plan = json!({
        "name": "nightly", "when": "30 2 * * *", "timeZone": "Europe/Warsaw", "overlap": "skip",
        "missed": "once", "runbook": null, "confirmDestructive": true,
        "job": {
            "id": "", "label": "", "target": "tag:gpu", "nodeIds": null, "targetsSha256": null,
            "confirmCount": null, "skill": "ShellSkill", "method": "run",
            "parameters": {"command": "id"}, "timeoutSeconds": 30, "any": null,
            "strategy": "least_load", "offline": "wait", "expiresInSeconds": 3600, "priority": 5,
            "prefer": "", "avoid": "", "spreadBy": null, "resource": null, "cacheSeconds": null,
            "concurrency": 2, "waves": null, "stopAfter": null, "retry": null, "approval": null,
        },
    });
    for (key, value) in change.as_object().unwrap() {
        plan[key] = value.clone();
    }
    serde_json::from_value(plan).unwrap()
}

#[test]
fn what_is_kept_comes_back_as_it_was_asked_for() {
    let now = SystemTime::UNIX_EPOCH + NOW;
    let asked = plan(&json!({}));
    let (made, confirmed) =
        new_schedule(asked.clone(), Uuid::nil(), None, &Caller::local(), now).unwrap();
    assert!(confirmed);
    let told = schedule(&made, &Principal::local(), now);
    assert_eq!(told.job.unwrap(), asked.job.unwrap());
    assert_eq!(told.next.len(), 5);
    assert!(told.next[0].ends_with("+01:00") || told.next[0].ends_with("+02:00"));
    let (mut again, _) = new_schedule(
        plan(&json!({})),
        Uuid::nil(),
        Some(&made),
        &Caller::local(),
        now,
    )
    .unwrap();
    again.paused = true;
    assert!(schedule(&again, &Principal::local(), now).next.is_empty());
    let (changed, _) = new_schedule(
        plan(&json!({})),
        Uuid::nil(),
        Some(&again),
        &Caller::local(),
        now,
    )
    .unwrap();
    assert!(changed.paused, "a change does not wake what is paused");
}

#[test]
fn what_makes_no_sense_is_refused_with_a_sentence() {
    let now = SystemTime::UNIX_EPOCH + NOW;
    for wrong in [
        json!({"name": " "}),
        json!({"when": "now and then"}),
        json!({"when": "* * * * * *"}),
        json!({"timeZone": "Europe/Nowhere"}),
        json!({"job": null}),
        json!({"runbook": {"name": "x", "version": null, "parameters": [], "target": null}, "job": null}),
    ] {
        let error =
            new_schedule(plan(&wrong), Uuid::nil(), None, &Caller::local(), now).unwrap_err();
        assert!(!error.message.is_empty(), "{wrong}");
    }
    assert!(when("now and then", "UTC", now).is_err());
    assert_eq!(when("0 9 * * 1-5", "UTC", now).unwrap().next.len(), 5);
}

#[test]
fn parameters_become_a_form() {
    let runbook = from_toml(
        r#"
        name = "look"
        target = "*"
        [[parameters]]
        name = "depth"
        type = "integer"
        default = 3
        [[parameters]]
        name = "key"
        title = "Key"
        type = "string"
        secret = true
        required = true
        [[parameters]]
        name = "how"
        type = "choice"
        choices = ["fast", "slow"]
        default = "fast"
        [[steps]]
        name = "look"
        job = { skill_name = "X", method_name = "run", parameters = { api_key = "{{key}}" } }
        "#,
    )
    .unwrap();
    let told = schema(&runbook.parameters);
    assert_eq!(told["required"], json!(["key"]));
    assert_eq!(
        told["properties"]["depth"],
        json!({"type": "integer", "title": "depth", "default": 3})
    );
    assert_eq!(told["properties"]["key"]["format"], "secret");
    assert_eq!(told["properties"]["how"]["enum"], json!(["fast", "slow"]));
}
