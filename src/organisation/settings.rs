//! What a unit settles for itself and for the units below it.

use crate::words::words;

pub mod store;

words! {
    /// Something the regulation leaves open. Nothing is settled until somebody settles it.
    Setting {
        LegalBasis = "legal_basis", "Văn bản làm căn cứ, in trên giấy tờ";
        LetterPresentDays = "letter_present_days", "Số ngày nộp giấy giới thiệu, kể từ ngày cấp";
        LetterAssignDays = "letter_assign_days", "Số ngày phân về chi bộ, kể từ ngày tiếp nhận";
        ThanksWithAmounts = "thanks_with_amounts", "Bảng ghi ơn có số tiền từng người";
        DataContact = "data_contact", "Người tiếp nhận yêu cầu về dữ liệu cá nhân";
        DataAnswerDays = "data_answer_days", "Số ngày làm việc để trả lời yêu cầu về dữ liệu";
        DataStopDays = "data_stop_days", "Số ngày để hạn chế, ngừng xử lý dữ liệu";
        DataStopDaysOthers = "data_stop_days_others", "Số ngày như trên, khi có bên thứ ba cùng xử lý";
        DataOtherDays = "data_other_days", "Số ngày để làm xong yêu cầu khác về dữ liệu";
        DataExtensionDays = "data_extension_days", "Số ngày được kéo dài thêm, một lần";
        DataKeepYears = "data_keep_years", "Số năm giữ hồ sơ sau khi thôi cư trú, rồi ẩn danh";
    }
}

/// How the value of a setting is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// A line of text.
    Line,
    /// A number of days.
    Days,
    /// A number of years.
    Years,
    /// [`YES`] or [`NO`].
    YesOrNo,
}

pub const YES: &str = "yes";
pub const NO: &str = "no";

/// A deadline lies at most this many days away.
const MOST_DAYS: i64 = 366;
/// A record is kept at most so long after somebody left.
const MOST_YEARS: i64 = 100;
const LONGEST_LINE: usize = 200;

impl Setting {
    pub fn written(self) -> Written {
        match self {
            Setting::LegalBasis | Setting::DataContact => Written::Line,
            Setting::LetterPresentDays
            | Setting::LetterAssignDays
            | Setting::DataAnswerDays
            | Setting::DataStopDays
            | Setting::DataStopDaysOthers
            | Setting::DataOtherDays
            | Setting::DataExtensionDays => Written::Days,
            Setting::DataKeepYears => Written::Years,
            Setting::ThanksWithAmounts => Written::YesOrNo,
        }
    }

    /// What the page says below the label.
    pub fn hint(self) -> &'static str {
        match self {
            Setting::LegalBasis => "Số, ngày và nơi ban hành của quy định đang có hiệu lực",
            Setting::LetterPresentDays | Setting::LetterAssignDays => {
                "Để trống thì không có thời hạn, không giấy nào bị coi là chậm"
            }
            Setting::ThanksWithAmounts => "Mặc định chỉ ghi họ tên",
            Setting::DataContact => {
                "Họ tên, chức vụ, điện thoại; ai mở trang Dữ liệu cá nhân cũng đọc được"
            }
            Setting::DataAnswerDays => "Để trống thì theo luật: 2 ngày làm việc",
            Setting::DataStopDays | Setting::DataExtensionDays => "Để trống thì theo luật: 15 ngày",
            Setting::DataStopDaysOthers => "Để trống thì theo luật: 20 ngày",
            Setting::DataOtherDays => {
                "Luật định 10 đến 20 ngày tùy quyền. Để trống thì tính 10 ngày"
            }
            Setting::DataKeepYears => "Để trống thì không hồ sơ nào bị ẩn danh",
        }
    }

    /// Reads a value as typed; an empty one settles nothing.
    pub fn read_value(self, typed: &str) -> Result<String, String> {
        let value = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        if value.is_empty() {
            return Ok(value);
        }
        match self.written() {
            Written::Line if value.chars().count() > LONGEST_LINE => {
                Err(format!("Viết gọn lại, nhiều nhất {LONGEST_LINE} ký tự"))
            }
            Written::Line => Ok(value),
            Written::Days => match value.parse::<i64>() {
                Ok(days) if (1..=MOST_DAYS).contains(&days) => Ok(days.to_string()),
                _ => Err(format!("Nhập số ngày từ 1 đến {MOST_DAYS}, hoặc để trống")),
            },
            Written::Years => match value.parse::<i64>() {
                Ok(years) if (1..=MOST_YEARS).contains(&years) => Ok(years.to_string()),
                _ => Err(format!("Nhập số năm từ 1 đến {MOST_YEARS}, hoặc để trống")),
            },
            Written::YesOrNo if [YES, NO].contains(&value.as_str()) => Ok(value),
            Written::YesOrNo => Err("Chọn có hoặc không".to_owned()),
        }
    }

    /// A value as pages say it.
    pub fn shown(self, value: &str) -> String {
        match (self.written(), value) {
            (_, "") => "chưa đặt".to_owned(),
            (Written::Days, days) => format!("{days} ngày"),
            (Written::Years, years) => format!("{years} năm"),
            (Written::YesOrNo, YES) => "có".to_owned(),
            (Written::YesOrNo, _) => "không".to_owned(),
            (Written::Line, line) => line.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_a_number_of_days_or_none() {
        let days = Setting::LetterPresentDays;
        assert_eq!(days.read_value(" 030 "), Ok("30".to_owned()));
        assert_eq!(days.read_value("  "), Ok(String::new()));
        for wrong in ["0", "-3", "ba mươi", "367"] {
            assert!(days.read_value(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_settled_is_said_so() {
        assert_eq!(Setting::LetterAssignDays.shown(""), "chưa đặt");
        assert_eq!(Setting::LetterAssignDays.shown("10"), "10 ngày");
        assert_eq!(Setting::ThanksWithAmounts.shown(YES), "có");
    }
}
