//! Single words of the English of schedules. Not here: how they stand together.

/// Day or days of the week.
pub(super) struct Day {
    /// As in cron.
    pub(super) field: &'static str,
    /// `mondays`: it stands without `every` or `on`.
    pub(super) plural: bool,
}

impl Day {
    /// Its number, if it is one day.
    pub(super) fn single(&self) -> Option<u32> {
        self.field.parse().ok()
    }
}

const DAYS: [(&str, &str, &str); 9] = [
    ("sunday", "sun", "0"),
    ("monday", "mon", "1"),
    ("tuesday", "tue", "2"),
    ("wednesday", "wed", "3"),
    ("thursday", "thu", "4"),
    ("friday", "fri", "5"),
    ("saturday", "sat", "6"),
    ("weekday", "", "1-5"),
    ("weekend", "", "6,0"),
];

const MONTHS: [(&str, &str); 12] = [
    ("january", "jan"),
    ("february", "feb"),
    ("march", "mar"),
    ("april", "apr"),
    ("may", "may"),
    ("june", "jun"),
    ("july", "jul"),
    ("august", "aug"),
    ("september", "sep"),
    ("october", "oct"),
    ("november", "nov"),
    ("december", "dec"),
];

/// `monday`, `mon`, `mondays`, `weekday`, `weekends`.
pub(super) fn weekday(word: &str) -> Option<Day> {
    let single = word
        .strip_suffix('s')
        .filter(|stem| DAYS.iter().any(|(name, ..)| name == stem));
    let name = single.unwrap_or(word);
    let known = DAYS
        .iter()
        .find(|(long, short, _)| *long == name || (!short.is_empty() && *short == word));
    known.map(|(_, _, field)| Day {
        field,
        plural: single.is_some(),
    })
}

/// 1 to 12.
pub(super) fn month(word: &str) -> Option<usize> {
    let at = MONTHS
        .iter()
        .position(|(long, short)| *long == word || *short == word);
    at.map(|at| at + 1)
}

/// `1st` to `31st`, and `first` to `fifth`. Not `second`: that is a time.
pub(super) fn nth(word: &str) -> Option<u32> {
    const NAMES: [(&str, u32); 4] = [("first", 1), ("third", 3), ("fourth", 4), ("fifth", 5)];
    if let Some((_, number)) = NAMES.iter().find(|(name, _)| *name == word) {
        return Some(*number);
    }
    let end = word.find(|c: char| !c.is_ascii_digit())?;
    let (digits, suffix) = word.split_at_checked(end)?;
    let number: u32 = digits.parse().ok()?;
    let right = match (number, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    ((1..=31).contains(&number) && suffix == right).then_some(number)
}

/// `9am`, `9:30`, `17:05`, `9:30pm`, `noon`, `midnight`; hour and minute.
pub(super) fn time(word: &str) -> Option<(u32, u32)> {
    match word {
        "noon" => return Some((12, 0)),
        "midnight" => return Some((0, 0)),
        _ => {}
    }
    let half = word.strip_suffix("am").map(|clock| (clock, 0));
    let half = half.or_else(|| word.strip_suffix("pm").map(|clock| (clock, 12)));
    let (clock, added) = half.map_or((word, None), |(clock, added)| (clock, Some(added)));
    let (hour, minute) = match clock.split_once(':') {
        Some((hour, minute)) if minute.len() == 2 => (hour, number(minute)?),
        // A bare number is a time only with am or pm.
        None if added.is_some() => (clock, 0),
        Some(_) | None => return None,
    };
    let hour = number(hour)?;
    let hour = match added {
        Some(added) => (1..=12).contains(&hour).then_some(hour % 12 + added)?,
        None => hour,
    };
    (hour < 24 && minute < 60).then_some((hour, minute))
}

fn number(digits: &str) -> Option<u32> {
    let plain = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}
