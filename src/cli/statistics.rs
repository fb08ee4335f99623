//! `haichieu statistics`

use std::io::{self, Write};

use chrono::{Datelike, NaiveDate};
use clap::{Args, ValueEnum, value_parser};
use serde_json::Value;

use crate::cli::{Outcome, Refusal};
use crate::clock;
use crate::csv_file::Dialect;
use crate::db::{Db, Tx};
use crate::ids::UnitId;
use crate::organisation;
use crate::statistics::model::{AsOf, Figures, Overview};
use crate::statistics::small::{Sight, View};
use crate::statistics::{export, store};
use crate::table_file::{self, Counter};
use crate::vietnamese::{day, number};

/// How many units below the highest get a table of their own.
const MOST_BELOW: usize = 100;

#[derive(Args)]
pub struct Statistics {
    /// Mã đơn vị; bỏ trống: các đơn vị cao nhất, và từng đơn vị ngay bên dưới
    #[arg(long, value_name = "MÃ")]
    unit: Option<String>,
    /// Đảng viên tính đến ngày này; bỏ trống: hôm nay
    #[arg(long, value_name = "NĂM-THÁNG-NGÀY", value_parser = read_day)]
    on: Option<NaiveDate>,
    /// Họp và đóng góp của năm này, cho đến ngày trên; bỏ trống: năm của ngày đó
    #[arg(long, value_name = "NĂM", value_parser = value_parser!(i32).range(1900..=2100))]
    year: Option<i32>,
    /// Bảng để đọc, JSON, hoặc CSV cho Excel
    #[arg(long, default_value = "table", value_name = "DẠNG")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
    Csv,
}

fn read_day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "viết ngày theo dạng 2024-11-15".to_owned())
}

impl Statistics {
    pub async fn run(self, database: &str) -> Outcome {
        let on = self.on.unwrap_or_else(clock::today);
        let as_of = AsOf { on, year: self.year.unwrap_or(on.year()) };
        let db = Db::open_existing(database).await?;
        let mut tx = db.read().await?;
        let ids = units(&mut tx, self.unit.as_deref(), on).await?;
        let mut overviews = Vec::new();
        // As many as there are units without one above them: one, as a rule.
        for id in ids {
            let overview = store::overview(&mut tx, id, as_of).await?;
            let below = overview.children.iter().filter(|it| !it.unit.is_cell());
            let below: Vec<UnitId> = below.map(|it| it.unit.id).take(MOST_BELOW).collect();
            overviews.push(overview);
            // To be read from top to bottom: every ward's table after the city's.
            if self.unit.is_none() && self.format == Format::Table {
                for id in below {
                    overviews.push(store::overview(&mut tx, id, as_of).await?);
                }
            }
        }
        drop(tx);
        db.close().await;
        let text = match self.format {
            Format::Table => overviews.iter().map(table).collect::<Vec<_>>().join("\n").into(),
            Format::Json => json(&overviews, self.unit.is_some())?.into(),
            Format::Csv => {
                let views: Vec<View> =
                    overviews.iter().map(|it| View::new(it, Sight::Names)).collect();
                csv(views, as_of).await?
            }
        };
        io::stdout().write_all(&text)?;
        Ok(())
    }
}

/// The tables one below the other, for Excel.
async fn csv(views: Vec<View>, as_of: AsOf) -> Result<Vec<u8>, Refusal> {
    let unit = views.first().and_then(|it| it.total.unit.clone());
    let table = export::table(&unit.ok_or("sổ chưa có đơn vị nào")?, as_of);
    let format = table_file::Format::Csv(Dialect::Excel);
    let lines = export::lines(&views, as_of);
    let fill = |rows| export::push(lines, rows);
    let mut pieces = table_file::pieces(&table, format, Counter::default(), fill).await?;
    let mut text = Vec::new();
    while let Some(piece) = pieces.recv().await {
        text.extend(piece?);
    }
    Ok(text)
}

async fn units(tx: &mut Tx, code: Option<&str>, on: NaiveDate) -> Result<Vec<UnitId>, Refusal> {
    let Some(code) = code else {
        let roots = organisation::store::roots(tx, on).await?;
        return Ok(roots.into_iter().map(|it| it.id).collect());
    };
    match organisation::store::find_id(tx, code).await? {
        Some(id) => Ok(vec![id]),
        None => Err(format!("không có đơn vị {code}; bỏ --unit để xem các đơn vị cao nhất").into()),
    }
}

/// One object for the unit that was asked for, a list where none was.
fn json(overviews: &[Overview], one: bool) -> Result<String, Refusal> {
    let values: Vec<Value> = overviews.iter().map(export::json).collect();
    let text = match values.first().filter(|_| one) {
        Some(value) => serde_json::to_string_pretty(value),
        None => serde_json::to_string_pretty(&values),
    };
    Ok(text? + "\n")
}

const HEADS: [&str; 7] = ["", "Đảng viên", "Miễn", "Cuộc họp", "Có mặt", "Lượt góp", "Tiền góp"];

fn table(overview: &Overview) -> String {
    let mut rows = vec![HEADS.map(str::to_owned)];
    let children = overview.children.iter().map(|it| row(it.unit.name.clone(), &it.figures));
    rows.extend(children);
    rows.extend(overview.direct.map(|it| row("Trực tiếp".to_owned(), &it)));
    rows.push(row(overview.unit.name.clone(), &overview.total));
    let width = |column: usize| rows.iter().map(|it| it[column].chars().count()).max();
    let widths: Vec<usize> = (0..HEADS.len()).map(|it| width(it).unwrap_or(0)).collect();
    let on = day::short(overview.as_of.on);
    let mut text = format!(
        "{}\nĐảng viên tính đến {on}; họp và đóng góp {}.\n\n",
        overview.unit.party_name(),
        overview.as_of.name()
    );
    for row in rows {
        let name = format!("{:<width$}", row[0], width = widths[0]);
        let figures = row.iter().zip(&widths).skip(1);
        let figures = figures.map(|(cell, width)| format!("{cell:>width$}"));
        let cells: Vec<String> = std::iter::once(name).chain(figures).collect();
        text.push_str(&cells.join("  "));
        text.push('\n');
    }
    text
}

fn row(name: String, figures: &Figures) -> [String; 7] {
    let meetings = figures.meetings;
    [
        name,
        number::grouped(figures.members.normal),
        number::grouped(figures.members.exempt),
        number::grouped(meetings.held),
        meetings.rate().unwrap_or_else(|| "chưa tính".to_owned()),
        number::grouped(figures.contributions.count),
        number::dong(figures.contributions.amount_vnd),
    ]
}
