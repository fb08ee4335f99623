//! The tasks of a ward, and of the bodies above it: what waits in all the cells below.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use chrono::NaiveDate;

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
use crate::meetings::model::HalfYear;
use crate::members::letters::{Deadlines, Open};
use crate::organisation::model::Unit;
use crate::statistics;
use crate::statistics::chase::{Chase, Group, Item, Kind};
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
    chase: Chase,
    letters: Open,
    deadlines: Deadlines,
    people: People,
    unanswered: i64,
    /// The latest year of comments, and how many sheets wait for the ward.
    evaluation: Option<(i64, i64)>,
    requests: DataRequests,
    may_keep_members: bool,
    may_read_log: bool,
    may_anonymise: bool,
    old_books: Vec<Landing>,
    /// When the tasks of a large unit were counted.
    counted_at: Option<Moment>,
}

impl AbovePage {
    fn group(&self, kind: Kind) -> &[Item] {
        let group: Option<&Group> = self.chase.groups.iter().find(|it| it.kind == kind);
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
    fn more(all: usize) -> Option<usize> {
        all.checked_sub(NAMED).filter(|it| *it > 0)
    }
}

/// Those of a large unit say when they were counted.
pub async fn tasks(
    mut tx: Tx,
    viewer: &Viewer,
    (unit, scope): (Unit, Scope),
    counted_at: Option<Moment>,
) -> Result<Response> {
    let today = clock::today();
    let half = HalfYear::of(today);
    let (_, to) = half.days();
    let tx = &mut tx;
    let deadlines = members::pages::letters::deadlines(tx, unit.id, today).await?;
    let year_one = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or(today);
    let raised = (year_one, today.succ_opt().unwrap_or(today));
    let raised = opinions::store::Filter::of_days(raised, today);
    let page = AbovePage {
        frame: Frame::of_unit(tx, viewer, &scope, &unit, Place::Home).await?,
        half,
        today,
        days_left: (to - today).num_days() - 1,
        names: scope.may(Right::SeeNames),
        chase: statistics::store::chase::chase(tx, (&unit, &scope), today, today, None).await?,
        letters: members::store::letters::open(tx, &unit, today, deadlines).await?,
        deadlines,
        people: store::people(tx, unit.id, today).await?,
        unanswered: opinions::store::counts(tx, unit.id, &raised).await?.unanswered(),
        evaluation: match counts::last_year(tx, unit.id).await? {
            Some(year) => Some((year, counts::waiting(tx, unit.id, year).await?)),
            None => None,
        },
        requests: store::data_requests(tx, unit.id, today).await?,
        may_keep_members: scope.may(Right::KeepMembers),
        may_read_log: scope.may(Right::ReadAccessLog),
        may_anonymise: scope.may(Right::Anonymise),
        old_books: old_books(tx, viewer, today).await?,
        counted_at,
        unit,
    };
    let mut response = Html(page.render()?).into_response();
    if counted_at.is_some() {
        response.extensions_mut().insert(SaysWhen);
    }
    Ok(response)
}
