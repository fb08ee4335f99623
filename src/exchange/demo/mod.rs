//! The demonstration: a city's registry on the last day of 2024, with people who do
//! not exist. The same program makes the same people each time.

use uuid::Uuid;

use crate::audit;
use crate::audit::model::{Act, Actor};
use crate::db::Tx;
use crate::exchange::demo::evaluations::Comments;
use crate::exchange::demo::gifts::Gifts;
use crate::exchange::demo::meetings::Agenda;
use crate::exchange::demo::opinions::Opinions;
use crate::exchange::demo::people::People;
use crate::exchange::demo::random::Random;
use crate::exchange::seed::{Folder, Known, Refused, load};

pub mod accounts;
mod calendar;
mod cells;
mod evaluations;
mod files;
mod gifts;
mod lives;
mod meetings;
mod names;
mod opinions;
mod people;
mod persons;
mod random;
mod trades;

/// Any number would do; this one draws the people that the pictures show.
const SEED: u64 = 20_241_231;

/// Fills an empty registry with one in `divisor` of the city's people: 1 makes all.
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
