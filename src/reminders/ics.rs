//! A calendar as RFC 5545 writes it: lines of at most 75 octets, times in UTC.

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use crate::clock::{HOURS_AHEAD, Moment};
use crate::reminders::model::Item;

/// Octets of a line, without its end (section 3.1).
const LINE: usize = 75;

/// The calendar `name`; `origin` is where others reach the site.
pub fn calendar(name: &str, items: &[Item], origin: &str, now: Moment) -> String {
    let mut lines = Lines::default();
    lines.add("BEGIN", "VCALENDAR");
    lines.add("VERSION", "2.0");
    lines.add("PRODID", "-//Hai Chieu//Hai Chieu//VI");
    lines.add("CALSCALE", "GREGORIAN");
    // RFC 7986; the second of each is what programs read that do not know it.
    lines.add("NAME", &text(name));
    lines.add("X-WR-CALNAME", &text(name));
    lines.add("REFRESH-INTERVAL;VALUE=DURATION", "PT6H");
    lines.add("X-PUBLISHED-TTL", "PT6H");
    for item in items {
        event(&mut lines, item, origin, now);
    }
    lines.add("END", "VCALENDAR");
    lines.0
}

fn event(lines: &mut Lines, item: &Item, origin: &str, now: Moment) {
    let link = format!("{origin}{}", item.href);
    lines.add("BEGIN", "VEVENT");
    lines.add("UID", &format!("{}@hai-chieu", item.key));
    lines.add("DTSTAMP", &now.utc_basic());
    // A day lasts until its end; how long a meeting takes nobody knows.
    let begin = item.starts_at.as_deref().and_then(|it| utc(item.on, it));
    let early = if let Some(begin) = begin {
        lines.add("DTSTART", &begin);
        "-P1D"
    } else {
        lines.add("DTSTART;VALUE=DATE", &item.on.format("%Y%m%d").to_string());
        lines.add("TRANSP", "TRANSPARENT");
        // At nine on the day before.
        "-PT15H"
    };
    lines.add("SUMMARY", &text(&item.title));
    lines.add("DESCRIPTION", &text(&link));
    lines.add("URL", &link);
    // What is late already is moved on with each day: it stands there, and rings at no time.
    if item.kind.comes() {
        lines.add("BEGIN", "VALARM");
        lines.add("ACTION", "DISPLAY");
        lines.add("DESCRIPTION", &text(&item.title));
        lines.add("TRIGGER", early);
        lines.add("END", "VALARM");
    }
    lines.add("END", "VEVENT");
}

/// `20241115T123000Z` for `19:30` of a day in Viet Nam.
fn utc(on: NaiveDate, starts_at: &str) -> Option<String> {
    let time = NaiveTime::parse_from_str(starts_at, "%H:%M").ok()?;
    let begin = on.and_time(time) - TimeDelta::hours(HOURS_AHEAD.into());
    Some(begin.format("%Y%m%dT%H%M%SZ").to_string())
}

/// Text as a value holds it (section 3.3.11).
fn text(said: &str) -> String {
    let mut escaped = String::with_capacity(said.len());
    for c in said.chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    /// Adds a line, folded between two letters: what goes on begins with a space.
    fn add(&mut self, name: &str, value: &str) {
        let mut octets = 0;
        for c in name.chars().chain([':']).chain(value.chars()) {
            if octets + c.len_utf8() > LINE {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(c);
            octets += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::reminders::model::Kind;

    fn item(title: &str, starts_at: Option<&str>) -> Item {
        Item {
            kind: Kind::Meeting,
            key: "meeting-1".to_owned(),
            on: "2024-11-15".parse().unwrap(),
            starts_at: starts_at.map(str::to_owned),
            title: title.to_owned(),
            count: 1,
            href: "/meetings/1".to_owned(),
        }
    }

    fn of(item: Item) -> String {
        calendar("Chi bộ 1", &[item], "https://so.example.vn", Moment(1_731_690_000_000_000))
    }

    /// Lines as they were before they were folded.
    fn unfolded(calendar: &str) -> Vec<String> {
        calendar.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn an_evening_in_viet_nam_is_told_in_utc() {
        let lines = unfolded(&of(item("Họp định kỳ, Chi bộ 1", Some("19:30"))));
        for line in [
            "DTSTAMP:20241115T170000Z",
            "DTSTART:20241115T123000Z",
            r"SUMMARY:Họp định kỳ\, Chi bộ 1",
            "URL:https://so.example.vn/meetings/1",
            "UID:meeting-1@hai-chieu",
        ] {
            assert!(lines.iter().any(|it| it == line), "{line}: {lines:#?}");
        }
        let early = unfolded(&of(item("Họp", Some("06:00"))));
        assert!(early.iter().any(|it| it == "DTSTART:20241114T230000Z"));
        let day = unfolded(&of(item("Họp", None)));
        assert!(day.iter().any(|it| it == "DTSTART;VALUE=DATE:20241115"));
    }

    proptest! {
        #[test]
        fn no_line_is_long_and_no_text_breaks_out(said in "\\PC{0,200}[\\n\\r;,\\\\]{0,3}\\PC{0,60}") {
            let calendar = of(item(&said, None));
            prop_assert!(calendar.ends_with("END:VCALENDAR\r\n"));
            for line in calendar.trim_end_matches("\r\n").split("\r\n") {
                prop_assert!(line.len() <= LINE && !line.contains(['\r', '\n']), "{line:?}");
            }
            let lines = unfolded(&calendar);
            let summary = lines.iter().find_map(|it| it.strip_prefix("SUMMARY:")).unwrap();
            let read = summary.replace("\\\\", "\u{0}").replace("\\n", "\n");
            let read = read.replace("\\;", ";").replace("\\,", ",").replace('\u{0}', "\\");
            let plain: String = said.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
            prop_assert_eq!(read, plain);
            prop_assert_eq!(lines.iter().filter(|it| *it == "BEGIN:VEVENT").count(), 1);
        }
    }
}
