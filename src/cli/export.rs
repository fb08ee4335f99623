//! `haichieu export`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, value_parser};
use tempfile::NamedTempFile;
use tokio::sync::mpsc::Receiver;

use crate::access::guard::Scope;
use crate::audit::model::Actor;
use crate::cli::{Outcome, finish};
use crate::clock;
use crate::db::Db;
use crate::exports::deliver::{self, Passing};
use crate::exports::model::{Export as Record, State, What, read_purpose};
use crate::exports::{source, store};
use crate::ids::ExportId;
use crate::table_file::{Chunk, Format};
use crate::{audit, organisation};

#[derive(Args)]
pub struct Export {
    /// evaluations: nhận xét của năm; members: đảng viên; attendance: điểm danh của năm;
    /// contributions: sổ đóng góp; statistics: số liệu; report: báo cáo năm (chỉ xlsx)
    #[arg(value_name = "GÌ", value_parser = whats())]
    what: What,
    /// Mã đơn vị: chi bộ, phường, xã hoặc cấp trên
    #[arg(long, value_name = "MÃ")]
    unit: String,
    /// Năm; bỏ trống: năm nay, riêng sổ đóng góp là mọi năm, báo cáo là năm trước
    #[arg(long, value_name = "NĂM", value_parser = value_parser!(i32).range(1900..=2100))]
    year: Option<i32>,
    /// Đảng viên, số liệu tính đến ngày này; bỏ trống: hôm nay
    #[arg(long, value_name = "NĂM-THÁNG-NGÀY", value_parser = read_day)]
    on: Option<NaiveDate>,
    /// csv: RFC 4180; excel-csv: mở bằng Excel (dấu chấm phẩy, BOM); xlsx: Excel
    #[arg(long, default_value = "csv", value_name = "DẠNG", value_parser = formats())]
    format: Format,
    /// Tệp dùng vào việc gì, ghi vào lịch sử
    #[arg(long, default_value = "xuất từ dòng lệnh máy chủ", value_name = "MỤC_ĐÍCH", value_parser = read_purpose)]
    purpose: String,
    /// Tệp để ghi; bỏ trống: ra stdout
    #[arg(long, value_name = "TỆP")]
    output: Option<PathBuf>,
}

fn whats() -> impl TypedValueParser<Value = What> {
    let words = What::ALL.iter().map(|it| it.as_str());
    PossibleValuesParser::new(words).map(|word| What::read(&word).unwrap_or(What::Evaluations))
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(["csv", "excel-csv", "xlsx"])
        .map(|word| Format::read(&word).unwrap_or(Format::Sheet))
}

fn read_day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "viết ngày theo dạng 2024-11-15".to_owned())
}

impl Export {
    /// The filter as a page would have it in its address.
    fn query(&self) -> String {
        let year = self.year.map(|it| ("year", it.to_string()));
        let on = self.on.map(|it| ("on", it.to_string()));
        let everybody = (self.what == What::Members).then(|| ("category", "all".to_owned()));
        let fields: Vec<_> = [year, on, everybody].into_iter().flatten().collect();
        serde_urlencoded::to_string(fields).unwrap_or_default()
    }

    pub async fn run(self, database: &str) -> Outcome {
        if self.what.is_workbook() && self.format != Format::Sheet {
            return Err("báo cáo gồm nhiều bảng: chọn --format xlsx".into());
        }
        let db = Db::open_existing(database).await?;
        let mut tx = db.write().await?;
        let Some(id) = organisation::store::find_id(&mut tx, &self.unit).await? else {
            return Err(format!("không có đơn vị {}; xem: haichieu statistics", self.unit).into());
        };
        let scope = Scope::command_line(id);
        let unit = organisation::store::get(&mut tx, id, clock::today()).await?;
        let prepared = source::prepare(&mut tx, (&unit, &scope), self.what, &self.query()).await?;
        let prepared = prepared.map_err(|faults| {
            faults.iter().map(|(_, fault)| fault.to_owned()).collect::<Vec<_>>().join("; ")
        })?;
        self.format.hold(prepared.expected)?;
        let record = Record {
            id: ExportId::new(),
            unit_id: id,
            what: self.what,
            format: self.format.as_str().to_owned(),
            file: format!("{}.{}", prepared.table.file, self.format.kind().0),
            said: prepared.said.clone(),
            purpose: self.purpose,
            account_name: Actor::command_line().name,
            expected: prepared.expected,
            written: 0,
            bytes: 0,
            sha256: None,
            job: false,
            state: State::Running,
            started_at: clock::now(),
            finished_at: None,
            expires_at: None,
        };
        store::add(&mut tx, &record).await?;
        let asked = deliver::asked(&record, &unit.name_in_text());
        audit::store::append(&mut tx, &Actor::command_line(), asked).await?;
        tx.commit().await?;

        let (pieces, counter) = deliver::begin(db.clone(), scope, prepared, self.format).await?;
        let mut passing = Passing::default();
        let poured = match &self.output {
            None => pour(pieces, &mut passing, &mut io::stdout()).await,
            Some(path) => write(pieces, &mut passing, path).await,
        };
        let ended = passing.ended(&counter, poured.is_ok());
        deliver::finish(&db, &record, &Actor::command_line(), &ended).await?;
        poured?;
        finish(db, database).await
    }
}

/// Writes the file whole or not at all, to be read by its owner alone.
async fn write(pieces: Receiver<Chunk>, passing: &mut Passing, path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(|error| {
        io::Error::other(format!("không ghi được vào {}: {error}", path.display()))
    })?;
    pour(pieces, passing, &mut file).await?;
    file.persist(path)?;
    Ok(())
}

async fn pour(
    mut pieces: Receiver<Chunk>,
    passing: &mut Passing,
    out: &mut impl Write,
) -> io::Result<()> {
    while let Some(piece) = pieces.recv().await {
        let piece = piece?;
        passing.pass(&piece);
        out.write_all(&piece)?;
    }
    out.flush()
}
