//! The tasks of a ward, and of the bodies above it: what waits in all the cells below.

use std::sync::Arc;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use chrono::{Datelike as _, NaiveDate};

use crate::access::frame::{Frame, Place};
use crate::access::guard::Scope;
use crate::access::model::Right;
use crate::access::shelf::SaysWhen;
use crate::access::viewer::Viewer;
use crate::clock::{self, Moment};
use crate::db::Tx;
use crate::error::Result;
use crate::evaluation::store::counts;
use crate::home::model::{DataRequests, People};
use crate::home::pages::{Landing, old_books};
use crate::home::store;
use crate::ids::UnitId;
use crate::meetings::model::HalfYear;
use crate::members::letters::{Deadlines, Open};
use crate::organisation::model::Unit;
use crate::statistics::chase::{Group, Item, Kind};
use crate::statistics::counted::Counted;
use crate::statistics::model::Members;
use crate::statistics::recent::{Late, Recent};
use crate::vietnamese::number;
use crate::{members, opinions};

/// As many of a kind as a page of tasks names one by one.
const NAMED: usize = 8;

#[derive(Template)]
#[template(path = "home/above.html")]
#[expect(clippy::struct_excessive_bools, reason = "what the viewer may, each right for itself")]
struct AbovePage {
    frame: Frame,
    unit: Unit,
    half: HalfYear,
    today: NaiveDate,
    days_left: i64,
    /// Whether the viewer opens the lists behind the counts.
    names: bool,
    /// What is late, and with whom.
    late: Arc<Late>,
    letters: Open,
    deadlines: Deadlines,
    waits: Waits,
    requests: DataRequests,
    may_keep_members: bool,
    may_read_log: bool,
    may_anonymise: bool,
    old_books: Vec<Landing>,
    /// When the tasks of a large unit were counted.
    counted_at: Option<Moment>,
}

/// What waits beside what is late.
struct Waits {
    people: People,
    /// Whether those without a letter are of category normal alone.
    normal_alone: bool,
    /// Opinions.
    unanswered: i64,
    /// The latest year of comments, and how many sheets wait for the ward.
    evaluation: Option<(i64, i64)>,
}

impl Waits {
    /// Of a large unit as it was `counted` a moment ago.
    async fn count(
        tx: &mut Tx,
        id: UnitId,
        today: NaiveDate,
        counted: Option<&Counted>,
    ) -> Result<Waits> {
        let year = counts::last_year(tx, id).await?;
        if let Some(counted) = counted
            && let Some((sheets, unanswered)) = counted.sheets.as_ref().zip(counted.unanswered)
        {
            let Members { normal, exempt, without_letter } = counted.overview.total.members;
            let people = People { normal, exempt, without_letter };
            let of = |year| sheets.late.iter().filter(move |it| it.year == year);
            let evaluation = match year {
                // Those of the year and of the two before it were counted with the rest.
                Some(year) if year >= i64::from(today.year()) - 2 => {
                    Some((year, of(year).map(|it| it.unconfirmed).sum()))
                }
                Some(year) => Some((year, counts::waiting(tx, id, year).await?)),
                None => None,
            };
            return Ok(Waits { people, normal_alone: true, unanswered, evaluation });
        }
        let year_one = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or(today);
        let raised = (year_one, today.succ_opt().unwrap_or(today));
        let raised = opinions::store::Filter::of_days(raised, today);
        Ok(Waits {
            people: store::people(tx, id, today).await?,
            normal_alone: false,
            unanswered: opinions::store::counts(tx, id, &raised).await?.unanswered(),
            evaluation: match year {
                Some(year) => Some((year, counts::waiting(tx, id, year).await?)),
                None => None,
            },
        })
    }
}

impl AbovePage {
    fn group(&self, kind: Kind) -> &[Item] {
        let group: Option<&Group> = self.late.chase.groups.iter().find(|it| it.kind == kind);
        group.map_or(&[], |it| &it.items)
    }

    fn cells(&self) -> &[Item] {
        self.group(Kind::Meeting)
    }

    fn rolls(&self) -> &[Item] {
        self.group(Kind::Roll)
    }

    /// As many of them as the page names.
    fn first(items: &[Item]) -> &[Item] {
        &items[..items.len().min(NAMED)]
    }

    /// What waits on the way of letters: the word of the list, whether nothing does, and
    /// what is said of it.
    fn queues(&self) -> [(&'static str, bool, String); 2] {
        let say = |count: i64, some: &str, none: &str| {
            if count > 0 { format!("{} {some}", number::grouped(count)) } else { none.to_owned() }
        };
        let Open { waiting, received, .. } = self.letters;
        let none_received = "Giấy đã tiếp nhận đều đã phân về chi bộ";
        [
            (
                "waiting",
                waiting == 0,
                say(waiting, "giấy chờ tiếp nhận", "Không có giấy chờ tiếp nhận"),
            ),
            (
                "received",
                received == 0,
                say(received, "giấy đã tiếp nhận, chưa phân về chi bộ", none_received),
            ),
        ]
    }

    /// `và 12 chi bộ nữa`
    fn more(all: usize) -> Option<String> {
        all.checked_sub(NAMED).filter(|it| *it > 0).map(number::counted)
    }
}

/// Those of a large unit say when they were counted; what is late there, and what waits, is as old as in
/// `recent`.
pub async fn tasks(
    mut tx: Tx,
    viewer: &Viewer,
    (unit, scope): (Unit, Scope),
    (counted_at, recent): (Option<Moment>, Recent),
) -> Result<Response> {
    let today = clock::today();
    let half = HalfYear::of(today);
    let (_, to) = half.days();
    let tx = &mut tx;
    let recent = if counted_at.is_some() { recent } else { Recent::default() };
    let (revision, id) = (viewer.revision, unit.id);
    let counted = match counted_at {
        Some(_) => Some(recent.counted_today(tx, revision, id).await?),
        None => None,
    };
    let waits = Waits::count(tx, id, today, counted.as_deref()).await?;
    let late = recent.late(tx, viewer.revision, (&unit, &scope), today, None).await?;
    let deadlines = members::pages::letters::deadlines(tx, unit.id, today).await?;
    let page = AbovePage {
        frame: Frame::of_unit(tx, viewer, &scope, &unit, Place::Home).await?,
        half,
        today,
        days_left: (to - today).num_days() - 1,
        names: scope.may(Right::SeeNames),
        letters: members::store::letters::open(tx, &unit, today, deadlines).await?,
        deadlines,
        waits,
        requests: store::data_requests(tx, unit.id, today).await?,
        may_keep_members: scope.may(Right::KeepMembers),
        may_read_log: scope.may(Right::ReadAccessLog),
        may_anonymise: scope.may(Right::Anonymise),
        old_books: old_books(tx, viewer, today).await?,
        counted_at: counted_at.map(|_| late.at),
        late,
        unit,
    };
    let mut response = Html(page.render()?).into_response();
    if counted_at.is_some() {
        response.extensions_mut().insert(SaysWhen);
    }
    Ok(response)
}
