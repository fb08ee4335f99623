//! Vietnamese telephone numbers: stored as digits, shown in groups or masked.

const WRITE_PHONE: &str = "Viết số điện thoại đủ 10 chữ số, bắt đầu bằng 0, ví dụ 0912 345 678";

/// The mobile prefixes of numbers of eleven digits, each with the one that
/// replaced it in 2018 (ux 5.6).
const REPLACED: [(&str, &str); 21] = [
    ("0120", "070"),
    ("0121", "079"),
    ("0122", "077"),
    ("0123", "083"),
    ("0124", "084"),
    ("0125", "085"),
    ("0126", "076"),
    ("0127", "081"),
    ("0128", "078"),
    ("0129", "082"),
    ("0162", "032"),
    ("0163", "033"),
    ("0164", "034"),
    ("0165", "035"),
    ("0166", "036"),
    ("0167", "037"),
    ("0168", "038"),
    ("0169", "039"),
    ("0186", "056"),
    ("0188", "058"),
    ("0199", "059"),
];

/// Reads a mobile number of 10 digits or a fixed line of 10 or 11 into its
/// digits with the leading 0. Spaces, dots, hyphens and brackets do not count,
/// +84 and 84 stand for the 0. The error is a Vietnamese sentence for the
/// page; it proposes the new number for one from before 2018.
pub fn read(typed: &str) -> Result<String, String> {
    let bare: String =
        typed.chars().filter(|c| !c.is_whitespace() && !".-\u{2013}()".contains(*c)).collect();
    let digits = bare.strip_prefix('+').unwrap_or(&bare);
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(WRITE_PHONE.to_owned());
    }
    let number = match digits.strip_prefix("84") {
        Some(rest) => format!("0{}", rest.strip_prefix('0').unwrap_or(rest)),
        None if digits.len() == bare.len() => digits.to_owned(),
        None => return Err("Viết số điện thoại Việt Nam, bắt đầu bằng 0 hoặc +84".to_owned()),
    };
    let second = number.as_bytes().get(1).filter(|_| number.starts_with('0'));
    match (second, number.len()) {
        (Some(b'3' | b'5' | b'7' | b'8' | b'9'), 10) | (Some(b'2'), 10 | 11) => Ok(number),
        (Some(b'1'), 11) => Err(proposal(&number)),
        (Some(b'2'), _) => Err("Viết số cố định đủ cả mã vùng, ví dụ 0239 3855 123".to_owned()),
        _ => Err(WRITE_PHONE.to_owned()),
    }
}

/// Stored digits in groups: "0912 345 678" and, for a fixed line of eleven,
/// "0239 3855 123" or "024 3825 1234". Anything else is shown as it is.
pub fn show(stored: &str) -> String {
    let cuts = match stored.len() {
        _ if !stored.bytes().all(|b| b.is_ascii_digit()) => return stored.to_owned(),
        10 => (4, 7),
        11 if stored.starts_with("024") || stored.starts_with("028") => (3, 7),
        11 => (4, 8),
        _ => return stored.to_owned(),
    };
    format!("{} {} {}", &stored[..cuts.0], &stored[cuts.0..cuts.1], &stored[cuts.1..])
}

/// The number with only its first two and last three digits legible,
/// "09•• ••• 678"; one too short for that is hidden altogether.
pub fn masked(stored: &str) -> String {
    let shown = show(stored);
    let last = shown.chars().filter(|c| *c != ' ').count();
    let mut at = 0;
    shown
        .chars()
        .map(|c| {
            if c == ' ' {
                return c;
            }
            at += 1;
            if last >= 9 && (at <= 2 || at > last - 3) { c } else { '•' }
        })
        .collect()
}

fn proposal(number: &str) -> String {
    REPLACED
        .iter()
        .find_map(|(old, new)| {
            let rest = number.strip_prefix(old)?;
            let proposed = show(&format!("{new}{rest}"));
            Some(format!("Đầu số {old} đã đổi thành {new} từ năm 2018, số mới là {proposed}"))
        })
        .unwrap_or_else(|| WRITE_PHONE.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_number_is_read_however_it_is_spaced() {
        for typed in [
            "0912345678",
            " 0912 345 678 ",
            "0912.345.678",
            "0912-345-678",
            "+84 912 345 678",
            "84912345678",
            "+84 (0) 912 345 678",
            "(0912)\u{a0}345678",
        ] {
            assert_eq!(read(typed).as_deref(), Ok("0912345678"), "{typed}");
        }
        for typed in ["0312345678", "0512345678", "0712345678", "0812345678"] {
            assert_eq!(read(typed).as_deref(), Ok(typed));
        }
        assert_eq!(read("0841234567").as_deref(), Ok("0841234567"));
        assert_eq!(read("84 84 123 4567").as_deref(), Ok("0841234567"));
    }

    #[test]
    fn a_fixed_line_has_ten_or_eleven_digits() {
        assert_eq!(read("0239 3855 123").as_deref(), Ok("02393855123"));
        assert_eq!(read("+84 239 3855 123").as_deref(), Ok("02393855123"));
        assert_eq!(read("0239 385 512").as_deref(), Ok("0239385512"));
        assert!(read("3855 123").is_err());
        assert!(read("0239 3855").unwrap_err().contains("mã vùng"));
    }

    #[test]
    fn what_is_not_a_vietnamese_number_is_refused() {
        for typed in ["", "0", "84", "091234567", "09123456789", "0612345678", "0912 34A 678"] {
            assert_eq!(read(typed).unwrap_err(), WRITE_PHONE, "{typed}");
        }
        assert!(read("+1 202 555 0100").unwrap_err().contains("+84"));
        assert!(read("+0912345678").is_err() && read("912345678").is_err());
    }

    #[test]
    fn a_number_from_before_2018_gets_a_proposal() {
        assert_eq!(
            read("0168 123 4567").unwrap_err(),
            "Đầu số 0168 đã đổi thành 038 từ năm 2018, số mới là 0381 234 567"
        );
        assert!(read("+84 199 123 4567").unwrap_err().ends_with("0591 234 567"));
        assert_eq!(read("0100 123 4567").unwrap_err(), WRITE_PHONE);
    }

    #[test]
    fn numbers_are_shown_in_groups() {
        assert_eq!(show("0912345678"), "0912 345 678");
        assert_eq!(show("02393855123"), "0239 3855 123");
        assert_eq!(show("02438251234"), "024 3825 1234");
        assert_eq!(show("113"), "113");
        assert_eq!(show("không có số"), "không có số");
    }

    #[test]
    fn masking_leaves_two_digits_before_and_three_behind() {
        assert_eq!(masked("0912345678"), "09•• ••• 678");
        assert_eq!(masked("02393855123"), "02•• •••• 123");
        assert_eq!(masked("12345678"), "••••••••");
        assert_eq!(masked(""), "");
    }
}
