//! Times as people type and see them.

use std::ops::Range;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, ToSpan as _, Zoned};
use zqos_core::Timestamp;

use crate::exit::UsageError;

/// The zone of the user, and what time it is there.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    zone: TimeZone,
    now: Timestamp,
}

impl Zone {
    /// The zone of this name, or the system's.
    pub(crate) fn new(name: Option<&str>, now: Timestamp) -> Result<Self, UsageError> {
        let zone = match name {
            None => TimeZone::system(),
            Some(name) => TimeZone::get(name).map_err(|_| {
                UsageError::new(format!("`{name}` is not a time zone"))
                    .hint("write its name in the tz database, such as `Europe/Berlin` or `UTC`")
            })?,
        };
        Ok(Self { zone, now })
    }

    pub(crate) const fn now(&self) -> Timestamp {
        self.now
    }

    /// The name of the zone, for people.
    pub(crate) fn name(&self) -> String {
        match self.zone.iana_name() {
            Some("Etc/UTC" | "Etc/Zulu" | "Zulu" | "Etc/UCT" | "UCT") => "UTC".to_owned(),
            Some(name) => name.to_owned(),
            None => self.zoned(self.now).strftime("%:z").to_string(),
        }
    }

    fn zoned(&self, instant: Timestamp) -> Zoned {
        instant.to_jiff().to_zoned(self.zone.clone())
    }

    /// Midnight of today.
    pub(crate) fn today(&self) -> Timestamp {
        self.midnight(self.zoned(self.now).date())
    }

    /// The day, from midnight to midnight, on which an instant is.
    #[cfg(feature = "store")]
    pub(crate) fn day(&self, instant: Timestamp) -> Range<Timestamp> {
        let day = self.zoned(instant).date();
        self.midnight(day)..day.tomorrow().map_or(instant, |next| self.midnight(next))
    }

    /// A range of two times.
    ///
    /// **Errors**: when it is empty.
    pub(crate) fn range(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Range<Timestamp>, UsageError> {
        if from < to {
            return Ok(from..to);
        }
        Err(UsageError::new(format!(
            "the range from {} to {} ({}) is empty",
            self.date_and_time(from),
            self.date_and_time(to),
            self.name()
        ))
        .hint("`--from` is included, `--to` is not"))
    }

    /// An instant by date and time of day, such as `2026-11-22 10:05`.
    pub(crate) fn date_and_time(&self, instant: Timestamp) -> String {
        self.zoned(instant).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// An instant by time of day, such as `10:05`.
    pub(crate) fn time(&self, instant: Timestamp) -> String {
        self.zoned(instant).strftime("%H:%M").to_string()
    }

    /// The weekday, from 0 for Monday, and the hour of an instant.
    #[cfg(feature = "query")]
    pub(crate) fn hour_of_week(&self, instant: Timestamp) -> (u8, u8) {
        let zoned = self.zoned(instant);
        let number = |number: i8| u8::try_from(number).unwrap_or(0);
        (number(zoned.weekday().to_monday_zero_offset()), number(zoned.hour()))
    }

    /// True when both instants are on the same day.
    pub(crate) fn same_day(&self, one: Timestamp, other: Timestamp) -> bool {
        self.zoned(one).date() == self.zoned(other).date()
    }

    /// Reads a time: an instant (`2026-11-22T10:05:00Z`), a date with or without a time of day
    /// (`2026-11-22 10:05`), `now`, `today` or `yesterday`, with or without one, or a time ago
    /// (`-7d`, `-90m`).
    pub(crate) fn parse(&self, text: &str) -> Result<Timestamp, UsageError> {
        let text = text.trim();
        self.read(text).ok_or_else(|| {
            UsageError::new(format!("`{text}` is not a time")).hint(
                "write a date (`2026-11-22`), a date and time (`2026-11-22 10:05`), an instant \
                 (`2026-11-22T10:05:00Z`), `yesterday`, `yesterday 10:05`, `now`, or a time ago \
                 (`-7d`, `-90m`)",
            )
        })
    }

    fn read(&self, text: &str) -> Option<Timestamp> {
        if let Ok(instant) = text.parse() {
            return Some(instant);
        }
        if let Some(ago) = text.strip_prefix('-') {
            return self.ago(ago);
        }
        if text == "now" {
            return Some(self.now);
        }
        let (day, time) = match text.split_once([' ', 'T']) {
            Some((day, time)) => (day, Some(time.trim().parse::<Time>().ok()?)),
            None => (text, None),
        };
        let today = self.zoned(self.now).date();
        let day = match day {
            "today" => today,
            "yesterday" => today.yesterday().ok()?,
            day => day.parse::<Date>().ok()?,
        };
        Some(self.instant(day.to_datetime(time.unwrap_or(Time::midnight()))))
    }

    /// `7d` before now by the calendar, `90m` before now by the clock.
    fn ago(&self, text: &str) -> Option<Timestamp> {
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let count: i64 = text[..digits].parse().ok()?;
        let span: Span = match &text[digits..] {
            "d" => Span::new().try_days(count).ok()?,
            "w" => Span::new().try_weeks(count).ok()?,
            "h" => Span::new().try_hours(count).ok()?,
            "m" => Span::new().try_minutes(count).ok()?,
            _ => return None,
        };
        let then = self.zoned(self.now).checked_sub(span).ok()?;
        Some(then.timestamp().into())
    }

    fn midnight(&self, day: Date) -> Timestamp {
        self.instant(day.to_datetime(Time::midnight()))
    }

    fn instant(&self, local: DateTime) -> Timestamp {
        let zoned = self.zone.to_ambiguous_zoned(local).compatible();
        zoned.map_or(self.now, |zoned| zoned.timestamp().into())
    }
}

/// A stretch of time such as `1 h 05 min`, to the minute.
pub(crate) fn duration(from: Timestamp, to: Timestamp) -> Option<String> {
    let minutes = to.since(from)?.as_secs().div_ceil(60);
    Some(if minutes < 60 {
        format!("{minutes} min")
    } else {
        format!("{} h {:02} min", minutes / 60, minutes % 60)
    })
}

/// Splits a range into stretches of at most 30 days: Zoom lists a month at most.
pub(crate) fn by_month(from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let mut stretches = Vec::new();
    let mut start = from;
    while start < to {
        let end = start.to_jiff().checked_add(SignedDuration::from_hours(24 * 30));
        let end = end.map_or(to, |end| to.min(end.into()));
        stretches.push((start, end));
        start = end;
    }
    stretches
}

/// The last whole second before an instant: ranges end before their end here, and with it at
/// Zoom.
pub(crate) fn second_before(instant: Timestamp) -> Timestamp {
    instant.to_jiff().checked_sub(1.second()).map_or(instant, Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> Zone {
        Zone::new(Some("Europe/Berlin"), "2026-11-22T09:05:00Z".parse().unwrap()).unwrap()
    }

    #[test]
    fn times_are_read_in_the_users_zone() {
        for (text, expected) in [
            ("2026-11-22T10:05:00Z", "2026-11-22T10:05:00Z"),
            ("2026-11-22T10:05:00+01:00", "2026-11-22T09:05:00Z"),
            ("2026-11-22", "2026-11-21T23:00:00Z"),
            ("2026-11-22 10:05", "2026-11-22T09:05:00Z"),
            ("2026-07-01 10:05", "2026-07-01T08:05:00Z"),
            ("today", "2026-11-21T23:00:00Z"),
            ("yesterday", "2026-11-20T23:00:00Z"),
            ("yesterday 10:00", "2026-11-21T09:00:00Z"),
            ("now", "2026-11-22T09:05:00Z"),
            ("-90m", "2026-11-22T07:35:00Z"),
            ("-7d", "2026-11-15T09:05:00Z"),
            ("-2w", "2026-11-08T09:05:00Z"),
        ] {
            assert_eq!(berlin().parse(text).unwrap().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_says_what_is() {
        for text in
            ["", "noon", "-7", "-d", "7d", "2026-13-01", "2026-11-22 25:00", "-99999999999d"]
        {
            let error = berlin().parse(text).unwrap_err();
            assert!(error.hint.is_some_and(|hint| hint.contains("yesterday")), "{text}");
        }
    }

    #[test]
    fn an_unknown_zone_is_refused() {
        let now = "2026-11-22T09:05:00Z".parse().unwrap();
        assert!(Zone::new(Some("Mars/Olympus"), now).is_err());
    }

    #[test]
    fn long_ranges_are_split_without_gaps() {
        let (from, to) =
            ("2026-01-01T00:00:00Z".parse().unwrap(), "2026-03-10T12:00:00Z".parse().unwrap());
        let stretches = by_month(from, to);
        assert_eq!(stretches.len(), 3);
        assert_eq!(stretches[0].0, from);
        assert_eq!(stretches[2].1, to);
        assert!(stretches.windows(2).all(|pair| pair[0].1 == pair[1].0));
        assert!(by_month(to, from).is_empty());
    }

    #[test]
    fn durations_are_for_people() {
        let at = |text: &str| text.parse().unwrap();
        let from = at("2026-01-01T10:00:00Z");
        assert_eq!(duration(from, at("2026-01-01T10:31:28Z")).unwrap(), "32 min");
        assert_eq!(duration(from, at("2026-01-01T11:05:00Z")).unwrap(), "1 h 05 min");
        assert_eq!(duration(from, at("2026-01-01T09:00:00Z")), None);
    }
}
