//! Every page of the site, with every role and an outsider.
//!
//! The table of routes says what each page asks for; this walks all of it, so that a
//! page added tomorrow is checked as well.

use chrono::{Datelike, NaiveDate};
use haichieu::access::model::{Grant, Right, Role};
use haichieu::access::routes::{Need, Route};
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
    AccountId, ActId, BatchId, ConsultationId, ContributionId, CriteriaSetId, ExportId, GrantId,
    ImportId, LetterId, MarkingId, MeetingId, MemberId, MergeId, OpinionId, ResidenceId, SheetId,
    UnitId, WorkItemId,
};
use haichieu::meetings::model::{MeetingKind, NewMeeting};
use haichieu::members::model::{EndReason, NewLetter, NewMember, NewResidence, ResidenceKind};
use haichieu::members::store::Merge;
use haichieu::opinions::model::NewOpinion;
use haichieu::vietnamese::name::FullName;
use haichieu::web::Upload;
use haichieu::{
    access, clock, contributions, criteria, evaluation, exchange, exports, meetings, members,
    opinions, site,
};
use reqwest::{Method, StatusCode};

use crate::support::{Page, Site, Visitor, day};

/// A name that stands nowhere but in the record of cell A1.
const CANARY: &str = "Hoàng Phủ Ngọc Yến";

/// What the addresses of the walk name: all of it belongs to cell A1.
struct Objects {
    member: MemberId,
    letter: LetterId,
    merge: MergeId,
    meeting: MeetingId,
    work: WorkItemId,
    contribution: ContributionId,
    batch: BatchId,
    import: ImportId,
    opinion: OpinionId,
    sheet: SheetId,
    consultation: ConsultationId,
    marking: MarkingId,
    criteria: CriteriaSetId,
    export: ExportId,
    account: AccountId,
    grant: GrantId,
}

#[tokio::test]
async fn every_page_asks_who_is_looking() {
    let site = Site::with_criteria().await;
    let objects = Objects::build(&site).await;
    let stranger = site.stranger();
    for route in site::table() {
        let page = open(&stranger, &route, &objects).await;
        page.assert_hides(CANARY);
        match (route.need, &route.method) {
            (Need::Anyone, _) => {
                assert!(!page.status.is_server_error(), "{route:?} {}", page.status);
            }
            (_, &Method::GET) => {
                assert!(page.leads_to().starts_with("/sign-in"), "{route:?}");
            }
            _ => page.assert_is(StatusCode::UNAUTHORIZED),
        }
    }
}

#[tokio::test]
async fn an_outsider_finds_nothing_anywhere() {
    let site = Site::with_criteria().await;
    let objects = Objects::build(&site).await;
    let others = [
        (Role::CellSecretary, site.town.cell_b1),
        (Role::CellSecretary, site.town.cell_a2),
        (Role::WardOfficer, site.town.ward_b),
        (Role::Administrator, site.town.ward_b),
    ];
    for (role, unit_id) in others {
        for route in site::table() {
            // A visitor of its own for each page: some pages end what others look at.
            let visitor = site.visitor(role, unit_id).await;
            let page = open(&visitor, &route, &objects).await;
            page.assert_hides(CANARY);
            if let Need::Right(_) = route.need {
                assert_eq!(page.status, StatusCode::NOT_FOUND, "{role:?} {route:?}");
                page.assert_hides("An Bình");
                page.assert_hides("tổ dân phố 1");
            }
        }
    }
}

#[tokio::test]
async fn every_role_gets_what_its_rights_say_and_no_more() {
    let site = Site::with_criteria().await;
    let objects = Objects::build(&site).await;
    let town = &site.town;
    let visitors = [
        (Role::CellSecretary, Some(town.cell_a1), false, false),
        (Role::WardOfficer, Some(town.ward_a), true, false),
        (Role::OrganisationOfficer, Some(town.city), true, false),
        (Role::OrganisationOfficer, Some(town.city), true, true),
        (Role::Administrator, None, false, false),
    ];
    for (role, unit_id, below, names) in visitors {
        for route in site::table() {
            let Need::Right(right) = route.need else { continue };
            // A visitor of its own for each page: some pages end what others look at.
            let visitor = site.visitor_who(role, unit_id, names).await;
            let page = open(&visitor, &route, &objects).await;
            let who = format!("{role:?} (names: {names}) at {route:?}: {}", page.status);
            if role.allows(right, below, names) {
                let refused = [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN];
                assert!(!refused.contains(&page.status), "{who}");
                assert!(!page.status.is_server_error(), "{who}");
            } else if role.allows(right.sight(), below, names) {
                assert_eq!(page.status, StatusCode::FORBIDDEN, "{who}");
            } else {
                assert_eq!(page.status, StatusCode::NOT_FOUND, "{who}");
            }
            if !role.allows(Right::SeeNames, below, names) {
                page.assert_hides(CANARY);
            }
        }
    }
}

#[tokio::test]
async fn an_unknown_record_is_answered_like_a_foreign_one() {
    let site = Site::with_criteria().await;
    let objects = Objects::build(&site).await;
    let outsider = site.outsider().await;
    let foreign = outsider.get(&format!("/members/{}", objects.member)).await;
    let unknown = outsider.get(&format!("/members/{}", MemberId::new())).await;
    let text = |page: &Page| page.body.split("404-").next().unwrap().to_owned();
    assert_eq!((foreign.status, text(&foreign)), (unknown.status, text(&unknown)));
}

/// Opens a page, or posts an empty form to it.
async fn open(visitor: &Visitor, route: &Route, objects: &Objects) -> Page {
    let path = objects.address(route.path);
    if route.method == Method::GET {
        visitor.get(&path).await
    } else {
        visitor.post(&path, &[]).await
    }
}

impl Objects {
    /// The address of a route about these objects.
    fn address(&self, path: &str) -> String {
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
            "administration" if path.contains("/grants/{id}") => self.grant.to_string(),
            "administration" => self.account.to_string(),
            _ => String::new(),
        };
        assert!(!path.contains("{id}") || !id.is_empty(), "what does {path} name?");
        path.replace("{id}", &id)
            .replace("{code}", "a1")
            .replace("{token}", "nothing")
            .replace("{hash}", "nothing")
            .replace("{name}", "nothing")
    }

    async fn build(site: &Site) -> Objects {
        let objects = Objects {
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
            account: AccountId::new(),
            grant: GrantId::new(),
        };
        site.seed(async |tx| {
            let now = clock::now();
            let cell = site.town.cell_a1;
            members::store::add(tx, &objects.member(), now).await.unwrap();
            members::store::add_letter(tx, &objects.letter(), now).await.unwrap();
            let residence = NewResidence {
                id: ResidenceId::new(),
                member_id: objects.member,
                cell_id: cell,
                letter_id: Some(objects.letter),
                address: "Số 1, ngõ 3".to_owned(),
                household_cluster: String::new(),
                kind: ResidenceKind::Permanent,
                exempt: None,
                started_on: day("2020-01-01"),
                ended: None,
            };
            members::store::add_residence(tx, &residence, now).await.unwrap();
            let twin = NewMember { id: MemberId::new(), ..objects.member() };
            members::store::add(tx, &twin, now).await.unwrap();
            let home = NewResidence { id: ResidenceId::new(), member_id: twin.id, ..residence };
            let home = NewResidence { ended: Some((day("2021-01-01"), EndReason::Other)), ..home };
            members::store::add_residence(tx, &home, now).await.unwrap();
            members::store::add_merge(tx, &objects.merge(twin.id)).await.unwrap();
            let meeting = NewMeeting {
                id: objects.meeting,
                unit_id: cell,
                kind: MeetingKind::Periodic,
                held_on: clock::today(),
                starts_at: None,
                place: "Nhà văn hóa".to_owned(),
                topic: "Tình hình".to_owned(),
            };
            meetings::store::add(tx, &meeting, now).await.unwrap();
            meetings::store::freeze(tx, objects.meeting, now).await.unwrap();
            let work = NewWorkItem {
                id: objects.work,
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
            let gift = objects.gift(cell, clock::today());
            contributions::store::add_in_batch(tx, &gift, Some(objects.batch), now).await.unwrap();
            opinions::store::add(tx, &objects.opinion(cell), now).await.unwrap();
            let upload = Upload {
                bytes: format!("TT,Họ và tên\n1,{CANARY}\n").into_bytes(),
                ..Upload::default()
            };
            let (import, rows) = draft(objects.import, cell, String::new(), &upload).unwrap();
            exchange::import::store::add(tx, &import).await.unwrap();
            exchange::import::store::add_rows(tx, import.id, &rows).await.unwrap();
            objects.evaluate(tx, cell).await;
            exports::store::add(tx, &objects.export(cell)).await.unwrap();
            access::store::add(tx, objects.account, "kept", "Người giữ", None, now).await.unwrap();
            let (id, account_id) = (objects.grant, objects.account);
            let role = Role::CellSecretary;
            let grant = Grant { id, account_id, role, unit_id: Some(cell), names: false };
            access::store::add_grant(tx, &grant, now).await.unwrap();
        })
        .await;
        objects
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
