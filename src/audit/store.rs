//! The audit tables. Entries are added in the transaction of what they speak of;
//! seals are added by one sealer.

use sqlx::FromRow;
use uuid::Uuid;

use crate::audit::model::{Act, Actor, Entry, Seal};
use crate::clock;
use crate::db::bulk::insert;
use crate::db::tables::{Table, Value};
use crate::db::{Tx, change, on};
use crate::ids::AuditEntryId;

/// The entry of an act, as it is to be written now.
fn entry(actor: &Actor, act: Act) -> sqlx::Result<Entry> {
    let changes =
        serde_json::to_string(&act.changes).map_err(|it| sqlx::Error::Encode(it.into()))?;
    Ok(Entry {
        id: AuditEntryId::new(),
        at: clock::now(),
        account_id: actor.account_id,
        account_name: actor.name.clone(),
        address: actor.address.clone(),
        action: act.action.to_owned(),
        subject: act.action.split('.').next().unwrap_or_default().to_owned(),
        subject_id: act.subject_id,
        unit_id: act.unit_id,
        summary: act.summary,
        changes,
    })
}

/// Writes an entry. Belongs into the transaction of the act itself.
pub async fn append(tx: &mut Tx, actor: &Actor, act: Act) -> sqlx::Result<()> {
    let is_change = act.changes_registry();
    let entry = entry(actor, act)?;
    let sql = "INSERT INTO audit_entry (id, at, account_id, account_name, address, action,
                                        subject, subject_id, unit_id, summary, changes)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    change!(
        tx,
        sqlx::query(sql)
            .bind(entry.id)
            .bind(entry.at)
            .bind(entry.account_id)
            .bind(&entry.account_name)
            .bind(&entry.address)
            .bind(&entry.action)
            .bind(&entry.subject)
            .bind(entry.subject_id)
            .bind(entry.unit_id)
            .bind(&entry.summary)
            .bind(&entry.changes)
    )?;
    let sql = "INSERT INTO audit_unsealed (entry_id, is_change) VALUES ($1, $2)";
    change!(tx, sqlx::query(sql).bind(entry.id).bind(i64::from(is_change)))?;
    Ok(())
}

/// Writes the entries of a whole list, in its order: thousands in a few statements. Belongs into
/// the transaction of the acts themselves.
pub async fn append_all(tx: &mut Tx, actor: &Actor, acts: Vec<Act>) -> sqlx::Result<()> {
    let (mut entries, mut tail) = (Vec::with_capacity(acts.len()), Vec::with_capacity(acts.len()));
    for act in acts {
        let is_change = Value::from(act.changes_registry());
        let entry = entry(actor, act)?;
        tail.push(vec![entry.id.0.into(), is_change]);
        entries.push(vec![
            entry.id.0.into(),
            entry.at.into(),
            entry.account_id.map(|it| it.0).into(),
            entry.account_name.into(),
            entry.address.into(),
            entry.action.into(),
            entry.subject.into(),
            entry.subject_id.into(),
            entry.unit_id.map(|it| it.0).into(),
            entry.summary.into(),
            entry.changes.into(),
        ]);
    }
    let columns = [
        ("id", "uuid"),
        ("at", "int8"),
        ("account_id", "uuid"),
        ("account_name", "text"),
        ("address", "text"),
        ("action", "text"),
        ("subject", "text"),
        ("subject_id", "uuid"),
        ("unit_id", "uuid"),
        ("summary", "text"),
        ("changes", "text"),
    ];
    insert(&Table::of("audit_entry", &columns), tx, &entries).await?;
    let unsealed = [("entry_id", "uuid"), ("is_change", "int8")];
    insert(&Table::of("audit_unsealed", &unsealed), tx, &tail).await
}

/// The history of one record, newest first, at most `limit` entries.
pub async fn list_of(tx: &mut Tx, subject_id: Uuid, limit: i64) -> sqlx::Result<Vec<Entry>> {
    let sql = "SELECT * FROM audit_entry WHERE subject_id = $1 AND subject <> 'view' ORDER BY id DESC LIMIT $2";
    on!(tx, db => sqlx::query_as(sql).bind(subject_id).bind(limit).fetch_all(db))
}

/// An entry that no seal covers yet.
#[derive(FromRow)]
pub struct Unsealed {
    #[sqlx(flatten)]
    pub entry: Entry,
    /// 1 where the act changed the registry, otherwise 0.
    pub is_change: i64,
}

/// How many acts have changed the registry: whoever reads the same number reads the same
/// registry.
///
/// The transactions that a snapshot sees are all those committed before it, and each that
/// changes something brings an entry; sealing moves an entry's count and changes no sum.
macro_rules! revision {
    () => {
        "COALESCE((SELECT revision FROM audit_seal ORDER BY position DESC LIMIT 1), 0)
         + CAST(COALESCE((SELECT SUM(is_change) FROM audit_unsealed), 0) AS BIGINT)"
    };
}
pub(crate) use revision;

pub async fn latest_revision(tx: &mut Tx) -> sqlx::Result<i64> {
    let sql = concat!("SELECT ", revision!());
    on!(tx, db => sqlx::query_scalar(sql).fetch_one(db))
}

/// Entries that no seal covers yet, oldest first, at most `limit`.
pub async fn unsealed(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<Unsealed>> {
    // MATERIALIZED: a PostgreSQL that has counted no rows yet goes through all entries, the
    // oldest first, until it comes to the tail.
    let sql = "WITH tail AS MATERIALIZED (
                   SELECT entry_id, is_change FROM audit_unsealed ORDER BY entry_id LIMIT $1
               )
               SELECT audit_entry.*, tail.is_change
               FROM tail JOIN audit_entry ON audit_entry.id = tail.entry_id
               ORDER BY tail.entry_id";
    on!(tx, db => sqlx::query_as(sql).bind(limit).fetch_all(db))
}

pub async fn count_unsealed(tx: &mut Tx) -> sqlx::Result<i64> {
    let sql = "SELECT COUNT(*) FROM audit_unsealed";
    on!(tx, db => sqlx::query_scalar(sql).fetch_one(db))
}

/// The head of the chain.
pub async fn last_seal(tx: &mut Tx) -> sqlx::Result<Option<Seal>> {
    let sql = "SELECT * FROM audit_seal ORDER BY position DESC LIMIT 1";
    on!(tx, db => sqlx::query_as(sql).fetch_optional(db))
}

/// The seal at a place of the chain.
pub async fn seal_at(tx: &mut Tx, position: i64) -> sqlx::Result<Option<Vec<u8>>> {
    let sql = "SELECT seal FROM audit_seal WHERE position = $1";
    on!(tx, db => sqlx::query_scalar(sql).bind(position).fetch_optional(db))
}

/// The oldest entry that is neither sealed nor waits for its seal.
pub async fn first_outside(tx: &mut Tx) -> sqlx::Result<Option<Entry>> {
    let sql = "SELECT * FROM audit_entry
               WHERE NOT EXISTS (SELECT 1 FROM audit_seal
                                 WHERE audit_seal.entry_id = audit_entry.id)
                 AND NOT EXISTS (SELECT 1 FROM audit_unsealed
                                 WHERE audit_unsealed.entry_id = audit_entry.id)
               ORDER BY id LIMIT 1";
    on!(tx, db => sqlx::query_as(sql).fetch_optional(db))
}

/// Adds links, and takes their entries off the tail. Two sealers at once: the second fails on
/// the position.
pub async fn add_seals(tx: &mut Tx, seals: &[Seal]) -> sqlx::Result<()> {
    let Some(first) = seals.first() else { return Ok(()) };
    let row = |it: &Seal| {
        vec![
            it.position.into(),
            it.entry_id.0.into(),
            it.key_id.clone().into(),
            it.seal.clone().into(),
            it.sealed_at.into(),
            it.revision.into(),
        ]
    };
    let columns = [
        ("position", "int8"),
        ("entry_id", "uuid"),
        ("key_id", "bytea"),
        ("seal", "bytea"),
        ("sealed_at", "int8"),
        ("revision", "int8"),
    ];
    let rows: Vec<Vec<Value>> = seals.iter().map(row).collect();
    insert(&Table::of("audit_seal", &columns), tx, &rows).await?;
    let sql = "DELETE FROM audit_unsealed
               WHERE entry_id IN (SELECT entry_id FROM audit_seal WHERE position >= $1)";
    change!(tx, sqlx::query(sql).bind(first.position))?;
    Ok(())
}

/// A link and the entry it seals.
#[derive(FromRow)]
pub struct Link {
    #[sqlx(flatten)]
    pub entry: Entry,
    pub position: i64,
    pub key_id: Vec<u8>,
    pub seal: Vec<u8>,
}

/// The links after `position`, in order, at most `limit`.
pub async fn links_after(tx: &mut Tx, position: i64, limit: i64) -> sqlx::Result<Vec<Link>> {
    let sql = "SELECT audit_entry.*, audit_seal.position, audit_seal.key_id, audit_seal.seal
               FROM audit_seal JOIN audit_entry ON audit_entry.id = audit_seal.entry_id
               WHERE audit_seal.position > $1
               ORDER BY audit_seal.position
               LIMIT $2";
    on!(tx, db => sqlx::query_as(sql).bind(position).bind(limit).fetch_all(db))
}

/// All entries, sealed or not.
pub async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    on!(tx, db => sqlx::query_scalar("SELECT COUNT(*) FROM audit_entry").fetch_one(db))
}
