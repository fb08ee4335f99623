//! What can leave as a file, and the record of each that did.

use crate::access::model::Right;
use crate::clock::Moment;
use crate::ids::{ExportId, UnitId};
use crate::vietnamese::number;
use crate::words::words;

words! {
    What {
        Evaluations = "evaluations", "Nhận xét của năm";
        Members = "members", "Danh sách đảng viên";
        Attendance = "attendance", "Điểm danh của năm";
        Contributions = "contributions", "Sổ đóng góp";
        Statistics = "statistics", "Số liệu";
        Report = "report", "Báo cáo năm";
    }
}

impl What {
    /// What it takes to have it: all but the counts name people.
    pub fn right(self) -> Right {
        if self.has_names() { Right::ExportNames } else { Right::SeeCounts }
    }

    pub fn has_names(self) -> bool {
        !matches!(self, What::Statistics | What::Report)
    }

    /// Whether it is a workbook of several sheets, which CSV is not.
    pub fn is_workbook(self) -> bool {
        self == What::Report
    }
}

words! {
    State {
        Running = "running", "Đang làm";
        Done = "done", "Xong";
        Failed = "failed", "Dở dang";
    }
}

/// Files longer than this are made by a job, and waited for on a page.
pub const MOST_AT_ONCE: i64 = 5_000;
/// How long a job's file is kept, in seconds.
pub const KEPT: i64 = 3_600;
/// A job that has not ended after so many seconds was cut off.
const LONGEST: i64 = 1_800;

/// A file that left, or is being made.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Export {
    pub id: ExportId,
    pub unit_id: UnitId,
    pub what: What,
    /// A word of [`crate::table_file::Format`].
    pub format: String,
    /// Its name, with the ending.
    pub file: String,
    /// Of what it is, in words.
    pub said: String,
    pub purpose: String,
    pub account_name: String,
    /// How many rows it was to have, and how many it has.
    pub expected: i64,
    pub written: i64,
    pub bytes: i64,
    /// In hexadecimal digits; of a file that is whole.
    pub sha256: Option<String>,
    pub job: bool,
    pub state: State,
    pub started_at: Moment,
    pub finished_at: Option<Moment>,
    pub expires_at: Option<Moment>,
}

impl Export {
    /// Where it stands: a job that was cut off never said so.
    pub fn state(&self, now: Moment) -> State {
        let is_lost = self.state == State::Running && now.seconds_since(self.started_at) > LONGEST;
        if is_lost { State::Failed } else { self.state }
    }

    /// Whether its file can be fetched.
    pub fn is_kept(&self, now: Moment) -> bool {
        self.job && self.state == State::Done && self.expires_at.is_some_and(|it| it > now)
    }

    /// `1.201 dòng, 214 KB`
    pub fn size(&self) -> String {
        let kilobytes = (self.bytes + 1_023) / 1_024;
        format!("{} dòng, {} KB", number::grouped(self.written), number::grouped(kilobytes))
    }
}

/// How a file ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub written: i64,
    pub bytes: i64,
    /// None where it was cut short.
    pub sha256: Option<String>,
}

/// Reads for what a file is asked: a few words at least, since whoever reads the trail later
/// must understand them.
pub fn read_purpose(typed: &str) -> Result<String, String> {
    let purpose = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    match purpose.chars().count() {
        0..5 => Err("Viết tệp dùng vào việc gì, ví dụ: nộp đảng ủy phường".to_owned()),
        5..=200 => Ok(purpose),
        _ => Err("Viết gọn lại, nhiều nhất 200 ký tự".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_says_something() {
        assert_eq!(read_purpose("  nộp  đảng ủy "), Ok("nộp đảng ủy".to_owned()));
        assert!(read_purpose("   .   ").is_err() && read_purpose(&"a".repeat(201)).is_err());
    }
}
