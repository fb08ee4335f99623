//! Names that nobody in particular bears.

use crate::exchange::demo::files::{self, FAMILY, GIVEN, Held, MIDDLE};
use crate::exchange::demo::random::{Random, Weighted};
use crate::exchange::seed::reader::Fault;
use crate::members::model::Sex;
use crate::vietnamese::name::FullName;

pub struct Names {
    family: Weighted<String>,
    men: OfOneSex,
    women: OfOneSex,
}

struct OfOneSex {
    middle: Weighted<String>,
    given: Weighted<String>,
}

impl Names {
    pub fn read() -> Result<Names, Fault> {
        let families = files::rows(FAMILY, |row| {
            Ok((files::number(row, "weight")?, row.get("name").to_owned()))
        })?;
        Ok(Names {
            family: Weighted::new(families),
            men: OfOneSex::read(Sex::Male)?,
            women: OfOneSex::read(Sex::Female)?,
        })
    }

    pub fn draw(&self, random: &mut Random, sex: Sex) -> FullName {
        let given = self.of(sex).given.draw(random);
        self.draw_around(random, sex, given)
    }

    /// A name whose last word is `given`, and no word stands twice.
    pub fn draw_around(&self, random: &mut Random, sex: Sex, given: &str) -> FullName {
        loop {
            let family = self.family.draw(random);
            let middle = self.of(sex).middle.draw(random);
            let mut words: Vec<&str> = middle.split(' ').chain([family.as_str(), given]).collect();
            let count = words.len();
            words.sort_unstable();
            words.dedup();
            if words.len() < count {
                continue;
            }
            if let Some(name) = FullName::read(&format!("{family} {middle} {given}")) {
                return name;
            }
        }
    }

    fn of(&self, sex: Sex) -> &OfOneSex {
        match sex {
            Sex::Male => &self.men,
            Sex::Female => &self.women,
        }
    }
}

impl OfOneSex {
    fn read(sex: Sex) -> Result<OfOneSex, Fault> {
        let fitting = |file: Held| {
            let rows = files::rows(file, |row| {
                let fits = ["both", sex.as_str()].contains(&row.get("sex"));
                Ok((files::number(row, "weight")?, row.get("name").to_owned(), fits))
            })?;
            let fitting = rows.into_iter().filter(|(_, _, fits)| *fits);
            Ok(Weighted::new(fitting.map(|(weight, name, _)| (weight, name))))
        };
        Ok(OfOneSex { middle: fitting(MIDDLE)?, given: fitting(GIVEN)? })
    }
}
