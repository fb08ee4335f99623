//! The short numbers by which units name workplaces, and what is given for which work.

use std::collections::HashMap;

use crate::db::Tx;
use crate::ids::WorkplaceId;
use crate::statistics::summary::store::numbered::{self, Named, Purpose};

/// Those that are written down, and those that were met since: whoever counts gives these the
/// next numbers, for this count.
pub struct Numbers {
    /// Workplaces by number.
    pub names: HashMap<usize, Named>,
    workplaces: HashMap<WorkplaceId, u32>,
    purposes: HashMap<Purpose, u32>,
    /// The last number of a purpose that is written down, and the last one given.
    written: u32,
    given: u32,
}

impl Numbers {
    pub async fn read(tx: &mut Tx) -> sqlx::Result<Numbers> {
        let found = numbered::workplaces(tx).await?;
        let mut next = found.iter().filter_map(|it| it.number).max().unwrap_or_default();
        let (mut names, mut workplaces) = (HashMap::new(), HashMap::new());
        for it in found {
            let number = it.number.unwrap_or_else(|| {
                next += 1;
                next
            });
            let number = u32::try_from(number).unwrap_or_default();
            workplaces.insert(it.id, number);
            names.insert(number as usize, it);
        }
        let (mut purposes, mut written) = (HashMap::new(), 0);
        for it in numbered::purposes(tx).await? {
            let number = u32::try_from(it.number).map_err(|it| sqlx::Error::Decode(it.into()))?;
            purposes.insert(it.purpose, number);
            written = written.max(number);
        }
        Ok(Numbers { names, workplaces, purposes, written, given: written })
    }

    /// That of a workplace; 0 where there is none.
    pub fn workplace(&self, id: Option<WorkplaceId>) -> u32 {
        id.and_then(|it| self.workplaces.get(&it).copied()).unwrap_or_default()
    }

    pub fn purpose(&mut self, purpose: Purpose) -> u32 {
        *self.purposes.entry(purpose).or_insert_with(|| {
            self.given += 1;
            self.given
        })
    }

    /// Purposes by number.
    pub fn purposes(self) -> HashMap<u32, Purpose> {
        self.purposes.into_iter().map(|(purpose, number)| (number, purpose)).collect()
    }

    /// Those that are not written down yet.
    pub fn new_purposes(self) -> impl Iterator<Item = (u32, Purpose)> {
        let written = self.written;
        self.purposes
            .into_iter()
            .filter_map(move |(it, number)| (number > written).then_some((number, it)))
    }
}
