//! The file, written while it is read: as long as it may be, it takes little memory.

use std::io;
use std::time::Duration;

use csv::Writer;
use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::access::guard::Scope;
use crate::csv_file::{Dialect, text};
use crate::db::Db;
use crate::evaluation::model::{Place, Row, Year};
use crate::evaluation::store;
use crate::vietnamese::{day, number};

/// The columns; those behind the contributions are for the comment of the cell.
const COLUMNS: [&str; 28] = [
    "STT",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Ngày vào Đảng",
    "Ngày chính thức",
    "Chi bộ, đảng bộ nơi công tác",
    "Địa chỉ",
    "Thường trú, tạm trú",
    "Chi bộ nơi cư trú",
    "Diện",
    "Số giấy giới thiệu",
    "Ngày tiếp nhận",
    "Số cuộc họp phải dự",
    "Dự",
    "Vắng có lý do",
    "Vắng không lý do",
    "Đóng góp",
    "TC1",
    "TC2",
    "TC3",
    "TC4",
    "TC5",
    "TC6",
    "Nhận xét khác",
    "Ngày họp với Mặt trận",
    "Ngày chi bộ ký",
    "Ngày đảng ủy xác nhận",
];

/// A piece of the file, or why there is no more of it.
pub type Chunk = io::Result<Vec<u8>>;

/// How large a piece is before it is sent off.
const CHUNK: usize = 32 * 1024;
/// Pieces that wait for a slow reader before the database does.
const AHEAD: usize = 4;
/// How long the database waits for a reader that takes nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// Begins the file; its pieces come as fast as they are taken.
pub fn begin(db: Db, scope: Scope, year: Year, dialect: Dialect) -> Receiver<Chunk> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        if let Err(error) = write(&db, &scope, year, dialect, sender.clone()).await {
            tracing::error!(?error, "an evaluation file was cut short");
            // The reader must not take the part for the whole.
            let cut = io::Error::other("the file was cut short");
            sender.send_timeout(Err(cut), PATIENCE).await.ok();
        }
    });
    receiver
}

async fn write(
    db: &Db,
    scope: &Scope,
    year: Year,
    dialect: Dialect,
    sender: Sender<Chunk>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut tx = db.read().await?;
    let places = store::places(&mut tx, scope, year).await?;
    let mut lines = Lines::new(dialect, &places, sender)?;
    store::each(&mut tx, scope, year, &places, &mut lines).await?;
    if lines.sender.is_closed() {
        // The reader went away, and nobody is left to miss the rest.
        return Ok(());
    }
    lines.send().await?;
    Ok(())
}

/// The lines written and not yet sent.
pub struct Lines {
    dialect: Dialect,
    /// What each place is called.
    places: Vec<String>,
    written: u64,
    writer: Writer<Vec<u8>>,
    sender: Sender<Chunk>,
}

impl Lines {
    fn new(dialect: Dialect, places: &[Place], sender: Sender<Chunk>) -> io::Result<Lines> {
        let places = places.iter().map(Place::name).collect();
        let mut writer = dialect.writer_behind(dialect.mark());
        writer.write_record(COLUMNS)?;
        Ok(Lines { dialect, places, written: 0, writer, sender })
    }

    pub async fn push(&mut self, row: &Row) -> io::Result<()> {
        self.written += 1;
        let record = record(self.written, row, self.place(row));
        self.writer.write_record(record)?;
        if self.writer.get_ref().len() >= CHUNK {
            self.send().await?;
        }
        Ok(())
    }

    fn place(&self, row: &Row) -> &str {
        let number = usize::try_from(row.place).ok();
        number.and_then(|it| self.places.get(it)).map_or("", String::as_str)
    }

    async fn send(&mut self) -> io::Result<()> {
        let full = std::mem::replace(&mut self.writer, self.dialect.writer_behind(b""));
        let bytes = full.into_inner().map_err(csv::IntoInnerError::into_error)?;
        let sent = self.sender.send_timeout(Ok(bytes), PATIENCE).await;
        sent.map_err(|_| io::Error::other("nobody takes the file"))
    }
}

fn record(number: u64, row: &Row, place: &str) -> [String; 28] {
    let day = |it: Option<_>| it.map(day::short).unwrap_or_default();
    let typed = |it: &str| text(it).into_owned();
    let empty = String::new;
    [
        number.to_string(),
        typed(&row.full_name),
        row.born().map(|it| it.to_string()).unwrap_or_default(),
        row.sex.map(|it| it.label().to_owned()).unwrap_or_default(),
        day(row.admitted_on),
        day(row.official_on),
        typed(&row.works_at()),
        typed(&row.address),
        row.kind.label().to_owned(),
        typed(place),
        row.category.label().to_owned(),
        typed(row.letter_number.as_deref().unwrap_or_default()),
        day(row.received_on),
        row.expected.to_string(),
        row.present.to_string(),
        row.excused.to_string(),
        row.unexcused.to_string(),
        typed(&row.gifts.summary()),
        empty(),
        empty(),
        empty(),
        empty(),
        empty(),
        empty(),
        empty(),
        empty(),
        empty(),
        empty(),
    ]
}

/// `danh-gia-2024-tdp-2-nguyen-du.csv`
pub fn file_name(year: Year, code: &str) -> String {
    format!("danh-gia-{}-{code}.csv", year.year)
}

/// What the audit trail says of the file.
pub fn said(year: Year, name: &str, lines: i64) -> String {
    let lines = number::grouped(lines);
    format!("Xuất đánh giá năm {} của {name}, {lines} dòng dự kiến", year.year)
}
