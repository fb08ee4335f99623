//! `haichieu export`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, value_parser};
use tempfile::NamedTempFile;
use tokio::sync::mpsc::Receiver;

use crate::access::guard::Scope;
use crate::audit::model::{Act, Actor};
use crate::cli::{Outcome, finish};
use crate::csv_file::Dialect;
use crate::db::Db;
use crate::evaluation::year_file::form::YearForm;
use crate::evaluation::year_file::{export, store};
use crate::table_file::{self, Chunk, Format};
use crate::{audit, clock, organisation};

#[derive(Subcommand)]
pub enum Export {
    /// Tệp CSV đánh giá của một năm
    Evaluations(Evaluations),
}

#[derive(Args)]
pub struct Evaluations {
    /// Mã đơn vị: chi bộ, phường, xã hoặc cấp trên
    #[arg(long, value_name = "MÃ")]
    unit: String,
    /// Năm đánh giá
    #[arg(long, value_name = "NĂM", value_parser = value_parser!(i32).range(1900..=2100))]
    year: i32,
    /// csv: mở bằng Excel (dấu chấm phẩy, BOM); csv-standard: dấu phẩy, RFC 4180
    #[arg(long, default_value = "csv", value_name = "DẠNG", value_parser = dialects())]
    format: Dialect,
    /// Tệp để ghi; bỏ trống: ra stdout
    #[arg(long, value_name = "TỆP")]
    output: Option<PathBuf>,
}

fn dialects() -> impl TypedValueParser<Value = Dialect> {
    let words = Dialect::ALL.iter().map(|it| it.as_str());
    PossibleValuesParser::new(words).map(|word| Dialect::read(&word).unwrap_or(Dialect::Excel))
}

impl Export {
    pub async fn run(self, database: &str) -> Outcome {
        let Export::Evaluations(evaluations) = self;
        evaluations.run(database).await
    }
}

impl Evaluations {
    async fn run(self, database: &str) -> Outcome {
        let form = YearForm { year: self.year.to_string(), format: String::new() };
        let year = form
            .read(clock::today())
            .map_err(|faults| faults.of("year").unwrap_or_default().to_owned())?;
        let db = Db::open_existing(database).await?;
        let mut tx = db.write().await?;
        let Some(id) = organisation::store::find_id(&mut tx, &self.unit).await? else {
            return Err(format!("không có đơn vị {}; xem: haichieu statistics", self.unit).into());
        };
        let scope = Scope::command_line(id);
        let unit = organisation::store::get(&mut tx, id, clock::today()).await?;
        let lines = store::count(&mut tx, &scope, year).await?;
        let done = export::said(year, &unit.name_in_text(), Format::Csv(self.format), lines);
        let act = Act::new("unit.evaluations", id.0, done).in_unit(id);
        audit::store::append(&mut tx, &Actor::command_line(), act).await?;
        tx.commit().await?;

        let table = export::table(year, &unit.code, &unit.party_name());
        let source = db.clone();
        let fill = |rows| export::fill(source, scope, year, rows);
        let chunks = table_file::csv(&table, self.format, fill)?;
        match &self.output {
            None => pour(chunks, &mut io::stdout()).await?,
            Some(path) => write(chunks, path).await?,
        }
        finish(db, database).await
    }
}

/// Writes the file whole or not at all, to be read by its owner alone.
async fn write(chunks: Receiver<Chunk>, path: &Path) -> Outcome {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
        .map_err(|error| format!("không ghi được vào {}: {error}", path.display()))?;
    pour(chunks, &mut file).await?;
    file.persist(path)?;
    Ok(())
}

async fn pour(mut chunks: Receiver<Chunk>, out: &mut impl Write) -> io::Result<()> {
    while let Some(chunk) = chunks.recv().await {
        out.write_all(&chunk?)?;
    }
    out.flush()
}
