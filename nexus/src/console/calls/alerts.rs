//! Doormen for alerts: looking, taking, acknowledging, noting, muting, and the rules. Not here: what any of it means.

use std::time::SystemTime;

use crate::alerts::{AlertError, Subject};
use crate::console::translate::{self, Refusal};
use crate::console::view::alerts::{
    AlertAim, AlertPage, AlertPreview, AlertQuery, AlertRuleRequest, AlertRuleView, WebhookView,
};
use crate::console::{Answer, Desk};
use crate::state::State as Swarm;

/// Most nodes of a preview that are told one by one.
const LISTED: usize = 1_000;

/// Alerts, those that changed last first.
pub(super) async fn alerts(desk: Desk, query: AlertQuery) -> Answer<AlertPage> {
    let query = translate::alert_query(query)?;
    let caller = desk.caller.clone();
    let look = move |swarm: &Swarm| {
        let page = swarm.find_alerts(&query, &caller.principal.scope);
        let alerts = page.alerts.iter().map(|found| {
            let ordinal = match &found.alert.subject {
                Subject::Node(id) => swarm.node(id).map(|node| node.ordinal),
                Subject::Job(_) | Subject::Run(_) | Subject::Schedule(_) | Subject::Waiting(_) => {
                    None
                }
            };
            translate::alert(found, ordinal)
        });
        AlertPage {
            alerts: alerts.collect(),
            total: u32::try_from(page.total).unwrap_or(u32::MAX),
        }
    };
    Ok(desk.handle.look(look).await.map_err(Refusal::from)?)
}

/// The rules.
pub(super) async fn alert_rules(desk: Desk) -> Answer<Vec<AlertRuleView>> {
    let rules = desk.handle.alert_rules().await.map_err(Refusal::from)?;
    Ok(rules.iter().map(translate::alert_rule).collect())
}

/// Makes a rule, or changes the one of this id.
pub(super) async fn put_alert_rule(
    desk: Desk,
    id: Option<String>,
    request: AlertRuleRequest,
) -> Answer<AlertRuleView> {
    let id = id.as_deref().map(translate::id).transpose()?;
    let new = translate::new_alert_rule(request);
    let put = desk.handle.put_alert_rule(&desk.caller, id, new).await;
    Ok(translate::alert_rule(&put.map_err(Refusal::from)?))
}

/// Removes a rule; one that was there from the beginning is as it was then.
pub(super) async fn remove_alert_rule(desk: Desk, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let removed = desk.handle.remove_alert_rule(&desk.caller, id).await;
    Ok(removed.map_err(Refusal::from)?)
}

/// The nodes that meet a rule now.
pub(super) async fn preview_alert_rule(
    desk: Desk,
    request: AlertRuleRequest,
) -> Answer<AlertPreview> {
    let new = translate::new_alert_rule(request);
    let look = move |swarm: &Swarm| swarm.try_alert_rule(&new);
    let tried = desk.handle.look(look).await.map_err(Refusal::from)?;
    let (mut ordinals, all) = tried.map_err(Refusal::from)?;
    let count = u32::try_from(ordinals.len()).unwrap_or(u32::MAX);
    ordinals.truncate(LISTED);
    Ok(AlertPreview {
        ordinals,
        count,
        of: u32::try_from(all).unwrap_or(u32::MAX),
    })
}

/// Where alerts are posted, and how that goes.
pub(super) async fn alert_webhook(desk: Desk) -> Answer<WebhookView> {
    let (delivery, configured) = desk.handle.alert_webhook().await.map_err(Refusal::from)?;
    Ok(translate::webhook(delivery, configured))
}

/// Posts alerts there from now on; without an address nowhere.
pub(super) async fn set_alert_webhook(desk: Desk, url: Option<String>) -> Answer<()> {
    let hook = url.map(|url| url.parse()).transpose();
    let hook = hook.map_err(|why: AlertError| Refusal::from(why))?;
    let set = desk.handle.set_alert_webhook(&desk.caller, hook).await;
    Ok(set.map_err(Refusal::from)?)
}

/// Somebody looks after it: nobody named is the asker, "" is nobody.
pub(super) async fn own_alert(desk: Desk, aim: AlertAim, owner: Option<String>) -> Answer<()> {
    let aim = translate::alert_aim(aim)?;
    let owner = owner.unwrap_or_else(|| desk.caller.principal.name.clone());
    let owned = desk.handle.own_alerts(&desk.caller, aim, Some(owner)).await;
    owned.map_err(Refusal::from)?;
    Ok(())
}

/// Somebody has seen it.
pub(super) async fn acknowledge_alert(desk: Desk, aim: AlertAim) -> Answer<()> {
    let aim = translate::alert_aim(aim)?;
    let seen = desk.handle.acknowledge_alerts(&desk.caller, aim).await;
    seen.map_err(Refusal::from)?;
    Ok(())
}

/// Writes something beside it.
pub(super) async fn note_alert(desk: Desk, aim: AlertAim, text: String) -> Answer<()> {
    let aim = translate::alert_aim(aim)?;
    let noted = desk.handle.note_alerts(&desk.caller, aim, text).await;
    noted.map_err(Refusal::from)?;
    Ok(())
}

/// Nobody wants to hear of it until then; without a time it is heard of again.
pub(super) async fn mute_alert(
    desk: Desk,
    aim: AlertAim,
    until: Option<String>,
    reason: String,
) -> Answer<()> {
    let aim = translate::alert_aim(aim)?;
    let (handle, caller) = (desk.handle, desk.caller);
    let Some(until) = until else {
        let heard = handle.unmute_alerts(&caller, aim).await;
        return Ok(heard.map_err(Refusal::from)?);
    };
    let until: Result<jiff::Timestamp, _> = until.parse();
    let until = until.map_err(|_| Refusal::from(AlertError::Until))?;
    let muted = handle
        .mute_alerts(&caller, aim, SystemTime::from(until), Some(reason))
        .await;
    muted.map_err(Refusal::from)?;
    Ok(())
}
