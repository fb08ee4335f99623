//! Loads a folder of CSV files, in one transaction: all of it, or nothing. The layout
//! is described in `seeds/README.md`.
//!
//! Files are read row by row. What there are few of, units and works, is kept in memory by its
//! code; the codes of people and meetings lie on the disk where there are many.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use uuid::Uuid;

use crate::audit;
use crate::audit::model::{Act, Actor};
use crate::clock::{self, Moment};
use crate::db::Tx;
use crate::db::codes::Codes;
use crate::exchange::seed::reader::{Fault, Layout, Row, Sheet};
use crate::ids::{MeetingId, MemberId, UnitId, WorkItemId, WorkplaceId};
use crate::organisation::model::UnitKind;
use crate::vietnamese::number::grouped;

mod bytes;
mod contributions;
mod meetings;
mod members;
pub mod reader;
mod reorganisations;
mod store;
mod units;

/// The files, in the order in which they refer to each other.
const FILES: [&Layout; 8] = [
    &units::UNITS,
    &units::WORKPLACES,
    &units::WORKS,
    &members::MEMBERS,
    &meetings::MEETINGS,
    &meetings::ATTENDANCE,
    &contributions::CONTRIBUTIONS,
    &reorganisations::REORGANISATIONS,
];

/// Lies among the files of the demonstration, and is none of ours.
const PASSED_OVER: &str = "population.csv";

/// Why nothing was loaded.
#[derive(Debug)]
pub enum Refused {
    /// A row, or a header, is wrong.
    Fault(Fault),
    /// The folder is not one of this layout.
    Folder(String),
    Database(sqlx::Error),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Fault(fault) => fault.fmt(f),
            Refused::Folder(why) => f.write_str(why),
            Refused::Database(error) => write!(f, "cơ sở dữ liệu không nhận: {error}"),
        }
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Refused {
        Refused::Fault(fault)
    }
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Refused {
        Refused::Database(error)
    }
}

/// Where the files are.
pub enum Folder<'a> {
    At(&'a Path),
    /// Compiled into the program: names and contents.
    Within(&'a [(&'static str, &'static str)]),
}

impl Folder<'_> {
    /// Refuses a folder with a file that would be passed over in silence.
    fn check(&self) -> Result<(), Refused> {
        let Folder::At(folder) = self else { return Ok(()) };
        let unreadable = |error| Refused::Folder(format!("{}: {error}", folder.display()));
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let name = PathBuf::from(entry.map_err(unreadable)?.file_name());
            let is_csv = name.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
            let known = FILES.iter().map(|it| it.file).chain([PASSED_OVER]);
            if is_csv && !known.into_iter().any(|it| Path::new(it) == name) {
                return Err(Refused::Folder(format!(
                    "{}: tệp lạ {}; chỉ đọc {}",
                    folder.display(),
                    name.display(),
                    file_names()
                )));
            }
        }
        Ok(())
    }

    fn open(&self, name: &str) -> Result<Option<Box<dyn Read + Send + '_>>, Refused> {
        match self {
            Folder::At(folder) => match File::open(folder.join(name)) {
                Ok(file) => Ok(Some(Box::new(file))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(Refused::Folder(format!("{name}: {error}"))),
            },
            Folder::Within(files) => {
                let file = files.iter().find(|(file, _)| *file == name);
                Ok(file.map(|(_, text)| Box::new(text.as_bytes()) as Box<dyn Read + Send>))
            }
        }
    }
}

fn file_names() -> String {
    FILES.map(|it| it.file).join(", ")
}

/// The codes of the rows above that rows may refer to, as many as the files have.
#[derive(Default)]
struct Above {
    members: Codes<MemberId>,
    meetings: Codes<MeetingId>,
}

/// The codes that rows may refer to, and what they stand for, of what there are few.
#[derive(Default)]
pub struct Known {
    pub units: HashMap<String, KnownUnit>,
    pub works: HashMap<String, KnownWork>,
    pub workplaces: HashMap<String, WorkplaceId>,
    workplace_names: HashSet<String>,
}

#[derive(Clone, Copy)]
pub struct KnownUnit {
    pub id: UnitId,
    pub kind: UnitKind,
    pub parent_id: Option<UnitId>,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
}

#[derive(Clone, Copy)]
pub struct KnownWork {
    pub id: WorkItemId,
    pub unit_id: UnitId,
}

impl Known {
    async fn read(tx: &mut Tx) -> sqlx::Result<Known> {
        let (workplaces, workplace_names) = store::workplaces(tx).await?;
        Ok(Known {
            units: store::units(tx).await?,
            works: store::works(tx).await?,
            workplaces,
            workplace_names,
        })
    }

    /// The unit that a row names.
    fn unit(&self, row: Row<'_>, column: &'static str) -> Result<&KnownUnit, Fault> {
        let unit = self.units.get(row.get(column));
        unit.ok_or_else(|| row.fault(column, "mã một đơn vị có trong sổ hoặc trong units.csv"))
    }

    /// Likewise, while it existed: what happens outside that time is in no count.
    fn unit_on(
        &self,
        row: Row<'_>,
        column: &'static str,
        day_column: &'static str,
        day: NaiveDate,
    ) -> Result<&KnownUnit, Fault> {
        let unit = self.unit(row, column)?;
        if unit.from_on <= day && unit.to_on.is_none_or(|to_on| day < to_on) {
            return Ok(unit);
        }
        let ending = unit.to_on.map_or_else(String::new, |to_on| format!(" và trước {to_on}"));
        let expected = format!("ngày từ {}{ending}, khi có đơn vị", unit.from_on);
        Err(row.fault(day_column, &expected))
    }
}

/// What was loaded.
pub struct Loaded {
    /// The files found, and their rows.
    pub files: Vec<(&'static str, i64)>,
    pub known: Known,
}

/// Loads the folder, with an entry in the audit trail for each file. After a refusal
/// the transaction is to be dropped.
pub async fn load(tx: &mut Tx, folder: &Folder<'_>, actor: &Actor) -> Result<Loaded, Refused> {
    load_at(tx, folder, actor, clock::now()).await
}

/// [`load`], as it would be at another moment: what begins on a later day is planned.
pub async fn load_at(
    tx: &mut Tx,
    folder: &Folder<'_>,
    actor: &Actor,
    at: Moment,
) -> Result<Loaded, Refused> {
    folder.check()?;
    let mut loaded = Loaded { files: Vec::new(), known: Known::read(tx).await? };
    let mut above = Above::default();
    for layout in FILES {
        let Some(source) = folder.open(layout.file)? else { continue };
        let mut sheet = Sheet::open(layout, source, at.day())?;
        load_file(tx, &mut sheet, &mut loaded.known, &mut above, actor, at).await?;
        let (rows, digest) = sheet.finish();
        let done = format!("Nạp {} dòng từ {}", grouped(rows), layout.file);
        let act = Act::new("seed.load", None::<Uuid>, done).changing("SHA-256", "", &digest);
        audit::store::append(tx, actor, act).await?;
        loaded.files.push((layout.file, rows));
    }
    if loaded.files.is_empty() {
        return Err(Refused::Folder(format!("không có tệp nào trong số {}", file_names())));
    }
    Ok(loaded)
}

/// Loads units alone, as somebody pasted them or brought them in a file: the layout of
/// `units.csv`, with columns parted as spreadsheets do. The entry in the trail is about `form`,
/// so that the same form is known when it comes again. Gives the number of units.
pub async fn load_units(
    tx: &mut Tx,
    text: &str,
    actor: &Actor,
    form: Uuid,
) -> Result<i64, Refused> {
    let at = clock::now();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let header = text.lines().next().unwrap_or_default();
    let delimiter =
        *[b'\t', b';'].iter().find(|it| header.contains(char::from(**it))).unwrap_or(&b',');
    let source = Box::new(text.as_bytes());
    let mut sheet = Sheet::open_typed(&units::TABLE, source, at.day(), delimiter)?;
    let mut known = Known { units: store::units(tx).await?, ..Known::default() };
    units::load(tx, &mut sheet, &mut known, at).await?;
    let (rows, digest) = sheet.finish();
    if rows == 0 {
        return Err(Refused::Folder("Bảng chưa có dòng nào dưới dòng tiêu đề".to_owned()));
    }
    let done = format!("Mở {} đơn vị từ một bảng", grouped(rows));
    let act = Act::new("seed.load", form, done).changing("SHA-256", "", &digest);
    audit::store::append(tx, actor, act).await?;
    Ok(rows)
}

async fn load_file(
    tx: &mut Tx,
    sheet: &mut Sheet<'_>,
    known: &mut Known,
    above: &mut Above,
    actor: &Actor,
    at: Moment,
) -> Result<(), Refused> {
    match sheet.file() {
        "units.csv" => units::load(tx, sheet, known, at).await,
        "workplaces.csv" => units::load_workplaces(tx, sheet, known).await,
        "works.csv" => units::load_works(tx, sheet, known, at).await,
        "members.csv" => members::load(tx, sheet, known, &mut above.members, at).await,
        "meetings.csv" => meetings::load(tx, sheet, known, &mut above.meetings, at).await,
        "attendance.csv" => meetings::load_attendance(tx, sheet, above, at).await,
        "reorganisations.csv" => reorganisations::load(tx, sheet, known, actor, at).await,
        _ => contributions::load(tx, sheet, known, &mut above.members, at).await,
    }
}
