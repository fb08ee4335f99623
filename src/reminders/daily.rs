//! One message a day at most to whoever asked for it, when something is due.

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;

use crate::access::guard;
use crate::access::model::Right;
use crate::access::tokens::{Limits, Reach};
use crate::access::viewer::Viewer;
use crate::audit::model::{Act, Actor};
use crate::clock::{self, Moment};
use crate::db::{Db, Tx, again};
use crate::error::{Error, Result};
use crate::ids::AccountId;
use crate::reminders::due;
use crate::reminders::mailer::Mailer;
use crate::reminders::model::Item;
use crate::reminders::store::{self, Waiting};
use crate::settings::Settings;
use crate::vietnamese::day;
use crate::{access, audit, organisation};

const EVERY: Duration = Duration::from_mins(10);
/// Nobody's telephone rings at night: from this hour on.
const FIRST_HOUR: i64 = 7;
/// One that could not be sent is tried again after so many seconds.
const AGAIN: i64 = 3600;
/// The same is said again after so many days.
const SAME: i64 = 7;

/// Looks after everybody once a day, for as long as the program serves.
pub async fn keep_reminding(db: Db, settings: Arc<Settings>) {
    let (Some(mail), Some(origin)) = (&settings.mail, &settings.public_url) else { return };
    let mailer = match Mailer::of(mail) {
        Ok(mailer) => mailer,
        Err(error) => return tracing::error!(%error, "nobody is reminded by mail"),
    };
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = of_day(&db, &mailer, origin, clock::now()).await {
            tracing::warn!(%error, "who is to be reminded could not be told; trying again");
        }
    }
}

/// Looks after everybody whom nobody has looked after today; how many were sent something.
pub async fn of_day(db: &Db, mailer: &Mailer, origin: &str, now: Moment) -> Result<usize> {
    if now.hour() < FIRST_HOUR {
        return Ok(0);
    }
    let mut sent = 0;
    // One after the other: each is a message of its own.
    while let Some(waiting) = again(|| claim(db, now)).await? {
        let id = waiting.reminder.account_id;
        match remind(db, mailer, (&waiting, origin), now.day()).await {
            Ok(was_sent) => sent += usize::from(was_sent),
            Err(error) => {
                tracing::warn!(%error, account = %id, "a reminder was not sent; trying again in an hour");
                again(|| release(db, &waiting)).await?;
            }
        }
    }
    Ok(sent)
}

async fn claim(db: &Db, now: Moment) -> sqlx::Result<Option<Waiting>> {
    let (today, hour_ago) = (now.day(), now.plus_seconds(-AGAIN));
    loop {
        let mut tx = db.write().await?;
        let Some(waiting) = store::next(&mut tx, today, hour_ago).await? else { return Ok(None) };
        let id = waiting.reminder.account_id;
        let claimed = store::claim(&mut tx, id, today, (hour_ago, now)).await?;
        tx.commit().await?;
        // Otherwise another server was first.
        if claimed {
            return Ok(Some(waiting));
        }
    }
}

async fn release(db: &Db, waiting: &Waiting) -> sqlx::Result<()> {
    let mut tx = db.write().await?;
    store::release(&mut tx, waiting.reminder.account_id).await?;
    tx.commit().await
}

/// Sends what is due, unless all of it was said a few days ago; whether anything was sent.
async fn remind(
    db: &Db,
    mailer: &Mailer,
    (waiting, origin): (&Waiting, &str),
    today: NaiveDate,
) -> Result<bool> {
    let reminder = &waiting.reminder;
    let mut tx = db.read().await?;
    let units = pressing(&mut tx, waiting, today).await?;
    drop(tx);
    let lately = reminder.sent_on.is_some_and(|it| (today - it).num_days() < SAME);
    let mut items = units.iter().flat_map(|it| &it.1);
    if items.all(|it| lately && !it.is_news(&reminder.said)) {
        return Ok(false);
    }
    let said: Vec<String> = units.iter().flat_map(|it| &it.1).map(Item::told).collect();
    let said = said.join("\n");
    let subject = format!("Hai Chiều: việc đến hạn, {}", day::short(today));
    let sent = mailer.send(&reminder.address, &subject, text(&units, origin)).await;
    sent.map_err(|it| Error::Internal(it.to_string().into()))?;
    // It is on its way: whatever fails from here on must not send it once more.
    if let Err(error) = again(|| note(db, reminder.account_id, today, &said)).await {
        tracing::warn!(%error, account = %reminder.account_id, "a reminder was sent, and not noted");
    }
    Ok(true)
}

/// Writes down that something was sent, and not to what address.
async fn note(db: &Db, id: AccountId, today: NaiveDate, said: &str) -> sqlx::Result<()> {
    let mut tx = db.write().await?;
    store::sent(&mut tx, id, today, said).await?;
    let act = Act::new("account.reminder_sent", id.0, "Gửi một thư nhắc việc".to_owned());
    audit::store::append(&mut tx, &Actor::calendar(), act).await?;
    tx.commit().await
}

/// What presses in each unit in which the account has a role today.
async fn pressing(
    tx: &mut Tx,
    waiting: &Waiting,
    today: NaiveDate,
) -> Result<Vec<(String, Vec<Item>)>> {
    let id = waiting.reminder.account_id;
    if access::store::factors::lacks(tx, id, today).await? {
        return Ok(Vec::new());
    }
    let held = access::store::deputies::held(tx, id, today).await?;
    let reader = (id, waiting.login.clone(), waiting.display_name.clone());
    let limits = Limits { reach: Reach::Exports, unit_id: None };
    let viewer = Viewer::reading_for(reader, held, "", limits);
    let mut units = Vec::new();
    // As many look-ups as the account has roles: one or two.
    for unit_id in viewer.grants.iter().filter_map(|it| it.unit_id) {
        let scope = match guard::enter(tx, &viewer, unit_id, Right::SeeCounts).await {
            Ok(scope) => scope,
            Err(Error::NotFound | Error::Forbidden) => continue,
            Err(error) => return Err(error),
        };
        let unit = organisation::store::get(tx, unit_id, today).await?;
        let mut items = due::of_unit(tx, (&unit, &scope), today).await?;
        items.retain(|it| it.is_pressing(today));
        if !items.is_empty() {
            units.push((unit.name, items));
        }
    }
    Ok(units)
}

fn text(units: &[(String, Vec<Item>)], origin: &str) -> String {
    let line = |it: &Item| {
        let time = it.starts_at.as_ref().map(|it| format!("{it} ")).unwrap_or_default();
        let on = day::short(it.on);
        format!("- {}: {time}{on}\n  {origin}{}\n", it.title, it.href)
    };
    let units = units.iter().map(|(name, items)| {
        let lines: Vec<String> = items.iter().map(line).collect();
        format!("{name}\n{}\n", lines.concat())
    });
    let units = units.collect::<Vec<_>>().concat();
    format!(
        "{units}Thư này chỉ có con số và đường dẫn. Tắt nhắc việc: {origin}/account/reminders\n"
    )
}
