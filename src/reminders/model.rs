//! Something to be done, or to be attended, on a day.

use chrono::{Days, NaiveDate};

/// What sort of thing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A meeting that is written down.
    Meeting,
    /// The half-year has no periodic meeting yet (R8).
    Rule,
    /// Letters past the deadline that somebody has settled.
    Letters,
    /// Sheets that the ward gave back.
    Returned,
    /// The day by which sheets are to be signed, or sent back.
    Sheets,
}

impl Kind {
    /// Whether its day is one to come, and not today for as long as it is left undone.
    pub fn comes(self) -> bool {
        !matches!(self, Kind::Letters | Kind::Returned)
    }

    /// So many days ahead it is told by mail.
    fn ahead(self) -> u64 {
        match self {
            Kind::Meeting => 2,
            Kind::Rule => 30,
            Kind::Letters | Kind::Returned => 0,
            Kind::Sheets => 7,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub kind: Kind,
    /// What it is known by, from one reading to the next.
    pub key: String,
    pub on: NaiveDate,
    /// `19:30`, local time; none for the whole day.
    pub starts_at: Option<String>,
    pub title: String,
    /// How many there are of what is left to do.
    pub count: i64,
    /// Where it is done, on this site.
    pub href: String,
}

impl Item {
    /// What is kept once it was told: a line, and nothing that names anybody.
    pub fn told(&self) -> String {
        format!("{} {}", self.known_by(), self.count)
    }

    /// Whether lines that were kept do not say it yet. A meeting that is moved is news, and one
    /// letter more; that there is less left to do is none.
    pub fn is_news(&self, told: &str) -> bool {
        let known_by = self.known_by();
        let mut lines = told.lines().filter_map(|it| it.rsplit_once(' '));
        !lines.any(|(known, count)| {
            known == known_by && count.parse::<i64>().is_ok_and(|it| it >= self.count)
        })
    }

    fn known_by(&self) -> String {
        match &self.starts_at {
            _ if self.kind != Kind::Meeting => self.key.clone(),
            Some(at) => format!("{} {} {at}", self.key, self.on),
            None => format!("{} {}", self.key, self.on),
        }
    }

    /// Whether it is time to say so by mail.
    pub fn is_pressing(&self, today: NaiveDate) -> bool {
        let late = self.kind != Kind::Meeting;
        self.on <= today + Days::new(self.kind.ahead()) && (late || self.on >= today)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_news_when_there_is_more_of_it() {
        let on = |text: &str| text.parse::<NaiveDate>().unwrap();
        let item = |kind, day, count| Item {
            kind,
            key: "it".to_owned(),
            on: on(day),
            starts_at: None,
            title: String::new(),
            count,
            href: String::new(),
        };
        let letters = item(Kind::Letters, "2024-11-15", 12);
        let told = format!("other 40\n{}", letters.told());
        for (count, is_news) in [(11, false), (12, false), (13, true)] {
            let tomorrow = item(Kind::Letters, "2024-11-16", count);
            assert_eq!(tomorrow.is_news(&told), is_news, "{count}");
        }
        assert!(letters.is_news("") && letters.is_news("it a few"));
        let meeting = item(Kind::Meeting, "2024-11-15", 1);
        assert!(!meeting.is_news(&meeting.told()));
        assert!(item(Kind::Meeting, "2024-11-16", 1).is_news(&meeting.told()));
    }

    #[test]
    fn a_meeting_is_told_two_days_ahead_and_not_after() {
        let on = |text: &str| text.parse::<NaiveDate>().unwrap();
        let item = |kind| Item {
            kind,
            key: String::new(),
            on: on("2024-11-15"),
            starts_at: None,
            title: String::new(),
            count: 1,
            href: String::new(),
        };
        for (day, meeting, sheets) in [
            ("2024-11-07", false, false),
            ("2024-11-08", false, true),
            ("2024-11-13", true, true),
            ("2024-11-15", true, true),
            ("2024-11-16", false, true),
        ] {
            let said =
                (item(Kind::Meeting).is_pressing(on(day)), item(Kind::Sheets).is_pressing(on(day)));
            assert_eq!(said, (meeting, sheets), "{day}");
        }
    }
}
