//! `contributions.csv`: the entries of the contributions' book.

use crate::clock::Moment;
use crate::contributions::model::{ContributionKind, Giver, NewContribution};
use crate::contributions::store;
use crate::db::Tx;
use crate::db::codes::Codes;
use crate::exchange::seed::reader::{Fault, Layout, Row, Sheet};
use crate::exchange::seed::{Known, KnownUnit, Refused};
use crate::ids::{ContributionId, MemberId, WorkItemId};

pub const CONTRIBUTIONS: Layout = Layout {
    file: "contributions.csv",
    needed: &["unit_code", "given_on", "kind"],
    optional: &[
        "work_code",
        "member_code",
        "group_name",
        "amount_vnd",
        "quantity",
        "measure",
        "note",
    ],
};

pub async fn load(
    tx: &mut Tx,
    sheet: &mut Sheet<'_>,
    known: &Known,
    codes: &mut Codes<MemberId>,
    at: Moment,
) -> Result<(), Refused> {
    while let Some(row) = sheet.read_row()? {
        let giver = read_giver(row, codes).await?;
        let contribution = read(row, known, giver)?;
        store::add(tx, &contribution, at).await?;
    }
    Ok(())
}

fn read(row: Row<'_>, known: &Known, giver: Giver) -> Result<NewContribution, Fault> {
    let given_on = row.need_past_day("given_on")?;
    let unit = known.unit_on(row, "unit_code", "given_on", given_on)?;
    let kinds = "money, goods, labour, land, idea hoặc expertise";
    let kind = row.need_word("kind", ContributionKind::read, kinds)?;
    let (amount_vnd, quantity_hundredths) = read_worth(row, kind)?;
    let measure = row.text("measure")?;
    let measure = if measure.is_empty() { kind.measure().to_owned() } else { measure };
    let note = row.text("note")?;
    if kind == ContributionKind::Idea && note.is_empty() {
        return Err(row.fault("note", "nội dung hiến kế"));
    }
    Ok(NewContribution {
        id: ContributionId::new(),
        unit_id: unit.id,
        work_item_id: read_work(row, known, unit)?,
        giver,
        given_on,
        kind,
        amount_vnd,
        quantity_hundredths,
        measure,
        note,
        reverses: None,
    })
}

/// The amount in đồng and the quantity in hundredths, of which one is zero.
fn read_worth(row: Row<'_>, kind: ContributionKind) -> Result<(i64, i64), Fault> {
    use ContributionKind::{Expertise, Goods, Idea, Labour, Land, Money};
    let amount = row.whole("amount_vnd")?;
    let quantity = row.hundredths("quantity")?;
    if kind != Money && amount.is_some() {
        return Err(row.fault("amount_vnd", "ô trống, vì kind không phải money"));
    }
    match kind {
        Money if quantity.is_some() => {
            Err(row.fault("quantity", "ô trống, vì số tiền ghi ở amount_vnd"))
        }
        Money if !["", "đồng"].contains(&row.get("measure")) => {
            Err(row.fault("measure", "đồng, hoặc ô trống"))
        }
        Money => amount
            .map(|amount| (amount, 0))
            .ok_or_else(|| row.fault("amount_vnd", "số đồng, chỉ gồm chữ số")),
        Goods | Labour | Land if row.get("measure").is_empty() => {
            Err(row.fault("measure", "đơn vị tính, ví dụ cái, ngày công, m²"))
        }
        Goods | Labour | Land => quantity
            .map(|quantity| (0, quantity))
            .ok_or_else(|| row.fault("quantity", "số lượng, ví dụ 4 hoặc 1.5")),
        // An idea, or a time somebody's skill was lent, counts as one.
        Idea | Expertise => Ok((0, quantity.unwrap_or(100))),
    }
}

fn read_work(row: Row<'_>, known: &Known, unit: &KnownUnit) -> Result<Option<WorkItemId>, Fault> {
    let code = row.get("work_code");
    if code.is_empty() {
        return Ok(None);
    }
    let Some(work) = known.works.get(code) else {
        return Err(
            row.fault("work_code", "mã một công trình, quỹ có trong sổ hoặc trong works.csv")
        );
    };
    // A fund of the ward may be given to through its cells.
    if work.unit_id != unit.id && Some(work.unit_id) != unit.parent_id {
        return Err(row.fault("work_code", "công trình, quỹ của chính đơn vị ở unit_code"));
    }
    Ok(Some(work.id))
}

async fn read_giver(row: Row<'_>, codes: &mut Codes<MemberId>) -> Result<Giver, Refused> {
    let group = row.text("group_name")?;
    match (row.get("member_code"), group.is_empty()) {
        ("", true) => {
            Err(row.fault("member_code", "mã người góp, hoặc tên nhóm ở group_name").into())
        }
        ("", false) => Ok(Giver::Group(group)),
        (_, false) => Err(row.fault("group_name", "ô trống, vì đã có member_code").into()),
        (code, true) => {
            let id = codes.find(code).await?;
            let id = id.ok_or_else(|| row.fault("member_code", "mã một người của members.csv"))?;
            Ok(Giver::Member(id))
        }
    }
}
