//! The letterings of old lists: fonts that drew Vietnamese with the codes of other
//! letters. TCVN3 (`.VnTime`) has one byte a letter, VNI two for most.

use unicode_normalization::UnicodeNormalization;

use super::fold;
use crate::words::words;

words! {
    /// How the letters of a text are written.
    Lettering {
        Unicode = "unicode", "Unicode (chữ hiện nay)";
        Tcvn3 = "tcvn3", "TCVN3 (phông .VnTime, ABC)";
        Vni = "vni", "VNI (phông VNI-Times)";
    }
}

/// The letters of TCVN 5712:1993, third set, and the codes in which `.VnTime` draws
/// them, as Latin-1 shows those.
#[rustfmt::skip]
const TCVN3: &[(char, char)] = &[
    ('\u{B5}', 'à'), ('\u{B6}', 'ả'), ('\u{B7}', 'ã'), ('\u{B8}', 'á'), ('\u{B9}', 'ạ'),
    ('\u{A8}', 'ă'), ('\u{BB}', 'ằ'), ('\u{BC}', 'ẳ'), ('\u{BD}', 'ẵ'), ('\u{BE}', 'ắ'),
    ('\u{C6}', 'ặ'), ('\u{A9}', 'â'), ('\u{C7}', 'ầ'), ('\u{C8}', 'ẩ'), ('\u{C9}', 'ẫ'),
    ('\u{CA}', 'ấ'), ('\u{CB}', 'ậ'), ('\u{CC}', 'è'), ('\u{CE}', 'ẻ'), ('\u{CF}', 'ẽ'),
    ('\u{D0}', 'é'), ('\u{D1}', 'ẹ'), ('\u{AA}', 'ê'), ('\u{D2}', 'ề'), ('\u{D3}', 'ể'),
    ('\u{D4}', 'ễ'), ('\u{D5}', 'ế'), ('\u{D6}', 'ệ'), ('\u{D7}', 'ì'), ('\u{D8}', 'ỉ'),
    ('\u{DC}', 'ĩ'), ('\u{DD}', 'í'), ('\u{DE}', 'ị'), ('\u{DF}', 'ò'), ('\u{E1}', 'ỏ'),
    ('\u{E2}', 'õ'), ('\u{E3}', 'ó'), ('\u{E4}', 'ọ'), ('\u{AB}', 'ô'), ('\u{E5}', 'ồ'),
    ('\u{E6}', 'ổ'), ('\u{E7}', 'ỗ'), ('\u{E8}', 'ố'), ('\u{E9}', 'ộ'), ('\u{AC}', 'ơ'),
    ('\u{EA}', 'ờ'), ('\u{EB}', 'ở'), ('\u{EC}', 'ỡ'), ('\u{ED}', 'ớ'), ('\u{EE}', 'ợ'),
    ('\u{EF}', 'ù'), ('\u{F1}', 'ủ'), ('\u{F2}', 'ũ'), ('\u{F3}', 'ú'), ('\u{F4}', 'ụ'),
    ('\u{AD}', 'ư'), ('\u{F5}', 'ừ'), ('\u{F6}', 'ử'), ('\u{F7}', 'ữ'), ('\u{F8}', 'ứ'),
    ('\u{F9}', 'ự'), ('\u{FA}', 'ỳ'), ('\u{FB}', 'ỷ'), ('\u{FC}', 'ỹ'), ('\u{FD}', 'ý'),
    ('\u{FE}', 'ỵ'), ('\u{AE}', 'đ'), ('\u{A1}', 'Ă'), ('\u{A2}', 'Â'), ('\u{A3}', 'Ê'),
    ('\u{A4}', 'Ô'), ('\u{A5}', 'Ơ'), ('\u{A6}', 'Ư'), ('\u{A7}', 'Đ'),
];

/// The letters of `VNI-Windows` in lower case: most are a base and a mark.
#[rustfmt::skip]
const VNI: &[(&str, char)] = &[
    ("aø", 'à'), ("aû", 'ả'), ("aõ", 'ã'), ("aù", 'á'), ("aï", 'ạ'), ("aê", 'ă'), ("aè", 'ằ'),
    ("aú", 'ẳ'), ("aü", 'ẵ'), ("aé", 'ắ'), ("aë", 'ặ'), ("aâ", 'â'), ("aà", 'ầ'), ("aå", 'ẩ'),
    ("aã", 'ẫ'), ("aá", 'ấ'), ("aä", 'ậ'), ("eø", 'è'), ("eû", 'ẻ'), ("eõ", 'ẽ'), ("eù", 'é'),
    ("eï", 'ẹ'), ("eâ", 'ê'), ("eà", 'ề'), ("eå", 'ể'), ("eã", 'ễ'), ("eá", 'ế'), ("eä", 'ệ'),
    ("ì", 'ì'), ("æ", 'ỉ'), ("ó", 'ĩ'), ("í", 'í'), ("ò", 'ị'), ("oø", 'ò'), ("oû", 'ỏ'),
    ("oõ", 'õ'), ("où", 'ó'), ("oï", 'ọ'), ("oâ", 'ô'), ("oà", 'ồ'), ("oå", 'ổ'), ("oã", 'ỗ'),
    ("oá", 'ố'), ("oä", 'ộ'), ("ôø", 'ờ'), ("ôû", 'ở'), ("ôõ", 'ỡ'), ("ôù", 'ớ'), ("ôï", 'ợ'),
    ("ô", 'ơ'), ("uø", 'ù'), ("uû", 'ủ'), ("uõ", 'ũ'), ("uù", 'ú'), ("uï", 'ụ'), ("öø", 'ừ'),
    ("öû", 'ử'), ("öõ", 'ữ'), ("öù", 'ứ'), ("öï", 'ự'), ("ö", 'ư'), ("yø", 'ỳ'), ("yû", 'ỷ'),
    ("yõ", 'ỹ'), ("yù", 'ý'), ("î", 'ỵ'), ("ñ", 'đ'),
];

/// The text in Unicode, NFC. Decodes before anything else may touch it: in TCVN3 the
/// letter ư is the invisible soft hyphen.
pub fn decode(text: &str, lettering: Lettering) -> String {
    match lettering {
        Lettering::Unicode => fold::composed(text).into_owned(),
        Lettering::Tcvn3 => text.chars().map(of_tcvn3).nfc().collect(),
        Lettering::Vni => of_vni(text),
    }
}

fn of_tcvn3(code: char) -> char {
    TCVN3.iter().find(|(it, _)| *it == code).map_or(code, |(_, letter)| *letter)
}

/// The longest match first; a capital base or mark makes a capital letter.
fn of_vni(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut decoded = String::with_capacity(text.len());
    let mut at = 0;
    while at < letters.len() {
        let found = [2, 1].into_iter().find_map(|length| {
            let code = letters.get(at..at + length)?;
            let lower: String = code.iter().flat_map(|it| it.to_lowercase()).collect();
            let (_, letter) = VNI.iter().find(|(it, _)| *it == lower)?;
            Some((length, *letter, code[0].is_uppercase()))
        });
        match found {
            Some((length, letter, true)) => {
                decoded.extend(letter.to_uppercase());
                at += length;
            }
            Some((length, letter, false)) => {
                decoded.push(letter);
                at += length;
            }
            None => {
                decoded.push(letters[at]);
                at += 1;
            }
        }
    }
    decoded.nfc().collect()
}

/// What a font's name says of the letters drawn in it.
pub fn of_font(name: &str) -> Option<Lettering> {
    let name = name.trim().to_lowercase();
    if name.starts_with(".vn") {
        Some(Lettering::Tcvn3)
    } else if name.starts_with("vni-") || name.starts_with("vni ") {
        Some(Lettering::Vni)
    } else {
        None
    }
}

/// The likeliest lettering of some texts, and whether there is no doubt about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guess {
    pub lettering: Lettering,
    pub sure: bool,
}

/// Reads the texts in every lettering, and takes the one in which most of the words with
/// marks are Vietnamese. Without any such word it is Unicode: there is nothing to decode.
pub fn guess<'a>(texts: impl IntoIterator<Item = &'a str>) -> Guess {
    let texts: Vec<&str> = texts.into_iter().filter(|it| !it.is_ascii()).take(500).collect();
    if texts.is_empty() {
        return Guess { lettering: Lettering::Unicode, sure: true };
    }
    // Old letterings are codes of one byte: letters beyond those are what they seem.
    let is_wide = |c: char| matches!(c, '\u{100}'..='\u{1EFF}');
    if texts.iter().any(|it| it.contains(is_wide)) {
        return Guess { lettering: Lettering::Unicode, sure: true };
    }
    let score = |lettering: Lettering| -> (usize, usize) {
        let (mut good, mut all) = (0, 0);
        for text in &texts {
            let decoded = decode(text, lettering);
            for word in decoded.split(|c: char| !c.is_alphabetic() && c != '\u{AD}') {
                if word.is_ascii() {
                    continue;
                }
                all += 1;
                good += usize::from(is_syllable(word));
            }
        }
        (good, all)
    };
    let mut scores: Vec<(Lettering, usize, usize)> = Lettering::ALL
        .iter()
        .map(|it| {
            let (good, all) = score(*it);
            // Per thousand, so that texts of different lengths compare.
            (*it, (good * 1000).checked_div(all).unwrap_or(0), all)
        })
        .collect();
    scores.sort_by_key(|(_, share, _)| std::cmp::Reverse(*share));
    let sure = scores[0].1 >= 800 && scores[0].1 >= scores[1].1 + 200;
    Guess { lettering: scores[0].0, sure }
}

const ONSETS: &[&str] = &[
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh",
    "nh", "p", "ph", "qu", "r", "s", "t", "th", "tr", "v", "x",
];
const ENDINGS: &[&str] = &["", "c", "ch", "m", "n", "ng", "nh", "p", "t", "i", "o", "u", "y"];
const NUCLEI: &[&str] = &[
    "a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y", "ia", "iê", "yê", "ua", "uô", "ưa",
    "ươ", "oa", "oă", "oe", "uâ", "uê", "uơ", "uy", "uya", "uyê", "oo",
];

/// Whether a word could be a Vietnamese syllable: onset, nucleus, ending, one tone.
fn is_syllable(word: &str) -> bool {
    let tones = |c: &char| matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}');
    let lower: String = word.to_lowercase();
    if lower.nfd().filter(tones).count() > 1 {
        return false;
    }
    let bare: String = lower.nfd().filter(|c| !tones(c)).nfc().collect();
    ONSETS.iter().any(|onset| {
        bare.strip_prefix(onset).is_some_and(|rest| {
            ENDINGS
                .iter()
                .any(|ending| rest.strip_suffix(ending).is_some_and(|it| NUCLEI.contains(&it)))
        })
    })
}

/// A name all in capitals, or all in small letters because its font drew capitals, as a
/// person would write it. Others stay as they are.
pub fn name_case(name: &str) -> String {
    let letters = || name.chars().filter(|c| c.is_alphabetic());
    let is_mixed = letters().any(char::is_uppercase) && letters().any(char::is_lowercase);
    if is_mixed || fold::fold(name).is_empty() {
        return name.to_owned();
    }
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|it| it.to_uppercase().collect::<String>());
        first.unwrap_or_default() + &letters.as_str().to_lowercase()
    };
    name.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The examples of the conventions (ux 5.9): the same people in three letterings.
    const PEOPLE: &[(&str, &str, &str)] = &[
        ("Trương Huy Quế", "Tr\u{AD}¬ng Huy QuÕ", "Tröông Huy Queá"),
        ("Nguyễn Minh Phượng", "NguyÔn Minh Ph\u{AD}îng", "Nguyeãn Minh Phöôïng"),
        ("Tống Thị Quỳnh Hoa", "Tèng ThÞ Quúnh Hoa", "Toáng Thò Quyønh Hoa"),
        ("Đặng Đức Hoà", "§Æng §øc Hoµ", "Ñaëng Ñöùc Hoaø"),
        ("Lê Văn Sửu", "Lª V¨n Söu", "Leâ Vaên Söûu"),
    ];

    #[test]
    fn check_27_the_same_people_in_three_letterings() {
        for (unicode, tcvn3, vni) in PEOPLE {
            assert_eq!(decode(tcvn3, Lettering::Tcvn3), *unicode);
            assert_eq!(decode(vni, Lettering::Vni), *unicode);
            assert_eq!(decode(unicode, Lettering::Unicode), *unicode);
        }
    }

    #[test]
    fn a_list_tells_its_lettering() {
        let sure = |lettering| Guess { lettering, sure: true };
        assert_eq!(guess(PEOPLE.iter().map(|it| it.0)), sure(Lettering::Unicode));
        assert_eq!(guess(PEOPLE.iter().map(|it| it.1)), sure(Lettering::Tcvn3));
        assert_eq!(guess(PEOPLE.iter().map(|it| it.2)), sure(Lettering::Vni));
        assert_eq!(guess(["Le Van Suu", "12"]), sure(Lettering::Unicode));
        // One word that reads well in two of them is asked about.
        assert!(!guess(["Söu"]).sure);
    }

    #[test]
    fn a_font_says_which() {
        assert_eq!(of_font(".VnTimeH"), Some(Lettering::Tcvn3));
        assert_eq!(of_font("VNI-Times"), Some(Lettering::Vni));
        assert_eq!(of_font("Times New Roman"), None);
    }

    #[test]
    fn names_drawn_in_capitals_are_written_as_names() {
        assert_eq!(name_case("nguyễn đức"), "Nguyễn Đức");
        assert_eq!(name_case("NGUYỄN ĐỨC"), "Nguyễn Đức");
        assert_eq!(name_case("Hoàng phủ Ngọc"), "Hoàng phủ Ngọc");
    }

    /// The C library knows the same table.
    #[test]
    fn tcvn3_equals_the_table_of_iconv() {
        use std::io::Write;
        use std::process::{Command, Stdio};
        let mut iconv = Command::new("iconv")
            .args(["-f", "TCVN5712-1", "-t", "UTF-8"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("iconv is part of the C library");
        let codes: Vec<u8> = TCVN3.iter().map(|(code, _)| u8::try_from(*code).unwrap()).collect();
        iconv.stdin.take().unwrap().write_all(&codes).unwrap();
        let said = String::from_utf8(iconv.wait_with_output().unwrap().stdout).unwrap();
        let own: String = TCVN3.iter().map(|(_, letter)| letter).collect();
        assert_eq!(own.nfc().collect::<String>(), said.nfc().collect::<String>());
    }

    proptest! {
        #[test]
        fn decoding_undoes_the_lettering(picks in prop::collection::vec(0..TCVN3.len(), 1..30)) {
            let text: String = picks.iter().map(|at| TCVN3[*at].1).collect();
            let coded: String = picks.iter().map(|at| TCVN3[*at].0).collect();
            prop_assert_eq!(decode(&coded, Lettering::Tcvn3), text);
        }

        #[test]
        fn no_text_breaks_the_guess(texts in prop::collection::vec(".{0,40}", 0..8)) {
            let guess = guess(texts.iter().map(String::as_str));
            decode(&texts.concat(), guess.lettering);
        }
    }
}
