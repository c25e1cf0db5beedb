//! Spans and moments as people write and read them. Not here: the clock.

use jiff::Timestamp;

/// Seconds of `90`, `30s`, `5m`, `2h`, `1d`, `1h30m`. Wrong ones are a sentence that says what to do.
pub(super) fn seconds(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is no span of time; write 30s, 5m, 2h, 1d or 1h30m");
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    let mut total: u64 = 0;
    let mut digits = String::new();
    for character in text.chars() {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        let unit = match character {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => return Err(wrong()),
        };
        let number: u64 = digits.parse().map_err(|_| wrong())?;
        let part = number.checked_mul(unit).ok_or_else(wrong)?;
        total = total.checked_add(part).ok_or_else(wrong)?;
        digits.clear();
    }
    if text.is_empty() || !digits.is_empty() {
        return Err(wrong());
    }
    Ok(total)
}

/// How long ago a moment in RFC 3339 was; the text itself when it is none.
pub(super) fn ago(text: &str, now: Timestamp) -> String {
    let Ok(then) = text.parse::<Timestamp>() else {
        return text.to_owned();
    };
    let passed = now.as_second().saturating_sub(then.as_second());
    match passed {
        i64::MIN..=0 => "now".to_owned(),
        1..=59 => format!("{passed}s ago"),
        60..=3599 => format!("{}m ago", passed / 60),
        3600..=86_399 => format!("{}h ago", passed / 3600),
        86_400.. => format!("{}d ago", passed / 86_400),
    }
}

/// Seconds as a node measured them.
pub(super) fn took(seconds: f64) -> String {
    if seconds < 100.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{seconds:.0} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read() {
        for (text, seconds_of_it) in [
            ("0", 0),
            ("90", 90),
            ("30s", 30),
            ("5m", 300),
            ("2h", 7200),
            ("1d", 86_400),
            ("1h30m", 5400),
        ] {
            assert_eq!(seconds(text), Ok(seconds_of_it), "{text}");
        }
        for text in [
            "",
            "s",
            "-5",
            "1.5h",
            "5 m",
            "1h30",
            "5w",
            "99999999999999999999s",
            "999999999999999999d",
        ] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn moments_are_told_from_now() {
        let now: Timestamp = "2026-11-26T12:00:00Z".parse().unwrap();
        for (text, words) in [
            ("2026-11-26T12:00:00Z", "now"),
            ("2027-01-01T00:00:00Z", "now"),
            ("2026-11-26T11:59:30.5Z", "30s ago"),
            ("2026-11-26T11:00:00Z", "1h ago"),
            ("2026-11-20T11:00:00Z", "6d ago"),
            ("yesterday", "yesterday"),
        ] {
            assert_eq!(ago(text, now), words);
        }
    }
}
