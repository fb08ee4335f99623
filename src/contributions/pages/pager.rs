//! Where a page of a long list lies among the others.

/// Rows on a page.
const ROWS: i64 = 50;

#[derive(Clone, Debug)]
pub struct Pager {
    pub page: i64,
    pub pages: i64,
    /// The query string of the list without its page: it ends in `&` unless empty.
    query: String,
}

impl Pager {
    /// The page asked for, or the last one where there are not so many; `query` is the
    /// filter of the list as its address has it.
    pub fn new(asked: &str, rows: i64, mut query: String) -> Pager {
        let pages = rows.max(1).div_euclid(ROWS) + i64::from(rows.max(1) % ROWS != 0);
        let page = asked.trim().parse().unwrap_or(1).clamp(1, pages);
        if !query.is_empty() {
            query.push('&');
        }
        Pager { page, pages, query }
    }

    /// LIMIT and OFFSET.
    pub fn rows(&self) -> (i64, i64) {
        (ROWS, (self.page - 1) * ROWS)
    }

    pub fn before(&self) -> Option<String> {
        (self.page > 1).then(|| self.to(self.page - 1))
    }

    pub fn after(&self) -> Option<String> {
        (self.page < self.pages).then(|| self.to(self.page + 1))
    }

    /// What the title of the page says of it; nothing where there is one page only.
    pub fn in_title(&self) -> String {
        if self.pages > 1 {
            format!(", trang {} trên {}", self.page, self.pages)
        } else {
            String::new()
        }
    }

    fn to(&self, page: i64) -> String {
        format!("?{}page={page}", self.query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_beyond_the_end_is_the_last() {
        let pager = Pager::new("9", 51, String::new());
        assert_eq!((pager.page, pager.pages, pager.rows()), (2, 2, (50, 50)));
        assert_eq!(Pager::new("x", 0, String::new()).pages, 1);
        assert_eq!(Pager::new("1", 50, String::new()).after(), None);
    }

    #[test]
    fn the_filter_goes_along() {
        let pager = Pager::new("", 51, "kind=fund".to_owned());
        assert_eq!(pager.after().as_deref(), Some("?kind=fund&page=2"));
    }
}
