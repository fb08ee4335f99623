//! Many people at once, as files of a whole registry bring them.

use crate::clock::Moment;
use crate::db::Tx;
use crate::db::bulk::insert;
use crate::db::tables::{Table, Value, tables};
use crate::members::model::{ExemptReason, NewLetter, NewMember, NewResidence, Sex};
use crate::vietnamese::day::Precision;

/// People that wait to be written, at most.
const MOST: usize = 2_000;

/// The tables, those that others refer to first, and the columns of a row.
const TABLES: [(&str, &[&str]); 4] = [
    (
        "member",
        &[
            "id",
            "full_name",
            "family",
            "middle",
            "given",
            "sort_key",
            "folded",
            "sex",
            "born_on",
            "born_precision",
            "admitted_on",
            "official_on",
            "card_number",
            "phone",
            "position",
            "workplace_id",
            "workplace_cell",
            "created_at",
        ],
    ),
    (
        "introduction_letter",
        &[
            "id",
            "member_id",
            "number",
            "issued_by",
            "signer",
            "issued_on",
            "ward_id",
            "received_on",
            "received_by",
            "cell_id",
            "assigned_on",
            "exempt",
            "created_at",
        ],
    ),
    (
        "residence",
        &[
            "id",
            "member_id",
            "cell_id",
            "letter_id",
            "address",
            "household_cluster",
            "kind",
            "category",
            "exempt_reason",
            "started_on",
            "ended_on",
            "end_reason",
            "created_at",
            "ended_at",
        ],
    ),
    ("name_word", &["word", "sort_key", "member_id", "folded"]),
];

/// Rows on their way into the tables.
pub struct Many {
    tables: Vec<Table>,
    rows: [Vec<Vec<Value>>; 4],
}

impl Many {
    pub async fn begin(tx: &mut Tx) -> sqlx::Result<Many> {
        let found = tables(tx).await?;
        let known = |(name, columns): &(&str, &[&str])| {
            let table = found.iter().find(|it| it.name == *name);
            table.ok_or(sqlx::Error::RowNotFound)?.only(columns)
        };
        let tables = TABLES.iter().map(known).collect::<sqlx::Result<_>>()?;
        Ok(Many { tables, rows: Default::default() })
    }

    /// Somebody with a residence and perhaps the letter behind it; written now or later.
    pub async fn add(
        &mut self,
        tx: &mut Tx,
        member: &NewMember,
        letter: Option<&NewLetter>,
        residence: &NewResidence,
        at: Moment,
    ) -> sqlx::Result<()> {
        self.rows[0].push(of_member(member, at));
        self.rows[1].extend(letter.map(|it| of_letter(it, at)));
        self.rows[2].push(of_residence(residence, at));
        self.rows[3].extend(of_words(member));
        if self.rows[0].len() >= MOST { self.write(tx).await } else { Ok(()) }
    }

    /// Writes those who wait: belongs behind the last of them.
    pub async fn write(&mut self, tx: &mut Tx) -> sqlx::Result<()> {
        for (table, rows) in self.tables.iter().zip(&mut self.rows) {
            insert(table, tx, rows).await?;
            rows.clear();
        }
        Ok(())
    }
}

fn of_member(new: &NewMember, at: Moment) -> Vec<Value> {
    let precision = |it: Precision| match it {
        Precision::Year => "year",
        Precision::Month => "month",
        Precision::Day => "day",
    };
    vec![
        new.id.0.into(),
        new.name.full.as_str().into(),
        new.name.family.as_str().into(),
        new.name.middle.as_str().into(),
        new.name.given.as_str().into(),
        new.name.sort_key().into(),
        new.name.folded().into(),
        new.sex.map(Sex::as_str).into(),
        new.born.map(|it| it.day).into(),
        new.born.map(|it| precision(it.precision)).into(),
        new.admitted_on.into(),
        new.official_on.into(),
        new.card_number.as_deref().into(),
        new.phone.as_deref().into(),
        new.position.as_str().into(),
        new.workplace_id.map(|it| it.0).into(),
        new.workplace_cell.as_str().into(),
        at.into(),
    ]
}

fn of_words(new: &NewMember) -> impl Iterator<Item = Vec<Value>> {
    let (sort_key, folded) = (new.name.sort_key(), format!(" {} ", new.name.folded()));
    new.name.words().into_iter().map(move |word| {
        vec![word.into(), sort_key.clone().into(), new.id.0.into(), folded.as_str().into()]
    })
}

fn of_letter(new: &NewLetter, at: Moment) -> Vec<Value> {
    vec![
        new.id.0.into(),
        new.member_id.0.into(),
        new.number.as_str().into(),
        new.issued_by.as_str().into(),
        new.signer.as_str().into(),
        new.issued_on.into(),
        new.ward_id.map(|it| it.0).into(),
        new.received_on.into(),
        new.received_by.as_str().into(),
        new.cell_id.map(|it| it.0).into(),
        new.assigned_on.into(),
        new.exempt.into(),
        at.into(),
    ]
}

fn of_residence(new: &NewResidence, at: Moment) -> Vec<Value> {
    vec![
        new.id.0.into(),
        new.member_id.0.into(),
        new.cell_id.0.into(),
        new.letter_id.map(|it| it.0).into(),
        new.address.as_str().into(),
        new.household_cluster.as_str().into(),
        new.kind.as_str().into(),
        new.category().as_str().into(),
        new.exempt.map(ExemptReason::as_str).into(),
        new.started_on.into(),
        new.ended.map(|it| it.0).into(),
        new.ended.map(|it| it.1.as_str()).into(),
        at.into(),
        new.ended.map(|_| at).into(),
    ]
}
