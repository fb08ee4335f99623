//! Failures of a database that pass: what the same request would meet no more, and whether
//! the first try may have been written.

use std::fmt;

/// What is known of a request that failed, and may be tried once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Nothing of it was written: the database gave it up for another's sake, or the line
    /// broke before it was told to keep anything.
    Unwritten,
    /// The line broke while the database was told to keep it: it may have. Only what carries
    /// the id of what it makes may be sent again.
    Unknown,
}

/// The error of a commit whose answer never came.
#[derive(Debug)]
pub struct Unsettled(sqlx::Error);

impl fmt::Display for Unsettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "whether it was written is not known: {}", self.0)
    }
}

impl std::error::Error for Unsettled {}

/// The error of a commit: one that the database has not answered with a refusal says so.
pub fn of_commit(error: sqlx::Error) -> sqlx::Error {
    let refused = match &error {
        sqlx::Error::Database(cause) => cause.code().is_none_or(|code| !is_cut_off(&code)),
        _ => !is_of_the_line(&error),
    };
    if refused { error } else { sqlx::Error::Io(std::io::Error::other(Unsettled(error))) }
}

/// Whether, and how, what failed with `error` may be tried again.
pub fn again(error: &sqlx::Error) -> Option<Again> {
    if let sqlx::Error::Io(io) = error
        && let Some(cause) = io.get_ref()
        && cause.is::<Unsettled>()
    {
        return Some(Again::Unknown);
    }
    let passes = match error {
        sqlx::Error::Database(cause) => {
            // Could not serialise; a deadlock, which the other side has won.
            let lost = |code: &str| matches!(code, "40001" | "40P01") || is_cut_off(code);
            cause.code().is_some_and(|code| lost(&code))
        }
        _ => is_of_the_line(error),
    };
    passes.then_some(Again::Unwritten)
}

/// The database ended the line: a broken connection (08), completion unknown (40003), ended by
/// an administrator, crashed, or about to start (57P0). `SQLite` has no such codes.
fn is_cut_off(code: &str) -> bool {
    code.len() == 5
        && (code.starts_with("08")
            || code == "40003"
            || matches!(code, "57P01" | "57P02" | "57P03"))
}

fn is_of_the_line(error: &sqlx::Error) -> bool {
    // A server that goes away in the middle of a greeting leaves no other word than Protocol.
    matches!(error, sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::Tls(_))
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind};

    use super::*;

    fn broken() -> sqlx::Error {
        sqlx::Error::Io(io::Error::from(ErrorKind::UnexpectedEof))
    }

    #[test]
    fn a_line_that_breaks_leaves_nothing_written_but_at_the_commit() {
        assert_eq!(again(&broken()), Some(Again::Unwritten));
        assert_eq!(again(&of_commit(broken())), Some(Again::Unknown));
        assert_eq!(again(&of_commit(sqlx::Error::PoolTimedOut)), None);
        assert_eq!(again(&sqlx::Error::RowNotFound), None);
    }
}
