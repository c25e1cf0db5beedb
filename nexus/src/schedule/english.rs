//! Plain English into cron, strictly: every word must be understood and the whole must be sayable in cron, or it is refused.
//! Nothing is guessed and nothing is passed over: a word left out ("except", "not") can turn a sentence into its opposite.
//!
//! Not here: what a cron pattern means, see [`super::when`].

mod pattern;
mod words;

use words::{Day, month, nth, time, weekday};

/// Why a sentence is none that can be kept to. Display: what is wrong, without examples.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum EnglishError {
    #[error("the word {0:?} is not understood here")]
    Word(String),
    #[error("it ends too early")]
    End,
    #[error("it says {0} twice")]
    Twice(&'static str),
    #[error("it does not say at what time")]
    NoTime,
    #[error("it does not say how often")]
    NoDay,
    #[error("every {0} {1} cannot be kept to evenly; take a number below {2} that divides it")]
    Uneven(u32, &'static str, u32),
    #[error("these times share no minute; make one schedule for each")]
    Minutes,
    #[error("the hours must follow each other within one day")]
    Hours,
    #[error("once a minute is as often as it gets")]
    Seconds,
    #[error("days of the week and days of the month exclude each other here")]
    Days,
}

/// What a sentence has said so far.
#[derive(Default)]
struct Said {
    /// Minutes between two.
    minutes: Option<u32>,
    /// Hours between two.
    hours: Option<u32>,
    /// Hour and minute.
    times: Option<Vec<(u32, u32)>>,
    /// From and to, hours.
    between: Option<(u32, u32)>,
    /// `every day`, so that nothing else must say which.
    daily: bool,
    /// `every month`, `every year`, `every week`: something else must say on which day.
    period: Option<&'static str>,
    weekdays: Option<String>,
    month_days: Option<String>,
    months: Option<String>,
}

/// The five fields of cron.
pub(super) fn cron(text: &str) -> Result<String, EnglishError> {
    let words = split(text);
    let mut rest = words.as_slice();
    let mut said = Said::default();
    while !rest.is_empty() {
        rest = said.phrase(rest)?;
    }
    said.cron()
}

/// In lower case, with commas as `and`.
fn split(text: &str) -> Vec<String> {
    let lower = text.to_lowercase().replace(',', " and ");
    let mut words: Vec<String> = Vec::new();
    for word in lower.split_whitespace() {
        // `5 pm` is `5pm`, and `a, and b` is `a and b`.
        let joins = matches!(word, "am" | "pm")
            && words
                .last()
                .is_some_and(|last| time(last).is_some() || is_number(last));
        match words.last_mut() {
            Some(last) if joins => last.push_str(word),
            Some(last) if word == "and" && last == "and" => {}
            Some(_) | None => words.push(word.to_owned()),
        }
    }
    words
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit())
}

type Rest<'a> = Result<&'a [String], EnglishError>;

fn set<T>(place: &mut Option<T>, what: &'static str, value: T) -> Result<(), EnglishError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(EnglishError::Twice(what)),
    }
}

fn unknown(word: &str) -> EnglishError {
    EnglishError::Word(word.to_owned())
}

impl Said {
    /// Takes one phrase off the front.
    fn phrase<'a>(&mut self, words: &'a [String]) -> Rest<'a> {
        let [first, rest @ ..] = words else {
            return Err(EnglishError::End);
        };
        match first.as_str() {
            "every" | "each" => self.every(rest),
            "hourly" => self.step(1, "hours").map(|()| rest),
            "daily" => self.period("daily").map(|()| rest),
            "weekly" => self.period("week").map(|()| rest),
            "monthly" => self.period("month").map(|()| rest),
            "yearly" => self.period("year").map(|()| rest),
            "at" => self.at(rest),
            "on" => self.on(rest),
            "in" => self.months(rest),
            "of" => self.of(rest),
            "between" => self.between(rest, "and"),
            "from" => self.between(rest, "to"),
            word if time(word).is_some() => self.at(words),
            word if weekday(word).is_some_and(|day| day.plural) => self.weekdays(words),
            word => Err(unknown(word)),
        }
    }

    fn every<'a>(&mut self, words: &'a [String]) -> Rest<'a> {
        let [first, rest @ ..] = words else {
            return Err(EnglishError::End);
        };
        match first.as_str() {
            "second" | "seconds" if rest.is_empty() => Err(EnglishError::Seconds),
            "minute" => self.step(1, "minutes").map(|()| rest),
            "hour" => self.step(1, "hours").map(|()| rest),
            "day" => self.period("daily").map(|()| rest),
            "week" => self.period("week").map(|()| rest),
            "month" => self.period("month").map(|()| rest),
            "year" => self.period("year").map(|()| rest),
            word if is_number(word) => {
                let [unit, rest @ ..] = rest else {
                    return Err(EnglishError::End);
                };
                let many = word.parse().unwrap_or(0);
                match unit.as_str() {
                    "minutes" | "minute" => self.step(many, "minutes")?,
                    "hours" | "hour" => self.step(many, "hours")?,
                    "seconds" | "second" => return Err(EnglishError::Seconds),
                    unit => return Err(unknown(unit)),
                }
                Ok(rest)
            }
            word if weekday(word).is_some() => self.weekdays(words),
            // Not `every third monday`: of each month, or every three weeks?
            word => Err(unknown(word)),
        }
    }

    fn period(&mut self, period: &'static str) -> Result<(), EnglishError> {
        if period == "daily" {
            if self.daily {
                return Err(EnglishError::Twice("the days"));
            }
            self.daily = true;
            return Ok(());
        }
        set(&mut self.period, "how often", period)
    }

    fn step(&mut self, many: u32, unit: &'static str) -> Result<(), EnglishError> {
        let (place, whole) = if unit == "minutes" {
            (&mut self.minutes, 60)
        } else {
            (&mut self.hours, 24)
        };
        if many == 0 || many >= whole || whole % many != 0 {
            return Err(EnglishError::Uneven(many, unit, whole));
        }
        set(place, "how often", many)
    }

    /// `9am`, `9:30 and 17:30`.
    fn at<'a>(&mut self, words: &'a [String]) -> Rest<'a> {
        let mut times = Vec::new();
        let rest = list(words, |word| time(word).map(|time| times.push(time)))?;
        set(&mut self.times, "the time", times)?;
        Ok(rest)
    }

    /// `monday`, `monday, wednesday and friday`, `monday to friday`, `weekdays`.
    fn weekdays<'a>(&mut self, words: &'a [String]) -> Rest<'a> {
        if let [first, to, last, rest @ ..] = words
            && matches!(to.as_str(), "to" | "through")
        {
            let (Some(from), Some(to)) = (weekday(first), weekday(last)) else {
                return Err(unknown(last));
            };
            let (Some(from), Some(to)) = (from.single(), to.single()) else {
                return Err(unknown(last));
            };
            // Sunday ends a week here: saturday to sunday is a range.
            let to = if to == 0 { 7 } else { to };
            if from >= to {
                return Err(unknown(last));
            }
            set(&mut self.weekdays, "the days", format!("{from}-{to}"))?;
            return Ok(rest);
        }
        let mut days: Vec<&str> = Vec::new();
        let rest = list(words, |word| {
            weekday(word).map(|Day { field, .. }| days.push(field))
        })?;
        set(&mut self.weekdays, "the days", days.join(","))?;
        Ok(rest)
    }

    /// After `on`: days of the week, days of the month, a date.
    fn on<'a>(&mut self, words: &'a [String]) -> Rest<'a> {
        let words = match words {
            [the, rest @ ..] if the == "the" => rest,
            _ => words,
        };
        match words {
            [last, day, rest @ ..] if last == "last" && day == "day" => {
                set(&mut self.month_days, "the days", "L".to_owned())?;
                Ok(rest)
            }
            [last, day, rest @ ..] if last == "last" => {
                let day = weekday(day)
                    .and_then(|day| day.single())
                    .ok_or_else(|| unknown(day))?;
                set(&mut self.weekdays, "the days", format!("{day}L"))?;
                Ok(rest)
            }
            [which, day, rest @ ..] if which_week(which).is_some() && weekday(day).is_some() => {
                let day = weekday(day)
                    .and_then(|day| day.single())
                    .ok_or_else(|| unknown(day))?;
                let which = which_week(which).ok_or_else(|| unknown(which))?;
                set(&mut self.weekdays, "the days", format!("{day}#{which}"))?;
                Ok(rest)
            }
            [name, day, rest @ ..] if month(name).is_some() => self.date(name, day, rest),
            [day, name, rest @ ..]
                if (is_number(day) || nth(day).is_some()) && month(name).is_some() =>
            {
                self.date(name, day, rest)
            }
            [first, ..] if weekday(first).is_some() => self.weekdays(words),
            _ => {
                let mut days = Vec::new();
                let rest = list(words, |word| {
                    nth(word).map(|day| days.push(day.to_string()))
                })?;
                set(&mut self.month_days, "the days", days.join(","))?;
                Ok(rest)
            }
        }
    }

    fn date<'a>(&mut self, name: &str, day: &str, rest: &'a [String]) -> Rest<'a> {
        let number = nth(day).or_else(|| day.parse().ok().filter(|_| is_number(day)));
        let number = number
            .filter(|day| (1..=31).contains(day))
            .ok_or_else(|| unknown(day))?;
        let month = month(name).ok_or_else(|| unknown(name))?;
        set(&mut self.month_days, "the days", number.to_string())?;
        set(&mut self.months, "the month", month.to_string())?;
        Ok(rest)
    }

    /// `of the month`, `of every month`, `of june`.
    fn of<'a>(&mut self, words: &'a [String]) -> Rest<'a> {
        match words {
            [article, month, rest @ ..]
                if matches!(article.as_str(), "the" | "every" | "each") && month == "month" =>
            {
                self.period = self
                    .period
                    .or(Some("month"))
                    .filter(|period| *period == "month");
                self.period
                    .map(|_| rest)
                    .ok_or(EnglishError::Twice("how often"))
            }
            _ => self.months(words),
        }
    }

    fn months<'a>(&mut self, words: &'a [String]) -> Rest<'a> {
        let mut months = Vec::new();
        let rest = list(words, |word| {
            month(word).map(|month| months.push(month.to_string()))
        })?;
        set(&mut self.months, "the month", months.join(","))?;
        Ok(rest)
    }

    fn between<'a>(&mut self, words: &'a [String], joint: &str) -> Rest<'a> {
        let [from, and, to, rest @ ..] = words else {
            return Err(EnglishError::End);
        };
        if and != joint {
            return Err(unknown(and));
        }
        let whole = |word: &str| match time(word) {
            Some((hour, 0)) => Ok(hour),
            Some(_) | None => Err(unknown(word)),
        };
        set(&mut self.between, "the hours", (whole(from)?, whole(to)?))?;
        Ok(rest)
    }
}

/// Of the month; here `second` is no time.
fn which_week(word: &str) -> Option<u32> {
    let which = if word == "second" { Some(2) } else { nth(word) };
    which.filter(|which| *which <= 5)
}

/// One or more of a kind, joined by `and`; at least one.
fn list(words: &[String], mut take: impl FnMut(&str) -> Option<()>) -> Rest<'_> {
    let [first, after @ ..] = words else {
        return Err(EnglishError::End);
    };
    let mut rest = after;
    take(first).ok_or_else(|| unknown(first))?;
    loop {
        rest = match rest {
            [and, next, after @ ..] if and == "and" => {
                take(next).ok_or_else(|| unknown(next))?;
                after
            }
            [next, after @ ..] if take(next).is_some() => after,
            _ => return Ok(rest),
        };
    }
}
