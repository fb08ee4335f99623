//! Amounts and quantities as people type them.

#![no_main]

use haichieu::vietnamese::{number, words};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|typed: &str| {
    if let Ok(dong) = number::read_dong(typed) {
        assert!(dong > 0);
        assert_eq!(number::read_dong(&number::dong(dong)).ok(), Some(dong), "what is shown is read the same");
        words::dong_in_words(dong);
    }
    if let Ok(hundredths) = number::read_quantity(typed) {
        let shown = number::quantity(hundredths);
        assert_eq!(number::read_quantity(&shown), Ok(hundredths), "what is shown is read the same");
    }
});
