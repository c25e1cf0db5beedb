//! Lengths of time as people write them: `90s`, `30m`, `2h`. Not here: calendars.

use std::time::Duration;

/// A text that is no length.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no length of time such as 90s, 30m or 2h")]
pub struct BadLength(String);

/// `90s`, `30m`, `2h`; the unit is needed.
pub fn length(text: &str) -> Result<Duration, BadLength> {
    let bad = || BadLength(text.to_owned());
    let unit = text.chars().next_back().ok_or_else(bad)?;
    let each = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        _ => return Err(bad()),
    };
    let number = &text[..text.len() - unit.len_utf8()];
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad());
    }
    let number: u64 = number.parse().map_err(|_| bad())?;
    number
        .checked_mul(each)
        .map(Duration::from_secs)
        .ok_or_else(bad)
}

/// The same for people to read, e.g. `1 h 30 min`.
pub fn words(length: Duration) -> String {
    let seconds = length.as_secs();
    let (hours, minutes) = (seconds / 3600, seconds % 3600 / 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
