//! What a page or a list does once for each person.
//!
//! `cargo bench` measures; `cargo bench -- --test` only sees that each runs.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use haichieu::csv_file::{Dialect, text};
use haichieu::ids::MemberId;
use haichieu::meetings::model::AttendanceStatus;
use haichieu::meetings::roll_call::model::{OnRoll, Posted};
use haichieu::vietnamese::fold;
use haichieu::vietnamese::name::FullName;

/// As many as stand on the roll of a large cell.
const PEOPLE: i64 = 207;

fn names(c: &mut Criterion) {
    let name = FullName::read("Nguyễn Thị Phương Thúy").unwrap();
    c.bench_function("name: read", |it| {
        it.iter(|| FullName::read(black_box("Nguyễn Thị Phương Thúy")));
    });
    c.bench_function("name: sort key", |it| it.iter(|| black_box(&name).sort_key()));
    c.bench_function("name: fold", |it| it.iter(|| fold::fold(black_box(&name.full))));
}

fn rolls(c: &mut Criterion) {
    let person = |number| OnRoll {
        member_id: MemberId::new(),
        number: Some(number),
        status: AttendanceStatus::Unmarked,
        reason: String::new(),
        full_name: "Nguyễn Thị Phương Thúy".to_owned(),
        given: "Thúy".to_owned(),
    };
    let roll: Vec<OnRoll> = (1..=PEOPLE).map(person).collect();
    let unmarked = AttendanceStatus::Unmarked.letter().to_string().repeat(roll.len());
    let marks = (1..=PEOPLE).map(|number| (format!("m{number}"), "p".to_owned()));
    let fields: Vec<(String, String)> =
        marks.chain([("was".to_owned(), unmarked), ("roll".to_owned(), "1".to_owned())]).collect();
    c.bench_function("roll of 207: read and merge", |it| {
        it.iter(|| Posted::read(black_box(&fields)).unwrap().merge(&roll).unwrap().len());
    });
}

fn lines(c: &mut Criterion) {
    let row = ["Nguyễn Thị Phương Thúy", "1984", "Số 12 ngõ 3, đường \"mới\"", "=1+1", "", "2024"];
    c.bench_function("CSV: a line of six cells", |it| {
        it.iter(|| {
            let mut writer = Dialect::Standard.writer_behind(&[]);
            writer.write_record(row.map(|cell| text(cell).into_owned())).unwrap();
            writer.into_inner().unwrap()
        });
    });
}

criterion_group!(benches, names, rolls, lines);
criterion_main!(benches);
