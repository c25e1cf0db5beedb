//! What a sentence has said, as a pattern. Not here: reading it.

use super::{EnglishError, Said};

impl Said {
    pub(super) fn cron(self) -> Result<String, EnglishError> {
        if self.weekdays.is_some() && self.month_days.is_some() {
            return Err(EnglishError::Days);
        }
        let some_days = self.weekdays.is_some() || self.month_days.is_some();
        if self.daily && some_days {
            return Err(EnglishError::Twice("the days"));
        }
        let stepping = self.minutes.is_some() || self.hours.is_some();
        match self.period {
            Some("week") if self.weekdays.is_none() => return Err(EnglishError::NoDay),
            Some("month") if !some_days => return Err(EnglishError::NoDay),
            Some("year") if self.months.is_none() || self.month_days.is_none() => {
                return Err(EnglishError::NoDay);
            }
            Some(_) | None => {}
        }
        if !stepping && !self.daily && !some_days {
            return Err(EnglishError::NoDay);
        }
        let (minute, hour) = self.clock()?;
        let star = || "*".to_owned();
        let days = self.month_days.unwrap_or_else(star);
        let months = self.months.unwrap_or_else(star);
        let weekdays = self.weekdays.unwrap_or_else(star);
        Ok(format!("{minute} {hour} {days} {months} {weekdays}"))
    }

    fn clock(&self) -> Result<(String, String), EnglishError> {
        if self.minutes.is_some() && self.hours.is_some() {
            return Err(EnglishError::Twice("how often"));
        }
        let step = |step: u32, all: &str| match step {
            1 => all.to_owned(),
            step => format!("{all}/{step}"),
        };
        let Some(times) = &self.times else {
            return match (self.minutes, self.hours, self.between) {
                (Some(minutes), _, None) => Ok((step(minutes, "*"), "*".to_owned())),
                // Until five is until 16:59: at five it is over.
                (Some(minutes), _, Some((from, to))) if from < to => {
                    Ok((step(minutes, "*"), format!("{from}-{}", to - 1)))
                }
                (None, Some(hours), None) => Ok(("0".to_owned(), step(hours, "*"))),
                (None, Some(hours), Some((from, to))) if from < to => {
                    Ok(("0".to_owned(), step(hours, &format!("{from}-{to}"))))
                }
                (_, _, Some(_)) => Err(EnglishError::Hours),
                (None, None, None) => Err(EnglishError::NoTime),
            };
        };
        if self.minutes.is_some() || self.hours.is_some() || self.between.is_some() {
            return Err(EnglishError::Twice("the time"));
        }
        let minute = times.first().map_or(0, |(_, minute)| *minute);
        if times.iter().any(|(_, own)| *own != minute) {
            return Err(EnglishError::Minutes);
        }
        let hours: Vec<_> = times.iter().map(|(hour, _)| hour.to_string()).collect();
        Ok((minute.to_string(), hours.join(",")))
    }
}
