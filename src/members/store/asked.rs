//! What is looked for in a list of members, as it was typed.

use crate::vietnamese::{fold, phone};

/// What is looked for: words without marks, or the digits of a telephone number, which is
/// one word, however it is spaced.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    Number(String),
    Words(Vec<String>),
}

pub fn asked(query: &str) -> Asked {
    let query: String = query.chars().filter(|c| !c.is_control()).collect();
    let digits: String = query.chars().filter(|c| !" .-()\u{a0}".contains(*c)).collect();
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'+') {
        return Asked::Number(phone::read(&query).unwrap_or(digits));
    }
    Asked::Words(fold::query_words(&query))
}

/// The words that every row found must hold, each as a part of a pattern, and nothing for
/// those not needed.
pub fn six_words(query: &str) -> [String; 6] {
    let words = match asked(query) {
        Asked::Number(digits) => fold::query_words(&digits),
        Asked::Words(words) => words,
    };
    std::array::from_fn(|at| words.get(at).map(|it| fold::escaped(it)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::six_words;

    #[test]
    fn words_are_parts_of_patterns_and_the_rest_ask_for_nothing() {
        assert_eq!(six_words(" Hoa  TỐNG 5% "), ["hoa", "tong", r"5\%", "", "", ""]);
        assert_eq!(six_words("")[0], "");
    }

    #[test]
    fn a_telephone_number_is_one_word_however_it_is_spaced() {
        assert_eq!(six_words("0912 345 678")[..2], ["0912345678", ""]);
        assert_eq!(six_words("+84 912.345.678")[..2], ["0912345678", ""]);
        assert_eq!(six_words("345 678")[..2], ["345678", ""]);
    }
}
