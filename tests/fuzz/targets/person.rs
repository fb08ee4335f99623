//! Names and telephones.

#![no_main]

use haichieu::vietnamese::name::{self, FullName};
use haichieu::vietnamese::{fold, phone};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|typed: &str| {
    if let Some(read) = FullName::read(typed) {
        let shown = read.full;
        assert_eq!(FullName::read(&shown).map(|it| it.full), Some(shown.clone()));
        name::initials(&shown);
    }
    if let Ok(stored) = phone::read(typed) {
        phone::masked(&stored);
        assert_eq!(phone::read(&phone::show(&stored)), Ok(stored), "what is shown is read the same");
    }
    fold::like_words(typed);
    fold::matches_with_marks(typed, typed);
});
