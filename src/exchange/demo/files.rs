//! The files of `seeds/`, compiled in, and how the demonstration reads them.

use chrono::NaiveDate;

use crate::exchange::seed::reader::{Fault, Layout, Row, Sheet};

/// What `haichieu seed seeds/ha-tinh` loads, but for the reforms.
pub const CITY: [(&str, &str); 3] =
    [("units.csv", UNITS.1), ("workplaces.csv", WORKPLACES.1), ("works.csv", WORKS.1)];

/// What became of the city in 2025.
pub const REFORMS: [(&str, &str); 1] =
    [("reorganisations.csv", include_str!("../../../seeds/ha-tinh/reorganisations.csv"))];

/// A file of our own: how it is laid out, and what is in it.
pub type Held = (&'static Layout, &'static str);

macro_rules! held {
    ($(#[$meta:meta])* $name:ident, $file:literal, [$($column:literal),+ $(,)?]) => {
        $(#[$meta])*
        pub const $name: Held = (
            &Layout { file: $file, needed: &[$($column),+], optional: &[] },
            include_str!(concat!("../../../seeds/", $file)),
        );
    };
}

held!(
    UNITS,
    "ha-tinh/units.csv",
    ["code", "parent_code", "kind", "name", "official_code", "from_on"]
);
held!(WORKPLACES, "ha-tinh/workplaces.csv", ["code", "name", "weight"]);
held!(
    WORKS,
    "ha-tinh/works.csv",
    ["code", "unit_code", "kind", "name", "goal", "measure", "started_on", "completed_on", "note"]
);
held!(POPULATION, "ha-tinh/population.csv", ["unit_code", "normal", "exempt"]);
held!(FAMILY, "names/family.csv", ["name", "weight"]);
held!(MIDDLE, "names/middle.csv", ["name", "sex", "weight"]);
held!(GIVEN, "names/given.csv", ["name", "sex", "weight"]);
held!(TOPICS, "demo/meetings.csv", ["kind", "half", "topic", "weight"]);
held!(ABSENCES, "demo/absences.csv", ["reason", "weight"]);
held!(
    GIFTS,
    "demo/gifts.csv",
    ["work_kind", "kind", "note", "low", "high", "step", "measure", "weight"]
);
held!(OPINIONS, "demo/opinions.csv", ["topic", "text", "body", "answer", "weight"]);
held!(COMMENTS, "demo/comments.csv", ["text", "weight"]);
held!(LANES, "demo/lanes.csv", ["name", "weight"]);

/// Reads all rows of one of our own files.
pub fn rows<T>(
    (layout, text): Held,
    mut read: impl FnMut(Row<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut sheet = Sheet::open(layout, Box::new(text.as_bytes()), NaiveDate::MAX)?;
    let mut rows = Vec::new();
    while let Some(row) = sheet.read_row()? {
        rows.push(read(row)?);
    }
    Ok(rows)
}

/// A whole number of one of our own files, perhaps zero.
pub fn number(row: Row<'_>, column: &'static str) -> Result<i64, Fault> {
    row.need_word(column, |text| text.parse().ok(), "số nguyên")
}
