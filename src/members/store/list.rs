//! The list of a unit's members, a page at a time.

use chrono::{Datelike, NaiveDate};
use sqlx::FromRow;

use crate::access::guard::Scope;
use crate::db::{Tx, on};
use crate::ids::{MemberId, UnitId, WorkplaceId};
use crate::members::age::AgeBand;
use crate::members::model::{Category, Sex};
use crate::members::store::asked::{Asked, asked, six_words};
use crate::vietnamese::fold;

/// A search with marks ranks this many of those it finds at a time: a whole number of
/// pages.
pub const RANKED: usize = 500;

/// A particular one, or those of whom none is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<T> {
    As(T),
    Not,
}

impl<T> Known<T> {
    fn value(&self) -> Option<&T> {
        match self {
            Known::As(value) => Some(value),
            Known::Not => None,
        }
    }
}

/// Which members are asked for.
#[derive(Clone, Debug)]
pub struct Filter {
    pub on: NaiveDate,
    /// The day on which the list is read.
    pub today: NaiveDate,
    /// Words of names, workplaces and telephone numbers, as typed.
    pub query: String,
    pub category: Option<Category>,
    /// Whether an introduction letter is there.
    pub has_letter: Option<bool>,
    pub sex: Option<Known<Sex>>,
    pub age: Option<Known<&'static AgeBand>>,
    pub workplace: Option<Known<WorkplaceId>>,
    /// The unit right below through which they belong here, where one is asked for.
    pub child_id: Option<UnitId>,
}

impl Filter {
    /// Whether words are looked for at all.
    pub fn has_words(&self) -> bool {
        asked(&self.query) != Asked::Words(Vec::new())
    }

    /// The first day of the year of the list.
    pub(super) fn year(&self) -> NaiveDate {
        NaiveDate::from_yo_opt(self.on.year(), 1).unwrap_or(self.on)
    }

    /// `normal`, `exempt` or `all`
    pub(super) fn category_word(&self) -> &'static str {
        self.category.map_or("all", Category::as_str)
    }

    pub(super) fn letter_word(&self) -> &'static str {
        match self.has_letter {
            None => "any",
            Some(true) => "have",
            Some(false) => "missing",
        }
    }

    /// `any`, `none`, `male` or `female`
    pub(super) fn sex_word(&self) -> &'static str {
        self.sex.map_or("any", |it| it.value().map_or("none", |sex| sex.as_str()))
    }

    /// `any`, `none` or `one`
    pub(super) fn age_word(&self) -> &'static str {
        self.age.map_or("any", |it| it.value().map_or("none", |_| "one"))
    }

    /// The days of birth that are too early, up to and with the first, and the last one asked
    /// for.
    pub(super) fn births(&self) -> (NaiveDate, NaiveDate) {
        let band = self.age.and_then(|it| it.value().copied());
        band.map_or((self.on, self.on), |it| (it.born_after(self.on), it.born_until(self.on)))
    }

    /// `any`, `none` or `one`
    pub(super) fn workplace_word(&self) -> &'static str {
        self.workplace.map_or("any", |it| it.value().map_or("none", |_| "one"))
    }

    pub(super) fn workplace_id(&self) -> Option<WorkplaceId> {
        self.workplace.and_then(|it| it.value().copied())
    }

    /// A search with marks puts those first whose marks are the same.
    pub fn rank<T>(&self, rows: &mut [T], name: impl Fn(&T) -> &str) {
        if fold::has_marks(&self.query) {
            rows.sort_by_key(|it| !fold::matches_with_marks(name(it), &self.query));
        }
    }
}

#[derive(Clone, Debug, FromRow)]
pub struct ListRow {
    pub id: MemberId,
    pub full_name: String,
    pub born_on: Option<NaiveDate>,
    pub workplace: Option<String>,
    pub address: String,
    pub cell_name: String,
    pub category: Category,
    pub letter_number: Option<String>,
    /// Meetings of the year, up to the day of the list, whose roll named the member.
    pub expected: i64,
    pub present: i64,
}

impl ListRow {
    pub fn birth_year(&self) -> Option<i32> {
        self.born_on.map(|day| day.year())
    }

    pub fn is_exempt(&self) -> bool {
        self.category == Category::Exempt
    }
}

/// Whether the word in this bind begins a word of the member's name or workplace, or stands
/// anywhere in the telephone number.
macro_rules! holds {
    ($bind:literal) => {
        concat!(
            " AND (",
            $bind,
            " = '' OR ' ' || member.folded || ' ' || COALESCE(workplace.folded, '')
                      LIKE '% ' || ",
            $bind,
            " || '%' ESCAPE '\\' OR present.phone LIKE '%' || ",
            $bind,
            " || '%' ESCAPE '\\')"
        )
    };
}
pub(super) use holds;

/// Whether the member of a `residence` is kept, on the day in `$today`, by a cell at or
/// below the unit in `$unit`: the cell of the open residence, or of the last.
///
/// Only then may somebody of that unit be told what the record says now. The list of a
/// past day also names people who have since moved out, alone or with their whole cell.
macro_rules! kept_in {
    ($unit:literal, $today:literal, $member:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM unit_ancestor AS inside
                     WHERE inside.ancestor_id = ",
            $unit,
            " AND inside.unit_id = (SELECT latest.cell_id FROM residence AS latest
                                    WHERE latest.member_id = ",
            $member,
            " ORDER BY latest.started_on DESC LIMIT 1)
              AND inside.from_on <= ",
            $today,
            " AND (inside.to_on IS NULL OR inside.to_on > ",
            $today,
            "))"
        )
    };
}
pub(crate) use kept_in;

/// Whether the person's data go no further than the own cell's pages.
macro_rules! restricted {
    ($member:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM member_restriction
                     WHERE member_restriction.member_id = ",
            $member,
            " AND member_restriction.to_on IS NULL)"
        )
    };
}
pub(crate) use restricted;

/// What the record of a `residence`'s member says today, and where they work: `present`. It
/// is not there for somebody who has since moved out of the unit: the list of a past day
/// tells their name and the residence of that day, not where they work or can be called now.
/// Whoever lives there on the day of the reading is kept there, and is not looked up for it: the
/// comparison before, which always holds, says that the two are days.
macro_rules! present {
    () => {
        concat!(
            " LEFT JOIN member AS present
                ON present.id = member.id
               AND ((residence.started_on <= $2 AND $2 = $11) OR ",
            kept_in!("$1", "$11", "residence.member_id"),
            ")
             LEFT JOIN workplace ON workplace.id = present.workplace_id "
        )
    };
}
pub(super) use present;

/// Whether somebody is whom a [`Filter`] asks for, but for its words and its unit.
macro_rules! asked_for {
    () => {
        " AND ($3 = 'all' OR residence.category = $3)
          AND ($4 = 'any' OR ($4 = 'have' AND residence.letter_id IS NOT NULL)
               OR ($4 = 'missing' AND residence.letter_id IS NULL))
          AND ($12 = 'any' OR COALESCE(member.sex, 'none') = $12)
          AND ($13 = 'any' OR ($13 = 'none' AND member.born_on IS NULL)
               OR ($13 = 'one' AND member.born_on > $14 AND member.born_on <= $15))
          AND ($16 = 'any' OR ($16 = 'none' AND present.workplace_id IS NULL)
               OR ($16 = 'one' AND present.workplace_id = $17))"
    };
}
pub(super) use asked_for;

/// The people whom a [`Filter`] finds in a unit, and what is joined to them: binds 1 to 18.
macro_rules! listed {
    () => {
        listed!("")
    };
    ($joined:literal) => {
        concat!(
            "FROM unit_ancestor
         JOIN residence ON residence.cell_id = unit_ancestor.unit_id
                        AND residence.started_on <= $2
                        AND (residence.ended_on IS NULL OR residence.ended_on > $2)
         JOIN member ON member.id = residence.member_id",
            present!(),
            $joined,
            " WHERE unit_ancestor.ancestor_id = $1
           AND unit_ancestor.from_on <= $2
           AND (unit_ancestor.to_on IS NULL OR unit_ancestor.to_on > $2)
           AND ($18 IS NULL OR unit_ancestor.child_id = $18)",
            asked_for!(),
            holds!("$5"),
            holds!("$6"),
            holds!("$7"),
            holds!("$8"),
            holds!("$9"),
            holds!("$10")
        )
    };
}
pub(super) use listed;

/// Binds what [`listed!`] asks for; the words are those of the filter where none are given.
macro_rules! bound {
    ($query:expr, $scope:expr, $filter:expr) => {
        bound!($query, $scope, $filter, six_words(&$filter.query))
    };
    ($query:expr, $scope:expr, $filter:expr, $words:expr) => {{
        let [first, second, third, fourth, fifth, sixth] = $words;
        let (born_after, born_until) = $filter.births();
        let query = $query.bind($scope.unit_id()).bind($filter.on);
        let query = query.bind($filter.category_word()).bind($filter.letter_word());
        let query = query.bind(first).bind(second).bind(third).bind(fourth).bind(fifth);
        let query = query.bind(sixth).bind($filter.today).bind($filter.sex_word());
        let query = query.bind($filter.age_word()).bind(born_after).bind(born_until);
        let query = query.bind($filter.workplace_word()).bind($filter.workplace_id());
        query.bind($filter.child_id)
    }};
}
pub(super) use bound;

/// What a page's row is told of the people found.
macro_rules! columns {
    () => {
        "member.id, member.sort_key, member.full_name, member.born_on,
         workplace.name AS workplace, residence.address, residence.cell_id,
         residence.category, residence.letter_id "
    };
}
pub(super) use columns;

/// The roll calls of the year that named the person of a page's row. Counted row by row
/// of the page: joined to it, SQLite would walk every attendance there is.
macro_rules! rolled {
    () => {
        "FROM attendance JOIN meeting ON meeting.id = attendance.meeting_id
         WHERE attendance.member_id = page.id AND attendance.status <> 'exempt'
           AND meeting.rolled_at IS NOT NULL
           AND meeting.held_on >= $21 AND meeting.held_on <= $2"
    };
}
pub(super) use rolled;

/// The rows of a `page` with [`columns!`], as a [`ListRow`] each. Attendance is added up for
/// these only, so that a page costs what it shows.
macro_rules! shown {
    () => {
        shown!("")
    };
    ($also:literal) => {
        concat!(
            " SELECT ",
            $also,
            "page.id, page.full_name, page.born_on, page.workplace, page.address,
                COALESCE(unit_period.name, '') AS cell_name, page.category,
                introduction_letter.number AS letter_number,
                (SELECT COUNT(*) ",
            rolled!(),
            ") AS expected,
                (SELECT COUNT(*) ",
            rolled!(),
            " AND attendance.status = 'present') AS present
         FROM page
         LEFT JOIN introduction_letter ON introduction_letter.id = page.letter_id
         LEFT JOIN unit_period ON unit_period.unit_id = page.cell_id
                               AND unit_period.from_on <= $2
                               AND (unit_period.to_on IS NULL OR unit_period.to_on > $2)
         ORDER BY page.sort_key, page.id"
        )
    };
}
pub(super) use shown;

pub async fn count_listed(tx: &mut Tx, scope: &Scope, filter: &Filter) -> sqlx::Result<i64> {
    let sql = concat!("SELECT COUNT(*) ", listed!());
    on!(tx, db => bound!(sqlx::query_scalar(sql), scope, filter).fetch_one(db))
}

/// Those whom the filter finds, by name, from `offset` on; and how many it finds, which is 0
/// where nobody is left from there on.
pub async fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter,
    limit: i64,
    offset: i64,
) -> sqlx::Result<(Vec<ListRow>, i64)> {
    let sql = concat!(
        "WITH page AS (SELECT COUNT(*) OVER () AS found, ",
        columns!(),
        listed!(),
        "  ORDER BY member.sort_key, member.id
             LIMIT $19 OFFSET $20)",
        shown!("page.found, ")
    );
    let rows: Vec<Found> = on!(tx, db => bound!(sqlx::query_as(sql), scope, filter)
        .bind(limit)
        .bind(offset)
        .bind(filter.year())
        .fetch_all(db))?;
    let count = rows.first().map_or(0, |it| it.found);
    Ok((rows.into_iter().map(|it| it.row).collect(), count))
}

#[derive(FromRow)]
struct Found {
    found: i64,
    #[sqlx(flatten)]
    row: ListRow,
}

/// The name of the workplace of a filter, where there is such a one.
pub async fn workplace_name(tx: &mut Tx, id: WorkplaceId) -> sqlx::Result<Option<String>> {
    let sql = "SELECT name FROM workplace WHERE id = $1";
    on!(tx, db => sqlx::query_scalar(sql).bind(id).fetch_optional(db))
}
