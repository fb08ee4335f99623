//! A registry of a chosen size, with something of everything.

use chrono::Days;
use haichieu::audit::chain::{self, Key};
use haichieu::audit::model::{Act as Noted, Actor};
use haichieu::clock::{self, Moment};
use haichieu::contributions::model::{
    ContributionKind, Giver, NewContribution, NewWorkItem, WorkKind,
};
use haichieu::db::Tx;
use haichieu::ids::{
    BatchId, ContributionId, DataRequestId, LetterId, MeetingId, MemberId, OpinionId, ResidenceId,
    SheetId, UnitId, WorkItemId, WorkplaceId,
};
use haichieu::meetings::model::{MeetingKind, NewMeeting};
use haichieu::members::model::{
    EndReason, ExemptReason, NewLetter, NewMember, NewResidence, ResidenceKind, Sex, Workplace,
};
use haichieu::opinions::model::NewOpinion;
use haichieu::organisation::model::{NewUnit, UnitKind};
use haichieu::privacy::model::{NewRequest, RequestKind};
use haichieu::vietnamese::day::PartialDay;
use haichieu::vietnamese::name::FullName;
use haichieu::{audit, contributions, meetings, members, opinions, organisation, privacy};
use tempfile::TempDir;

use crate::objects::Objects;
use crate::sheets;
use crate::support::{Site, day};

/// How much there is of everything.
pub struct Scale {
    pub wards: usize,
    /// Cells of each ward.
    pub cells: usize,
    /// People of cell A1.
    pub people: usize,
    /// People of each other cell.
    pub others: usize,
    /// Of each thing that an address can name, in cell A1.
    pub things: usize,
}

pub struct Registry {
    pub site: Site,
    /// The last of those things.
    pub objects: Objects,
    /// How many people were put into each cell.
    pub people: usize,
    /// Seals its trail.
    pub key: Key,
}

const FAMILIES: [&str; 7] = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Võ", "Đặng"];
const GIVEN: [&str; 9] = ["An", "Ánh", "Ân", "Bình", "Dũng", "Đức", "Hòa", "Quế", "Yến"];

impl Registry {
    pub async fn build(scale: &Scale) -> Registry {
        let site = Site::with_criteria().await;
        let folder = TempDir::new().unwrap();
        let mut objects = Objects::new();
        let now = clock::now();
        site.seed(async |tx| {
            let cells = build_units(tx, &site, scale, now).await;
            let workplaces = build_workplaces(tx, scale.cells * 2).await;
            for things in 0..scale.things {
                objects = Objects::new();
                objects.write(tx, (site.town.cell_a1, site.town.ward_a)).await;
                sheets::draft_criteria(tx, objects.criteria, things, now).await;
            }
            for (cell, ward) in &cells {
                let count = if *cell == site.town.cell_a1 { scale.people } else { scale.others };
                let people = build_people(tx, (*cell, *ward), count, &workplaces, now).await;
                build_meetings(tx, *cell, scale.things / 2, now).await;
                build_gifts(tx, *cell, &people, now).await;
                build_opinions(tx, *cell, &people, now).await;
                build_requests(tx, *cell, &people, now).await;
            }
            build_leavers(tx, site.town.cell_a1, scale.things * 4, now).await;
            sheets::build(tx, &site, &cells, now).await;
            sheets::confirm_figures(tx, &[site.town.cell_a1, site.town.city], scale.things, now)
                .await;
        })
        .await;
        let key = Key::load(&folder.path().join("key")).unwrap();
        chain::seal_tail(&site.db, &key).await.unwrap();
        Registry { site, objects, people: scale.people, key }
    }

    /// A sheet of the cell that has come this far.
    pub async fn sheet_of(&self, unit_id: UnitId, state: &str) -> String {
        let sql = "SELECT id FROM evaluation_sheet WHERE unit_id = $1 AND state = $2 LIMIT 1";
        let mut tx = self.site.db.read().await.unwrap();
        let id: SheetId = match &mut tx {
            Tx::Sqlite(tx) => {
                sqlx::query_scalar(sql).bind(unit_id).bind(state).fetch_one(&mut **tx).await
            }
            Tx::Postgres(tx) => {
                sqlx::query_scalar(sql).bind(unit_id).bind(state).fetch_one(&mut **tx).await
            }
        }
        .unwrap();
        id.to_string()
    }
}

/// Every cell, with its ward.
async fn build_units(
    tx: &mut Tx,
    site: &Site,
    scale: &Scale,
    now: Moment,
) -> Vec<(UnitId, UnitId)> {
    let town = &site.town;
    let mut cells =
        vec![(town.cell_a1, town.ward_a), (town.cell_a2, town.ward_a), (town.cell_b1, town.ward_b)];
    let mut units = Vec::new();
    let mut add = |code: String, name: String, kind, parent_id| {
        let unit = NewUnit {
            id: UnitId::new(),
            code,
            name,
            kind,
            official_code: None,
            parent_id: Some(parent_id),
            from_on: day("2015-01-01"),
            to_on: None,
        };
        let id = unit.id;
        units.push(unit);
        id
    };
    for ward in 0..scale.wards {
        let ward_id = match ward {
            0 => town.ward_a,
            1 => town.ward_b,
            _ => add(format!("phuong-{ward}"), format!("Phường {ward}"), UnitKind::Ward, town.city),
        };
        for number in [2, 1, 0][ward.min(2)]..scale.cells {
            let name = format!("Chi bộ tổ dân phố {ward}.{number}");
            let cell = add(format!("c{ward}-{number}"), name, UnitKind::Cell, ward_id);
            cells.push((cell, ward_id));
        }
    }
    organisation::store::add(tx, &units, now).await.unwrap();
    cells
}

async fn build_workplaces(tx: &mut Tx, count: usize) -> Vec<WorkplaceId> {
    let mut workplaces = Vec::new();
    for number in 0..count {
        let workplace = Workplace { id: WorkplaceId::new(), name: format!("Cơ quan {number}") };
        members::store::add_workplace(tx, &workplace, None).await.unwrap();
        workplaces.push(workplace.id);
    }
    workplaces
}

/// Most with a letter, some exempt, and some whose letter still waits in the ward.
async fn build_people(
    tx: &mut Tx,
    (cell, ward): (UnitId, UnitId),
    count: usize,
    workplaces: &[WorkplaceId],
    now: Moment,
) -> Vec<MemberId> {
    let mut people = Vec::new();
    for number in 0..count {
        let (family, given) = (FAMILIES[number % 7], GIVEN[number % 9]);
        let id = MemberId::new();
        let person = NewMember {
            id,
            name: FullName::read(&format!("{family} Thị {given}")).unwrap(),
            sex: Some([Sex::Male, Sex::Female][number % 2]),
            born: None,
            admitted_on: None,
            official_on: None,
            card_number: Some(format!("{:08}", id.0.as_u128() % 100_000_000)),
            phone: Some(format!("0912{:06}", id.0.as_u128() % 1_000_000)),
            position: String::new(),
            workplace_id: Some(workplaces[number % workplaces.len()]),
            workplace_cell: String::new(),
        };
        members::store::add(tx, &person, now).await.unwrap();
        let is_waiting = number % 4 == 3;
        let letter = NewLetter {
            id: LetterId::new(),
            member_id: person.id,
            number: format!("{number}-GGT/ĐU"),
            issued_by: "Đảng ủy cơ quan".to_owned(),
            signer: String::new(),
            issued_on: Some(day("2019-12-01")),
            ward_id: Some(ward),
            received_on: Some(day("2019-12-15")),
            received_by: String::new(),
            cell_id: (!is_waiting).then_some(cell),
            assigned_on: (!is_waiting).then_some(day("2019-12-20")),
            exempt: false,
        };
        members::store::add_letter(tx, &letter, now).await.unwrap();
        if !is_waiting {
            let residence = NewResidence {
                id: ResidenceId::new(),
                member_id: person.id,
                cell_id: cell,
                letter_id: (number % 4 != 2).then_some(letter.id),
                address: format!("Số {number}, ngõ 3"),
                household_cluster: format!("Tổ {}", number % 5),
                kind: ResidenceKind::Permanent,
                exempt: (number % 10 == 4).then_some(ExemptReason::PostedFarAway),
                started_on: day("2020-01-01"),
                ended: None,
            };
            members::store::add_residence(tx, &residence, now).await.unwrap();
            people.push(person.id);
        }
        let noted = Noted::new("member.add", person.id.0, "Thêm".to_owned()).in_unit(cell);
        audit::store::append(tx, &Actor::command_line(), noted).await.unwrap();
    }
    people
}

/// Those who left long ago, and whose day of birth no count needs.
async fn build_leavers(tx: &mut Tx, cell_id: UnitId, count: usize, now: Moment) {
    for number in 0..count {
        let member_id = MemberId::new();
        let person = NewMember {
            id: member_id,
            name: FullName::read(&format!("{} Văn {}", FAMILIES[number % 7], GIVEN[number % 9]))
                .unwrap(),
            sex: None,
            born: PartialDay::read("12/06/1941").ok(),
            admitted_on: None,
            official_on: None,
            card_number: None,
            phone: None,
            position: String::new(),
            workplace_id: None,
            workplace_cell: String::new(),
        };
        members::store::add(tx, &person, now).await.unwrap();
        let residence = NewResidence {
            id: ResidenceId::new(),
            member_id,
            cell_id,
            letter_id: None,
            address: String::new(),
            household_cluster: String::new(),
            kind: ResidenceKind::Permanent,
            exempt: None,
            started_on: day("2015-02-01"),
            ended: Some((day("2016-02-01"), EndReason::Moved)),
        };
        members::store::add_residence(tx, &residence, now).await.unwrap();
    }
}

/// Meetings of the days before today, with everybody present.
async fn build_meetings(tx: &mut Tx, unit_id: UnitId, count: usize, now: Moment) {
    for days in 1..=u64::try_from(count).unwrap() {
        let meeting = NewMeeting {
            id: MeetingId::new(),
            unit_id,
            kind: MeetingKind::Periodic,
            held_on: clock::today() - Days::new(days),
            starts_at: None,
            place: "Nhà văn hóa".to_owned(),
            topic: "Tình hình".to_owned(),
        };
        meetings::store::add(tx, &meeting, now).await.unwrap();
        meetings::store::freeze(tx, meeting.id, now).await.unwrap();
        meetings::store::mark_rest_present(tx, meeting.id).await.unwrap();
        meetings::store::recount(tx, meeting.id, now).await.unwrap();
    }
}

/// A few funds, what everybody gave for one of them, in two rounds, and what was cancelled.
async fn build_gifts(tx: &mut Tx, unit_id: UnitId, people: &[MemberId], now: Moment) {
    let mut funds = Vec::new();
    for number in 0..4 {
        let work = NewWorkItem {
            id: WorkItemId::new(),
            unit_id,
            code: None,
            kind: WorkKind::Fund,
            name: format!("Quỹ số {number}"),
            goal: (number % 2 == 0).then_some(10_000_000),
            measure: "đồng".to_owned(),
            started_on: None,
            completed_on: None,
            note: String::new(),
        };
        contributions::store::add_work(tx, &work, now).await.unwrap();
        funds.push(work.id);
    }
    let batches = [BatchId::new(), BatchId::new()];
    for (number, person) in people.iter().enumerate() {
        let gift = NewContribution {
            id: ContributionId::new(),
            unit_id,
            work_item_id: Some(funds[number % funds.len()]),
            giver: Giver::Member(*person),
            given_on: clock::today(),
            kind: ContributionKind::Money,
            amount_vnd: 100_000,
            quantity_hundredths: 0,
            measure: "đồng".to_owned(),
            note: String::new(),
            reverses: None,
        };
        let batch = Some(batches[number % 2]);
        contributions::store::add_in_batch(tx, &gift, batch, now).await.unwrap();
        if number % 8 == 5 {
            let back = NewContribution {
                id: ContributionId::new(),
                amount_vnd: -gift.amount_vnd,
                reverses: Some((gift.id, "Gõ nhầm".to_owned())),
                ..gift
            };
            contributions::store::add(tx, &back, now).await.unwrap();
        }
    }
}

async fn build_opinions(tx: &mut Tx, unit_id: UnitId, people: &[MemberId], now: Moment) {
    for person in people {
        let opinion = NewOpinion {
            id: OpinionId::new(),
            unit_id,
            meeting_id: None,
            member_id: Some(*person),
            raised_on: clock::today(),
            topic: "Đèn đường".to_owned(),
            text: "Ngõ 3 tối.".to_owned(),
        };
        opinions::store::add(tx, &opinion, now).await.unwrap();
    }
}

/// Everybody asks what is held about them.
async fn build_requests(tx: &mut Tx, unit_id: UnitId, people: &[MemberId], now: Moment) {
    for member_id in people {
        let request = NewRequest {
            id: DataRequestId::new(),
            unit_id,
            member_id: *member_id,
            kind: RequestKind::Access,
            text: "Xem hồ sơ.".to_owned(),
            received_on: clock::today(),
            received_by: String::new(),
            others: false,
            answer_by: clock::today(),
            done_by: clock::today(),
        };
        privacy::store::requests::add(tx, &request, now).await.unwrap();
    }
}
