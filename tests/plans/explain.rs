//! How each database would run a statement, and which large tables it would read through.

use haichieu::db::Db;
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection, Row, SqlitePool};

/// Tables that grow with the people, the meetings or the years: what a page reads of them
/// must be found, not looked for. Those not named here grow with the units at most, with
/// what units settle, or with the sets of criteria.
pub const LARGE: &[&str] = &[
    // One row a person, or more.
    "member",
    "name_word",
    "member_merge",
    "residence",
    "residence_move",
    "introduction_letter",
    "contribution",
    "opinion",
    "evaluation_sheet",
    "evaluation_step",
    "evaluation_choice",
    "evaluation_signature",
    "evaluation_request",
    "member_restriction",
    "data_request",
    "erasure_member",
    // One row a person and a meeting.
    "attendance",
    "planned_absence",
    // One row a meeting, an act, or a day of somebody's.
    "meeting",
    "meeting_guest",
    "roll_version",
    "roll_sending",
    "front_consultation",
    "evaluation_act",
    "evaluation_batch",
    "confirmed_figures",
    "export",
    "export_piece",
    "list_import",
    "list_import_row",
    "work_item",
    "audit_entry",
    "audit_seal",
    "backup",
    "session",
    "half_session",
    "second_factor",
    "recovery_code",
    "one_time_link",
    "api_token",
    "sign_in_failure",
    // One row a unit and each unit above it, for every change.
    "unit_ancestor",
];

/// Indexes of what is open, or waits: few rows of a large table, which may be gone through.
const FEW: &[&str] =
    &["introduction_letter_open", "introduction_letter_awaiting", "evaluation_step_waiting"];

/// Rows from which on a planner that knows of them is to look a row up.
const MANY: i64 = 500;

/// A statement whose values from the second on are days: PostgreSQL would take them for texts.
const OF_DAYS: &str = "VALUES (0, $2, $3)";

/// A large table that a statement reads through, and how the database says it.
#[derive(Debug)]
pub struct Scan {
    pub table: String,
    said: String,
}

/// Says how the database would run statements.
pub enum Planner {
    Sqlite(SqlitePool),
    Postgres(Box<PgConnection>),
}

impl Planner {
    /// A planner that reads a table through only where nothing else is left. On PostgreSQL it
    /// makes plans for any values, and joins by looking up: small tables would tempt it.
    pub async fn of(db: &Db) -> Planner {
        match db {
            Db::Sqlite { writer, .. } => Planner::Sqlite(writer.clone()),
            Db::Postgres(pool) => {
                let mut connection = pool.acquire().await.unwrap().detach();
                let settings = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off;
                                SET enable_hashjoin = off; SET enable_mergejoin = off";
                sqlx::raw_sql(settings).execute(&mut connection).await.unwrap();
                Planner::Postgres(Box::new(connection))
            }
        }
    }

    /// The large tables that the statement reads through.
    pub async fn scans(&mut self, sql: &str) -> sqlx::Result<Vec<Scan>> {
        let mut scans = match self {
            Planner::Sqlite(pool) => sqlite(pool, sql).await?,
            Planner::Postgres(connection) => postgres(connection, sql).await?,
        };
        scans.retain(|it| !FEW.iter().any(|few| it.said.ends_with(few)));
        Ok(scans)
    }

    /// Lets the planner know how many rows there are of what. SQLite, which would read a cell's
    /// share of a small table with all of the table, is told of a hundred times as many, with as
    /// many to a cell.
    pub async fn learn(&mut self) {
        match self {
            Planner::Sqlite(pool) => {
                let more = "ANALYZE;
                            UPDATE sqlite_stat1
                            SET stat = CAST(stat AS INTEGER) * 100
                                       || SUBSTR(stat, INSTR(stat || ' ', ' '));
                            ANALYZE sqlite_schema";
                sqlx::raw_sql(more).execute(&*pool).await.unwrap();
            }
            Planner::Postgres(connection) => {
                let own = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()";
                let tables = sqlx::query_scalar(own).fetch_all(&mut **connection).await;
                let tables: Vec<String> = tables.unwrap();
                let sql = format!("ANALYZE {}", tables.join(", "));
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **connection).await.unwrap();
            }
        }
    }

    /// The large tables that have many rows here.
    pub async fn full(&mut self) -> Vec<&'static str> {
        let mut full = Vec::new();
        for table in LARGE {
            let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
            let rows: sqlx::Result<i64> = match self {
                Planner::Sqlite(pool) => sqlx::query_scalar(sql).fetch_one(&*pool).await,
                Planner::Postgres(connection) => {
                    sqlx::query_scalar(sql).fetch_one(&mut **connection).await
                }
            };
            if rows.unwrap() >= MANY {
                full.push(*table);
            }
        }
        full
    }
}

async fn sqlite(pool: &SqlitePool, sql: &str) -> sqlx::Result<Vec<Scan>> {
    let sql_of_plan = format!("EXPLAIN QUERY PLAN {sql}");
    let rows = sqlx::raw_sql(AssertSqlSafe(sql_of_plan)).fetch_all(pool).await?;
    let names = names_of_large(sql);
    let mut scans = Vec::new();
    for row in rows {
        let detail: String = row.try_get("detail")?;
        // An index made for the one statement reads the table through to make it.
        let reads = detail.starts_with("SCAN ") || detail.contains(" AUTOMATIC ");
        let name = detail.split_whitespace().nth(1).unwrap_or_default();
        if let Some((table, _)) = names.iter().find(|it| reads && it.1 == name) {
            scans.push(Scan { table: table.clone(), said: detail });
        }
    }
    Ok(scans)
}

/// The large tables, each with what the statement calls it: its name, or something else.
fn names_of_large(sql: &str) -> Vec<(String, String)> {
    let words = sql.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|it| !it.is_empty());
    let words: Vec<&str> = words.collect();
    let pair = |table: &str, name: &str| (table.to_owned(), name.to_owned());
    let mut names: Vec<(String, String)> = LARGE.iter().map(|it| pair(it, it)).collect();
    for three in words.windows(3) {
        if LARGE.contains(&three[0]) && three[1] == "AS" {
            names.push(pair(three[0], three[2]));
        }
    }
    names
}

async fn postgres(connection: &mut PgConnection, sql: &str) -> sqlx::Result<Vec<Scan>> {
    let last = (1..=60).rev().find(|number| mentions(sql, *number)).unwrap_or(0);
    let values = vec!["NULL"; last].join(", ");
    let execute = if last == 0 { "asked".to_owned() } else { format!("asked ({values})") };
    let types: Vec<&str> = (1..=last).map(|number| type_of(sql, number)).collect();
    let types = if last == 0 { String::new() } else { format!("({})", types.join(", ")) };
    let prepare = format!("PREPARE asked {types} AS {sql}");
    sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut *connection).await?;
    let explain = format!("EXPLAIN (FORMAT JSON) EXECUTE {execute}");
    let row = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_one(&mut *connection).await?;
    sqlx::raw_sql("DEALLOCATE asked").execute(&mut *connection).await?;
    let plan: Value = serde_json::from_str(row.try_get_unchecked::<&str, _>(0)?)
        .map_err(|it| sqlx::Error::Decode(it.into()))?;
    let mut scans = Vec::new();
    descend(&plan[0]["Plan"], &mut scans);
    Ok(scans)
}

/// Where PostgreSQL cannot tell by itself of which type a value is: what may be NULL for any
/// is an id, wherever it stands.
fn type_of(sql: &str, number: usize) -> &'static str {
    if sql.contains(&format!("${number} IS NULL OR ")) {
        "uuid"
    } else if number > 1 && sql.contains(OF_DAYS) {
        "date"
    } else {
        "unknown"
    }
}

fn mentions(sql: &str, number: usize) -> bool {
    let place = format!("${number}");
    let mut rests = sql.split(&place).skip(1);
    rests.any(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Gathers the nodes of a plan that read a large table, or the whole of an index of it.
fn descend(node: &Value, scans: &mut Vec<Scan>) {
    let kind = node["Node Type"].as_str().unwrap_or_default();
    let table = node["Relation Name"].as_str().unwrap_or_default();
    let is_through = match kind {
        "Seq Scan" => true,
        "Index Scan" | "Index Only Scan" => node["Index Cond"].is_null(),
        _ => false,
    };
    if is_through && LARGE.contains(&table) {
        let index = node["Index Name"].as_str().unwrap_or("no index");
        scans.push(Scan { table: table.to_owned(), said: format!("{kind}, {index}") });
    }
    for below in node["Plans"].as_array().into_iter().flatten() {
        descend(below, scans);
    }
}
