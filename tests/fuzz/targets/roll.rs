//! The shorthand of a roll: `12, 37k ốm, 41-44`.

#![no_main]

use haichieu::meetings::roll_call::exceptions::Exceptions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for count in [0, 1, 207, 3000] {
        let read = Exceptions::read(text, count);
        let numbers: Vec<i64> = read.found.iter().map(|it| it.number).collect();
        assert!(numbers.iter().all(|it| (1..=count).contains(it)), "nobody beyond the roll");
        assert!(numbers.is_sorted_by(|a, b| a < b), "each person once");
    }
});
