//! Every call of the console, and what the caller must be allowed to do for it. Deny by default: what has no row here
//! cannot be asked. Callers here see the whole swarm (a token with limits does not get a desk), so the verb decides alone.
//! Not here: what the calls do (one file for each area).

mod alerts;
mod charts;
mod executions;
mod jobs;
mod looks;
mod plans;
mod proof;
mod saved;
mod targets;
mod time;
mod trust;

use std::sync::LazyLock;

use super::{Desk, Table, exports};
use crate::access::Verb;

/// The table.
pub fn calls() -> &'static Table<Desk> {
    static CALLS: LazyLock<Table<Desk>> = LazyLock::new(|| {
        let table = jobs_of(choosing(running(Table::default())));
        let table = planning(table);
        let table = trusting(table);
        let table = proving(table);
        alerting(table)
    });
    &CALLS
}

fn running(table: Table<Desk>) -> Table<Desk> {
    use Verb::{Cancel, Execute, SeeExecution};
    table
        .row("execute", &["request"], Execute, executions::execute)
        .row("cancel", &["executionId"], Cancel, executions::cancel)
        .row(
            "glance",
            &["node", "skill", "method", "parameters"],
            Execute,
            looks::glance,
        )
        .row("output", &["executionId"], SeeExecution, executions::output)
        .row(
            "nodeExecutions",
            &["node"],
            SeeExecution,
            executions::node_executions,
        )
}

fn choosing(table: Table<Desk>) -> Table<Desk> {
    use Verb::{EditChart, EditGroups, SeeNode};
    table
        .row("resolveTarget", &["request"], SeeNode, jobs::resolve_target)
        .row(
            "completeTarget",
            &["text", "at"],
            SeeNode,
            targets::complete_target,
        )
        .row("savedGroups", &[], SeeNode, targets::saved_groups)
        .row(
            "saveGroup",
            &["name", "target"],
            EditGroups,
            targets::save_group,
        )
        .row("removeGroup", &["name"], EditGroups, targets::remove_group)
        .row("chart", &[], SeeNode, charts::chart)
        .row("previewChart", &["by"], EditChart, charts::preview_chart)
        .row(
            "applyChart",
            &["by", "hash"],
            EditChart,
            charts::apply_chart,
        )
        .row("undoChart", &[], EditChart, charts::undo_chart)
}

fn jobs_of(table: Table<Desk>) -> Table<Desk> {
    use Verb::{Cancel, Execute, ReleaseFleet, SeeExecution, SeeNode, StopFleet};
    table
        .row("job", &["id"], SeeExecution, jobs::job)
        .row("submitJob", &["request"], Execute, jobs::submit_job)
        .row("controlJob", &["id", "action"], Cancel, jobs::control_job)
        .row("rerunJob", &["request"], Execute, jobs::rerun_job)
        .row(
            "jobTargets",
            &["id", "states", "after", "limit"],
            SeeExecution,
            jobs::job_targets,
        )
        .row("jobGroups", &["id"], SeeExecution, jobs::job_groups)
        .row(
            "searchJob",
            &["id", "text", "limit"],
            SeeExecution,
            jobs::search_job,
        )
        .row(
            "timeline",
            &["fromMs", "toMs", "buckets"],
            SeeNode,
            time::timeline,
        )
        .row("fleetAt", &["atMs"], SeeNode, time::fleet_at)
        .row(
            "nodeHistory",
            &["node", "hours"],
            SeeNode,
            time::node_history,
        )
        .row("fleetStop", &["reason"], StopFleet, jobs::fleet_stop)
        .row("releaseStop", &[], ReleaseFleet, jobs::release_stop)
        .row("nodeStop", &["node"], Cancel, jobs::node_stop)
        .row(
            "savedCalls",
            &["skill", "method"],
            Execute,
            saved::saved_calls,
        )
        .row("putSavedCall", &["call"], Execute, saved::put_saved_call)
        .row(
            "removeSavedCall",
            &["id"],
            Execute,
            saved::remove_saved_call,
        )
}

fn planning(table: Table<Desk>) -> Table<Desk> {
    use Verb::{Cancel, Execute, Runbooks, Schedules, SeePlans};
    table
        .row("schedules", &[], SeePlans, plans::schedules)
        .row(
            "putSchedule",
            &["id", "plan"],
            Schedules,
            plans::put_schedule,
        )
        .row("removeSchedule", &["id"], Schedules, plans::remove_schedule)
        .row(
            "pauseSchedule",
            &["id", "paused"],
            Schedules,
            plans::pause_schedule,
        )
        .row(
            "runScheduleNow",
            &["id"],
            Schedules,
            plans::run_schedule_now,
        )
        .row(
            "previewWhen",
            &["when", "timeZone"],
            SeePlans,
            plans::preview_when,
        )
        .row("runbooks", &[], SeePlans, plans::runbooks)
        .row(
            "runbookText",
            &["name", "version"],
            SeePlans,
            plans::runbook_text,
        )
        .row(
            "runbookVersions",
            &["name"],
            SeePlans,
            plans::runbook_versions,
        )
        .row(
            "putRunbook",
            &["name", "text"],
            Runbooks,
            plans::put_runbook,
        )
        .row("removeRunbook", &["name"], Runbooks, plans::remove_runbook)
        .row(
            "runRunbook",
            &["call", "confirmDestructive"],
            Execute,
            plans::run_runbook,
        )
        .row("runs", &[], SeePlans, plans::runs)
        .row("cancelRun", &["id"], Cancel, plans::cancel_run)
}

fn trusting(table: Table<Desk>) -> Table<Desk> {
    use Verb::{EditNode, JoinCodes, RemoveNode, RevokeNode, Tokens, WaitingRoom};
    table
        .row("join", &[], JoinCodes, trust::join)
        .row(
            "makeJoinCode",
            &["request"],
            JoinCodes,
            trust::make_join_code,
        )
        .row(
            "withdrawJoinCode",
            &["id"],
            JoinCodes,
            trust::withdraw_join_code,
        )
        .row("accept", &["waiting"], WaitingRoom, trust::accept)
        .row("turnAway", &["waiting"], WaitingRoom, trust::turn_away)
        .row("editNode", &["node", "edit"], EditNode, trust::edit_node)
        .row("revokeNode", &["node"], RevokeNode, trust::revoke_node)
        .row("releaseNode", &["node"], RevokeNode, trust::release_node)
        .row("rekeyNode", &["node"], JoinCodes, trust::rekey_node)
        .row("removeNode", &["node"], RemoveNode, trust::remove_node)
        .row("tokens", &[], Tokens, trust::tokens)
        .row("makeToken", &["request"], Tokens, trust::make_token)
        .row("revokeToken", &["id"], Tokens, trust::revoke_token)
}

fn alerting(table: Table<Desk>) -> Table<Desk> {
    use Verb::{AlertRules, Alerts, SeeNode};
    table
        .row("alerts", &["query"], SeeNode, alerts::alerts)
        .row("alertRules", &[], SeeNode, alerts::alert_rules)
        .row("alertWebhook", &[], SeeNode, alerts::alert_webhook)
        .row(
            "setAlertWebhook",
            &["url"],
            AlertRules,
            alerts::set_alert_webhook,
        )
        .row(
            "putAlertRule",
            &["id", "request"],
            AlertRules,
            alerts::put_alert_rule,
        )
        .row(
            "removeAlertRule",
            &["id"],
            AlertRules,
            alerts::remove_alert_rule,
        )
        .row(
            "previewAlertRule",
            &["request"],
            SeeNode,
            alerts::preview_alert_rule,
        )
        .row("ownAlert", &["aim", "owner"], Alerts, alerts::own_alert)
        .row(
            "acknowledgeAlert",
            &["aim"],
            Alerts,
            alerts::acknowledge_alert,
        )
        .row("noteAlert", &["aim", "text"], Alerts, alerts::note_alert)
        .row(
            "muteAlert",
            &["aim", "until", "reason"],
            Alerts,
            alerts::mute_alert,
        )
}

fn proving(table: Table<Desk>) -> Table<Desk> {
    use Verb::{Approve, ReadAudit, SeeExecution};
    table
        .row("audit", &["query"], ReadAudit, proof::audit)
        .row("verifyAudit", &[], ReadAudit, proof::verify_audit)
        .row("approve", &["id"], Approve, proof::approve)
        .row("deny", &["id"], Approve, proof::deny)
        .row("rules", &[], Approve, proof::rules)
        .row("makeRule", &["request"], Approve, proof::make_rule)
        .row("removeRule", &["id"], Approve, proof::remove_rule)
        .row("openExport", &["what"], SeeExecution, exports::open)
        .row("nextExportPart", &["id"], SeeExecution, exports::next)
}
