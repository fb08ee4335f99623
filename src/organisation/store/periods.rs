//! What units were from when to when: closed and opened by reorganisations, and opened
//! again when one is undone.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use crate::clock::Moment;
use crate::db::{Tx, change, on, one_row};
use crate::ids::UnitId;
use crate::organisation::model::{Unit, UnitKind};
use crate::organisation::tree::{Ancestor, Period, ancestry};

/// Every period of every unit, in order.
pub async fn periods(tx: &mut Tx) -> sqlx::Result<Vec<Unit>> {
    let sql = "SELECT unit.id, unit.code, unit.version, unit_period.name, unit_period.kind,
                      unit_period.official_code, unit_period.parent_id,
                      unit_period.from_on, unit_period.to_on
               FROM unit JOIN unit_period ON unit_period.unit_id = unit.id
               ORDER BY unit.id, unit_period.from_on";
    on!(tx, db => sqlx::query_as(sql).fetch_all(db))
}

/// What becomes of a unit on some day.
#[derive(Clone, Debug)]
pub struct Turn {
    pub unit_id: UnitId,
    pub code: String,
    /// The version that was read; none for a unit that begins.
    pub version: Option<i64>,
    /// What it is from the day on; none where it ends.
    pub period: Option<TurnedInto>,
}

#[derive(Clone, Debug)]
pub struct TurnedInto {
    pub name: String,
    pub kind: UnitKind,
    pub official_code: Option<String>,
    pub parent_id: Option<UnitId>,
}

/// Closes the periods that run over `from_on`, and opens those that begin on it; the
/// ancestry of the units at and below them follows, and that of the days before stays.
///
/// No row where somebody else changed one of the units since it was read, or where its
/// period is not an open one that began before the day.
pub async fn turn(tx: &mut Tx, turns: &[Turn], from_on: NaiveDate, at: Moment) -> sqlx::Result<()> {
    for it in turns {
        if let Some(version) = it.version {
            let sql = "UPDATE unit SET version = version + 1 WHERE id = $1 AND version = $2";
            one_row(change!(tx, sqlx::query(sql).bind(it.unit_id).bind(version))?)?;
            let sql = "UPDATE unit_period SET to_on = $2
                       WHERE unit_id = $1 AND from_on < $2 AND to_on IS NULL";
            one_row(change!(tx, sqlx::query(sql).bind(it.unit_id).bind(from_on))?)?;
        } else {
            let sql = "INSERT INTO unit (id, code, created_at) VALUES ($1, $2, $3)";
            change!(tx, sqlx::query(sql).bind(it.unit_id).bind(&it.code).bind(at))?;
        }
    }
    // Parents may stand among those that begin: first all units, then their periods.
    for it in turns {
        let Some(period) = &it.period else { continue };
        let sql = "INSERT INTO unit_period (unit_id, from_on, to_on, name, kind, official_code,
                                            parent_id)
                   VALUES ($1, $2, NULL, $3, $4, $5, $6)";
        change!(
            tx,
            sqlx::query(sql)
                .bind(it.unit_id)
                .bind(from_on)
                .bind(&period.name)
                .bind(period.kind)
                .bind(&period.official_code)
                .bind(period.parent_id)
        )?;
    }
    follow(tx, &turns.iter().map(|it| it.unit_id).collect()).await
}

/// What [`turn`] made of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turned {
    Opened,
    Changed,
    Ended,
}

/// Takes back what [`turn`] did on `from_on`, if the units are as it left them.
///
/// No row where one of them is not; a foreign key where something refers to one that goes.
pub async fn turn_back(
    tx: &mut Tx,
    turned: &[(UnitId, Turned)],
    from_on: NaiveDate,
) -> sqlx::Result<()> {
    for (id, what) in turned {
        if *what != Turned::Ended {
            let sql = "DELETE FROM unit_period
                       WHERE unit_id = $1 AND from_on = $2 AND to_on IS NULL";
            one_row(change!(tx, sqlx::query(sql).bind(id).bind(from_on))?)?;
        }
        if *what != Turned::Opened {
            let sql = "UPDATE unit SET version = version + 1 WHERE id = $1";
            one_row(change!(tx, sqlx::query(sql).bind(id))?)?;
            let sql = "UPDATE unit_period SET to_on = NULL WHERE unit_id = $1 AND to_on = $2";
            one_row(change!(tx, sqlx::query(sql).bind(id).bind(from_on))?)?;
        }
    }
    follow(tx, &turned.iter().map(|(id, _)| *id).collect()).await?;
    for (id, _) in turned.iter().filter(|(_, what)| *what == Turned::Opened) {
        one_row(change!(tx, sqlx::query("DELETE FROM unit WHERE id = $1").bind(id))?)?;
    }
    Ok(())
}

type Key = (UnitId, UnitId, NaiveDate);

/// Writes the ancestry of the units at and below `touched` anew: what did not change stays.
async fn follow(tx: &mut Tx, touched: &HashSet<UnitId>) -> sqlx::Result<()> {
    let periods: Vec<Period> = periods(tx)
        .await?
        .iter()
        .map(|it| Period {
            unit_id: it.id,
            parent_id: it.parent_id,
            from_on: it.from_on,
            to_on: it.to_on,
        })
        .collect();
    let wanted = ancestry(&periods, &[])
        .map_err(|circle| sqlx::Error::Protocol(format!("unit {} is below itself", circle.0)))?;
    let sql = "SELECT ancestor_id, unit_id, child_id, depth, from_on, to_on FROM unit_ancestor";
    let stored: Vec<Ancestor> = on!(tx, db => sqlx::query_as(sql).fetch_all(db))?;
    let below = wanted.iter().chain(&stored).filter(|it| touched.contains(&it.ancestor_id));
    let below: HashSet<UnitId> = below.map(|it| it.unit_id).collect();
    let of = |rows: Vec<Ancestor>| -> HashMap<Key, Ancestor> {
        let rows = rows.into_iter().filter(|it| below.contains(&it.unit_id));
        rows.map(|it| ((it.ancestor_id, it.unit_id, it.from_on), it)).collect()
    };
    let (wanted, mut stored) = (of(wanted), of(stored));
    let mut missing = Vec::new();
    for (key, row) in &wanted {
        match stored.remove(key) {
            Some(there) if there == *row => {}
            Some(there) if (there.child_id, there.depth) == (row.child_id, row.depth) => {
                let sql = "UPDATE unit_ancestor SET to_on = $4
                           WHERE ancestor_id = $1 AND unit_id = $2 AND from_on = $3";
                let (above, unit, from_on) = key;
                one_row(change!(
                    tx,
                    sqlx::query(sql).bind(above).bind(unit).bind(from_on).bind(row.to_on)
                )?)?;
            }
            Some(_) => {
                take_out(tx, *key).await?;
                missing.push(*row);
            }
            None => missing.push(*row),
        }
    }
    for key in stored.into_keys() {
        take_out(tx, key).await?;
    }
    for row in missing {
        super::add_ancestor(tx, &row).await?;
    }
    Ok(())
}

async fn take_out(tx: &mut Tx, (above, unit, from_on): Key) -> sqlx::Result<()> {
    let sql = "DELETE FROM unit_ancestor
               WHERE ancestor_id = $1 AND unit_id = $2 AND from_on = $3";
    one_row(change!(tx, sqlx::query(sql).bind(above).bind(unit).bind(from_on))?)
}
