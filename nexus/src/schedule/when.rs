//! When: a cron pattern of five fields in a time zone, typed as such or in plain English.
//!
//! **On the two odd nights of the year.** One time a day (`30 2 * * *`) happens once a day, whatever the clock does: when it
//! does not exist, at the first moment after the gap; when it exists twice, the first time. Patterns of several times
//! (`*/30 * * * *`, `0,30 2 * * *`) follow the clock on the wall: what does not exist is left out, what exists twice
//! happens twice.
//!
//! Not here: what becomes of a time that was missed, see [`super::due`].

use std::fmt;
use std::time::SystemTime;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, Zoned};

use super::english::{self, EnglishError};

/// Longest text that is read, bytes.
const LENGTH: usize = 200;
/// Longest name of a zone, bytes.
const ZONE: usize = 64;
/// What does not happen in so many years never does: the 29th of February may be eight away.
const YEARS: i64 = 10;
/// How the fields are called, and how many values each has.
const FIELDS: [(&str, u32); 5] = [
    ("minute", 60),
    ("hour", 24),
    ("day of the month", 31),
    ("month", 12),
    ("day of the week", 7),
];

/// See the module.
#[derive(Clone)]
pub struct When {
    typed: String,
    cron: Cron,
    zone: TimeZone,
    zone_name: String,
}

/// Why it is no time. Display: a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhenError {
    /// Too long, or empty.
    #[error(
        "when must be 1 to {LENGTH} printable bytes, e.g. `every weekday at 9am` or `0 9 * * 1-5`"
    )]
    Length,
    /// The pattern.
    #[error(
        "when: {0}; a pattern has five fields (minute, hour, day of the month, month, day of the week), e.g. `0 9 * * 1-5` or `*/15 * * * *`"
    )]
    Cron(String),
    /// The sentence.
    #[error(
        "when: {0}; write e.g. `every 15 minutes`, `every weekday at 9am`, `every monday and friday at 17:30`, \
         `on the 1st of the month at midnight`, or a cron pattern such as `0 9 * * 1-5`"
    )]
    English(#[from] EnglishError),
    /// There is no such day.
    #[error("when: {0} never happens")]
    Never(String),
    /// The zone.
    #[error("time_zone: {0:?} is not known; write an IANA name, e.g. `Europe/Warsaw` or `UTC`")]
    Zone(String),
}

impl When {
    /// What somebody typed. It happens at least once in ten years from `now`.
    pub fn parse(typed: &str, zone: &str, now: SystemTime) -> Result<Self, WhenError> {
        let typed = typed.trim();
        let odd = typed.is_empty()
            || typed.len() > LENGTH
            || typed.chars().any(protocol::limits::is_deceptive);
        if odd {
            return Err(WhenError::Length);
        }
        let fields: Vec<&str> = typed.split_whitespace().collect();
        let pattern = match fields.as_slice() {
            [one] if one.starts_with('@') => nickname(one)?.to_owned(),
            [first, _, _, _, _] if is_field(first) => fields.join(" "),
            [first, second, _, _, _, _, ..] if is_field(first) && is_field(second) => {
                return Err(WhenError::Cron(
                    "seconds and years are not taken".to_owned(),
                ));
            }
            _ => english::cron(typed)?,
        };
        let when = Self::restored(typed, &pattern, zone)?;
        if when.next(now).is_none() {
            return Err(WhenError::Never(pattern));
        }
        Ok(when)
    }

    /// The same as kept: the pattern is what counts, not what was typed.
    pub(crate) fn restored(typed: &str, pattern: &str, zone: &str) -> Result<Self, WhenError> {
        check_fields(pattern)?;
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();
        let cron = parser
            .parse(pattern)
            .map_err(|error| WhenError::Cron(error.to_string()))?;
        let (zone, zone_name) = find_zone(zone)?;
        Ok(Self {
            typed: typed.to_owned(),
            cron,
            zone,
            zone_name,
        })
    }

    /// Whether what was typed is a text that can be shown.
    pub(crate) fn sound(&self) -> Result<(), WhenError> {
        let odd = self.typed.is_empty()
            || self.typed.len() > LENGTH
            || self.typed.chars().any(protocol::limits::is_deceptive);
        if odd {
            return Err(WhenError::Length);
        }
        Ok(())
    }

    /// As it was typed.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Five fields.
    pub fn cron(&self) -> &str {
        self.cron.as_str()
    }

    /// IANA name.
    pub fn time_zone(&self) -> &str {
        &self.zone_name
    }

    /// What the pattern says, e.g. `At 09:00, on Monday.`
    pub fn in_words(&self) -> String {
        let words = self.cron.describe();
        match words.strip_prefix("At every") {
            Some(rest) => format!("Every{rest}"),
            None => words,
        }
    }

    /// The first time after this one; none when there is none in ten years.
    pub fn next(&self, after: SystemTime) -> Option<SystemTime> {
        let after = Timestamp::try_from(after).ok()?;
        let last = after.as_second().checked_add(YEARS * 366 * 24 * 3600)?;
        let next = self
            .cron
            .find_next_occurrence(&after.to_zoned(self.zone.clone()), false)
            .ok()?;
        (next.timestamp().as_second() <= last).then(|| next.timestamp().into())
    }

    /// The next few, with the offset of the zone.
    pub fn upcoming(&self, after: SystemTime, many: usize) -> Vec<Zoned> {
        let times = std::iter::successors(self.next(after), |last| self.next(*last));
        let zoned = times
            .take(many)
            .filter_map(|at| Timestamp::try_from(at).ok());
        zoned.map(|at| at.to_zoned(self.zone.clone())).collect()
    }
}

impl fmt::Debug for When {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{:?} = {} in {}",
            self.typed,
            self.cron(),
            self.zone_name
        )
    }
}

impl PartialEq for When {
    fn eq(&self, other: &Self) -> bool {
        (&self.typed, self.cron(), &self.zone_name)
            == (&other.typed, other.cron(), &other.zone_name)
    }
}

/// From the database that is part of the program, so that a zone means the same on every machine.
fn find_zone(name: &str) -> Result<(TimeZone, String), WhenError> {
    let unknown = || WhenError::Zone(protocol::limits::cut(name, ZONE).to_owned());
    if name.is_empty() || name.len() > ZONE {
        return Err(unknown());
    }
    let zone = TimeZoneDatabase::bundled()
        .get(name)
        .map_err(|_| unknown())?;
    let canonical = zone.iana_name().unwrap_or(name).to_owned();
    Ok((zone, canonical))
}

fn nickname(word: &str) -> Result<&'static str, WhenError> {
    match word.to_ascii_lowercase().as_str() {
        "@hourly" => Ok("0 * * * *"),
        "@daily" | "@midnight" => Ok("0 0 * * *"),
        "@weekly" => Ok("0 0 * * 0"),
        "@monthly" => Ok("0 0 1 * *"),
        "@yearly" | "@annually" => Ok("0 0 1 1 *"),
        _ => Err(WhenError::Cron(format!(
            "{word} is not known; there are @hourly, @daily, @weekly, @monthly and @yearly"
        ))),
    }
}

/// Whether it can be the field of a pattern, and is no English word.
fn is_field(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || b"*,-/?".contains(&byte))
}

/// Stricter than the library, which takes `1JAN` for 11 and `*/61` for every hour.
fn check_fields(pattern: &str) -> Result<(), WhenError> {
    let wrong = |why: String| Err(WhenError::Cron(why));
    let fields: Vec<_> = pattern.split(' ').collect();
    if fields.len() != FIELDS.len() {
        return wrong(format!("it has {} fields", fields.len()));
    }
    for (place, (field, (name, values))) in fields.iter().zip(FIELDS).enumerate() {
        let field = if place == 4 {
            field.strip_prefix('+').unwrap_or(field)
        } else {
            field
        };
        for item in field.split(',') {
            let (range, step) = item
                .split_once('/')
                .map_or((item, None), |(range, step)| (range, Some(step)));
            if let Some(step) = step
                && !step
                    .parse::<u32>()
                    .is_ok_and(|step| (1..values).contains(&step) && !item.contains('+'))
            {
                return wrong(format!("/{step} in the {name} makes no sense"));
            }
            if !range.split('-').all(|atom| is_atom(atom, place)) {
                return wrong(format!("{item:?} is no {name}"));
            }
        }
    }
    Ok(())
}

fn is_atom(atom: &str, place: usize) -> bool {
    let upper = atom.to_ascii_uppercase();
    let digits = |text: &str| {
        (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let named = |text: &str, names: &[&str]| digits(text) || names.contains(&text);
    const MONTHS: [&str; 12] = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ];
    const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    if upper == "*" || digits(&upper) {
        return true;
    }
    match place {
        2 => {
            matches!(upper.as_str(), "?" | "L" | "LW")
                || upper.strip_suffix('W').is_some_and(digits)
        }
        3 => named(&upper, &MONTHS),
        4 => {
            let (day, which) = upper
                .split_once('#')
                .map_or((upper.as_str(), None), |(day, which)| (day, Some(which)));
            let day = day
                .strip_suffix('L')
                .filter(|_| which.is_none())
                .unwrap_or(day);
            let which =
                which.is_none_or(|which| matches!(which, "1" | "2" | "3" | "4" | "5" | "L"));
            (upper == "?" || named(day, &DAYS)) && which
        }
        _ => false,
    }
}

/// As kept: the pattern is read again, never the English, which may mean more one day.
pub(super) mod row {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    use super::When;

    #[derive(Serialize, Deserialize)]
    struct Row {
        typed: String,
        cron: String,
        time_zone: String,
    }

    pub(in crate::schedule) fn serialize<S: Serializer>(
        when: &When,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        let row = Row {
            typed: when.typed.clone(),
            cron: when.cron().to_owned(),
            time_zone: when.zone_name.clone(),
        };
        row.serialize(out)
    }

    pub(in crate::schedule) fn deserialize<'de, D: Deserializer<'de>>(
        input: D,
    ) -> Result<When, D::Error> {
        let row = Row::deserialize(input)?;
        When::restored(&row.typed, &row.cron, &row.time_zone).map_err(de::Error::custom)
    }
}
