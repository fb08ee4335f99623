//! Who gave: the member whom a typed name means, or a group.

use chrono::NaiveDate;

use crate::access::guard::Scope;
use crate::contributions::form::gift::{GiftForm, read_group};
use crate::contributions::model::{Giver, Resident, meant};
use crate::contributions::store::givers;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::MemberId;
use crate::vietnamese::day;

/// How many namesakes are offered to choose among.
const MOST_CHOICES: usize = 20;

/// How many names that hold what was typed are looked through. Beyond it the one that
/// is meant might be missed, and somebody else taken.
const MOST_FOUND: i64 = 500;

/// The answer to a giver as typed.
pub struct Found {
    pub giver: Option<Giver>,
    /// The name, and what tells its bearer from others.
    pub name: String,
    pub details: String,
    /// Those to choose among, where the name means several.
    pub choices: Vec<Resident>,
}

impl Found {
    fn nobody() -> Found {
        Found { giver: None, name: String::new(), details: String::new(), choices: Vec::new() }
    }

    fn member(member: Resident) -> Found {
        let details = member.details();
        let giver = Some(Giver::Member(member.id));
        Found { giver, name: member.full_name, details, choices: Vec::new() }
    }

    fn group(name: String) -> Found {
        let details = "góp chung cả tổ".to_owned();
        Found { giver: Some(Giver::Group(name.clone())), name, details, choices: Vec::new() }
    }
}

/// Finds the giver of `form` among those who lived in the unit on the day it says; the
/// form then knows who was meant. A member of another unit is no fault but 404.
pub async fn find(
    tx: &mut Tx,
    scope: &Scope,
    form: &mut GiftForm,
    today: NaiveDate,
    faults: &mut Faults,
) -> Result<Found> {
    let on = form.day_or(today);
    if form.is_of_group() {
        let name = faults.read("group", read_group(&form.group));
        return Ok(name.map_or_else(Found::nobody, Found::group));
    }
    let chosen = match form.member.trim() {
        "" => None,
        id => Some(known(tx, scope, id).await?),
    };
    if let Some((id, name)) = chosen
        && form.asked == form.giver
    {
        let Some(member) = givers::find(tx, scope, id, on).await? else {
            let on = day::short(on);
            let fault = format!("Sửa ngày góp hoặc tên: ngày {on} đồng chí {name} không ở đây");
            faults.add("giver", fault);
            return Ok(Found::nobody());
        };
        return Ok(Found::member(member));
    }
    form.member.clear();
    form.asked.clone_from(&form.giver);
    by_name(tx, scope, form, on, faults).await
}

/// The member with this id, who must have lived in the unit at some time.
async fn known(tx: &mut Tx, scope: &Scope, id: &str) -> Result<(MemberId, String)> {
    let id: MemberId = id.parse().map_err(|_| Error::NotFound)?;
    let name = givers::find_name(tx, scope, id).await?.ok_or(Error::NotFound)?;
    Ok((id, name))
}

async fn by_name(
    tx: &mut Tx,
    scope: &Scope,
    form: &mut GiftForm,
    on: NaiveDate,
    faults: &mut Faults,
) -> Result<Found> {
    let typed = form.giver.trim();
    if typed.is_empty() {
        faults.add("giver", "Nhập tên đảng viên đã góp");
        return Ok(Found::nobody());
    }
    let found = givers::search(tx, scope, typed, on, MOST_FOUND).await?;
    let is_cut = i64::try_from(found.len()).is_ok_and(|found| found >= MOST_FOUND);
    let mut found = meant(found, typed);
    if is_cut || found.len() > MOST_CHOICES {
        let fault = format!("Gõ thêm họ, tên đệm: hơn {MOST_CHOICES} đồng chí có tên {typed}");
        faults.add("giver", fault);
        return Ok(Found::nobody());
    }
    match found.len() {
        0 => {
            let on = day::short(on);
            let fault = format!("Sửa tên: không có đồng chí nào tên {typed} ở đây ngày {on}");
            faults.add("giver", fault);
            Ok(Found::nobody())
        }
        1 => {
            let member = found.remove(0);
            form.choose(&member);
            Ok(Found::member(member))
        }
        several => {
            let fault = format!("Chọn một trong {several} đồng chí tên {typed}");
            faults.add("member", fault);
            Ok(Found { choices: found, ..Found::nobody() })
        }
    }
}
