//! Notices of the desktop, and where a click on one leads: the window comes to the front and shows the place.
//! Whether a click is reported is up to whoever shows the notice (on Linux the desktop's notification server).
//! Not here: what deserves a notice (the console).

use nexus::console::{Answer, BridgeError};
use tauri::AppHandle;
use tauri_plugin_notification::{ActionPerformed, NotificationExt};

use crate::links;

/// The most of a text that is shown.
const LONGEST: usize = 300;
/// Under which name a notice carries its place.
const PLACE: &str = "place";
/// What the plugin calls a click on the notice itself.
const CLICK: &str = "tap";

/// From now on clicks lead somewhere. Notices that are shown before say nothing of theirs.
pub fn listen(app: &AppHandle) -> Result<(), tauri_plugin_notification::Error> {
    let handle = app.clone();
    app.notification().on_action(move |performed| {
        if let Some(place) = place_of(performed) {
            links::lead(&handle, place);
        }
    })
}

/// Shows a notice; a click on it leads to `place`, a path like that of a `nexus://` link.
pub fn show(app: &AppHandle, title: &str, body: &str, place: &str) -> Answer<()> {
    let cut = |text: &str| text.chars().take(LONGEST).collect::<String>();
    let notice = app
        .notification()
        .builder()
        .title(cut(title))
        .body(cut(body))
        .extra(PLACE, place);
    let shown = notice.show();
    shown.map_err(|error| BridgeError::new("host", error.to_string()))
}

/// `None` for a place that no link may have either.
fn place_of(performed: &ActionPerformed) -> Option<String> {
    if performed.action_id() != CLICK {
        return None;
    }
    let place = performed.notification()?.extra().get(PLACE)?.as_str()?;
    links::path(place)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tauri_plugin_notification::ActionPerformed;

    use super::place_of;

    fn clicked(action: &str, extra: &serde_json::Value) -> Option<String> {
        let told = json!({"actionId": action, "notification": {"id": 1, "extra": extra}});
        let performed: ActionPerformed = serde_json::from_value(told).unwrap();
        place_of(&performed)
    }

    #[test]
    fn a_click_leads_to_the_place_of_its_notice_and_nowhere_else() {
        let job = json!({"place": "job/0198-ab"});
        assert_eq!(clicked("tap", &job).as_deref(), Some("job/0198-ab"));
        assert_eq!(clicked("dismiss", &job), None);
        for odd in [
            json!({}),
            json!({"place": 7}),
            json!({"place": "job/../x"}),
            json!({"place": "nexus://jobs"}),
            json!({"place": ""}),
        ] {
            assert_eq!(clicked("tap", &odd), None, "{odd}");
        }
    }
}
