//! How many wards, cells and people there are.

use crate::exchange::demo::random::Random;

/// The cell that every registry of some size has: that of the roll calls that are measured.
pub const ROLL: i64 = 207;
/// The ward of which files are taken.
const FIRST_WARD: i64 = 1_200;
const SMALLEST_WARD: i64 = 300;

/// More people than this are more than a city.
const CITY: i64 = 30_000;
/// What a province has at 2.85 million people in 34 of them.
const PROVINCE: i64 = 83_000;
const PROVINCES: i64 = 34;

/// The smallest cell and the largest.
const LEAST: i64 = 20;
const MOST: i64 = 215;

pub struct Shape {
    /// How many live in each cell of each ward.
    pub wards: Vec<Vec<i64>>,
    /// None of a city.
    pub provinces: usize,
}

impl Shape {
    pub fn of(members: i64, random: &mut Random) -> Shape {
        let mut wards = Vec::new();
        let mut left = members;
        while left > 0 {
            let is_first = wards.is_empty();
            let wanted = if is_first { FIRST_WARD } else { random.between(420, 1_280) };
            // Nobody is left for a ward of a few.
            let people = if left < wanted + SMALLEST_WARD { left } else { wanted };
            wards.push(cells(people, is_first, random));
            left -= people;
        }
        let provinces = if members <= CITY { 0 } else { (members / PROVINCE).clamp(1, PROVINCES) };
        Shape { wards, provinces: usize::try_from(provinces).unwrap_or(1) }
    }

    /// The province of a ward: as many wards in each.
    pub fn province(&self, ward: usize) -> usize {
        ward * self.provinces.max(1) / self.wards.len().max(1)
    }

    pub fn has_country(&self) -> bool {
        self.provinces > 1
    }
}

fn cells(people: i64, is_first: bool, random: &mut Random) -> Vec<i64> {
    let mut cells = Vec::new();
    let mut left = people;
    if is_first && left >= ROLL {
        cells.push(ROLL);
        left -= ROLL;
    }
    while left > 0 {
        let wanted = match random.between(0, 99) {
            0..5 => random.between(LEAST, 40),
            5..10 => random.between(126, MOST),
            _ => random.between(40, 125),
        };
        let people = if left < wanted + LEAST { left } else { wanted };
        // One cell has exactly as many as the roll that is measured.
        let people = if people > MOST || people == ROLL { people / 2 } else { people };
        cells.push(people);
        left -= people;
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_lives_somewhere_and_one_cell_is_that_of_the_roll() {
        for members in [1, 19, 206, 207, 300, 1_200, 9_500, 100_000] {
            let shape = Shape::of(members, &mut Random::new(1));
            let cells: Vec<i64> = shape.wards.concat();
            assert_eq!(cells.iter().sum::<i64>(), members);
            assert!(cells.iter().all(|it| (1..=MOST).contains(it)), "{members}: {cells:?}");
            let rolls = cells.iter().filter(|it| **it == ROLL).count();
            assert_eq!(rolls, usize::from(members >= ROLL), "{members}");
        }
        let city = Shape::of(9_500, &mut Random::new(1));
        assert_eq!(city.wards[0].iter().sum::<i64>(), FIRST_WARD);
        assert_eq!(city.provinces, 0);
        assert_eq!(Shape::of(2_850_000, &mut Random::new(1)).provinces, 34);
    }
}
