//! Writing a list down: all the rows that may be written, in one transaction.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::audit::model::{Act, Actor};
use crate::clock::Moment;
use crate::db::Tx;
use crate::exchange::import::fate::{Change, Fate, Judged};
use crate::exchange::import::model::{Before, Import};
use crate::exchange::import::rows::Incoming;
use crate::exchange::import::store::{self, Written};
use crate::ids::{LetterId, MemberId, ResidenceId, UnitId, WorkplaceId};
use crate::members::model::{NewResidence, ResidenceKind};
use crate::organisation::model::Unit;
use crate::vietnamese::day;
use crate::{audit, members, organisation};

/// Who writes, and where.
pub struct Writing<'a> {
    pub actor: &'a Actor,
    pub import: &'a Import,
    pub cell: &'a Unit,
    pub today: NaiveDate,
    pub at: Moment,
}

/// Writes what is new and what has changed; how many of each.
pub async fn apply(
    tx: &mut Tx,
    writing: &Writing<'_>,
    rows: Vec<Judged>,
) -> sqlx::Result<(i64, i64)> {
    let ward_id = organisation::store::ward_of(tx, writing.cell.id, writing.today).await?;
    let mut workplaces = Workplaces::default();
    let (mut added, mut changed) = (0, 0);
    for row in rows.into_iter().filter(|it| !it.left_out) {
        let written = match row.fate {
            Fate::New(incoming) => {
                added += 1;
                add(tx, writing, ward_id, &mut workplaces, row.line, *incoming).await?
            }
            Fate::Changed(change) => {
                changed += 1;
                amend(tx, writing, &mut workplaces, row.line, *change).await?
            }
            Fate::Same(_) | Fate::Failed(_) | Fate::Aside => continue,
        };
        store::note(tx, writing.import.id, &written).await?;
    }
    store::apply(tx, writing.import.id, (added, changed), writing.at).await?;
    let summary = format!(
        "Nhập danh sách {} vào {}: thêm {added}, sửa {changed}",
        writing.import.file_name,
        writing.cell.name_in_text()
    );
    let act = Act::new("import.apply", writing.import.id.0, summary).in_unit(writing.cell.id);
    audit::store::append(tx, writing.actor, act).await?;
    Ok((added, changed))
}

/// Workplaces by name: a list names few, many times.
#[derive(Default)]
struct Workplaces(HashMap<String, WorkplaceId>);

impl Workplaces {
    async fn id(&mut self, tx: &mut Tx, name: &str) -> sqlx::Result<Option<WorkplaceId>> {
        if name.is_empty() {
            return Ok(None);
        }
        if let Some(id) = self.0.get(name) {
            return Ok(Some(*id));
        }
        let id = members::store::workplace_named(tx, name).await?;
        self.0.insert(name.to_owned(), id);
        Ok(Some(id))
    }
}

async fn add(
    tx: &mut Tx,
    writing: &Writing<'_>,
    ward_id: Option<UnitId>,
    workplaces: &mut Workplaces,
    line: i64,
    incoming: Incoming,
) -> sqlx::Result<Written> {
    let Incoming { person, place, exempt, letter, started_on } = incoming;
    let exempt = exempt.unwrap_or_default();
    let member_id = MemberId::new();
    let workplace_id = workplaces.id(tx, &person.workplace).await?;
    let new = person.into_member(member_id, workplace_id);
    members::store::add(tx, &new, writing.at).await?;
    let mut letter_id = None;
    if let Some(letter) = letter {
        let id = LetterId::new();
        let cell_id = Some(writing.cell.id);
        let letter = letter.into_new(id, member_id, ward_id, cell_id, exempt.is_some());
        members::store::add_letter(tx, &letter, writing.at).await?;
        letter_id = Some(id);
    }
    let residence = NewResidence {
        id: ResidenceId::new(),
        member_id,
        cell_id: writing.cell.id,
        letter_id,
        address: place.address,
        household_cluster: place.household_cluster,
        kind: place.kind,
        exempt,
        started_on,
        ended: None,
    };
    members::store::add_residence(tx, &residence, writing.at).await?;
    let summary = format!(
        "Thêm đảng viên {} vào {} từ dòng {line} của danh sách {}",
        new.name.full,
        writing.cell.name_in_text(),
        writing.import.file_name
    );
    let act = Act::new("member.add", member_id.0, summary)
        .in_unit(writing.cell.id)
        .changing("Ngày quản lý", "", &day::short(started_on))
        .changing("Diện", "", residence.category().label());
    audit::store::append(tx, writing.actor, act).await?;
    Ok(Written {
        line,
        outcome: "added",
        member_id,
        residence_id: Some(residence.id),
        letter_id,
        member_version: 1,
        residence_version: 1,
        before: None,
    })
}

async fn amend(
    tx: &mut Tx,
    writing: &Writing<'_>,
    workplaces: &mut Workplaces,
    line: i64,
    change: Change,
) -> sqlx::Result<Written> {
    let Change { known, before, person, place, differences } = change;
    let id = known.member.id;
    let workplace_id = workplaces.id(tx, &person.workplace).await?;
    let new = person.into_member(id, workplace_id);
    members::store::change(tx, &new, known.member.version).await?;
    let kind = ResidenceKind::read(&place.residence_kind).unwrap_or(known.residence_kind);
    let (address, cluster) = (&place.address, &place.household_cluster);
    let (residence_id, version) = (known.residence_id, known.residence_version);
    members::store::change_place(tx, residence_id, version, address, cluster, kind).await?;
    let summary = format!(
        "Sửa lý lịch của {} theo dòng {line} của danh sách {}",
        new.name.full, writing.import.file_name
    );
    let mut act = Act::new("member.edit", id.0, summary).in_unit(writing.cell.id);
    for it in &differences {
        act = act.changing(it.label, &it.stored, &it.typed);
    }
    audit::store::append(tx, writing.actor, act).await?;
    let (person, place) = before;
    let before = serde_json::to_string(&Before { person, place });
    Ok(Written {
        line,
        outcome: "changed",
        member_id: id,
        residence_id: Some(residence_id),
        letter_id: None,
        member_version: known.member.version + 1,
        residence_version: known.residence_version + 1,
        before: Some(before.map_err(|it| sqlx::Error::Encode(it.into()))?),
    })
}
