//! Opinions and sheets, as [`super::source`] packs them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sqlx::FromRow;
use zerocopy::IntoBytes;
use zerocopy::little_endian::I32;

use super::asked::{AT_ONCE, of_units};
use crate::db::{Tx, on};
use crate::evaluation::model::State as SheetState;
use crate::ids::{OptionId, UnitId};
use crate::statistics::summary::facts::{Choice, Day, Opinion, Packed, Sheets};

#[derive(FromRow)]
struct OpinionOf {
    unit_id: UnitId,
    raised_on: NaiveDate,
    forwarded_on: Option<NaiveDate>,
    answered_on: Option<NaiveDate>,
}

#[derive(FromRow)]
struct SheetsOf {
    unit_id: UnitId,
    year: i64,
    state: SheetState,
    reference_on: NaiveDate,
    from_on: NaiveDate,
    to_on: Option<NaiveDate>,
    count: i64,
}

/// The states that are counted alike; nothing of sheets that do not count.
fn state(it: SheetState) -> Option<u8> {
    Some(match it {
        SheetState::Blank | SheetState::Draft => Sheets::UNWRITTEN,
        SheetState::Written => Sheets::WRITTEN,
        SheetState::Returned => Sheets::RETURNED,
        SheetState::Signed => Sheets::SIGNED,
        SheetState::Confirmed => Sheets::CONFIRMED,
        SheetState::Sent => Sheets::SENT,
        SheetState::Replaced | SheetState::Void => return None,
    })
}

#[derive(FromRow)]
struct ChoiceOf {
    unit_id: UnitId,
    year: i64,
    reference_on: NaiveDate,
    from_on: NaiveDate,
    to_on: Option<NaiveDate>,
    option_id: OptionId,
    count: i64,
}

fn whole<T, N: TryFrom<i64>>(count: i64) -> sqlx::Result<T>
where
    T: From<N>,
    N::Error: std::error::Error + Send + Sync + 'static,
{
    N::try_from(count).map(Into::into).map_err(|it| sqlx::Error::Decode(it.into()))
}

/// Adds what stands in the books of the units that are asked for.
pub async fn sum_up(
    tx: &mut Tx,
    ids: &[UnitId],
    packed: &mut BTreeMap<UnitId, Packed>,
) -> sqlx::Result<()> {
    let opinions: Vec<OpinionOf> = of_units!(
        tx,
        ids,
        query_as,
        " SELECT asked.unit_id, opinion.raised_on, opinion.forwarded_on, opinion.answered_on
          FROM asked CROSS JOIN opinion
          WHERE opinion.unit_id = asked.unit_id
          ORDER BY asked.unit_id, opinion.raised_on, opinion.id"
    )?;
    for it in opinions {
        let one = Opinion {
            raised: it.raised_on.into(),
            forwarded: Day::or_none(it.forwarded_on),
            answered: Day::or_none(it.answered_on),
        };
        let of = packed.entry(it.unit_id).or_insert_with(|| Packed::empty(it.unit_id));
        of.opinions.extend_from_slice(one.as_bytes());
    }
    let sheets: Vec<SheetsOf> = of_units!(
        tx,
        ids,
        query_as,
        " SELECT asked.unit_id, step.year, step.state, sheet.reference_on, step.from_on,
                 step.to_on, COUNT(*) AS count
          FROM asked CROSS JOIN evaluation_step AS step CROSS JOIN evaluation_sheet AS sheet
          WHERE step.unit_id = asked.unit_id
            AND sheet.id = step.sheet_id AND sheet.kind = 'annual'
          GROUP BY asked.unit_id, step.year, step.state, sheet.reference_on, step.from_on,
                   step.to_on
          ORDER BY asked.unit_id, step.year, step.state, sheet.reference_on, step.from_on,
                   step.to_on IS NULL, step.to_on"
    )?;
    for it in sheets {
        let Some(state) = state(it.state) else { continue };
        let some = Sheets {
            year: whole::<I32, i32>(it.year)?,
            state,
            reference: it.reference_on.into(),
            from: it.from_on.into(),
            to: Day::or_none(it.to_on),
            count: whole::<_, u32>(it.count)?,
        };
        let of = packed.entry(it.unit_id).or_insert_with(|| Packed::empty(it.unit_id));
        of.sheets.extend_from_slice(some.as_bytes());
    }
    let choices: Vec<ChoiceOf> = of_units!(
        tx,
        ids,
        query_as,
        " SELECT asked.unit_id, step.year, sheet.reference_on, step.from_on, step.to_on,
                 choice.option_id, COUNT(*) AS count
          FROM asked CROSS JOIN evaluation_step AS step CROSS JOIN evaluation_sheet AS sheet
               CROSS JOIN evaluation_choice AS choice
          WHERE step.unit_id = asked.unit_id AND step.state IN ('confirmed', 'sent')
            AND sheet.id = step.sheet_id AND sheet.kind = 'annual' AND choice.sheet_id = sheet.id
          GROUP BY asked.unit_id, step.year, sheet.reference_on, step.from_on, step.to_on,
                   choice.option_id
          ORDER BY asked.unit_id, step.year, sheet.reference_on, step.from_on,
                   step.to_on IS NULL, step.to_on, choice.option_id"
    )?;
    for it in choices {
        let some = Choice {
            reference: it.reference_on.into(),
            from: it.from_on.into(),
            to: Day::or_none(it.to_on),
            option: it.option_id.0.into_bytes(),
            count: whole::<_, u32>(it.count)?,
        };
        let of = packed.entry(it.unit_id).or_insert_with(|| Packed::empty(it.unit_id));
        of.years.entry(it.year).or_default().choices.extend_from_slice(some.as_bytes());
    }
    Ok(())
}
