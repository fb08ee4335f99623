//! What was given, as [`super::source`] packs it.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use sqlx::FromRow;
use zerocopy::IntoBytes;

use super::asked::{AT_ONCE, of_units};
use super::numbered::Purpose;
use crate::db::{Tx, on};
use crate::ids::UnitId;
use crate::statistics::summary::facts::{Gift, Packed};
use crate::statistics::summary::numbers::Numbers;

#[derive(FromRow)]
struct GiftsOf {
    unit_id: UnitId,
    given_on: NaiveDate,
    #[sqlx(flatten)]
    purpose: Purpose,
    count: i64,
    amount_vnd: i64,
    quantity_hundredths: i64,
}

/// Adds what stands in the books of the units that are asked for, in the order of days and
/// purposes.
pub async fn sum_up(
    tx: &mut Tx,
    ids: &[UnitId],
    packed: &mut BTreeMap<UnitId, Packed>,
    numbers: &mut Numbers,
) -> sqlx::Result<()> {
    let rows: Vec<GiftsOf> = of_units!(
        tx,
        ids,
        query_as,
        " SELECT asked.unit_id, contribution.given_on, contribution.kind, contribution.measure,
                 work_item.kind AS work_kind, work_item.name AS work_name,
                 CAST(SUM(CASE WHEN contribution.reverses_id IS NULL
                               THEN 1 ELSE -1 END) AS BIGINT) AS count,
                 CAST(SUM(contribution.amount_vnd) AS BIGINT) AS amount_vnd,
                 CAST(SUM(contribution.quantity_hundredths) AS BIGINT) AS quantity_hundredths
          FROM asked CROSS JOIN contribution
          LEFT JOIN work_item ON work_item.id = contribution.work_item_id
          WHERE contribution.unit_id = asked.unit_id
          GROUP BY asked.unit_id, contribution.given_on, contribution.kind,
                   contribution.measure, work_item.kind, work_item.name"
    )?;
    let mut gifts = Vec::with_capacity(rows.len());
    for it in rows {
        let number = numbers.purpose(it.purpose);
        let count = i32::try_from(it.count).map_err(|it| sqlx::Error::Decode(it.into()))?;
        let gift = Gift {
            given: it.given_on.into(),
            purpose: number.into(),
            count: count.into(),
            amount_vnd: it.amount_vnd.into(),
            quantity_hundredths: it.quantity_hundredths.into(),
        };
        gifts.push(((it.unit_id, it.given_on, number), gift));
    }
    // Names have an order of their own in each database; numbers are in one.
    gifts.sort_unstable_by_key(|(key, _)| *key);
    for ((unit_id, given_on, _), gift) in gifts {
        let of = packed.entry(unit_id).or_insert_with(|| Packed::empty(unit_id));
        let year = of.years.entry(given_on.year().into()).or_default();
        year.gifts.extend_from_slice(gift.as_bytes());
    }
    Ok(())
}
