//! Writing a list down: all the rows that may be written, in one transaction.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::audit::model::{Act, Actor};
use crate::clock::Moment;
use crate::db::Tx;
use crate::exchange::import::fate::{Change, Fate, Judged};
use crate::exchange::import::model::{Before, Import, ImportRow};
use crate::exchange::import::rows::Incoming;
use crate::exchange::import::store;
use crate::ids::{LetterId, MemberId, ResidenceId, UnitId, WorkplaceId};
use crate::members::model::{NewResidence, ResidenceKind};
use crate::members::store::Many;
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

/// Writes what is new and what has changed; how many of each. `rows` are all the rows of the
/// draft, and `judged` what is to become of each, in the same order.
pub async fn apply(
    tx: &mut Tx,
    writing: &Writing<'_>,
    mut rows: Vec<ImportRow>,
    judged: Vec<Judged>,
) -> sqlx::Result<(i64, i64)> {
    let ward_id = organisation::store::ward_of(tx, writing.cell.id, writing.today).await?;
    let mut desk = Desk {
        writing,
        ward_id,
        workplaces: HashMap::new(),
        people: Many::begin(tx).await?,
        acts: Vec::new(),
    };
    let (mut added, mut changed) = (0, 0);
    for (row, judged) in rows.iter_mut().zip(judged).filter(|(_, it)| !it.left_out) {
        match judged.fate {
            Fate::New(incoming) => {
                added += 1;
                desk.add(tx, row, *incoming).await?;
            }
            Fate::Changed(change) => {
                changed += 1;
                desk.amend(tx, row, *change).await?;
            }
            Fate::Same(_) | Fate::Failed(_) | Fate::Aside => {}
        }
    }
    let Desk { mut people, mut acts, .. } = desk;
    people.write(tx).await?;
    store::note(tx, writing.import.id, &rows).await?;
    store::apply(tx, writing.import.id, (added, changed), writing.at).await?;
    let summary = format!(
        "Nhập danh sách {} vào {}: thêm {added}, sửa {changed}",
        writing.import.file_name,
        writing.cell.name_in_text()
    );
    let act = Act::new("import.apply", writing.import.id.0, summary).in_unit(writing.cell.id);
    acts.push(act);
    audit::store::append_all(tx, writing.actor, acts).await?;
    Ok((added, changed))
}

/// What waits to be written together: a list brings thousands of people.
struct Desk<'a> {
    writing: &'a Writing<'a>,
    ward_id: Option<UnitId>,
    /// Workplaces by name: a list names few, many times.
    workplaces: HashMap<String, WorkplaceId>,
    people: Many,
    acts: Vec<Act>,
}

impl Desk<'_> {
    async fn workplace(&mut self, tx: &mut Tx, name: &str) -> sqlx::Result<Option<WorkplaceId>> {
        if name.is_empty() {
            return Ok(None);
        }
        if let Some(id) = self.workplaces.get(name) {
            return Ok(Some(*id));
        }
        let id = members::store::workplace_named(tx, name).await?;
        self.workplaces.insert(name.to_owned(), id);
        Ok(Some(id))
    }

    async fn add(
        &mut self,
        tx: &mut Tx,
        row: &mut ImportRow,
        incoming: Incoming,
    ) -> sqlx::Result<()> {
        let writing = self.writing;
        let Incoming { person, place, exempt, letter, started_on } = incoming;
        let exempt = exempt.unwrap_or_default();
        let member_id = MemberId::new();
        let workplace_id = self.workplace(tx, &person.workplace).await?;
        let new = person.into_member(member_id, workplace_id);
        let letter = letter.map(|it| {
            let cell_id = Some(writing.cell.id);
            it.into_new(LetterId::new(), member_id, self.ward_id, cell_id, exempt.is_some())
        });
        let residence = NewResidence {
            id: ResidenceId::new(),
            member_id,
            cell_id: writing.cell.id,
            letter_id: letter.as_ref().map(|it| it.id),
            address: place.address,
            household_cluster: place.household_cluster,
            kind: place.kind,
            exempt,
            started_on,
            ended: None,
        };
        self.people.add(tx, &new, letter.as_ref(), &residence, writing.at).await?;
        let summary = format!(
            "Thêm đảng viên {} vào {} từ dòng {} của danh sách {}",
            new.name.full,
            writing.cell.name_in_text(),
            row.line,
            writing.import.file_name
        );
        let act = Act::new("member.add", member_id.0, summary)
            .in_unit(writing.cell.id)
            .changing("Ngày quản lý", "", &day::short(started_on))
            .changing("Diện", "", residence.category().label());
        self.acts.push(act);
        row.outcome = Some("added".to_owned());
        row.member_id = Some(member_id);
        row.residence_id = Some(residence.id);
        row.letter_id = residence.letter_id;
        (row.member_version, row.residence_version) = (Some(1), Some(1));
        Ok(())
    }

    async fn amend(
        &mut self,
        tx: &mut Tx,
        row: &mut ImportRow,
        change: Change,
    ) -> sqlx::Result<()> {
        let writing = self.writing;
        let Change { known, before, person, place, differences } = change;
        let id = known.member.id;
        let workplace_id = self.workplace(tx, &person.workplace).await?;
        let new = person.into_member(id, workplace_id);
        members::store::change(tx, &new, known.member.version).await?;
        let kind = ResidenceKind::read(&place.residence_kind).unwrap_or(known.residence_kind);
        let (address, cluster) = (&place.address, &place.household_cluster);
        let (residence_id, version) = (known.residence_id, known.residence_version);
        members::store::change_place(tx, residence_id, version, address, cluster, kind).await?;
        let summary = format!(
            "Sửa lý lịch của {} theo dòng {} của danh sách {}",
            new.name.full, row.line, writing.import.file_name
        );
        let mut act = Act::new("member.edit", id.0, summary).in_unit(writing.cell.id);
        for it in &differences {
            act = act.changing(it.label, &it.stored, &it.typed);
        }
        self.acts.push(act);
        let (person, place) = before;
        let before = serde_json::to_string(&Before { person, place });
        row.outcome = Some("changed".to_owned());
        row.member_id = Some(id);
        row.residence_id = Some(residence_id);
        row.member_version = Some(known.member.version + 1);
        row.residence_version = Some(version + 1);
        row.before = Some(before.map_err(|it| sqlx::Error::Encode(it.into()))?);
        Ok(())
    }
}
