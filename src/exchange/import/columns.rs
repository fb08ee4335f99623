//! What the columns of a list are, guessed from their heads.

use crate::vietnamese::fold::fold;
use crate::words::words;

words! {
    /// What a column of a list says.
    Column {
        Ignore = "ignore", "(bỏ qua cột này)";
        Name = "name", "Họ và tên";
        NamePart = "name_part", "Tên (cột sau của họ và đệm)";
        Born = "born", "Ngày sinh, năm sinh";
        BornMale = "born_male", "Năm sinh nam";
        BornFemale = "born_female", "Năm sinh nữ";
        Sex = "sex", "Giới tính";
        Card = "card", "Số thẻ đảng viên";
        AdmittedOn = "admitted_on", "Ngày vào Đảng";
        OfficialOn = "official_on", "Ngày chính thức";
        Phone = "phone", "Điện thoại";
        WorkTitle = "work_title", "Chức vụ - nơi công tác";
        Position = "position", "Chức vụ";
        Workplace = "workplace", "Nơi công tác";
        WorkplaceCell = "workplace_cell", "Chi bộ nơi công tác";
        Address = "address", "Chỗ ở";
        Cluster = "cluster", "Tổ liên gia";
        ResidenceKind = "residence_kind", "Thường trú, tạm trú";
        Category = "category", "Diện (miễn sinh hoạt)";
        Letter = "letter", "Giấy giới thiệu (ngày, số)";
        LetterNumber = "letter_number", "Số giấy giới thiệu";
        LetterIssuedOn = "letter_issued_on", "Ngày giới thiệu";
        StartedOn = "started_on", "Ngày quản lý";
        Note = "note", "Ghi chú";
    }
}

impl Column {
    /// What a head speaks of. The first rule that fits counts.
    fn of_head(head: &str) -> Column {
        let marked = spaced(&head.to_lowercase());
        let folded = spaced(&fold(head));
        let says = |word: &str| marked.split(' ').any(|it| it == word);
        // Only the marks tell nam, a man, from năm, a year.
        if folded.contains("sinh") && says("nam") != says("nữ") {
            return if says("nam") { Column::BornMale } else { Column::BornFemale };
        }
        let rules: &[(&[&str], Column)] = &[
            (
                &["ho va ten", "ho ten", "ten dang vien", "ho dem", "ho va dem", "ho va ten dem"],
                Column::Name,
            ),
            // Our own files name the cell; a list is brought for one.
            (&["chi bo noi cu tru", "chi bo cu tru", "chi bo quan ly"], Column::Ignore),
            (
                &["ngay sinh", "sinh ngay", "nam sinh", "sinh nam", "ngay thang nam sinh"],
                Column::Born,
            ),
            (&["gioi tinh", "nam nu"], Column::Sex),
            (&["the dang", "so the", "ma so dv", "ma so dang vien"], Column::Card),
            (&["chinh thuc"], Column::OfficialOn),
            (&["vao dang", "ket nap"], Column::AdmittedOn),
            (&["dien thoai", "so dt", "sdt", "di dong"], Column::Phone),
            (&["ngay gioi thieu"], Column::Letter),
            (&["so giay", "so ggt"], Column::LetterNumber),
            (&["giay gioi thieu"], Column::Letter),
            (&["ngay quan ly", "ve sinh hoat"], Column::StartedOn),
            (&["chuc vu"], Column::WorkTitle),
            (
                &["to chuc dang", "chi bo noi cong tac", "chi bo cong tac", "dang bo noi cong tac"],
                Column::WorkplaceCell,
            ),
            (&["cong tac", "co quan", "don vi"], Column::Workplace),
            (&["to lien gia", "lien gia"], Column::Cluster),
            (&["thuong tru tam tru", "tam tru thuong tru", "loai cu tru"], Column::ResidenceKind),
            (
                &["cho o", "dia chi", "cu tru", "thuong tru", "tam tru", "noi o", "so nha"],
                Column::Address,
            ),
            (&["dien", "mien"], Column::Category),
            (&["ghi chu"], Column::Note),
        ];
        let found = rules.iter().find(|(words, _)| words.iter().any(|it| folded.contains(it)));
        match found {
            Some((_, Column::WorkTitle)) if !names_work(&folded) => Column::Position,
            Some((_, Column::Letter)) if folded.contains("ngay") && !folded.contains("so") => {
                Column::LetterIssuedOn
            }
            Some((_, column)) => *column,
            None if folded == "ten" => Column::NamePart,
            None if folded == "ho" => Column::Name,
            None if folded == "dt" => Column::Phone,
            None => Column::Ignore,
        }
    }
}

/// Words with single spaces between them and no punctuation.
fn spaced(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// Whether the head of a column of positions names the workplace as well.
fn names_work(head: &str) -> bool {
    ["cong tac", "don vi", "co quan"].iter().any(|it| head.contains(it))
}

/// Where the head of a list stands, and what its columns are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The first row of people, counted among the rows of the sheet.
    pub first: usize,
    /// The heads of the columns, as they stand there.
    pub heads: Vec<String>,
    pub columns: Vec<Column>,
}

/// Looks this far down for the head.
const DEEPEST: usize = 40;

/// Finds the row that speaks of names; a second row of heads, below merged cells,
/// belongs to it.
pub fn find(rows: &[Vec<String>]) -> Option<Head> {
    let is_name = |cell: &String| Column::of_head(cell) == Column::Name;
    let at = rows.iter().take(DEEPEST).position(|row| row.iter().any(is_name))?;
    let top = &rows[at];
    let name_at = top.iter().position(is_name)?;
    let below = rows.get(at + 1).filter(|row| is_second_head(row, name_at));
    let width = rows.iter().skip(at).take(DEEPEST).map(Vec::len).max().unwrap_or(0);
    let mut heads = Vec::with_capacity(width);
    let mut merged = "";
    for column in 0..width {
        let own = top.get(column).map_or("", |it| it.trim());
        let second = below.and_then(|it| it.get(column)).map_or("", |it| it.trim());
        if !own.is_empty() {
            merged = own;
        }
        // A merged cell keeps its text in the first of the columns it spans.
        let first = if own.is_empty() && !second.is_empty() { merged } else { own };
        heads.push(format!("{first} {second}").trim().to_owned());
    }
    let mut columns: Vec<Column> = heads.iter().map(|it| Column::of_head(it)).collect();
    let first = at + 1 + usize::from(below.is_some());
    join_names(&mut columns, &heads, &rows[first.min(rows.len())..]);
    keep_first(&mut columns);
    Some(Head { first, heads, columns })
}

/// A name in two columns: the second has the same head, `Tên`, or, below a merged cell,
/// none at all, and words under it.
fn join_names(columns: &mut [Column], heads: &[String], people: &[Vec<String>]) {
    let Some(at) = columns.iter().position(|it| *it == Column::Name) else { return };
    let is_word =
        |row: &Vec<String>| row.get(at + 1).is_some_and(|it| it.chars().any(char::is_alphabetic));
    let words = people.iter().take(DEEPEST).filter(|it| is_word(it)).count();
    let is_part = match columns.get(at + 1) {
        Some(Column::Name | Column::NamePart) => true,
        Some(_) => heads[at + 1].is_empty() && words * 2 > people.len().min(DEEPEST),
        None => false,
    };
    for (other, column) in columns.iter_mut().enumerate() {
        if *column == Column::NamePart && other != at + 1 {
            *column = Column::Ignore;
        }
    }
    if is_part {
        columns[at + 1] = Column::NamePart;
    }
}

/// Of two columns that say the same, the second is left aside.
fn keep_first(columns: &mut [Column]) {
    for at in 0..columns.len() {
        if columns[at] != Column::Note && columns[..at].contains(&columns[at]) {
            columns[at] = Column::Ignore;
        }
    }
}

/// Whether a row goes on with the heads: words, but no name, and no number to count by.
fn is_second_head(row: &[String], name_at: usize) -> bool {
    let below_name = row.get(name_at).map_or("", |it| it.trim());
    let has_name = !below_name.is_empty()
        && !matches!(Column::of_head(below_name), Column::Name | Column::NamePart);
    let has_words = row.iter().any(|it| it.chars().any(char::is_alphabetic));
    let is_counted = row.first().is_some_and(|it| it.trim().parse::<f64>().is_ok());
    has_words && !has_name && !is_counted
}

#[cfg(test)]
mod tests {
    use super::Column::{AdmittedOn, BornFemale, BornMale, Ignore, Letter, Name, WorkTitle};
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|it| it.split('|').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn a_head_below_titles_is_found_with_its_second_row() {
        let found = find(&rows(
            "ĐẢNG BỘ PHƯỜNG\n\
             DANH SÁCH ĐẢNG VIÊN\n\
             TT|Họ và tên|Năm sinh||Chức vụ - đơn vị công tác|Ngày vào Đảng|Ngày giới thiệu (số giấy)\n\
             ||Nam|Nữ|||\n\
             1|Trần Văn An|1970||Giáo viên|03/02/2000|",
        ))
        .unwrap();
        assert_eq!(found.first, 4);
        let expected = [Ignore, Name, BornMale, BornFemale, WorkTitle, AdmittedOn, Letter];
        assert_eq!(found.columns, expected);
        assert_eq!(found.heads[3], "Năm sinh Nữ");
    }

    #[test]
    fn the_heads_of_other_lists_are_known() {
        let found = find(&rows(
            "STT|Họ và tên|Giới tính|Sinh ngày|Số thẻ Đảng|Ngày vào Đảng|Ngày chính thức|Thường \
             trú|Chức vụ|Số điện thoại|Đơn vị nơi công tác|Ghi chú\n1|A",
        ))
        .unwrap();
        let words: Vec<_> = found.columns.iter().map(|it| it.as_str()).collect();
        assert_eq!(
            words,
            [
                "ignore",
                "name",
                "sex",
                "born",
                "card",
                "admitted_on",
                "official_on",
                "address",
                "position",
                "phone",
                "workplace",
                "note"
            ]
        );
    }

    #[test]
    fn heads_are_read_as_people_write_them() {
        for (head, column) in [
            ("Sinh năm", Column::Born),
            ("Năm sinh (Nam)", BornMale),
            ("Nam/Nữ", Column::Sex),
            ("Họ, tên", Name),
            ("ĐT", Column::Phone),
            ("Số GGT", Column::LetterNumber),
            ("Nơi cư trú", Column::Address),
            ("Địa chỉ nơi cư trú", Column::Address),
            ("Thường trú, tạm trú", Column::ResidenceKind),
            ("Chi bộ quản lý", Ignore),
            ("Ngày giới thiệu", Column::LetterIssuedOn),
        ] {
            assert_eq!(Column::of_head(head), column, "{head}");
        }
    }

    #[test]
    fn a_name_in_two_columns_is_one_name() {
        for list in [
            "TT|Họ và tên||Năm sinh\n1|Trần Văn|An|1970\n2|Lê Thị|Bình|1980",
            "TT|Họ đệm|Tên|Năm sinh\n1|Trần Văn|An|1970",
            "TT|Họ và tên||Năm sinh\n|Họ|Tên|\n1|Trần Văn|An|1970",
        ] {
            let found = find(&rows(list)).unwrap();
            assert_eq!(found.columns[1..4], [Name, Column::NamePart, Column::Born], "{list}");
        }
        let apart = find(&rows("Họ và tên||Năm sinh\nTrần Văn An||1970")).unwrap();
        assert_eq!(apart.columns[1], Ignore);
    }

    #[test]
    fn without_a_column_of_names_there_is_no_list() {
        assert_eq!(find(&rows("a|b\n1|2")), None);
    }
}
