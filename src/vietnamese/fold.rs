//! Text made comparable: without marks, or with tone marks in one agreed place.

use std::borrow::Cow;

use unicode_normalization::char::decompose_canonical;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// A search takes this many words into account, the rest are ignored.
const MOST_WORDS: usize = 6;
/// And this many characters of each.
const LONGEST_WORD: usize = 60;

/// Text without any marks, in lower case, words apart by one space:
/// `ĐẶNG  THỊ HOÀ` becomes `dang thi hoa` (ux 5.3).
pub fn fold(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    // Marks go, so that those of letters like ours need not be put in order first.
    if text.chars().all(is_latin) {
        for c in text.chars() {
            decompose_canonical(c, |c| push_bare(&mut bare, c));
        }
    } else {
        text.nfd().for_each(|c| push_bare(&mut bare, c));
    }
    single_spaced(&bare)
}

/// The letter in lower case; of a mark nothing.
fn push_bare(bare: &mut String, c: char) {
    match c {
        _ if is_mark(c) => {}
        _ if is_barred_d(c) => bare.push('d'),
        _ => bare.extend(c.to_lowercase().filter(|c| !is_mark(*c))),
    }
}

/// The first six words of a query, without marks. Nothing that people look for is longer
/// than a word's first [`LONGEST_WORD`] characters, and a database refuses patterns without
/// end.
pub fn query_words(query: &str) -> Vec<String> {
    let folded = fold(query);
    let words = folded.split(' ').filter(|word| !word.is_empty()).take(MOST_WORDS);
    words.map(|word| word.chars().take(LONGEST_WORD).collect()).collect()
}

/// Patterns for `LIKE … ESCAPE '\'` on a folded column, one for each word of the query; a
/// row is found when all of them match, in any order.
pub fn like_words(query: &str) -> Vec<String> {
    query_words(query).iter().map(|word| format!("%{}%", escaped(word))).collect()
}

/// The word as a part of a pattern for `LIKE … ESCAPE '\'`.
pub fn escaped(word: &str) -> String {
    word.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}

/// Whether the query has a tone, a hat, a horn or a đ, so that the reader
/// may expect rows with the same marks first.
pub fn has_marks(query: &str) -> bool {
    query.nfd().any(|c| is_mark(c) || is_barred_d(c))
}

/// The same text in NFC with every tone where the older spelling puts it:
/// `Hoà` becomes `Hòa` and `Thuý` becomes `Thúy`, `Quý` and `Toán` stay
/// (ux 5.2). For keys and comparison only; pages show what was typed.
pub fn plain_tone(text: &str) -> String {
    // Without a mark there is no tone to place.
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut placed = String::with_capacity(text.len());
    let mut syllable = Vec::new();
    for c in text.nfd().map(true_d) {
        if c.is_alphabetic() || is_mark(c) {
            syllable.push(c);
        } else {
            place_tone(&mut syllable);
            placed.extend(syllable.drain(..));
            placed.push(c);
        }
    }
    place_tone(&mut syllable);
    placed.extend(syllable);
    placed.nfc().collect()
}

/// Whether every word of the query, marks included, begins some word of the
/// name: `hoà` matches Hoà and Hòa but not Hoa. Case and tone placement do
/// not count. It ranks rows that `like_words` already found.
pub fn matches_with_marks(name: &str, query: &str) -> bool {
    // A half-typed syllable such as "toá" is tried as typed too, because
    // placing its tone would take it away from "toán".
    let (placed, typed) = (plain_tone(name).to_lowercase(), lower(name));
    query.split_whitespace().all(|word| {
        begins_a_word(&placed, &plain_tone(word).to_lowercase())
            || begins_a_word(&typed, &lower(word))
    })
}

/// Trimmed text whose words are apart by one plain space.
pub(super) fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a combining character is one of the five Vietnamese tones.
pub(super) fn is_tone(c: char) -> bool {
    matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}')
}

/// The Vietnamese đ for the Icelandic letter that looks the same in capitals.
pub(super) fn true_d(c: char) -> char {
    match c {
        'ð' => 'đ',
        'Ð' => 'Đ',
        _ => c,
    }
}

/// Of Latin letters and their marks, which decompose into such alone.
fn is_latin(c: char) -> bool {
    matches!(c, '\0'..='\u{36f}' | '\u{1e00}'..='\u{1eff}')
}

/// The text in NFC, as it is stored: a copy only where it is not yet.
pub(super) fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc(text) { text.into() } else { text.nfc().collect() }
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

fn is_barred_d(c: char) -> bool {
    matches!(c, 'đ' | 'Đ' | 'ð' | 'Ð')
}

fn lower(text: &str) -> String {
    text.nfd().map(true_d).nfc().collect::<String>().to_lowercase()
}

fn begins_a_word(name: &str, word: &str) -> bool {
    name.split_whitespace().any(|part| part.starts_with(word))
}

/// Moves the tone of one decomposed syllable to the first of its two vowels
/// when it ends in oa, oe or uy and does not begin with qu.
fn place_tone(syllable: &mut Vec<char>) {
    let tones = syllable.iter().filter(|c| is_tone(**c)).count();
    if tones != 1 {
        return;
    }
    let bare: String =
        syllable.iter().filter(|c| !is_tone(**c)).flat_map(|c| c.to_lowercase()).collect();
    let glide = ["oa", "oe", "uy"].iter().any(|end| bare.ends_with(end));
    if !glide || bare.starts_with("qu") {
        return;
    }
    if let Some(at) = syllable.iter().position(|c| is_tone(*c)) {
        let tone = syllable.remove(at);
        syllable.insert(syllable.len() - 1, tone);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Up to four words of any Vietnamese letters.
    pub const WORDS: &str = "[aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrst\
                             uùủũúụưừửữứựvxyỳỷỹýỵ]{1,6}( [aàăâbcdđeêéghiíklmnoôơọpqrstuưứvxyỵ]{1,6}){0,3}";

    proptest! {
        #[test]
        fn a_text_folds_alike_however_it_is_coded(text in WORDS) {
            let folded = fold(&text);
            prop_assert_eq!(fold(&text.nfd().collect::<String>()), &*folded);
            prop_assert_eq!(fold(&text.to_uppercase()), &*folded);
            prop_assert_eq!(fold(&format!(" {}\u{a0}", text.replace(' ', "  "))), &*folded);
            prop_assert!(folded.chars().all(|it| it.is_ascii_lowercase() || it == ' '));
        }

        #[test]
        fn letters_of_elsewhere_change_nothing_of_ours(text in "[ -\u{36f}\u{1e00}-\u{1eff}]{0,20}") {
            let ours = format!("{} ω", fold(&text));
            prop_assert_eq!(fold(&format!("{text} Ω")), ours.trim_start());
        }

        #[test]
        fn no_text_breaks_folding(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }

    #[test]
    fn folding_drops_marks_case_and_extra_spaces() {
        let decomposed: String = "Đặng Thị Hoà".nfd().collect();
        for typed in ["ĐẶNG  THỊ HOÀ", "\u{d0}ặng Thị Hòa", " đặng\u{a0}thị\thoa ", &decomposed]
        {
            assert_eq!(fold(typed), "dang thi hoa");
        }
        assert_eq!(fold("Nguyễn Ước Lưỡng"), "nguyen uoc luong");
        assert_eq!(fold("İ"), "i");
        assert_eq!(fold("  "), "");
    }

    #[test]
    fn folding_twice_changes_nothing() {
        let once = fold("Trần  Thị Ỷ Đ.ức");
        assert_eq!(fold(&once), once);
    }

    #[test]
    fn a_query_becomes_one_pattern_a_word() {
        assert_eq!(like_words(" Hoa  TỐNG "), ["%hoa%", "%tong%"]);
        assert_eq!(like_words(&"a".repeat(60_000)), [format!("%{}%", "a".repeat(LONGEST_WORD))]);
        assert_eq!(like_words("   "), Vec::<String>::new());
        assert_eq!(like_words("a b c d e f g h").len(), 6);
    }

    #[test]
    fn wildcards_in_a_query_are_ordinary_characters() {
        assert_eq!(like_words(r"50% a_b c\d"), [r"%50\%%", r"%a\_b%", r"%c\\d%"]);
    }

    #[test]
    fn marks_are_noticed_in_either_normal_form() {
        assert!(has_marks("hoà") && has_marks("hoa\u{300}") && has_marks("Đuc") && has_marks("ơn"));
        assert!(!has_marks("Hoa Tong 12") && !has_marks(""));
    }

    #[test]
    fn the_tone_moves_to_the_first_vowel_of_oa_oe_uy() {
        for (typed, placed) in [
            ("Hoà", "Hòa"),
            ("Thuý", "Thúy"),
            ("Khoẻ", "Khỏe"),
            ("Thuỷ", "Thủy"),
            ("HOÀ", "HÒA"),
            ("uỷ", "ủy"),
            ("Tố Hoạ", "Tố Họa"),
            ("Hoà-Thuý", "Hòa-Thúy"),
        ] {
            assert_eq!(plain_tone(typed), placed);
            assert_eq!(plain_tone(placed), placed);
        }
    }

    #[test]
    fn other_syllables_keep_their_tone() {
        for name in ["Quý", "Quỳnh", "Hoàng", "Huệ", "Toán", "Huy", "Quế", "Nguyễn", "Thuở", "Hoa"]
        {
            assert_eq!(plain_tone(name), name);
            let decomposed: String = name.nfd().collect();
            assert_eq!(plain_tone(&decomposed), name);
        }
    }

    #[test]
    fn a_query_with_marks_matches_both_spellings_and_no_other_tone() {
        for query in ["hoà", "HÒA", "hoa\u{300}", "hò"] {
            assert!(matches_with_marks("Tống Thị Hoà", query), "{query}");
            assert!(matches_with_marks("Tống Thị Hòa", query), "{query}");
            assert!(!matches_with_marks("Tống Thị Hoa", query), "{query}");
        }
        assert!(matches_with_marks("Tống Thị Hoà", "hòa tống"));
        assert!(!matches_with_marks("Tống Thị Hoà", "hòa trần"));
        assert!(matches_with_marks("\u{d0}ỗ Văn Đức", "đỗ đức"));
    }

    #[test]
    fn a_half_typed_syllable_matches_as_typed() {
        assert!(matches_with_marks("Lê Văn Toán", "toá"));
        assert!(matches_with_marks("Bùi Huy Hoàng", "hoà"));
    }
}
