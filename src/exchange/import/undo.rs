//! Undoing a whole import, but for what was changed or used since.

use chrono::NaiveDate;

use crate::audit::model::{Act, Actor};
use crate::clock::Moment;
use crate::db::Tx;
use crate::exchange::import::model::{Before, Import};
use crate::exchange::import::store::{self, Since};
use crate::faults::Faults;
use crate::ids::ImportId;
use crate::members::form::{PersonForm, PlaceForm};
use crate::members::model::{Member, ResidenceKind};
use crate::organisation::model::Unit;
use crate::{audit, members};

/// What undoing would do to a row.
#[derive(Clone, Debug)]
pub enum Step {
    /// The member goes: nothing else speaks of the person.
    Remove(Member),
    /// The record gets back what the list changed.
    Restore(Member, Box<Before>),
    /// It stays, and why.
    Keep(Member, &'static str),
}

/// What undoing would do, row by row.
pub async fn plan(tx: &mut Tx, id: ImportId, today: NaiveDate) -> sqlx::Result<Vec<Step>> {
    let rows = store::since(tx, id).await?;
    Ok(rows.into_iter().map(|it| step(it, today)).collect())
}

fn step(row: Since, today: NaiveDate) -> Step {
    const CHANGED: &str = "đã sửa, chuyển hoặc thôi sinh hoạt sau khi nhập";
    let before: Option<Before> = row.before.as_deref().and_then(|it| serde_json::from_str(it).ok());
    // A record from before that today's rules refuse is not brought back.
    let before = before.filter(|it| {
        let mut faults = Faults::default();
        it.person.read_listed(today, &mut faults).is_some() && faults.is_empty()
    });
    match (row.outcome.as_str(), before) {
        _ if row.member.version != row.member_version || row.at_home == 0 => {
            Step::Keep(row.member, CHANGED)
        }
        ("changed", Some(before)) => Step::Restore(row.member, Box::new(before)),
        ("added", _) if row.used == 0 => Step::Remove(row.member),
        ("added", _) => {
            Step::Keep(row.member, "đã có điểm danh, đóng góp, ý kiến, giấy hoặc nơi ở khác")
        }
        _ => Step::Keep(row.member, CHANGED),
    }
}

/// Undoes the import; how many it kept.
pub async fn undo(
    tx: &mut Tx,
    actor: &Actor,
    (import, cell): (&Import, &Unit),
    (today, at): (NaiveDate, Moment),
) -> sqlx::Result<i64> {
    let (mut removed, mut restored, mut kept) = (0, 0, 0);
    for step in plan(tx, import.id, today).await? {
        match step {
            Step::Remove(member) => {
                remove(tx, actor, import, cell, &member).await?;
                removed += 1;
            }
            Step::Restore(member, before) => {
                restore(tx, actor, (import, cell), &member, *before, today).await?;
                restored += 1;
            }
            Step::Keep(..) => kept += 1,
        }
    }
    store::undo(tx, import.id, kept, at).await?;
    let summary = format!(
        "Hủy nhập danh sách {}: rút {removed}, khôi phục {restored}, giữ lại {kept}",
        import.file_name
    );
    let act = Act::new("import.undo", import.id.0, summary).in_unit(cell.id);
    audit::store::append(tx, actor, act).await?;
    Ok(kept)
}

/// Takes the member out; what was written stands in the trail, field by field.
async fn remove(
    tx: &mut Tx,
    actor: &Actor,
    import: &Import,
    cell: &Unit,
    member: &Member,
) -> sqlx::Result<()> {
    let home = members::store::get_residence(tx, member.id).await?;
    let letters = members::store::letters_of(tx, member.id).await?;
    members::store::remove(tx, member.id).await?;
    let summary =
        format!("Rút {} khỏi sổ: hủy nhập danh sách {}", member.full_name, import.file_name);
    let mut act = Act::new("member.remove", member.id.0, summary).in_unit(cell.id);
    for it in PersonForm::default().differences(&PersonForm::of(member)) {
        act = act.changing(it.label, &it.stored, "");
    }
    for letter in letters {
        act = act.changing("Giấy giới thiệu", &letter.title(), "");
    }
    let act = act
        .changing("Chỗ ở", &home.address, "")
        .changing("Tổ liên gia", &home.household_cluster, "")
        .changing("Ngày quản lý", &home.started(), "")
        .changing("Diện", home.category.label(), "");
    audit::store::append(tx, actor, act).await
}

async fn restore(
    tx: &mut Tx,
    actor: &Actor,
    (import, cell): (&Import, &Unit),
    member: &Member,
    before: Before,
    today: NaiveDate,
) -> sqlx::Result<()> {
    let now = PersonForm::of(member);
    let person = before.person.read_listed(today, &mut Faults::default());
    let person = person.ok_or_else(|| sqlx::Error::Decode("a record that was good".into()))?;
    let workplace_id = match person.workplace.as_str() {
        "" => None,
        name => Some(members::store::workplace_named(tx, name).await?),
    };
    let old = person.into_member(member.id, workplace_id);
    members::store::change(tx, &old, member.version).await?;
    let home = members::store::get_residence(tx, member.id).await?;
    let kind = ResidenceKind::read(&before.place.residence_kind).unwrap_or(home.kind);
    let (address, cluster) = (&before.place.address, &before.place.household_cluster);
    members::store::change_place(tx, home.id, home.version, address, cluster, kind).await?;
    let summary =
        format!("Khôi phục lý lịch của {}: hủy nhập danh sách {}", old.name.full, import.file_name);
    let mut act = Act::new("member.edit", member.id.0, summary).in_unit(cell.id);
    let place = PlaceForm::of(&home);
    let differences = before.person.differences(&now).into_iter();
    for it in differences.chain(before.place.differences(&place)) {
        act = act.changing(it.label, &it.stored, &it.typed);
    }
    audit::store::append(tx, actor, act).await
}
