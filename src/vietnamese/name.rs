//! The full name of a person, its three parts, and its place in a Vietnamese list.

use std::sync::LazyLock;

use icu_collator::CollatorBorrowed;
use icu_collator::options::{CollatorOptions, Strength};
use icu_locale_core::locale;
use unicode_normalization::UnicodeNormalization;

use super::fold;

/// A full name has at most this many characters.
const LONGEST: usize = 100;

/// The order of CLDR for Vietnamese (ux 5.1): ă â đ ê ô ơ ư are letters of
/// their own, then tones run ngang, huyền, hỏi, ngã, sắc, nặng. Secondary
/// strength leaves case out, so that "HOA" and "Hoa" stand together.
static COLLATOR: LazyLock<CollatorBorrowed<'static>> = LazyLock::new(|| {
    let mut options = CollatorOptions::default();
    options.strength = Some(Strength::Secondary);
    CollatorBorrowed::try_new(locale!("vi").into(), options)
        .expect("the order of Vietnamese is compiled in")
});

/// A name as typed, in NFC with single spaces, and the parts it sorts by.
/// The family and middle parts may be empty, the given part never is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullName {
    pub full: String,
    pub family: String,
    pub middle: String,
    pub given: String,
}

impl FullName {
    /// Splits a typed name by the common rule: the first word is the family
    /// name, the last one the given name, a lone word is the given name.
    /// `None` when there is no letter, when there are digits or control
    /// characters, or when it is longer than 100 characters.
    pub fn read(typed: &str) -> Option<FullName> {
        let full = clean(typed).filter(|name| !name.is_empty())?;
        let (before, given) = full.rsplit_once(' ').unwrap_or(("", &full));
        let (family, middle) = before.split_once(' ').unwrap_or((before, ""));
        let (family, middle, given) = (family.to_owned(), middle.to_owned(), given.to_owned());
        Some(FullName { full, family, middle, given })
    }

    /// A name whose split was corrected by hand, such as Hoàng Phủ | Ngọc |
    /// Tường. `None` when a part is not fit for a name, when there is no
    /// given name, or when the parts are not the words of the full name; their
    /// order is free, because some peoples do not write the family name first.
    pub fn from_parts(full: &str, family: &str, middle: &str, given: &str) -> Option<FullName> {
        let (full, family) = (clean(full)?, clean(family)?);
        let (middle, given) = (clean(middle)?, clean(given)?);
        let mut words: Vec<&str> = full.split(' ').collect();
        let mut parts: Vec<&str> = [&family, &middle, &given]
            .into_iter()
            .flat_map(|part| part.split_whitespace())
            .collect();
        words.sort_unstable();
        parts.sort_unstable();
        (words == parts && !given.is_empty()).then_some(FullName { full, family, middle, given })
    }

    /// Bytes that order people by given, middle, then family name, with tone
    /// placement evened out. They depend on the version of the collator and
    /// have to be computed anew when it changes.
    pub fn sort_key(&self) -> Vec<u8> {
        let mut key = Vec::with_capacity(64);
        for part in [&self.given, &self.middle, &self.family] {
            if !key.is_empty() {
                key.push(0);
            }
            let Ok(()) = COLLATOR.write_sort_key_to(&fold::plain_tone(part), &mut key);
        }
        key
    }

    /// The full name without marks, for a column that is searched.
    pub fn folded(&self) -> String {
        fold::fold(&self.full)
    }

    /// The words of [`FullName::folded`], each once, in the order of their bytes.
    pub fn words(&self) -> Vec<String> {
        let mut words: Vec<_> = self.folded().split(' ').map(str::to_owned).collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// Family and middle name, as they stand before the given name.
    pub fn before_given(&self) -> String {
        fold::single_spaced(&format!("{} {}", self.family, self.middle))
    }
}

/// The capital letter of a word, without its tone; `#` where it has no letter. A roll call
/// files people under that of their given names: Ánh is under A, Ân under Â, Đức under Đ.
pub fn initial_of(word: &str) -> char {
    let mut letters = word.nfd().map(fold::true_d).skip_while(|c| !c.is_alphabetic());
    let Some(base) = letters.next() else { return '#' };
    let marks = letters.take_while(|c| matches!(c, '\u{300}'..='\u{36f}'));
    let shaped: String = std::iter::once(base)
        .chain(marks.filter(|c| !fold::is_tone(*c)))
        .nfc()
        .flat_map(char::to_uppercase)
        .collect();
    match shaped.chars().next() {
        Some(letter @ ('Ă' | 'Â' | 'Đ' | 'Ê' | 'Ô' | 'Ơ' | 'Ư')) => letter,
        _ => base.to_uppercase().next().unwrap_or(base),
    }
}

/// `Đ. T. H.` for Đặng Thị Hòa: enough to recognise one's own paper, too little to name
/// anybody.
pub fn initials(full_name: &str) -> String {
    let letters = full_name.split_whitespace().map(|it| format!("{}.", initial_of(it)));
    letters.collect::<Vec<_>>().join(" ")
}

/// NFC, single spaces, without the invisible characters that come along when
/// text is pasted; it may be empty. `None` when it cannot be part of a name.
fn clean(typed: &str) -> Option<String> {
    let visible: String = fold::composed(typed).chars().filter(|c| !is_invisible(*c)).collect();
    let name = fold::single_spaced(&visible);
    let fits = name.chars().count() <= LONGEST
        && (name.is_empty() || name.chars().any(char::is_alphabetic))
        && !name.chars().any(|c| c.is_numeric() || c.is_control() || turns_direction(c));
    fits.then_some(name)
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn initials_name_nobody() {
        assert_eq!(initials("Đặng Thị Ánh"), "Đ. T. A.");
        assert_eq!(initials("Ưng  Ân"), "Ư. Â.");
    }
    use crate::vietnamese::fold::tests::WORDS;

    proptest! {
        #[test]
        fn a_name_sorts_alike_however_it_is_coded(typed in WORDS) {
            let key = name(&typed).sort_key();
            prop_assert_eq!(name(&typed.nfd().collect::<String>()).sort_key(), &*key);
            prop_assert_eq!(name(&typed.to_uppercase()).sort_key(), &*key);
        }

        #[test]
        fn given_names_decide_before_all_else(one in WORDS, other in WORDS) {
            let (one, other) = (name(&one), name(&other));
            let given = |it: &FullName| name(&it.given).sort_key();
            let by_given = given(&one).cmp(&given(&other));
            prop_assume!(by_given.is_ne());
            prop_assert_eq!(one.sort_key().cmp(&other.sort_key()), by_given);
        }
    }

    fn name(typed: &str) -> FullName {
        FullName::read(typed).unwrap()
    }

    fn sorted<'a>(names: &[&'a str]) -> Vec<&'a str> {
        let mut names = names.to_vec();
        names.sort_by_key(|typed| name(typed).sort_key());
        names
    }

    fn assert_order(expected: &[&str]) {
        let mut reversed = expected.to_vec();
        reversed.reverse();
        assert_eq!(sorted(&reversed), expected);
    }

    #[test]
    fn the_last_word_is_given_and_the_first_is_the_family() {
        let full = name("  Trần  Thị Ngọc\u{a0}Hạnh ");
        assert_eq!(full.full, "Trần Thị Ngọc Hạnh");
        assert_eq!((&*full.family, &*full.middle, &*full.given), ("Trần", "Thị Ngọc", "Hạnh"));
        assert_eq!(full.before_given(), "Trần Thị Ngọc");
    }

    #[test]
    fn short_names_leave_parts_empty() {
        let two = name("Lê Lợi");
        assert_eq!((&*two.family, &*two.middle, &*two.given), ("Lê", "", "Lợi"));
        assert_eq!(two.before_given(), "Lê");
        let one = name("Quế");
        assert_eq!((&*one.family, &*one.middle, &*one.given), ("", "", "Quế"));
        assert_eq!(one.before_given(), "");
    }

    #[test]
    fn decomposed_and_pasted_text_is_stored_composed_and_clean() {
        let decomposed: String = "Nguyễn Thị Hoà".nfd().collect();
        assert_eq!(name(&decomposed).full, "Nguyễn Thị Hoà");
        assert_eq!(name("\u{feff}Lê\u{200b} Lợi").full, "Lê Lợi");
    }

    #[test]
    fn what_cannot_be_a_name_is_refused() {
        for typed in ["", "  ", "Trần 2", "Trần\u{7}An", "Trần \u{202e}An", "---", &"a".repeat(101)]
        {
            assert_eq!(FullName::read(typed), None, "{typed:?}");
        }
        assert!(FullName::read(&"ạ".repeat(100)).is_some());
    }

    #[test]
    fn a_split_by_hand_keeps_every_word() {
        let full = "Hoàng Phủ Ngọc Tường";
        let split = FullName::from_parts(full, " Hoàng  Phủ", "", "Ngọc Tường").unwrap();
        assert_eq!((&*split.family, &*split.given), ("Hoàng Phủ", "Ngọc Tường"));
        assert!(FullName::from_parts("Y Bhăm Niê", "Niê", "Y", "Bhăm").is_some());
        assert_eq!(FullName::from_parts(full, "Hoàng", "Ngọc", "Tường"), None);
        assert_eq!(FullName::from_parts(full, full, "", ""), None);
        assert_eq!(FullName::from_parts("", "", "", ""), None);
    }

    #[test]
    fn given_names_follow_the_vietnamese_alphabet() {
        assert_order(&[
            "An",
            "Ánh",
            "Ân",
            "Dung",
            "Dũng",
            "Đức",
            "Hoa",
            "Hòa",
            "Phương",
            "Phượng",
            "Quế",
            "Ý",
            "Yến",
        ]);
        assert_order(&["Ma", "Mà", "Mả", "Mã", "Má", "Mạ"]);
    }

    #[test]
    fn the_tone_of_the_given_name_outweighs_the_middle_name() {
        assert_order(&["Lê Văn Hoa", "Lê Xuân Hoa", "Lê An Hòa", "Lê Bình Hoàn"]);
        assert_order(&["Trần Thị An", "Vũ An Ân"]);
    }

    #[test]
    fn both_spellings_of_a_name_interleave_by_middle_name() {
        assert_order(&["Lê An Hoà", "Lê Bá Hòa", "Lê Chí Hoà", "Lê Duy Hòa"]);
        assert_eq!(name("Lê Hoà").sort_key(), name("Lê Hòa").sort_key());
        assert_order(&["Lê An Thuý", "Lê Bá Thúy", "Lê Chí Thuý"]);
    }

    #[test]
    fn middle_then_family_break_ties_and_case_does_not_count() {
        assert_order(&["Trần Lan", "Lê Thị Lan", "Trần Thị Lan", "Lê Tuyết Lan"]);
        assert_eq!(name("LÊ THỊ LAN").sort_key(), name("Lê Thị Lan").sort_key());
        assert_eq!(name("\u{d0}ỗ \u{d0}ức").sort_key(), name("Đỗ Đức").sort_key());
    }

    #[test]
    fn names_are_searched_without_marks() {
        assert_eq!(name("Đặng Thị Hoà").folded(), "dang thi hoa");
        assert_eq!(name("Hà Thị Hạ").words(), ["ha", "thi"]);
    }

    #[test]
    fn the_initial_drops_the_tone_and_keeps_the_letter() {
        for (given, letter) in [
            ("Ánh", 'A'),
            ("Ân", 'Â'),
            ("Ấn", 'Â'),
            ("Ằng", 'Ă'),
            ("Đức", 'Đ'),
            ("\u{d0}ức", 'Đ'),
            ("đạt", 'Đ'),
            ("Ý", 'Y'),
            ("Ứng", 'Ư'),
            ("Út", 'U'),
            ("Ổn", 'Ô'),
            ("Ớt", 'Ơ'),
            ("ếch", 'Ê'),
            ("(An)", 'A'),
            ("Öst", 'O'),
        ] {
            assert_eq!(initial_of(&name(given).given), letter, "{given}");
        }
    }
}
