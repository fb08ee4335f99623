//! Days as people type them.

#![no_main]

use haichieu::vietnamese::day::{self, PartialDay};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|typed: &str| {
    if let Ok(read) = day::read(typed) {
        assert_eq!(day::read(&day::short(read)), Ok(read), "what is shown is read the same");
        day::long(read);
        day::weekday(read);
    }
    PartialDay::read(typed).ok();
});
