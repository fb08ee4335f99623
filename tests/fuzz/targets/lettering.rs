//! Letters of old fonts.

#![no_main]

use haichieu::vietnamese::fold;
use haichieu::vietnamese::lettering::{self, Lettering};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for lettering in Lettering::ALL {
        let decoded = lettering::decode(text, *lettering);
        lettering::name_case(&decoded);
        let folded = fold::fold(&decoded);
        assert_eq!(fold::fold(&folded), folded, "folding twice is folding once");
    }
    lettering::guess([text]);
    lettering::of_font(text);
});
