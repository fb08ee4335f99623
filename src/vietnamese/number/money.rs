//! Amounts of money in đồng, read from what people type.

use std::fmt;

use super::{dong, grouped, whole_number};
use crate::vietnamese::fold;

/// The largest amount of money in đồng.
const MOST_DONG: i64 = 999_999_999_999_999;

/// What may stand between groups of three digits.
const GROUPING: [char; 3] = ['.', ',', ' '];

/// A lone group such as 1.500 may mean thousands of đồng when it reads as
/// less than this many đồng.
const DOUBTFUL_BELOW: i64 = 10_000;

/// Why a typed amount of money is not taken. It is displayed as a Vietnamese
/// sentence that says how to mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyFault {
    /// Both readings in đồng: of 1.500 they are 1,500 and 1,500,000.
    Ambiguous {
        low: i64,
        high: i64,
    },
    Negative,
    NotMoney,
    TooMuch,
}

impl fmt::Display for MoneyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MoneyFault::Ambiguous { low, high } => {
                write!(f, "Viết rõ {} là {} hay {}", grouped(*low), dong(*low), dong(*high))
            }
            MoneyFault::Negative => f.write_str("Viết số tiền lớn hơn 0, không có dấu trừ"),
            MoneyFault::NotMoney => {
                f.write_str("Viết đủ số tiền bằng chữ số, lớn hơn 0, ví dụ 1.500.000")
            }
            MoneyFault::TooMuch => write!(f, "Viết số tiền không quá {}", dong(MOST_DONG)),
        }
    }
}

/// Reads an amount in đồng: 1500000, 1.500.000, 1,500,000, also with đ, đồng
/// or VND after it, and "300k", "1,5tr", "1 triệu", "1tr5". A lone group such
/// as 1.500 is ambiguous unless đ follows, so both answers to the question
/// that `MoneyFault` asks are accepted.
pub fn read_dong(typed: &str) -> Result<i64, MoneyFault> {
    let typed = fold::fold(typed);
    if typed.starts_with(['-', '\u{2212}', '\u{2013}']) {
        return Err(MoneyFault::Negative);
    }
    let currency = ["vnd", "dong", "d", "\u{20ab}"];
    let (sum, in_dong) = match currency.iter().find_map(|unit| typed.strip_suffix(unit)) {
        Some(sum) => (sum.trim_end(), true),
        None => (&*typed, false),
    };
    let scale = split_scale(sum);
    let amount = scale
        .map_or_else(
            || whole_number(sum, &GROUPING),
            |(number, scale, rest)| scaled(number, scale, rest),
        )
        .ok_or(MoneyFault::NotMoney)?;
    let plain = scale.is_none() && !in_dong;
    if plain && has_lone_group(sum) && amount < DOUBTFUL_BELOW {
        return Err(MoneyFault::Ambiguous { low: amount, high: amount * 1000 });
    }
    match amount {
        ..=0 => Err(MoneyFault::NotMoney),
        1..=MOST_DONG => Ok(amount),
        _ => Err(MoneyFault::TooMuch),
    }
}

/// Whether an amount already read as whole has exactly one separator.
fn has_lone_group(number: &str) -> bool {
    number.matches(GROUPING).count() == 1
}

/// Splits "1tr5" into "1", a million and "5".
fn split_scale(sum: &str) -> Option<(&str, i64, &str)> {
    let scales =
        [("nghin", 1_000), ("ngan", 1_000), ("k", 1_000), ("trieu", 1_000_000), ("tr", 1_000_000)];
    scales.iter().find_map(|(unit, scale)| {
        let (number, rest) = sum.split_once(unit)?;
        Some((number.trim_end(), *scale, rest.trim_start()))
    })
}

/// The number times the scale; `None` when it is not clear or not whole.
fn scaled(number: &str, scale: i64, rest: &str) -> Option<i64> {
    if let Some(whole) = whole_number(number, &GROUPING) {
        // "1tr5" and "1tr500" are one and a half million, "1tr50" could be
        // two sums. A lone group as in "1.500tr" could be a decimal as well.
        let clear = matches!(rest.len(), 0 | 1 | 3);
        if !clear || has_lone_group(number) {
            return None;
        }
        let more = if rest.is_empty() { 0 } else { fraction(rest, scale)? };
        return Some(whole.saturating_mul(scale).saturating_add(more));
    }
    let (whole, decimals) = number.split_once([',', '.'])?;
    if !rest.is_empty() {
        return None;
    }
    let whole = whole_number(whole, &[])?.saturating_mul(scale);
    Some(whole.saturating_add(fraction(decimals, scale)?))
}

/// The decimals of a number times a scale that is a power of ten.
fn fraction(decimals: &str, scale: i64) -> Option<i64> {
    let places = u32::try_from(decimals.len()).ok()?;
    let unit = 10_i64.checked_pow(places).filter(|unit| *unit <= scale)?;
    whole_number(decimals, &[]).map(|tail| tail * (scale / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_with_or_without_groups_and_unit() {
        for typed in [
            "1500000",
            "1.500.000",
            "1,500,000",
            "1 500 000",
            "1.500.000 đ",
            "1.500.000\u{a0}đ",
            "1500000đồng",
            "1.500.000 VND",
            "1500000 vnđ",
            "1500000\u{20ab}",
            "1500k",
            "1,5tr",
            "1.5 triệu",
            "1,5 triệu đồng",
            "1tr5",
            "1tr500",
            "1500 nghìn",
        ] {
            assert_eq!(read_dong(typed), Ok(1_500_000), "{typed}");
        }
        assert_eq!(read_dong("300k"), Ok(300_000));
        assert_eq!(read_dong("1TR"), Ok(1_000_000));
        assert_eq!(read_dong("0,125tr"), Ok(125_000));
        assert_eq!(read_dong("500"), Ok(500));
    }

    #[test]
    fn a_lone_group_is_asked_about_and_both_answers_are_taken() {
        let fault = MoneyFault::Ambiguous { low: 1_500, high: 1_500_000 };
        for typed in ["1.500", "1,500", " 1 500"] {
            assert_eq!(read_dong(typed), Err(fault), "{typed}");
        }
        let question = "Viết rõ 1.500 là 1.500\u{a0}đ hay 1.500.000\u{a0}đ";
        assert_eq!(fault.to_string(), question);
        assert_eq!(read_dong(&dong(1_500)), Ok(1_500));
        assert_eq!(read_dong(&dong(1_500_000)), Ok(1_500_000));
    }

    #[test]
    fn what_is_not_an_amount_of_money_is_refused() {
        for typed in [
            "",
            "0",
            "0đ",
            "đ",
            "k",
            "tr5",
            "1.50",
            "1.5000",
            "15.00.000",
            "1.500,000",
            "0.500",
            "1tr50",
            "1.500tr",
            "1,5",
            "0,5555k",
            "ba trăm",
            "1e6",
            "+5",
            ".500",
        ] {
            assert_eq!(read_dong(typed), Err(MoneyFault::NotMoney), "{typed}");
        }
        assert_eq!(read_dong("-300.000"), Err(MoneyFault::Negative));
        assert_eq!(read_dong(&grouped(-5)), Err(MoneyFault::Negative));
    }

    #[test]
    fn money_has_an_upper_limit() {
        assert_eq!(read_dong("999.999.999.999.999"), Ok(MOST_DONG));
        for typed in ["1000000000000000", "99999999999999999999", "9999999999999999tr"] {
            assert_eq!(read_dong(typed), Err(MoneyFault::TooMuch), "{typed}");
        }
    }
}
