//! Numbers, shares, amounts and quantities, written the Vietnamese way.

mod money;

pub use self::money::{MoneyFault, read_dong};

/// The largest quantity, in hundredths.
const MOST_HUNDREDTHS: i64 = 99_999_999_999;

/// "1.201", "−1.201" with a true minus sign.
pub fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut shown = String::with_capacity(digits.len() * 2);
    if n < 0 {
        shown.push('\u{2212}');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            shown.push('.');
        }
        shown.push(digit);
    }
    shown
}

/// Likewise how many of something there are.
pub fn counted(count: usize) -> String {
    grouped(i64::try_from(count).unwrap_or(i64::MAX))
}

/// An amount in đồng, "1.500.000 đ" with a no-break space.
pub fn dong(n: i64) -> String {
    format!("{}\u{a0}đ", grouped(n))
}

/// An amount where there is no room for all its digits: from a billion on "7,98 tỷ đ", to the
/// nearest hundredth.
pub fn short_dong(n: i64) -> String {
    const BILLION: u64 = 1_000_000_000;
    if n.unsigned_abs() < BILLION {
        return dong(n);
    }
    let hundredths = i64::try_from((n.unsigned_abs() + BILLION / 200) / (BILLION / 100));
    format!("{}\u{a0}tỷ\u{a0}đ", quantity(hundredths.unwrap_or(i64::MAX) * n.signum()))
}

/// The share of a part in a whole, "82,5%", half rounded up; `None` of nothing
/// or of negative counts. Only all is "100%" and only none is "0%": rounding
/// stops a tenth short of them.
pub fn percent(part: i64, whole: i64) -> Option<String> {
    if whole <= 0 || part < 0 {
        return None;
    }
    if part == 0 || part == whole {
        return Some(if part == 0 { "0%".to_owned() } else { "100%".to_owned() });
    }
    let (wide_part, wide_whole) = (i128::from(part), i128::from(whole));
    let rounded = (wide_part * 2000 + wide_whole) / (wide_whole * 2);
    let tenths = if part < whole { rounded.clamp(1, 999) } else { rounded.max(1001) };
    let units = i64::try_from(tenths / 10).ok()?;
    Some(format!("{},{}%", grouped(units), tenths % 10))
}

/// A quantity in hundredths, without idle zeros: 150 is "1,5", 1200 is "12",
/// 125025 is "1.250,25".
pub fn quantity(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "\u{2212}" } else { "" };
    let (units, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
    let units = grouped(i64::try_from(units).unwrap_or(i64::MAX));
    match rest {
        0 => format!("{sign}{units}"),
        _ if rest.is_multiple_of(10) => format!("{sign}{units},{}", rest / 10),
        _ => format!("{sign}{units},{rest:02}"),
    }
}

/// Reads a quantity above zero into hundredths: "12", "1,5", "1.5",
/// "1.250,25". Three digits after a dot are a group, as `quantity` writes it,
/// so "1.250" is 1250 units. The error is a Vietnamese sentence for the page.
pub fn read_quantity(typed: &str) -> Result<i64, String> {
    let typed = typed.trim();
    let decimal_dot = typed.split_once('.').filter(|(_, decimals)| decimals.len() < 3);
    let (units, decimals) = typed.split_once(',').or(decimal_dot).unwrap_or((typed, "0"));
    let hundredths = match decimals.len() {
        1 => whole_number(decimals, &[]).map(|tenths| tenths * 10),
        2 => whole_number(decimals, &[]),
        _ => None,
    };
    let amount = whole_number(units, &['.']).zip(hundredths);
    match amount.map(|(units, rest)| units.saturating_mul(100).saturating_add(rest)) {
        None | Some(..=0) => {
            Err("Viết số lượng lớn hơn 0, có nhiều nhất hai chữ số thập phân, ví dụ 1,5".to_owned())
        }
        Some(amount @ 1..=MOST_HUNDREDTHS) => Ok(amount),
        Some(_) => Err(format!("Viết số lượng không quá {}", quantity(MOST_HUNDREDTHS))),
    }
}

/// Digits, perhaps in groups of three that are apart by one and the same
/// separator. What does not fit an `i64` becomes its largest value.
fn whole_number(text: &str, separators: &[char]) -> Option<i64> {
    let separator = text.chars().find(|c| separators.contains(c));
    if let Some(separator) = separator {
        let mut groups = text.split(separator);
        let head = groups.next()?;
        let fits = (1..=3).contains(&head.len()) && !head.starts_with('0');
        if !fits || groups.any(|group| group.len() != 3) {
            return None;
        }
    }
    let digits: String = text.chars().filter(|c| Some(*c) != separator).collect();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(digits.parse().unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped_with_dots() {
        for (n, shown) in [(0, "0"), (999, "999"), (1201, "1.201"), (1_500_000, "1.500.000")] {
            assert_eq!(grouped(n), shown);
        }
        assert_eq!(grouped(-1201), "\u{2212}1.201");
        assert_eq!(grouped(i64::MIN), "\u{2212}9.223.372.036.854.775.808");
        assert_eq!(dong(1_500_000), "1.500.000\u{a0}đ");
    }

    #[test]
    fn a_billion_and_more_may_be_told_in_short() {
        let short = |n| short_dong(n).replace('\u{a0}', " ");
        assert_eq!(short(999_999_999), "999.999.999 đ");
        assert_eq!(short(1_000_000_000), "1 tỷ đ");
        assert_eq!(short(7_978_000_000), "7,98 tỷ đ");
        assert_eq!(short(-7_904_999_999), "\u{2212}7,9 tỷ đ");
        assert_eq!(short(258_301_500_000), "258,3 tỷ đ");
    }

    #[test]
    fn shares_have_one_decimal_rounded_half_up() {
        for (part, whole, shown) in [
            (33, 40, "82,5%"),
            (1, 3, "33,3%"),
            (2, 3, "66,7%"),
            (1, 2, "50,0%"),
            (1, 16, "6,3%"),
            (3, 2, "150,0%"),
        ] {
            assert_eq!(percent(part, whole).as_deref(), Some(shown));
        }
    }

    #[test]
    fn only_all_is_a_hundred_percent_and_only_none_is_zero() {
        for (part, whole, shown) in [
            (0, 7, "0%"),
            (7, 7, "100%"),
            (1, 9500, "0,1%"),
            (9499, 9500, "99,9%"),
            (9501, 9500, "100,1%"),
        ] {
            assert_eq!(percent(part, whole).as_deref(), Some(shown));
        }
        assert_eq!(percent(0, 0), None);
        assert_eq!(percent(i64::MAX, i64::MAX - 1).as_deref(), Some("100,1%"));
    }

    #[test]
    fn quantities_are_read_as_they_are_shown() {
        for (hundredths, shown) in [(150, "1,5"), (1200, "12"), (125_025, "1.250,25"), (5, "0,05")]
        {
            assert_eq!(quantity(hundredths), shown);
            assert_eq!(read_quantity(shown), Ok(hundredths));
        }
        assert_eq!(quantity(-150), "\u{2212}1,5");
        assert_eq!(read_quantity(" 1.5 "), Ok(150));
        assert_eq!(read_quantity("1.25"), Ok(125));
        assert_eq!(read_quantity("1.250"), Ok(125_000));
        assert_eq!(read_quantity("2,50"), Ok(250));
    }

    #[test]
    fn what_is_not_a_quantity_is_refused() {
        for typed in ["", "0", "0,00", "-1", "1,255", "1,", ",5", "1.", "1.2.3", "hai", "1,5,5"] {
            assert!(read_quantity(typed).is_err(), "{typed}");
        }
        assert!(read_quantity("99999999999999999999").unwrap_err().contains("999.999.999,99"));
    }
}
