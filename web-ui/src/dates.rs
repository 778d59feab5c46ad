//! Dates as people in Japan write them.
//!
//! Japan has one time zone without daylight saving, so a fixed offset is exact and needs no zone tables.

use appliance_core::language::Language;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

const JAPAN: Offset = Offset::constant(9);

/// How years are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Calendar {
    /// 西暦: 2026-04-01.
    #[default]
    Western,
    /// 和暦: 令和8年4月1日.
    Japanese,
}

/// The date at a moment.
pub fn date(at: Timestamp, calendar: Calendar, language: Language) -> String {
    written(local(at).date(), calendar, language)
}

/// The date and the time to the minute at a moment.
pub fn date_time(at: Timestamp, calendar: Calendar, language: Language) -> String {
    let local = local(at);
    format!("{} {:02}:{:02}", written(local.date(), calendar, language), local.hour(), local.minute())
}

/// A day.
pub fn day(day: Date, calendar: Calendar, language: Language) -> String {
    written(day, calendar, language)
}

fn local(at: Timestamp) -> DateTime {
    JAPAN.to_datetime(at)
}

fn written(date: Date, calendar: Calendar, language: Language) -> String {
    match (calendar, language, era(date)) {
        (Calendar::Japanese, Language::Ja, Some((name, year))) => {
            let year = if year == 1 { "元".to_owned() } else { year.to_string() };
            format!("{name}{year}年{}月{}日", date.month(), date.day())
        }
        _ => format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
    }
}

/// The era and its year; `None` before 昭和.
fn era(date: Date) -> Option<(&'static str, i16)> {
    let eras = [("令和", Date::constant(2019, 5, 1)), ("平成", Date::constant(1989, 1, 8)), ("昭和", Date::constant(1926, 12, 25))];
    eras.into_iter().find(|(_, first)| date >= *first).map(|(name, first)| (name, date.year() - first.year() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(at: &str, western: &str, japanese: &str) {
        let at: Timestamp = at.parse().expect("a moment");
        assert_eq!(date(at, Calendar::Western, Language::Ja), western);
        assert_eq!(date(at, Calendar::Japanese, Language::Ja), japanese);
        assert_eq!(date(at, Calendar::Japanese, Language::En), western);
    }

    #[test]
    fn days_turn_at_midnight_in_japan() {
        check("2026-03-31T15:00:00Z", "2026-04-01", "令和8年4月1日");
        check("2026-03-31T14:59:59Z", "2026-03-31", "令和8年3月31日");
        check("2019-04-30T15:00:00Z", "2019-05-01", "令和元年5月1日");
        check("1989-01-07T14:00:00Z", "1989-01-07", "昭和64年1月7日");
        check("1900-01-01T00:00:00Z", "1900-01-01", "1900-01-01");
    }
}
