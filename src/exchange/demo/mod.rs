//! The demonstration: a city's registry on the last day of 2024, with people who do
//! not exist, and what the reforms of 2025 made of its units. The same program makes the
//! same people each time.

use uuid::Uuid;

use crate::audit;
use crate::audit::model::{Act, Actor};
use crate::clock::Moment;
use crate::db::Tx;
use crate::exchange::demo::evaluations::Comments;
use crate::exchange::demo::gifts::Gifts;
use crate::exchange::demo::meetings::Agenda;
use crate::exchange::demo::opinions::Opinions;
use crate::exchange::demo::people::People;
use crate::exchange::demo::random::Random;
use crate::exchange::seed::{Folder, Known, Refused, load, load_at};

pub mod accounts;
pub(in crate::exchange) mod calendar;
mod cells;
mod evaluations;
pub(in crate::exchange) mod files;
pub(in crate::exchange) mod gifts;
mod lives;
mod meetings;
pub(in crate::exchange) mod names;
mod opinions;
mod people;
mod persons;
pub(in crate::exchange) mod random;
pub(in crate::exchange) mod trades;

/// Any number would do; this one draws the people that the pictures show.
const SEED: u64 = 20_241_231;

/// Fills an empty registry with one in `divisor` of the city's people: 1 makes all. The
/// units are those of the last day of 2024.
pub async fn build(tx: &mut Tx, divisor: i64) -> Result<Known, Refused> {
    let actor = Actor::command_line();
    let known = load(tx, &Folder::Within(&files::CITY), &actor).await?.known;
    let mut random = Random::new(SEED);
    let mut cells = cells::read(&known, divisor)?;
    let mut people = People::read(&known)?;
    people.settle(tx, &mut random, &mut cells).await?;
    Agenda::read()?.hold(tx, &mut random, &cells).await?;
    Gifts::read(&known)?.give(tx, &mut random, &cells).await?;
    Opinions::read()?.raise(tx, &mut random, &cells).await?;
    people.announce(tx, &mut random, &cells).await?;
    Comments::read()?.write(tx, &mut random, &known, &cells).await?;
    let done = "Dựng dữ liệu giả của TP Hà Tĩnh đến hết ngày 31/12/2024".to_owned();
    audit::store::append(tx, &actor, Act::new("demo.build", None::<Uuid>, done)).await?;
    Ok(known)
}

/// Applies both reforms of 2025 to a registry that [`build`] has filled, at the moment `at`:
/// one whose day is yet to come is planned.
pub async fn reform(tx: &mut Tx, at: Moment) -> Result<(), Refused> {
    load_at(tx, &Folder::Within(&files::REFORMS), &Actor::command_line(), at).await?;
    Ok(())
}
