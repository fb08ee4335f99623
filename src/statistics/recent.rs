//! What was counted of large units a moment ago, kept by this process.
//!
//! Their pages say when they were counted, and are shown what was counted within the last
//! minute. [`keep_counting`] counts it beside the requests, so that nobody waits for a country.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::access::model::Right;
use crate::audit;
use crate::clock::{self, Moment};
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::ids::UnitId;
use crate::organisation;
use crate::organisation::model::Unit;
use crate::statistics::chase::{self, Chase};
use crate::statistics::counted::{self, Counted};
use crate::statistics::form::PageForm;
use crate::statistics::memo::Memo;
use crate::statistics::model::AsOf;
use crate::statistics::store;
use crate::statistics::summary;
use crate::statistics::tables::Tables;

/// How often it is looked whether something is to be counted anew.
const EVERY: Duration = Duration::from_secs(10);

/// What this process has counted. An empty one tells what is so.
#[derive(Clone, Default)]
pub struct Recent {
    pub tables: Tables,
    kept: Arc<Kept>,
}

#[derive(Default)]
struct Kept {
    counted: Memo<Asked, Arc<Counted>>,
    late: Memo<AskedLate, Arc<Late>>,
}

/// Of which unit, and from which day its changes are told.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Asked {
    id: UnitId,
    as_of: AsOf,
    from: NaiveDate,
}

/// Of which unit, whether with names, and of which day.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct AskedLate {
    id: UnitId,
    names: bool,
    on: NaiveDate,
    today: NaiveDate,
}

/// What was late at a moment.
pub struct Late {
    pub at: Moment,
    pub chase: Chase,
}

impl Recent {
    /// What the page of a unit counts. As old as a [`Memo`] is.
    pub async fn counted(
        &self,
        tx: &mut Tx,
        revision: i64,
        id: UnitId,
        (as_of, from): (AsOf, NaiveDate),
    ) -> sqlx::Result<Arc<Counted>> {
        let make = async || counted::count(tx, id, as_of, from).await.map(Arc::new);
        self.kept.counted.get(Asked { id, as_of, from }, revision, make).await
    }

    /// What its page counts of today, as it is asked for first.
    pub async fn counted_today(
        &self,
        tx: &mut Tx,
        revision: i64,
        id: UnitId,
    ) -> sqlx::Result<Arc<Counted>> {
        self.counted(tx, revision, id, PageForm::unfilled(clock::today())).await
    }

    /// What is late in a unit on `on`, for those who have the rights of `scope`. Sheets that are
    /// known are not counted again. As old as a [`Memo`] is.
    pub async fn late(
        &self,
        tx: &mut Tx,
        revision: i64,
        (unit, scope): (&Unit, &Scope),
        on: NaiveDate,
        known: Option<&[chase::Sheets]>,
    ) -> Result<Arc<Late>> {
        let (today, names) = (clock::today(), scope.may(Right::SeeNames));
        let make = async || late(tx, (unit, scope), on, known).await.map(Arc::new);
        let key = AskedLate { id: unit.id, names, on, today };
        self.kept.late.get(key, revision, make).await
    }

    /// Counts what will be due before the next time. One by one: each takes a second or two of a
    /// country, and a moment of a province.
    pub async fn count_due(&self, db: &Db) -> Result<()> {
        let today = clock::today();
        let mut tx = db.read().await?;
        let revision = audit::store::latest_revision(&mut tx).await?;
        let due = self.due(&mut tx, revision, today).await?;
        drop(tx);
        for asked in due {
            let mut tx = db.read_whole().await?;
            let (id, began) = (asked.id, Instant::now());
            let found = counted::count(&mut tx, id, asked.as_of, asked.from).await?;
            let found = Arc::new(found);
            self.kept.counted.put(asked, revision, found.clone(), began);

            let (began, scope) = (Instant::now(), Scope::command_line(id));
            let unit = organisation::store::get(&mut tx, id, today).await?;
            let known = found.sheets.as_ref().map(|it| it.late.as_slice());
            let late = late(&mut tx, (&unit, &scope), today, known).await?;
            let key = AskedLate { id, names: true, on: today, today };
            self.kept.late.put(key, revision, Arc::new(late), began);
        }
        Ok(())
    }

    /// The large units at the top of the registry, as their pages are asked for first; those of
    /// today that somebody has lately asked for.
    async fn due(&self, tx: &mut Tx, revision: i64, today: NaiveDate) -> sqlx::Result<Vec<Asked>> {
        let (counted, within) = (&self.kept.counted, EVERY * 2);
        let mut due = counted.due(revision, within);
        due.retain(|it| it.as_of.on == today);
        // From its rows, a country would take too long to be counted for nobody.
        if !summary::are_there(tx).await? {
            return Ok(due);
        }
        let (as_of, from) = PageForm::unfilled(today);
        // There are hardly ever two.
        for unit in organisation::store::roots(tx, today).await? {
            let first = Asked { id: unit.id, as_of, from };
            let is_due = !due.contains(&first) && counted.is_due(first, revision, within);
            if is_due && summary::is_large(tx, unit.id).await? {
                due.push(first);
            }
        }
        Ok(due)
    }
}

async fn late(
    tx: &mut Tx,
    entered: (&Unit, &Scope),
    on: NaiveDate,
    known: Option<&[chase::Sheets]>,
) -> Result<Late> {
    let (at, today) = (clock::now(), clock::today());
    let known = known.map(<[_]>::to_vec);
    Ok(Late { at, chase: store::chase::chase(tx, entered, on, today, known).await? })
}

/// Counts what is due for as long as the program serves.
pub async fn keep_counting(db: Db, recent: Recent) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // Whoever has started the program asks for a page first.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        if let Err(error) = recent.count_due(&db).await {
            tracing::warn!(%error, "large units were not counted; trying again");
        }
    }
}
