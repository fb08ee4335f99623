//! The statements that stand in the source, run by a page of the walk or not.

use std::fs;
use std::path::{Path, PathBuf};

use crate::EVERYTHING;

/// The texts of SQL in the stores.
#[derive(Default)]
pub struct Texts {
    /// Whole statements.
    pub whole: Vec<String>,
    /// Parts of statements that are put together when the program is compiled, or run.
    pub parts: Vec<String>,
}

/// How a statement begins.
const BEGINNINGS: [&str; 5] = ["SELECT ", "WITH ", "INSERT ", "UPDATE ", "DELETE "];
/// What a part says that decides over its plan.
const DECISIVE: [&str; 5] = ["FROM ", "JOIN ", "WHERE ", "ORDER BY ", " AND "];

/// Statements of the same words, however they are broken into lines.
pub fn in_one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Those of all stores but the ones that are to read everything.
pub fn texts() -> Texts {
    let mut texts = Texts::default();
    let mut paths = files(Path::new("src"));
    paths.retain(|path| {
        let name = path.to_str().unwrap();
        let reads_all = EVERYTHING.iter().any(|it| name.starts_with(it.0));
        !reads_all && (name.ends_with("store.rs") || name.contains("/store/"))
    });
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for (before, literal) in literals(code) {
            let sql = in_one_line(&literal);
            let is_bound = before.ends_with("sql =") || before.ends_with("sqlx::query(");
            let is_bound = is_bound
                || before.ends_with("sqlx::query_as(")
                || before.ends_with("sqlx::query_scalar(");
            if is_bound && BEGINNINGS.iter().any(|it| sql.starts_with(it)) {
                texts.whole.push(sql);
            } else if DECISIVE.iter().any(|it| sql.contains(it)) {
                // Places that are filled in when the statement is run part it.
                let pieces = sql.split(['{', '}']).step_by(2).map(|it| it.trim().to_owned());
                texts.parts.extend(pieces.filter(|it| it.len() > 8));
            }
        }
    }
    texts
}

/// The string literals of Rust code, each with the code before it.
fn literals(code: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut before = String::new();
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => {
                chars.by_ref().find(|c| *c == '\n');
            }
            '\'' if chars.peek() == Some(&'"') => {
                chars.by_ref().nth(1);
            }
            '"' => {
                let mut literal = String::new();
                while let Some(c) = chars.next().filter(|c| *c != '"') {
                    // An escape: of a quote, of itself, or of the end of a line.
                    if c == '\\' {
                        literal.extend(chars.next().filter(|c| *c != '\n'));
                    } else {
                        literal.push(c);
                    }
                }
                found.push((before.trim_end().to_owned(), literal));
                before.clear();
            }
            c => before.push(c),
        }
    }
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut ahead = vec![folder.to_owned()];
    while let Some(folder) = ahead.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { ahead.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
