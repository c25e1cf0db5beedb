use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{Schedule, ScheduleError, ScheduleRequest};
use super::when::at;
use crate::access::Caller;

fn read(change: impl FnOnce(&mut Value)) -> Result<Schedule, String> {
    let mut request = json!({
        "name": "every hour", "when": "every hour",
        "job": {"target": "tag:gpu", "skill_name": "ShellSkill", "method_name": "run", "parameters": {"command": "true"}},
    });
    change(&mut request);
    let request: ScheduleRequest =
        serde_json::from_value(request).map_err(|error| error.to_string())?;
    let made: Result<_, ScheduleError> =
        request.into_schedule(Uuid::nil(), &Caller::local(), at("2026-01-01T00:30:00Z"));
    made.map_err(|error| error.to_string())
}

pub(super) fn hourly() -> Schedule {
    read(|_| ()).unwrap()
}

#[test]
fn what_makes_no_sense_is_not_saved() {
    type Change = fn(&mut Value);
    let wrong: [(Change, &str); 15] = [
        (|r| r["name"] = json!(" "), "name"),
        (|r| r["name"] = json!("a\u{202e}b"), "name"),
        (|r| r["name"] = json!("x".repeat(101)), "name"),
        (|r| r["when"] = json!("every monkey at 9am"), "monkey"),
        (|r| r["time_zone"] = json!("Mars/Base"), "Mars/Base"),
        (|r| r["job"] = json!(null), "by job or by runbook"),
        (|r| r["runbook"] = json!({"name": "x"}), "not by both"),
        (
            |r| r["job"]["id"] = json!(Uuid::nil()),
            "id is about one moment",
        ),
        (
            |r| r["job"]["dedupe_key"] = json!("x"),
            "dedupe_key is about one moment",
        ),
        (
            |r| r["job"]["targets_sha256"] = json!("x"),
            "targets_sha256 is about one moment",
        ),
        (
            |r| r["job"]["confirm_count"] = json!(3),
            "confirm_count is about one moment",
        ),
        (
            |r| r["job"]["approval"] = json!(Uuid::nil()),
            "approval is about one moment",
        ),
        (|r| r["job"]["timeout"] = json!(0), "timeout"),
        (
            |r| r["job"]["parameters"] = json!({"command": "x".repeat(70_000)}),
            "65536 bytes",
        ),
        (|r| r["cron"] = json!("* * * * *"), "unknown field `cron`"),
    ];
    for (change, said) in wrong {
        let error = read(change).unwrap_err();
        assert!(error.contains(said), "{error} should say {said}");
    }
}

#[test]
fn it_is_read_back_as_it_was_kept() {
    let schedule = hourly();
    assert_eq!(
        schedule.marks.looked,
        at("2026-01-01T00:30:00Z"),
        "nothing before it was made is due"
    );
    let row = serde_json::to_string(&schedule).unwrap();
    assert_eq!(serde_json::from_str::<Schedule>(&row).unwrap(), schedule);
    assert!(serde_json::from_str::<Schedule>(&row.replace("0 * * * *", "61 * * * *")).is_err());
}
