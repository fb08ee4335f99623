//! The sets that the program brings with it, from `seeds/criteria.csv`: what is known of
//! the official form, each text marked as read in a source or to be confirmed.

use std::io;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::audit;
use crate::audit::model::{Act, Actor};
use crate::clock::{self, Moment};
use crate::criteria::model::{NewCriterion, NewOption, Variant};
use crate::criteria::store::{self, NewSet};
use crate::db::{Db, Tx, is_duplicate};
use crate::ids::CriteriaSetId;

const FILE: &str = include_str!("../../seeds/criteria.csv");

#[derive(Deserialize)]
struct Line {
    set: String,
    name: String,
    /// The first line of a set says for whom it is and since when.
    category: Option<Variant>,
    valid_from: Option<NaiveDate>,
    source: String,
    criterion: usize,
    heading: String,
    heading_confirmed: String,
    about_meetings: String,
    label: String,
    label_confirmed: String,
}

/// Writes down the sets of the file that the registry does not have yet.
pub async fn bring(db: &Db) -> sqlx::Result<()> {
    let mut tx = db.write().await?;
    let brought = match bring_in(&mut tx, clock::now()).await {
        // Another server of the same registry has just brought them.
        Err(error) if is_duplicate(&error) => return Ok(()),
        done => done?,
    };
    if brought == 0 {
        return Ok(());
    }
    let summary = format!("Nạp {brought} bộ tiêu chí đi cùng phần mềm");
    let act = Act::new("criteria.seed", None, summary);
    audit::store::append(&mut tx, &Actor::command_line(), act).await?;
    tx.commit().await
}

/// Likewise within a transaction; how many.
pub async fn bring_in(tx: &mut Tx, at: Moment) -> sqlx::Result<usize> {
    let mut brought = 0;
    for set in sets().map_err(|it| sqlx::Error::Decode(it.into()))? {
        if !store::has_code(tx, set.code.as_deref().unwrap_or_default()).await? {
            store::add(tx, &NewSet { issued_at: Some(at), ..set }, at).await?;
            brought += 1;
        }
    }
    Ok(brought)
}

/// The sets of the file, which is compiled in and tested.
pub fn sets() -> csv::Result<Vec<NewSet>> {
    let mut sets: Vec<NewSet> = Vec::new();
    for line in csv::Reader::from_reader(FILE.as_bytes()).into_deserialize() {
        let line: Line = line?;
        if sets.last().is_none_or(|it| it.code.as_deref() != Some(&line.set)) {
            let (Some(variant), Some(valid_from)) = (line.category, line.valid_from) else {
                let fault = format!("{}: for whom, or since when, is missing", line.set);
                return Err(io::Error::new(io::ErrorKind::InvalidData, fault).into());
            };
            sets.push(NewSet {
                id: CriteriaSetId::new(),
                code: Some(line.set),
                name: line.name,
                source: line.source,
                variant,
                valid_from,
                issued_at: None,
                criteria: Vec::new(),
            });
        }
        let Some(set) = sets.last_mut() else { continue };
        if set.criteria.len() < line.criterion {
            let confirmed = line.heading_confirmed == "yes";
            let about_meetings = line.about_meetings == "yes";
            let (heading, options) = (line.heading, Vec::new());
            set.criteria.push(NewCriterion { heading, confirmed, about_meetings, options });
        }
        if let Some(criterion) = set.criteria.last_mut() {
            let confirmed = line.label_confirmed == "yes";
            criterion.options.push(NewOption { label: line.label, confirmed });
        }
    }
    Ok(sets)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Domain 4.3: six criteria of three options each; three for the exempt.
    #[test]
    fn the_file_holds_what_is_known_of_the_form_and_guesses_nothing() {
        let [normal, exempt] = sets().unwrap().try_into().unwrap_or_else(|_| panic!("two sets"));
        assert_eq!((normal.variant, exempt.variant), (Variant::Normal, Variant::Exempt));
        assert_eq!(normal.valid_from.to_string(), "2020-01-02");
        assert_eq!((normal.criteria.len(), exempt.criteria.len()), (6, 3));
        for criterion in normal.criteria.iter().chain(&exempt.criteria) {
            assert_eq!(criterion.options.len(), 3);
            assert!(!criterion.confirmed || !criterion.heading.is_empty());
        }
        let known: Vec<bool> = normal.criteria.iter().map(|it| !it.heading.is_empty()).collect();
        assert_eq!(known, [true, false, true, false, false, false]);
        let beside: Vec<bool> = normal.criteria.iter().map(|it| it.about_meetings).collect();
        assert_eq!(beside, [false, false, true, false, false, false]);
    }
}
