//! The rows of a long answer, one after the other.

use std::time::Duration;

use futures_util::{FutureExt as _, Stream, TryStreamExt as _};

/// How long it is before more rows are looked for: `SQLite` has some dozen by then.
const A_MOMENT: Duration = Duration::from_millis(1);

/// The next row. Whoever writes rows to a file has done with one before the next is there, and
/// would be woken for each of them.
pub async fn next_row<T>(
    rows: &mut (impl Stream<Item = sqlx::Result<T>> + Unpin),
) -> sqlx::Result<Option<T>> {
    loop {
        if let Some(row) = rows.try_next().now_or_never() {
            return row;
        }
        tokio::time::sleep(A_MOMENT).await;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt as _, stream};

    use super::*;

    #[tokio::test]
    async fn rows_come_in_their_order_however_late_they_are() {
        let late = stream::iter(0..40).then(|it| async move {
            if it % 7 == 0 {
                tokio::task::yield_now().await;
            }
            if it == 30 { Err(sqlx::Error::RowNotFound) } else { Ok(it) }
        });
        let mut rows = Box::pin(late);
        for it in 0..30 {
            assert_eq!(next_row(&mut rows).await.unwrap(), Some(it));
        }
        assert!(next_row(&mut rows).await.is_err());
        let mut rest = 0;
        while next_row(&mut rows).await.unwrap().is_some() {
            rest += 1;
        }
        assert_eq!(rest, 9);
    }
}
