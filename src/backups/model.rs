//! What a backup is, and which of them are kept.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use crate::clock::Moment;
use crate::ids::BackupId;
use crate::words::words;

words! {
    State {
        Running = "running", "Đang làm";
        Done = "done", "Tốt";
        Failed = "failed", "Không được";
    }
}

/// A backup as its row tells of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Backup {
    pub id: BackupId,
    pub file: String,
    pub state: State,
    pub bytes: i64,
    /// Sealed entries of the audit trail in it.
    pub entries: i64,
    /// The head of its chain, as it stands on paper.
    pub head: String,
    /// Why it failed; empty otherwise.
    pub why: String,
    pub account_name: String,
    pub started_at: Moment,
    pub finished_at: Option<Moment>,
}

/// After this a backup that still runs has been cut off with its program, in seconds.
pub const CUT_OFF: i64 = 6 * 3600;
/// After this the administrator is told that there is no fresh backup, in seconds.
const STALE: i64 = 2 * 24 * 3600;

const DAYS: usize = 7;
const WEEKS: usize = 5;
const MONTHS: usize = 12;

impl Backup {
    /// Its state to whoever looks at `now`: the program may have ended under it.
    pub fn state_at(&self, now: Moment) -> State {
        let cut = self.state == State::Running && now.seconds_since(self.started_at) > CUT_OFF;
        if cut { State::Failed } else { self.state }
    }

    /// Whether it is recent enough to rely on.
    pub fn is_fresh(&self, now: Moment) -> bool {
        now.seconds_since(self.started_at) <= STALE
    }

    /// `1.234`
    pub fn entries(&self) -> String {
        crate::vietnamese::number::grouped(self.entries)
    }

    /// `31,2 MB`
    pub fn size(&self) -> String {
        size(self.bytes)
    }
}

/// A number of bytes in MB with one decimal, at least 0,1.
pub fn size(bytes: i64) -> String {
    let tenths = (bytes / 100_000).max(1);
    format!("{},{} MB", crate::vietnamese::number::grouped(tenths / 10), tenths % 10)
}

const BEFORE: &str = "haichieu-";
const AFTER: &str = ".db";

/// The name of a backup made at `at`: `haichieu-2024-11-15-200415.db`, by the clock in Viet
/// Nam.
pub fn file_name(at: Moment) -> String {
    let text = at.iso();
    format!("{BEFORE}{}-{}{AFTER}", &text[..10], text[11..19].replace(':', ""))
}

/// The day in the name of a backup, and where it stands among those of the day.
fn day_of(name: &str) -> Option<(NaiveDate, &str)> {
    let middle = name.strip_prefix(BEFORE)?.strip_suffix(AFTER)?;
    let (day, time) = (middle.get(..10)?, middle.get(10..)?);
    let fits = time.len() == 7
        && time.starts_with('-')
        && time[1..].bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| day.parse().ok().map(|day| (day, time))).flatten()
}

/// Whether the name is that of a piece of a backup under way: `haichieu-….db.part`, and what
/// stands beside it.
pub fn is_part(name: &str) -> bool {
    name.split_once(".part").is_some_and(|(whole, _)| day_of(whole).is_some())
}

/// Of the files in a folder, those that have had their time: kept are the last one of each
/// of the latest seven days, five weeks and twelve months that have any. Files with other
/// names are nobody's business.
pub fn outdated(names: &[String]) -> Vec<&String> {
    let mut known: Vec<_> = names.iter().filter_map(|it| Some((day_of(it)?, it))).collect();
    known.sort_by(|a, b| b.cmp(a));
    let (mut days, mut weeks, mut months) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut outdated = Vec::new();
    for ((day, _), name) in known {
        let week = (day.iso_week().year(), day.iso_week().week());
        let month = (day.year(), day.month());
        // All three are asked: a file may be kept for more than one reason.
        let reasons = [
            days.len() < DAYS && days.insert(day),
            weeks.len() < WEEKS && weeks.insert(week),
            months.len() < MONTHS && months.insert(month),
        ];
        if !reasons.contains(&true) {
            outdated.push(name);
        }
    }
    outdated
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(days: &[&str]) -> Vec<String> {
        days.iter().map(|it| format!("haichieu-{it}-001000.db")).collect()
    }

    #[test]
    fn a_year_of_days_leaves_seven_days_five_weeks_and_twelve_months() {
        let first: NaiveDate = "2023-11-16".parse().unwrap();
        let days: Vec<String> = first.iter_days().take(366).map(|it| it.to_string()).collect();
        let all = names(&days.iter().map(String::as_str).collect::<Vec<_>>());
        let gone: BTreeSet<_> = outdated(&all).into_iter().cloned().collect();
        let kept: Vec<&str> =
            all.iter().filter(|it| !gone.contains(*it)).map(|it| &it[9..19]).collect();
        assert_eq!(
            kept,
            [
                "2023-12-31",
                "2024-01-31",
                "2024-02-29",
                "2024-03-31",
                "2024-04-30",
                "2024-05-31",
                "2024-06-30",
                "2024-07-31",
                "2024-08-31",
                "2024-09-30",
                "2024-10-20",
                "2024-10-27",
                "2024-10-31",
                "2024-11-03",
                "2024-11-09",
                "2024-11-10",
                "2024-11-11",
                "2024-11-12",
                "2024-11-13",
                "2024-11-14",
                "2024-11-15",
            ]
        );
        assert_eq!(kept.len() + gone.len(), 366);
    }

    #[test]
    fn the_last_one_of_a_day_is_kept_and_a_gap_counts_for_nothing() {
        let mut all = names(&["2020-01-01", "2024-11-15"]);
        all.push("haichieu-2024-11-15-235900.db".to_owned());
        all.push("haichieu-2024-11-15-235900.db.key".to_owned());
        all.push("so-cu.db".to_owned());
        assert_eq!(outdated(&all), ["haichieu-2024-11-15-001000.db"]);
    }

    #[test]
    fn a_file_is_named_by_the_clock_on_the_wall() {
        let name = file_name(Moment(1_731_690_000_000_000));
        assert_eq!(name, "haichieu-2024-11-16-000000.db");
        assert_eq!(day_of(&name), Some(("2024-11-16".parse().unwrap(), "-000000")));
    }

    #[test]
    fn a_backup_under_way_is_told_by_its_name() {
        assert!(is_part("haichieu-2024-11-16-000000.db.part"));
        assert!(is_part("haichieu-2024-11-16-000000.db.part.key"));
        assert!(!is_part("haichieu-2024-11-16-000000.db"));
        assert!(!is_part("haichieu-2024-11-16-000000.db.key"));
        assert!(!is_part("luận-văn.part"));
    }

    #[test]
    fn sizes_are_told_in_megabytes() {
        assert_eq!(size(32_411_648), "32,4 MB");
        assert_eq!(size(1), "0,1 MB");
        assert_eq!(size(1_234_567_890), "1.234,5 MB");
    }
}
