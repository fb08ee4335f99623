//! Whole numbers read out in Vietnamese, as documents write sums of money.

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

const BILLION: u64 = 1_000_000_000;

/// The number in words, in lower case: 1,500,000 is
/// "một triệu năm trăm nghìn", -5 is "âm năm".
pub fn in_words(n: i64) -> String {
    let mut words = Vec::new();
    if n < 0 {
        words.push("âm");
    }
    if n == 0 {
        words.push(DIGITS[0]);
    }
    say(n.unsigned_abs(), true, &mut words);
    words.join(" ")
}

/// An amount in đồng in words: "một triệu năm trăm nghìn đồng".
pub fn dong_in_words(n: i64) -> String {
    format!("{} đồng", in_words(n))
}

/// Says a number above zero and nothing for zero. Only what leads the whole
/// number may leave out its empty hundreds.
fn say(n: u64, leads: bool, words: &mut Vec<&'static str>) {
    let scales = [(BILLION, "tỷ"), (1_000_000, "triệu"), (1_000, "nghìn")];
    for (scale, unit) in scales {
        if n >= scale {
            say(n / scale, leads, words);
            words.push(unit);
            return say(n % scale, false, words);
        }
    }
    if n > 0 {
        say_hundreds(n, leads, words);
    }
}

/// Says 1 to 999.
fn say_hundreds(n: u64, leads: bool, words: &mut Vec<&'static str>) {
    let (hundreds, tens, units) = (n / 100, n / 10 % 10, n % 10);
    let from_hundreds = hundreds > 0 || !leads;
    if from_hundreds {
        words.extend([digit(hundreds), "trăm"]);
    }
    match tens {
        0 if units > 0 && from_hundreds => words.push("linh"),
        0 => {}
        1 => words.push("mười"),
        _ => words.extend([digit(tens), "mươi"]),
    }
    match (tens, units) {
        (_, 0) => {}
        (2.., 1) => words.push("mốt"),
        (2.., 4) => words.push("tư"),
        (1.., 5) => words.push("lăm"),
        _ => words.push(digit(units)),
    }
}

fn digit(n: u64) -> &'static str {
    usize::try_from(n).ok().and_then(|n| DIGITS.get(n)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_words(cases: &[(i64, &str)]) {
        for (n, words) in cases {
            assert_eq!(in_words(*n), *words, "{n}");
        }
    }

    #[test]
    fn units_change_their_word_after_tens() {
        assert_words(&[
            (0, "không"),
            (1, "một"),
            (5, "năm"),
            (10, "mười"),
            (11, "mười một"),
            (14, "mười bốn"),
            (15, "mười lăm"),
            (20, "hai mươi"),
            (21, "hai mươi mốt"),
            (24, "hai mươi tư"),
            (25, "hai mươi lăm"),
            (55, "năm mươi lăm"),
        ]);
    }

    #[test]
    fn hundreds_bridge_empty_tens_with_linh() {
        assert_words(&[
            (100, "một trăm"),
            (101, "một trăm linh một"),
            (104, "một trăm linh bốn"),
            (105, "một trăm linh năm"),
            (110, "một trăm mười"),
            (115, "một trăm mười lăm"),
            (121, "một trăm hai mươi mốt"),
            (999, "chín trăm chín mươi chín"),
        ]);
    }

    #[test]
    fn empty_hundreds_are_said_after_a_larger_unit() {
        assert_words(&[
            (1_000, "một nghìn"),
            (1_050, "một nghìn không trăm năm mươi"),
            (21_000, "hai mươi mốt nghìn"),
            (105_000, "một trăm linh năm nghìn"),
            (1_000_005, "một triệu không trăm linh năm"),
            (1_005_000, "một triệu không trăm linh năm nghìn"),
            (1_500_000, "một triệu năm trăm nghìn"),
            (1_000_000_000, "một tỷ"),
            (2_000_000_015, "hai tỷ không trăm mười lăm"),
        ]);
    }

    #[test]
    fn thousands_and_millions_of_billions_are_read_before_ty() {
        assert_words(&[
            (1_500_000_000_000, "một nghìn năm trăm tỷ"),
            (1_005_000_000_001, "một nghìn không trăm linh năm tỷ không trăm linh một"),
            (1_000_000_000_000_000, "một triệu tỷ"),
        ]);
        assert!(in_words(i64::MIN).starts_with("âm chín tỷ hai trăm hai mươi ba triệu"));
    }

    #[test]
    fn negative_numbers_begin_with_am() {
        assert_words(&[(-5, "âm năm"), (-1_000, "âm một nghìn")]);
    }

    #[test]
    fn money_ends_in_dong() {
        assert_eq!(dong_in_words(1_500_000), "một triệu năm trăm nghìn đồng");
        assert_eq!(dong_in_words(0), "không đồng");
    }
}
