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
    /// Where it is done, on this site.
    pub href: String,
}

impl Item {
    /// What it is told apart by: what bears the same is no news. A meeting that is moved is, and
    /// one more letter; that there is less left to do is not.
    pub fn news(&self) -> String {
        match self.kind {
            Kind::Meeting => {
                let time = self.starts_at.as_deref().unwrap_or_default();
                format!("{} {} {time}", self.key, self.on)
            }
            Kind::Letters | Kind::Returned => format!("{} {}", self.key, self.title),
            Kind::Rule | Kind::Sheets => self.key.clone(),
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
    fn a_meeting_is_told_two_days_ahead_and_not_after() {
        let on = |text: &str| text.parse::<NaiveDate>().unwrap();
        let item = |kind| Item {
            kind,
            key: String::new(),
            on: on("2024-11-15"),
            starts_at: None,
            title: String::new(),
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
