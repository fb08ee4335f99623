//! A made-up registry of any size, ward by ward: the same number and seed make the same rows.
//!
//! Nothing is asked of the database meanwhile: one thread makes rows, another writes them.

use chrono::NaiveDate;
use tokio::sync::mpsc;

use crate::db::Tx;
use crate::db::bulk::insert;
use crate::db::loose::loosen;
use crate::db::tables::{Table, tables};
use crate::error::Error;
use crate::exchange::demo::trades::Workplaces;
use crate::exchange::generate::accounts::{Account, Key};
use crate::exchange::generate::comments::Year;
use crate::exchange::generate::gifts::Gifts;
use crate::exchange::generate::meetings::Agenda;
use crate::exchange::generate::people::People;
use crate::exchange::generate::rows::Rows;
use crate::exchange::generate::shape::Shape;
use crate::exchange::generate::source::Source;
use crate::exchange::generate::units::Above;
use crate::members;

pub mod accounts;
mod comments;
mod gifts;
mod lives;
mod meetings;
mod people;
mod rows;
mod shape;
mod source;
mod units;

/// Wards that wait to be written, at most.
const AHEAD: usize = 2;

/// Indexes whose next row lies anywhere: made when all rows are there.
const SCATTERED: [&str; 3] = ["member_by_name", "member_by_folded_name", "name_word_of_member"];

/// What is to be made.
#[derive(Clone, Copy)]
pub struct Order {
    /// How many live somewhere on the last day.
    pub members: i64,
    pub seed: u64,
    /// The last day: nothing happens after it.
    pub on: NaiveDate,
}

/// What was made.
pub struct Made {
    pub accounts: Vec<Account>,
    /// Rows of each table that has any.
    pub rows: Vec<(&'static str, u64)>,
}

/// Fills an empty registry. `key` is what its accounts are opened with.
pub async fn fill(tx: &mut Tx, order: Order, key: &Key) -> Result<Made, Error> {
    let found = tables(tx).await?;
    let mut known = Vec::new();
    for (name, columns) in Rows::TABLES {
        let table = found.iter().find(|it| it.name == *name).ok_or(sqlx::Error::RowNotFound)?;
        known.push(table.only(columns)?);
    }
    let loosened = loosen(tx, &SCATTERED).await?;
    let (sender, mut receiver) = mpsc::channel(AHEAD);
    let hash = key.hash.clone();
    let maker = tokio::task::spawn_blocking(move || {
        // Nobody takes rows any more where the writing failed: that says why.
        make(order, &hash, |rows| sender.blocking_send(rows).is_ok())
    });
    let mut counts = vec![0; known.len()];
    while let Some(rows) = receiver.recv().await {
        write(tx, &known, rows, &mut counts).await?;
    }
    let accounts = maker.await.map_err(|it| Error::Internal(it.into()))??;
    // In the order of words, which is nobody's order among the people.
    let words = members::store::add_all_words(tx).await?;
    loosened.tighten(tx).await?;
    let names = Rows::TABLES.iter().map(|it| it.0);
    Ok(Made { accounts, rows: names.zip(counts).chain([("name_word", words)]).collect() })
}

async fn write(tx: &mut Tx, known: &[Table], rows: Rows, counts: &mut [u64]) -> sqlx::Result<()> {
    for ((table, rows), count) in known.iter().zip(rows.into_tables()).zip(counts) {
        insert(table, tx, &rows).await?;
        *count += rows.len() as u64;
    }
    Ok(())
}

/// Makes all rows, and hands them over ward by ward until they are taken no more.
fn make(
    order: Order,
    hash: &str,
    mut hand_over: impl FnMut(Rows) -> bool,
) -> Result<Vec<Account>, Error> {
    let mut source = Source::new(order.seed, order.on);
    let shape = Shape::of(order.members, &mut source.random);
    let mut rows = Rows::default();
    let units = Above::make(&mut source, &shape, &mut rows);
    let mut year = Year::open(&mut source, units.top.0, order.members, &mut rows)?;
    let mut people = People::read().map_err(internal)?;
    let (agenda, gifts) = (Agenda::read().map_err(internal)?, Gifts::read().map_err(internal)?);
    let mut workplaces: Option<(usize, Workplaces)> = None;
    let mut accounts = Vec::new();
    for (index, cells) in shape.wards.iter().enumerate() {
        let province = shape.province(index);
        if workplaces.as_ref().is_none_or(|it| it.0 != province) {
            let made = units::workplaces(&mut source, &shape, province, &mut rows);
            workplaces = Some((province, made.map_err(internal)?));
        }
        let Some((_, workplaces)) = &workplaces else { break };
        let ward = units.ward(&mut source, &people.names, (index + 1, province), cells, &mut rows);
        if index == 0 {
            accounts = accounts::add(&mut source, hash, &units, &ward, &mut rows);
        }
        let stays = people.settle(&mut source, &ward, workplaces, &mut rows);
        for (place, (cell, stays)) in ward.cells.iter().zip(&stays).enumerate() {
            agenda.hold(&mut source, cell, stays, &mut rows);
            gifts.give(&mut source, cell, stays, &mut rows);
            year.comment(&mut source, cell, stays, index + place == 0, &mut rows);
        }
        if !hand_over(std::mem::take(&mut rows)) {
            break;
        }
    }
    Ok(accounts)
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn internal(error: impl ToString) -> Error {
    Error::Internal(error.to_string().into())
}
