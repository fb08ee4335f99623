//! What slows down the writing of a whole registry, taken away before it and put back
//! behind it, in the same transaction.

use sqlx::AssertSqlSafe;

use crate::db::tables::quoted;
use crate::db::{Tx, change};

/// Statements that put back what [`loosen`] took away.
pub struct Loosened(Vec<String>);

/// Takes away the indexes of these names, and on `PostgreSQL` the references between tables:
/// it looks each of them up alone, row by row, and all at once when they are put back.
pub async fn loosen(tx: &mut Tx, indexes: &[&str]) -> sqlx::Result<Loosened> {
    let mut back = Vec::new();
    for name in indexes {
        let made: String = match tx {
            Tx::Sqlite(tx) => {
                let sql = "SELECT sql FROM sqlite_master WHERE type = 'index' AND name = $1";
                sqlx::query_scalar(sql).bind(*name).fetch_one(&mut **tx).await?
            }
            Tx::Postgres(tx) => {
                let sql = "SELECT pg_get_indexdef(pg_class.oid)
                           FROM pg_class
                           JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
                           WHERE pg_namespace.nspname = current_schema()
                             AND pg_class.relname = $1";
                sqlx::query_scalar(sql).bind(*name).fetch_one(&mut **tx).await?
            }
        };
        run(tx, format!("DROP INDEX {}", quoted(name))).await?;
        back.push(made);
    }
    for (table, name, made) in references(tx).await? {
        let table = quoted(&table);
        run(tx, format!("ALTER TABLE {table} DROP CONSTRAINT {}", quoted(&name))).await?;
        back.push(format!("ALTER TABLE {table} ADD CONSTRAINT {} {made}", quoted(&name)));
    }
    Ok(Loosened(back))
}

/// The table, the name and the definition of every reference that costs a look-up.
async fn references(tx: &mut Tx) -> sqlx::Result<Vec<(String, String, String)>> {
    let Tx::Postgres(tx) = tx else { return Ok(Vec::new()) };
    let sql = "SELECT CAST(pg_class.relname AS TEXT), CAST(keys.conname AS TEXT),
                      pg_get_constraintdef(keys.oid)
               FROM pg_constraint AS keys
               JOIN pg_class ON pg_class.oid = keys.conrelid
               JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
               WHERE keys.contype = 'f' AND pg_namespace.nspname = current_schema()
               ORDER BY 1, 2";
    sqlx::query_as(sql).fetch_all(&mut **tx).await
}

impl Loosened {
    pub async fn tighten(self, tx: &mut Tx) -> sqlx::Result<()> {
        for sql in self.0 {
            run(tx, sql).await?;
        }
        Ok(())
    }
}

async fn run(tx: &mut Tx, sql: String) -> sqlx::Result<()> {
    change!(tx, sqlx::query(AssertSqlSafe(sql))).map(drop)
}
