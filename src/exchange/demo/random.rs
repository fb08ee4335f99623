//! Numbers that look drawn, and come out the same each time.

use chrono::{Days, NaiveDate};

/// `SplitMix64`: the same seed gives the same people on every machine.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// Sixty-four of them at once, each as likely set as not.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let choices = high.abs_diff(low) + 1;
        low.saturating_add_unsigned(self.bits() % choices)
    }

    /// Whether something happens that happens `permille` times in a thousand.
    pub fn chance(&mut self, permille: i64) -> bool {
        self.between(0, 999) < permille
    }

    /// A place in a list of `length`.
    pub fn place(&mut self, length: usize) -> usize {
        let choices = u64::try_from(length).unwrap_or(1).max(1);
        usize::try_from(self.bits() % choices).unwrap_or_default()
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.place(list.len())]
    }

    /// A day from `first` to `last`, both included.
    pub fn day(&mut self, first: NaiveDate, last: NaiveDate) -> NaiveDate {
        let span = (last - first).num_days().max(0);
        first + Days::new(self.between(0, span).unsigned_abs())
    }
}

/// A list of which some entries are drawn more often than others.
pub struct Weighted<T>(Vec<(i64, T)>);

impl<T> Weighted<T> {
    pub fn new(entries: impl IntoIterator<Item = (i64, T)>) -> Weighted<T> {
        let mut total = 0;
        let summed = entries.into_iter().map(|(weight, entry)| {
            total += weight;
            (total, entry)
        });
        Weighted(summed.collect())
    }

    pub fn draw(&self, random: &mut Random) -> &T {
        let total = self.0.last().map_or(1, |(total, _)| *total);
        let drawn = random.between(1, total);
        &self.0[self.0.partition_point(|(sum, _)| *sum < drawn)].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_numbers() {
        let draw = |seed| {
            let mut random = Random::new(seed);
            [(); 5].map(|()| random.between(0, 1_000_000))
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn weights_are_kept() {
        let list = Weighted::new([(1, 'a'), (0, 'b'), (9, 'c')]);
        let mut random = Random::new(1);
        let drawn: Vec<char> = (0..1000).map(|_| *list.draw(&mut random)).collect();
        let count = |letter| drawn.iter().filter(|it| **it == letter).count();
        assert_eq!(count('b'), 0);
        assert!((50..150).contains(&count('a')), "{}", count('a'));
    }
}
