//! What an instance finds in the directory and nobody should have written: it is stepped over, and what people set stays. Not
//! here: who has no key of the swarm, see `fleet/hostile.rs`; nonsense on the bus, see `asks/lies.rs`.

use nexus::fleet::{Directory, FactKey, InstanceId, Put, Table, local};
use serde_json::json;

use crate::sharing::{group, instance, until_groups};

/// What nobody should write and somebody with the swarm's key could: broken, huge, odd, about something else.
fn nonsense(table: Table) -> Vec<(String, String)> {
    let id = "0193b2a0-0000-7000-8000-000000000001";
    let odd = "{\"by\":\"\u{202e}x\",\"here\":";
    let row = |here: &str| format!("{odd}{here}}}");
    let keys = match table {
        Table::Group => vec!["ok", "NOT OK", "../x", ""],
        Table::Chart => vec!["chart", "1:0", "1:4000000000", "01:0", "1:", "7:1"],
        Table::Runbook => vec!["ok@1", "ok@0", "ok@01", "ok", "ok@4294967295"],
        Table::Member
        | Table::Token
        | Table::JoinCode
        | Table::ApprovalRule
        | Table::Schedule
        | Table::AlertRule
        | Table::Stop
        | Table::Swarm
        | Table::Approval
        | Table::Alert
        | Table::Job => vec![id, "nothing", "0193B2A0-0000-7000-8000-000000000001"],
    };
    let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
    let values = [
        "\u{0}\u{1}not json".to_owned(),
        "null".to_owned(),
        "{}".to_owned(),
        row("{}"),
        row("[1,2,3]"),
        row("\"text\""),
        row(&deep),
        row("{\"since\":null,\"seats\":[[\"\",\"\"],[\"\\u202e\",null]]}"),
        row(
            "{\"number\":9,\"by\":{\"by\":\"tag\",\"key\":\"a b\"},\"made_by\":\"x\",\"since\":null,\"expected\":[],\"before\":null}",
        ),
        row(
            "{\"target\":\"((((\",\"by\":\"x\",\"at\":{\"secs_since_epoch\":1,\"nanos_since_epoch\":0}}",
        ),
        row(
            "{\"target\":\"*\",\"by\":\"x\",\"at\":{\"secs_since_epoch\":18446744073709551615,\"nanos_since_epoch\":0}}",
        ),
        row(
            "{\"target\":\"*\",\"by\":\"x\",\"at\":{\"secs_since_epoch\":99999999999,\"nanos_since_epoch\":0}}",
        ),
        row(&format!("{{\"target\":\"{}\"}}", "x".repeat(900_000))),
    ];
    let all = keys.into_iter().flat_map(|key| {
        values
            .iter()
            .map(move |value| (key.to_owned(), value.clone()))
    });
    all.collect()
}

#[tokio::test]
async fn nonsense_from_another_instance_changes_nothing() {
    let engine = local::Engine::default();
    let one = instance(&engine, "one").await;
    group(&one, "mine", "tag:a").await;
    let seat = engine.seat(InstanceId(uuid::Uuid::new_v4()));
    let mut revisions = std::collections::HashMap::new();
    for table in [
        Table::Group,
        Table::ApprovalRule,
        Table::AlertRule,
        Table::Runbook,
        Table::Schedule,
        Table::Token,
        Table::JoinCode,
        Table::Chart,
        Table::Approval,
        Table::Alert,
    ] {
        for (key, value) in nonsense(table) {
            let key = FactKey { table, key };
            let seen = revisions.get(&key).copied().unwrap_or(0);
            if let Ok(Put::Done(revision)) = seat.put(&key, Some(value.into()), seen).await {
                revisions.insert(key, revision);
            }
        }
    }
    for key in [
        "turn:x",
        "turn:",
        "use:x:1",
        "use:0193b2a0-0000-7000-8000-000000000001:4294967295",
        "end:0193b2a0-0000-7000-8000-000000000001",
    ] {
        for table in [Table::Schedule, Table::JoinCode, Table::Approval] {
            let key = FactKey {
                table,
                key: key.to_owned(),
            };
            drop(seat.put(&key, Some("\"x\"".into()), 0).await);
        }
    }
    group(&one, "still", "tag:b").await;
    let two = instance(&engine, "two").await;
    for server in [&one, &two] {
        until_groups(server, &[("mine", "tag:a"), ("still", "tag:b")]).await;
        for (path, list) in [
            ("approval-rules", "rules"),
            ("approvals", "approvals"),
            ("runbooks", "runbooks"),
            ("schedules", "schedules"),
            ("join-codes", "join_codes"),
            ("tokens", "tokens"),
        ] {
            let (status, body) = server.get(&format!("/api/v1/{path}")).await;
            assert_eq!((status, &body[list]), (200, &json!([])), "{path}: {body}");
        }
    }
}
