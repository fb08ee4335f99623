//! One of everything that an address can name, for whoever walks the table of routes.

use chrono::{Datelike, NaiveDate};
use haichieu::access::deputies::NewDeputy;
use haichieu::access::model::{Grant, Role};
use haichieu::access::tokens::{ApiToken, Reach};
use haichieu::contributions::model::{
    ContributionKind, Giver, NewContribution, NewWorkItem, WorkKind,
};
use haichieu::criteria::model::Variant;
use haichieu::db::Tx;
use haichieu::evaluation::model::{Act, ActKind};
use haichieu::evaluation::store::consultations::NewConsultation;
use haichieu::evaluation::store::opening::NewOnDemand;
use haichieu::evaluation::store::writing::Marking;
use haichieu::exchange::import::pages::draft;
use haichieu::exports::model::{Export, What};
use haichieu::ids::{
    AccountId, ActId, BatchId, ConsultationId, ContributionId, CriteriaSetId, DataRequestId,
    ExportId, FeedId, GrantId, ImportId, LetterId, MarkingId, MeetingId, MemberId, MergeId,
    OpinionId, ReorganisationId, ResidenceId, SessionId, SheetId, TokenId, UnitId, WorkItemId,
};
use haichieu::meetings::model::{MeetingKind, NewMeeting};
use haichieu::members::model::{EndReason, NewLetter, NewMember, NewResidence, ResidenceKind};
use haichieu::members::store::Merge;
use haichieu::opinions::model::NewOpinion;
use haichieu::privacy::model::{NewRequest, RequestKind};
use haichieu::reorganisations::model::NewReorganisation;
use haichieu::vietnamese::name::FullName;
use haichieu::web::Upload;
use haichieu::{
    access, clock, contributions, criteria, evaluation, exchange, exports, meetings, members,
    opinions, privacy, reorganisations,
};

use crate::support::{Site, day};

/// A name that stands nowhere but in the record of cell A1.
pub const CANARY: &str = "Hoàng Phủ Ngọc Yến";

/// What the addresses name: all of it belongs to one cell.
pub struct Objects {
    pub member: MemberId,
    pub letter: LetterId,
    pub merge: MergeId,
    pub meeting: MeetingId,
    pub work: WorkItemId,
    pub contribution: ContributionId,
    pub batch: BatchId,
    pub import: ImportId,
    pub opinion: OpinionId,
    pub sheet: SheetId,
    pub consultation: ConsultationId,
    pub marking: MarkingId,
    pub criteria: CriteriaSetId,
    pub export: ExportId,
    pub data_request: DataRequestId,
    pub reorganisation: ReorganisationId,
    pub account: AccountId,
    pub grant: GrantId,
    pub token: TokenId,
    pub deputy: GrantId,
}

impl Objects {
    /// The address of a route about these objects.
    pub fn address(&self, path: &str) -> String {
        let id = match path.split('/').nth(1).unwrap() {
            "members" => self.member.to_string(),
            "letters" => self.letter.to_string(),
            "merges" => self.merge.to_string(),
            "meetings" => self.meeting.to_string(),
            "works" => self.work.to_string(),
            "contributions" => self.contribution.to_string(),
            "imports" => self.import.to_string(),
            "contribution-batches" => self.batch.to_string(),
            "opinions" => self.opinion.to_string(),
            "evaluations" => self.sheet.to_string(),
            "consultations" => self.consultation.to_string(),
            "markings" => self.marking.to_string(),
            "criteria" => self.criteria.to_string(),
            "exports" => self.export.to_string(),
            "data-requests" => self.data_request.to_string(),
            "account" if path.contains("/calendars/") => FeedId::new().to_string(),
            "account" if path.contains("/sessions/") => SessionId::new().to_string(),
            "deputies" => self.deputy.to_string(),
            "account" => self.token.to_string(),
            "reorganisations" => self.reorganisation.to_string(),
            "administration" if path.contains("/grants/{id}") => self.grant.to_string(),
            "administration" => self.account.to_string(),
            _ => String::new(),
        };
        assert!(!path.contains("{id}") || !id.is_empty(), "what does {path} name?");
        path.replace("{id}", &id)
            .replace("{code}", "a1")
            .replace("{what}", "members")
            .replace("{token}", "nothing")
            .replace("{hash}", "nothing")
            .replace("{name}", "nothing")
    }

    /// Ids that no row bears yet.
    pub fn new() -> Objects {
        Objects {
            member: MemberId::new(),
            letter: LetterId::new(),
            merge: MergeId::new(),
            meeting: MeetingId::new(),
            work: WorkItemId::new(),
            contribution: ContributionId::new(),
            batch: BatchId::new(),
            import: ImportId::new(),
            opinion: OpinionId::new(),
            sheet: SheetId::new(),
            consultation: ConsultationId::new(),
            marking: MarkingId::new(),
            criteria: CriteriaSetId::new(),
            export: ExportId::new(),
            data_request: DataRequestId::new(),
            reorganisation: ReorganisationId::new(),
            account: AccountId::new(),
            grant: GrantId::new(),
            token: TokenId::new(),
            deputy: GrantId::new(),
        }
    }

    pub async fn build(site: &Site) -> Objects {
        let objects = Objects::new();
        let (cell, ward) = (site.town.cell_a1, site.town.ward_a);
        site.seed(async |tx| objects.write(tx, (cell, ward)).await).await;
        objects
    }

    /// Writes all of it down, in the cell; the reorganisation is the ward's.
    pub async fn write(&self, tx: &mut Tx, (cell, ward): (UnitId, UnitId)) {
        let now = clock::now();
        members::store::add(tx, &self.member(), now).await.unwrap();
        members::store::add_letter(tx, &self.letter(), now).await.unwrap();
        let residence = NewResidence {
            id: ResidenceId::new(),
            member_id: self.member,
            cell_id: cell,
            letter_id: Some(self.letter),
            address: "Số 1, ngõ 3".to_owned(),
            household_cluster: String::new(),
            kind: ResidenceKind::Permanent,
            exempt: None,
            started_on: day("2020-01-01"),
            ended: None,
        };
        members::store::add_residence(tx, &residence, now).await.unwrap();
        let twin = NewMember { id: MemberId::new(), ..self.member() };
        members::store::add(tx, &twin, now).await.unwrap();
        let home = NewResidence { id: ResidenceId::new(), member_id: twin.id, ..residence };
        let home = NewResidence { ended: Some((day("2021-01-01"), EndReason::Other)), ..home };
        members::store::add_residence(tx, &home, now).await.unwrap();
        members::store::add_merge(tx, &self.merge(twin.id)).await.unwrap();
        let meeting = NewMeeting {
            id: self.meeting,
            unit_id: cell,
            kind: MeetingKind::Periodic,
            held_on: clock::today(),
            starts_at: None,
            place: "Nhà văn hóa".to_owned(),
            topic: "Tình hình".to_owned(),
        };
        meetings::store::add(tx, &meeting, now).await.unwrap();
        meetings::store::freeze(tx, self.meeting, now).await.unwrap();
        let work = NewWorkItem {
            id: self.work,
            unit_id: cell,
            code: None,
            kind: WorkKind::Fund,
            name: "Quỹ khuyến học".to_owned(),
            goal: None,
            measure: "đồng".to_owned(),
            started_on: None,
            completed_on: None,
            note: String::new(),
        };
        contributions::store::add_work(tx, &work, now).await.unwrap();
        let gift = self.gift(cell, clock::today());
        contributions::store::add_in_batch(tx, &gift, Some(self.batch), now).await.unwrap();
        opinions::store::add(tx, &self.opinion(cell), now).await.unwrap();
        let upload = Upload {
            bytes: format!("TT,Họ và tên\n1,{CANARY}\n").into_bytes(),
            ..Upload::default()
        };
        let (import, rows) = draft(self.import, cell, String::new(), &upload).unwrap();
        exchange::import::store::add(tx, &import).await.unwrap();
        exchange::import::store::add_rows(tx, import.id, &rows).await.unwrap();
        self.evaluate(tx, cell).await;
        exports::store::add(tx, &self.export(cell)).await.unwrap();
        let asked = self.data_request(cell);
        privacy::store::requests::add(tx, &asked, now).await.unwrap();
        let drafted = self.reorganisation(ward);
        reorganisations::store::add(tx, &drafted, "Người soạn", now).await.unwrap();
        let login = format!("kept-{}", self.account.0.simple());
        access::store::add(tx, self.account, &login, "Người giữ", None, now).await.unwrap();
        let (id, account_id) = (self.grant, self.account);
        let role = Role::CellSecretary;
        let grant = Grant { id, account_id, role, unit_id: Some(cell), names: false };
        access::store::add_grant(tx, &grant, now).await.unwrap();
        self.lend(tx, cell).await;
        let token = self.token(cell);
        access::store::tokens::add(tx, &token, self.token.0.as_bytes()).await.unwrap();
    }

    /// Somebody who acts for the one who keeps the cell.
    async fn lend(&self, tx: &mut Tx, cell: UnitId) {
        let (id, now, today) = (AccountId::new(), clock::now(), clock::today());
        let login = format!("lent-{}", id.0.simple());
        access::store::add(tx, id, &login, "Người làm hộ", None, now).await.unwrap();
        let (role, unit_id) = (Role::CellSecretary, Some(cell));
        let grant = Grant { id: self.deputy, account_id: id, role, unit_id, names: false };
        let deputy = NewDeputy {
            grant,
            for_account_id: self.account,
            from_on: today,
            to_on: today.succ_opt().unwrap(),
            reason: CANARY.to_owned(),
        };
        access::store::deputies::add(tx, &deputy, now).await.unwrap();
    }

    /// A sheet about the member, with all that belongs to it.
    async fn evaluate(&self, tx: &mut Tx, unit_id: UnitId) {
        let today = clock::today();
        let (year, variant) = (i64::from(today.year()), Variant::Normal);
        let whole = criteria::store::in_force(tx, variant, today).await.unwrap().unwrap();
        let act = Act {
            id: ActId::new(),
            kind: ActKind::Open,
            account_name: String::new(),
            note: String::new(),
            at: clock::now(),
        };
        let sheet = NewOnDemand {
            id: self.sheet,
            member_id: self.member,
            unit_id,
            reference_on: today,
            year,
            purpose: "Quy hoạch".to_owned(),
            set_id: whole.set.id,
            asked: whole.asked(),
        };
        evaluation::store::opening::open_on_demand(tx, &sheet, &act).await.unwrap();
        let consultation = NewConsultation {
            id: self.consultation,
            unit_id,
            year,
            held_on: today,
            cell_people: "Bí thư".to_owned(),
            front_people: "Trưởng ban".to_owned(),
        };
        evaluation::store::consultations::add(tx, &consultation, act.at).await.unwrap();
        let option = &whole.criteria[0].options[0];
        let marking = Marking {
            id: self.marking,
            unit_id,
            year,
            option_id: option.id,
            marked: 0,
            account_name: String::new(),
            marked_at: act.at,
            undone_at: None,
            criterion_id: whole.criteria[0].id,
            criterion_number: 1,
            label: option.label.clone(),
        };
        evaluation::store::writing::add_marking(tx, &marking).await.unwrap();
    }

    fn export(&self, unit_id: UnitId) -> Export {
        Export {
            id: self.export,
            unit_id,
            what: What::Members,
            format: "csv".to_owned(),
            file: format!("{CANARY}.csv"),
            said: String::new(),
            purpose: CANARY.to_owned(),
            account_name: String::new(),
            expected: 1,
            written: 0,
            bytes: 0,
            sha256: None,
            job: true,
            state: exports::model::State::Running,
            started_at: clock::now(),
            finished_at: None,
            expires_at: None,
        }
    }

    fn data_request(&self, unit_id: UnitId) -> NewRequest {
        NewRequest {
            id: self.data_request,
            unit_id,
            member_id: self.member,
            kind: RequestKind::Access,
            text: CANARY.to_owned(),
            received_on: clock::today(),
            received_by: String::new(),
            others: false,
            answer_by: clock::today(),
            done_by: clock::today(),
        }
    }

    fn token(&self, unit_id: UnitId) -> ApiToken {
        ApiToken {
            id: self.token,
            account_id: self.account,
            prefix: "hc_aaaaaa".to_owned(),
            name: CANARY.to_owned(),
            reach: Reach::Counts,
            unit_id: Some(unit_id),
            created_at: clock::now(),
            last_on: clock::today(),
            used_at: None,
            revoked_at: None,
        }
    }

    fn reorganisation(&self, unit_id: UnitId) -> NewReorganisation {
        NewReorganisation {
            id: self.reorganisation,
            unit_id: Some(unit_id),
            legal_reference: "Nghị quyết 1283".to_owned(),
            effective_on: clock::today(),
        }
    }

    fn member(&self) -> NewMember {
        NewMember {
            id: self.member,
            name: FullName::read(CANARY).unwrap(),
            sex: None,
            born: None,
            admitted_on: None,
            official_on: None,
            card_number: None,
            phone: None,
            position: String::new(),
            workplace_id: None,
            workplace_cell: String::new(),
        }
    }

    fn merge(&self, merged_id: MemberId) -> Merge {
        Merge {
            id: self.merge,
            kept_id: self.member,
            merged_id,
            account_name: String::new(),
            merged_at: clock::now(),
            form_before: "{}".to_owned(),
            form_after: "{}".to_owned(),
            residence_id: None,
            undone_at: None,
        }
    }

    fn letter(&self) -> NewLetter {
        NewLetter {
            id: self.letter,
            member_id: self.member,
            number: "1-GGT/ĐU".to_owned(),
            issued_by: String::new(),
            signer: String::new(),
            issued_on: None,
            ward_id: None,
            received_on: None,
            received_by: String::new(),
            cell_id: None,
            assigned_on: None,
            exempt: false,
        }
    }

    fn opinion(&self, unit_id: UnitId) -> NewOpinion {
        NewOpinion {
            id: self.opinion,
            unit_id,
            meeting_id: Some(self.meeting),
            member_id: Some(self.member),
            raised_on: clock::today(),
            topic: "Đèn đường".to_owned(),
            text: "Ngõ 3 tối.".to_owned(),
        }
    }

    fn gift(&self, unit_id: UnitId, given_on: NaiveDate) -> NewContribution {
        NewContribution {
            id: self.contribution,
            unit_id,
            work_item_id: Some(self.work),
            giver: Giver::Member(self.member),
            given_on,
            kind: ContributionKind::Money,
            amount_vnd: 500_000,
            quantity_hundredths: 0,
            measure: "đồng".to_owned(),
            note: String::new(),
            reverses: None,
        }
    }
}
