//! Reads the exceptions off a paper roll: `5 12 37k ốm, 40-42p`.

use std::collections::BTreeMap;

use crate::meetings::model::AttendanceStatus;

/// As many characters as a reason may have.
const LONGEST_REASON: usize = 200;

/// Somebody of the roll who was not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    pub number: i64,
    /// Excused or unexcused.
    pub status: AttendanceStatus,
    pub reason: String,
}

/// A piece of the text that says nothing, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    pub text: String,
    pub why: String,
}

/// What a text says of a roll: by number, each person once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exceptions {
    pub found: Vec<Exception>,
    pub unread: Vec<Unread>,
}

impl Exceptions {
    /// Reads numbers of a roll of `count` people. A bare number is an absence without
    /// leave; `k` or `p` behind it makes it one with leave, and the words behind that,
    /// up to a comma or the end of the line, are the reason.
    pub fn read(text: &str, count: i64) -> Exceptions {
        let mut read = Reading { count, found: BTreeMap::new(), unread: Vec::new() };
        for part in text.split([',', ';', '\n']) {
            read.part(part);
        }
        Exceptions { found: read.found.into_values().collect(), unread: read.unread }
    }
}

struct Reading {
    count: i64,
    found: BTreeMap<i64, Exception>,
    unread: Vec<Unread>,
}

impl Reading {
    /// Reads what stands between two commas.
    fn part(&mut self, part: &str) {
        let mut words = part.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let Some((first, last, status)) = numbers(word) else {
                let why = "Không đọc được. Viết số thứ tự, thêm k nếu có phép, ví dụ 37k";
                self.refuse(word, why);
                continue;
            };
            let mut reason = String::new();
            if words.peek().is_some_and(|next| !next.starts_with(|c: char| c.is_ascii_digit())) {
                reason = words.by_ref().collect::<Vec<_>>().join(" ");
            }
            if !reason.is_empty() && status == AttendanceStatus::Unexcused {
                let why = format!("Có lý do thì viết k sau số: {word}k {reason}");
                self.refuse(&format!("{word} {reason}"), &why);
            } else if reason.chars().count() > LONGEST_REASON {
                self.refuse(word, "Lý do dài nhất 200 ký tự, viết ngắn lại");
            } else {
                self.people(word, (first, last), &Exception { number: 0, status, reason });
            }
        }
    }

    /// Notes the same of everybody from one number to another.
    fn people(&mut self, word: &str, (first, last): (i64, i64), what: &Exception) {
        if first > last {
            return self.refuse(word, "Số đầu lớn hơn số cuối");
        }
        if first < 1 || last > self.count {
            let why = format!("Danh sách chỉ có số từ 1 đến {}", self.count);
            return self.refuse(word, &why);
        }
        for number in first..=last {
            let exception = Exception { number, ..what.clone() };
            match self.found.get(&number) {
                None => {
                    self.found.insert(number, exception);
                }
                Some(before) if *before == exception => {}
                Some(_) => self.refuse(word, &format!("Số {number} ghi hai lần khác nhau")),
            }
        }
    }

    fn refuse(&mut self, text: &str, why: &str) {
        self.unread.push(Unread { text: text.to_owned(), why: why.to_owned() });
    }
}

/// Reads `5`, `5-8`, `37k` or `37P`: from, to, and the mark.
fn numbers(word: &str) -> Option<(i64, i64, AttendanceStatus)> {
    let plain = word.strip_suffix(['k', 'K', 'p', 'P']);
    let status =
        if plain.is_some() { AttendanceStatus::Excused } else { AttendanceStatus::Unexcused };
    let digits = |text: &str| -> Option<i64> {
        let is_plain = text.len() <= 6 && text.chars().all(|c| c.is_ascii_digit());
        text.parse().ok().filter(|_| is_plain)
    };
    let plain = plain.unwrap_or(word);
    let (first, last) = plain.split_once(['-', '–']).unwrap_or((plain, plain));
    Some((digits(first)?, digits(last)?, status))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers with `k` for an excused absence, and the reasons in brackets.
    fn found(text: &str) -> String {
        let read = Exceptions::read(text, 50);
        assert_eq!(read.unread, [], "{text}");
        let shown = read.found.iter().map(|it| {
            let leave = if it.status == AttendanceStatus::Excused { "k" } else { "" };
            let reason =
                if it.reason.is_empty() { String::new() } else { format!("({})", it.reason) };
            format!("{}{leave}{reason}", it.number)
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    /// The pieces that could not be read.
    fn unread(text: &str) -> Vec<String> {
        Exceptions::read(text, 50).unread.into_iter().map(|it| it.text).collect()
    }

    #[test]
    fn numbers_are_absent_and_a_letter_is_their_leave() {
        assert_eq!(found("5 12 37k"), "5 12 37k");
        assert_eq!(found(" 37P;12,\n5\r\n"), "5 12 37k");
        assert_eq!(found("1k 2 3p"), "1k 2 3k");
        assert_eq!(found(""), "");
    }

    #[test]
    fn a_reason_lasts_to_the_comma_or_the_end_of_the_line() {
        assert_eq!(
            found("37k ốm nặng, 5\n40k đi  Hà Nội 3 ngày\n6"),
            "5 6 37k(ốm nặng) 40k(đi Hà Nội 3 ngày)"
        );
        assert_eq!(found("1k 37k ốm"), "1k 37k(ốm)");
    }

    #[test]
    fn a_range_stands_for_everybody_in_it() {
        assert_eq!(found("5-8 20–21k"), "5 6 7 8 20k 21k");
        assert_eq!(found("5-6k ốm"), "5k(ốm) 6k(ốm)");
    }

    #[test]
    fn the_same_twice_is_once_and_a_contradiction_is_told() {
        assert_eq!(found("5 5, 5"), "5");
        assert_eq!(unread("5 5k"), ["5k"]);
        assert_eq!(unread("5-7, 6k"), ["6k"]);
    }

    #[test]
    fn what_says_nothing_is_told_and_the_rest_is_read() {
        for word in [
            "x", "5x", "k", "5-", "-5", "5--8", "1234567", "+5", "5 - 8", "8-5", "0", "51",
            "49-51", "5 ốm",
        ] {
            assert_eq!(unread(word).len(), 1, "{word}: {:?}", unread(word));
        }
        let read = Exceptions::read("5, 99, abc, 6k", 50);
        assert_eq!(read.found.iter().map(|it| it.number).collect::<Vec<_>>(), [5, 6]);
        assert_eq!(read.unread.len(), 2);
        assert!(read.unread[0].why.contains("từ 1 đến 50"));
    }

    #[test]
    fn a_range_beyond_the_roll_is_not_walked() {
        assert_eq!(unread("1-999999"), ["1-999999"]);
    }
}
