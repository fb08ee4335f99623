//! What the pages ask of the database: as much of a large registry as of a small one, and
//! nothing that reads a large table through.
//!
//! Whoever listens to the statements hears those of the whole process. So one thread builds
//! and walks both registries, once, and the tests look at what it heard. `PLANS=1 cargo test
//! --test plans -- --nocapture` prints the pages and the number of their statements.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::time::Instant;
use std::{env, thread};

use haichieu::site;
use reqwest::Method;

use crate::explain::{Planner, Scan};
use crate::registry::{Registry, Scale};
use crate::walk::Asked;

mod absent;
mod acts;
mod door;
mod explain;
#[expect(dead_code, reason = "shared with the tests that walk the site")]
#[path = "../site/scope/objects.rs"]
mod objects;
mod recorder;
mod registry;
mod rights;
mod sheets;
mod source;
mod summed_up;
#[expect(dead_code, reason = "shared with the tests that walk the site")]
#[path = "../site/support.rs"]
mod support;
mod walk;

const SMALL: Scale = Scale { wards: 2, cells: 2, people: 12, others: 6, things: 3 };
const LARGE: Scale = Scale { wards: 5, cells: 5, people: 120, others: 40, things: 12 };

/// What asks more of a larger registry, and why it may.
const GROWING: &[(&str, &str)] = &[
    (
        "assigns letters",
        "a page of them: each is a person's, with an entry in the trail of its own",
    ),
    ("writes gifts down", "those of one cell, each with an entry of its own"),
    ("takes the list back", "each person is taken out with an entry of their own"),
    ("forgets those who left", "500 at most; each whose day of birth becomes a year is written"),
    ("divides a cell, and takes it back", "the residences that move are written 400 at a time"),
    ("/units/thanh-pho/evaluations/print", "more than 500 sheets are refused before they are read"),
];

/// Pages that nobody of the walk can open, and why.
const CLOSED: &[(&str, &str)] = &[
    ("/static/{hash}/{name}", "the name of a file that is not ours"),
    ("/links/{token}", "a link that nobody was given"),
    ("/account/tokens/{id}/revoke", "somebody else's token"),
    ("/reminders/{token}", "a link that was sent to nobody"),
    ("/", "sends everybody on to a page of theirs"),
    ("/units/{code}/roll-call", "sends on to the nearest meeting"),
    ("/exports/{id}/file", "a file that is still being written"),
    ("/imports/{id}/undo", "a list that is not written down yet"),
    ("/reorganisations/{id}/undo", "a draft"),
];

/// Statements that read a large table through, and why they may: a part of each, and the table.
const THROUGH: &[(&str, &str, &str)] = &[
    ("SELECT COUNT(*) FROM audit_entry", "audit_entry", "the command that checks the chain"),
    (
        "SELECT * FROM audit_entry WHERE NOT EXISTS (SELECT 1 FROM audit_seal",
        "audit_entry",
        "likewise: every entry is sealed or waits for it",
    ),
    ("FROM audit_seal ORDER BY position DESC LIMIT 1", "audit_seal", "stops at the first row"),
    (
        "FROM member ORDER BY sort_key LIMIT 2 OFFSET $1",
        "member",
        "stops where a walk over everybody ends, by the index alone",
    ),
    (
        "SELECT ancestor_id, unit_id, child_id, depth, from_on, to_on FROM unit_ancestor",
        "unit_ancestor",
        "a reorganisation is simulated on all units",
    ),
    (
        "FROM residence WHERE started_on <= $1 AND (ended_on IS NULL OR ended_on > $1) GROUP BY",
        "residence",
        "likewise, with how many people each cell has",
    ),
    (
        "SELECT code, id, unit_id FROM work_item WHERE code IS NOT NULL",
        "work_item",
        "the command that loads files reads once what is there",
    ),
    (
        "FROM backup ORDER BY started_at DESC, id DESC LIMIT $1",
        "backup",
        "stops at the last twenty or so",
    ),
    (
        "FROM backup WHERE state = 'done' ORDER BY started_at DESC, id DESC LIMIT 1",
        "backup",
        "stops at the first of an index of good ones",
    ),
    (
        "SELECT 1 FROM meeting) AS meetings",
        "residence",
        "the first steps of a registry: stops at the first person",
    ),
    ("SELECT 1 FROM meeting) AS meetings", "meeting", "likewise, at the first meeting"),
    (
        "FROM data_request JOIN member ON member.id = data_request.member_id WHERE EXISTS",
        "data_request",
        "a request follows the person, so that no row says whose it is today; to go by the people \
         of a city would read far more than the few who ever ask",
    ),
    ("SELECT COUNT(*) FROM data_request WHERE EXISTS", "data_request", "likewise"),
    (
        "FROM data_request WHERE data_request.closed_on IS NULL AND EXISTS",
        "data_request",
        "likewise, and only those open, which are closed within weeks",
    ),
    (
        "FROM erasure_member JOIN member ON member.id = erasure_member.member_id JOIN residence",
        "member",
        "five hundred people at most; PostgreSQL, told not to hash, goes by the order of all where \
         all are hardly more",
    ),
    (
        "DELETE FROM criterion",
        "evaluation_choice",
        "a draft is changed once in years; an index would be written with every answer",
    ),
    (
        "DELETE FROM unit WHERE",
        "unit_ancestor",
        "a unit that a reorganisation opened; an index by child tempts PostgreSQL to group by it",
    ),
];

/// Stores whose work it is to read everything, and why.
const EVERYTHING: &[(&str, &str)] = &[(
    "src/recount/",
    "the command that holds a registry against itself goes over each table once",
)];

/// Parts of statements that no page of the walk brings about, and where they are run.
const UNHEARD: &[(&str, &str)] = &[("FROM reorganisation ORDER BY", "the tests of the real case")];

/// What a registry was asked, and how the large one would find it.
struct Heard {
    asked: Vec<Asked>,
    plans: Vec<Plan>,
}

/// A statement and the tables that it reads through: any large one before the planner knows how
/// many rows there are, those with many rows when it does.
struct Plan {
    sql: String,
    unknowing: Result<Vec<Scan>, String>,
    knowing: Result<Vec<Scan>, String>,
}

static HEARD: LazyLock<(Heard, Heard)> = LazyLock::new(|| {
    let small = heard("a_small_registry", SMALL, false);
    let large = heard("a_large_registry", LARGE, true);
    if env::var_os("PLANS").is_some() {
        print(&small, &large);
    }
    (small, large)
});

/// Builds a registry, whose database bears this name, and walks through it.
fn heard(name: &str, scale: Scale, plans: bool) -> Heard {
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let begun = Instant::now();
            let registry = Registry::build(&scale).await;
            let built = begun.elapsed();
            let (mut asked, list) = acts::first(&registry).await;
            asked.extend(walk::pages(&registry).await);
            asked.extend(acts::last(&registry, &list).await);
            let walked = begun.elapsed();
            let plans = if plans { explained(&registry, &asked).await } else { Vec::new() };
            if env::var_os("PLANS").is_some() {
                println!("built {built:?}, walked {walked:?}, explained {:?}", begun.elapsed());
            }
            Heard { asked, plans }
        })
    };
    thread::Builder::new().name(name.to_owned()).spawn(work).unwrap().join().unwrap()
}

/// The plan of every statement that was heard, or stands in the source.
async fn explained(registry: &Registry, asked: &[Asked]) -> Vec<Plan> {
    let heard = asked.iter().flat_map(|it| it.statements.clone());
    let statements: BTreeSet<String> = heard.chain(source::texts().whole).collect();
    let mut planner = Planner::of(&registry.site.db).await;
    let mut plans = Vec::new();
    for sql in statements {
        let unknowing = planner.scans(&sql).await.map_err(|it| it.to_string());
        plans.push(Plan { sql, unknowing, knowing: Ok(Vec::new()) });
    }
    planner.learn().await;
    let full = planner.full().await;
    assert!(full.len() > 8, "{full:?}");
    for plan in &mut plans {
        let scans = planner.scans(&plan.sql).await.map_err(|it| it.to_string());
        plan.knowing = scans.map(|mut scans| {
            scans.retain(|it| full.contains(&&*it.table));
            scans
        });
    }
    plans
}

/// The table of the pages, and what is read through after all.
fn print(small: &Heard, large: &Heard) {
    println!("{:>5} {:>5}  {:<14} page", "small", "large", "who");
    for (few, many) in small.asked.iter().zip(&large.asked) {
        let (few_count, many_count) = (few.statements.len(), many.statements.len());
        println!("{few_count:>5} {many_count:>5}  {:<14} {} {}", few.who, few.status, few.page);
    }
    println!("{} statements explained", large.plans.len());
    for plan in &large.plans {
        let tables = |scans: &Result<Vec<Scan>, String>| match scans {
            Ok(scans) => scans.iter().map(|it| it.table.clone()).collect::<Vec<_>>().join(", "),
            Err(error) => error.clone(),
        };
        let (before, after) = (tables(&plan.unknowing), tables(&plan.knowing));
        if !before.is_empty() || !after.is_empty() {
            println!("before ANALYZE: {before}; after: {after}\n    {}", plan.sql);
        }
    }
}

#[test]
fn a_page_asks_as_much_of_a_large_registry_as_of_a_small_one() {
    let (small, large) = &*HEARD;
    assert_eq!(small.asked.len(), large.asked.len());
    let mut grown = Vec::new();
    for (few, many) in small.asked.iter().zip(&large.asked) {
        assert_eq!((few.who, &few.page), (many.who, &many.page));
        let may = GROWING.iter().any(|(page, _)| *page == few.page);
        let same = few.statements.len() == many.statements.len() && few.status == many.status;
        if same == may {
            grown.push(difference(few, many));
        }
    }
    assert!(grown.is_empty(), "{}", grown.join("\n"));
}

/// Which statements were asked how often more.
fn difference(few: &Asked, many: &Asked) -> String {
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for (asked, one) in [(few, -1), (many, 1)] {
        for sql in &asked.statements {
            *counts.entry(sql.clone()).or_default() += one;
        }
    }
    let counts = counts.iter().filter(|it| *it.1 != 0);
    let lines: Vec<String> = counts.map(|(sql, more)| format!("    {more:+} {sql}")).collect();
    let lines = lines.join("\n");
    format!("{} at {}: {}, {}:\n{lines}", few.who, few.page, few.status, many.status)
}

#[test]
fn every_page_is_opened_by_somebody_who_may() {
    let (small, large) = &*HEARD;
    for heard in [small, large] {
        let mut closed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let table = site::table();
        for route in table.iter().filter(|it| it.method == Method::GET) {
            let of_route = heard.asked.iter().filter(|it| it.route == route.path);
            let said: Vec<String> =
                of_route.clone().map(|it| format!("{}: {}", it.who, it.status)).collect();
            let may_be = CLOSED.iter().any(|it| it.0 == route.path);
            if of_route.into_iter().any(|it| it.status.is_success()) == may_be {
                closed.insert(route.path, said);
            }
        }
        assert!(closed.is_empty(), "{closed:#?}");
    }
}

#[test]
fn no_statement_reads_a_large_table_through() {
    let (_, large) = &*HEARD;
    assert!(large.plans.len() > 300, "{} plans", large.plans.len());
    let mut bad = Vec::new();
    for plan in &large.plans {
        let may = |it: &&Scan| {
            THROUGH.iter().any(|(part, table, _)| plan.sql.contains(part) && it.table == *table)
        };
        for (when, scans) in [("before", &plan.unknowing), ("after", &plan.knowing)] {
            match scans {
                Ok(scans) => {
                    let scans: Vec<&Scan> = scans.iter().filter(|it| !may(it)).collect();
                    if !scans.is_empty() {
                        bad.push(format!("{}\n    {when} ANALYZE: {scans:?}", plan.sql));
                    }
                }
                Err(error) => bad.push(format!("{}\n    {error}", plan.sql)),
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn every_part_of_a_statement_was_heard() {
    let (_, large) = &*HEARD;
    let heard: Vec<String> = large.plans.iter().map(|it| it.sql.clone()).collect();
    let parts = source::texts().parts;
    assert!(parts.len() > 50, "{} parts", parts.len());
    let may = |part: &str| UNHEARD.iter().any(|it| part.contains(it.0));
    let is_heard = |part: &str| heard.iter().any(|sql| sql.contains(part));
    let unheard: Vec<String> =
        parts.into_iter().filter(|part| !is_heard(part) && !may(part)).collect();
    assert!(unheard.is_empty(), "{} parts\n{}", unheard.len(), unheard.join("\n"));
}
