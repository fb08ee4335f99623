//! `members.csv`: people, each with a residence and perhaps the letter behind it.

use chrono::{Days, NaiveDate};

use crate::clock::Moment;
use crate::db::Tx;
use crate::db::codes::Codes;
use crate::exchange::seed::reader::{Fault, Layout, Row, Sheet};
use crate::exchange::seed::{Known, KnownUnit, Refused};
use crate::ids::{LetterId, MemberId, ResidenceId};
use crate::members::model::{
    Category, EndReason, ExemptReason, NewLetter, NewMember, NewResidence, ResidenceKind, Sex,
};
use crate::members::store::Many;
use crate::organisation::model::UnitKind;
use crate::vietnamese::name::FullName;
use crate::vietnamese::phone;

pub const MEMBERS: Layout = Layout {
    file: "members.csv",
    needed: &["code", "full_name", "cell_code", "started_on"],
    optional: &[
        "sex",
        "born_on",
        "admitted_on",
        "official_on",
        "card_number",
        "phone",
        "position",
        "workplace_code",
        "workplace_cell",
        "address",
        "household_cluster",
        "residence_kind",
        "category",
        "exempt_reason",
        "ended_on",
        "end_reason",
        "letter_number",
        "letter_issued_by",
        "letter_issued_on",
        "letter_received_on",
    ],
};

pub async fn load(
    tx: &mut Tx,
    sheet: &mut Sheet<'_>,
    known: &Known,
    codes: &mut Codes<MemberId>,
    at: Moment,
) -> Result<(), Refused> {
    let mut many = Many::begin(tx).await?;
    while let Some(row) = sheet.read_row()? {
        let code = row.code("code")?;
        let member = read_member(row, known)?;
        if !codes.add(code, member.id).await? {
            return Err(row.fault("code", "mã chưa có ở dòng nào phía trên").into());
        }
        let started_on = row.need_past_day("started_on")?;
        let cell = known.unit_on(row, "cell_code", "started_on", started_on)?;
        if cell.kind != UnitKind::Cell {
            return Err(row.fault("cell_code", "mã một chi bộ").into());
        }
        let mut residence = read_residence(row, member.id, cell, started_on)?;
        let letter = read_letter(row, &residence, cell)?;
        residence.letter_id = letter.as_ref().map(|it| it.id);
        many.add(tx, &member, letter.as_ref(), &residence, at).await?;
    }
    Ok(many.write(tx).await?)
}

fn read_member(row: Row<'_>, known: &Known) -> Result<NewMember, Fault> {
    let name = FullName::read(row.get("full_name"));
    let born = row.part_of_day("born_on")?;
    let admitted_on = row.past_day("admitted_on")?;
    let official_on = row.past_day("official_on")?;
    if born.zip(admitted_on).is_some_and(|(born, admitted_on)| born.day >= admitted_on) {
        return Err(row.fault("admitted_on", "ngày sau ngày sinh"));
    }
    if official_on.is_some() && admitted_on.is_none() {
        return Err(row.fault("admitted_on", "ngày vào Đảng, vì đã có ngày chính thức"));
    }
    if official_on.is_some() && official_on < admitted_on {
        return Err(row.fault("official_on", "ngày không trước ngày vào Đảng"));
    }
    let workplace = |code: &str| known.workplaces.get(code).copied();
    let workplaces = "mã một nơi công tác có trong sổ hoặc trong workplaces.csv";
    let phones = "số điện thoại có đủ chữ số, ví dụ 0912345678";
    Ok(NewMember {
        id: MemberId::new(),
        name: name.ok_or_else(|| row.fault("full_name", "họ và tên, không có chữ số"))?,
        sex: row.word("sex", Sex::read, "male hoặc female")?,
        born,
        admitted_on,
        official_on,
        card_number: Some(row.text("card_number")?).filter(|it| !it.is_empty()),
        phone: row.word("phone", |text| phone::read(text).ok(), phones)?,
        position: row.text("position")?,
        workplace_id: row.word("workplace_code", workplace, workplaces)?,
        workplace_cell: row.text("workplace_cell")?,
    })
}

fn read_residence(
    row: Row<'_>,
    member_id: MemberId,
    cell: &KnownUnit,
    started_on: NaiveDate,
) -> Result<NewResidence, Fault> {
    let category = row.word("category", Category::read, "normal hoặc exempt")?;
    let exempt = row.word("exempt_reason", ExemptReason::read, "a, b, c, d hoặc e")?;
    match (category.unwrap_or(Category::Normal), exempt) {
        (Category::Normal, Some(_)) => {
            return Err(row.fault("exempt_reason", "ô trống, vì category không phải exempt"));
        }
        (Category::Exempt, None) => {
            return Err(row.fault("exempt_reason", "a, b, c, d hoặc e, vì category là exempt"));
        }
        _ => {}
    }
    let last = row.past_day("ended_on")?;
    if last.is_some_and(|last| last < started_on) {
        return Err(row.fault("ended_on", "ngày không trước started_on"));
    }
    let reasons = EndReason::ALL.iter().map(|it| it.label()).collect::<Vec<_>>().join("; ");
    let reason = row.word("end_reason", read_end_reason, &format!("một trong: {reasons}"))?;
    if reason.is_some() && last.is_none() {
        return Err(row.fault("end_reason", "ô trống, vì ended_on trống"));
    }
    let kind = row.word("residence_kind", ResidenceKind::read, "permanent hoặc temporary")?;
    Ok(NewResidence {
        id: ResidenceId::new(),
        member_id,
        cell_id: cell.id,
        letter_id: None,
        address: row.text("address")?,
        household_cluster: row.text("household_cluster")?,
        kind: kind.unwrap_or(ResidenceKind::Permanent),
        exempt,
        started_on,
        // The file names the last day, the registry the first day after it.
        ended: last.map(|last| (last + Days::new(1), reason.unwrap_or(EndReason::Other))),
    })
}

/// A reason by its word, or as pages say it.
fn read_end_reason(text: &str) -> Option<EndReason> {
    let labelled = || EndReason::ALL.iter().copied().find(|it| it.label() == text);
    EndReason::read(text).or_else(labelled)
}

fn read_letter(
    row: Row<'_>,
    residence: &NewResidence,
    cell: &KnownUnit,
) -> Result<Option<NewLetter>, Fault> {
    let number = row.text("letter_number")?;
    if number.is_empty() {
        let rest = ["letter_issued_by", "letter_issued_on", "letter_received_on"];
        let told = rest.into_iter().find(|column| !row.get(column).is_empty());
        return match told {
            Some(column) => Err(row.fault(column, "ô trống, vì letter_number trống")),
            None => Ok(None),
        };
    }
    let issued_on = row.past_day("letter_issued_on")?;
    let received_on = row.past_day("letter_received_on")?;
    if issued_on.zip(received_on).is_some_and(|(issued_on, received_on)| received_on < issued_on) {
        return Err(row.fault("letter_received_on", "ngày không trước letter_issued_on"));
    }
    Ok(Some(NewLetter {
        id: LetterId::new(),
        member_id: residence.member_id,
        number,
        issued_by: row.text("letter_issued_by")?,
        signer: String::new(),
        issued_on,
        ward_id: cell.parent_id,
        received_on,
        received_by: String::new(),
        cell_id: Some(cell.id),
        assigned_on: received_on.map(|day| day.max(residence.started_on)),
        exempt: residence.exempt.is_some(),
    }))
}
