//! Who raised an opinion: the member whom a typed name means.

use crate::access::guard::Scope;
use crate::clock;
use crate::contributions::model::{Resident, meant};
use crate::contributions::store::givers as residents;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::ids::MemberId;
use crate::opinions::form::OpinionForm;
use crate::vietnamese::day;

/// How many namesakes are offered to choose among.
const MOST_CHOICES: usize = 20;

/// How many names that hold what was typed are looked through: a cell has not so many.
const MOST_FOUND: i64 = 1000;

/// The answer to a name as typed.
#[derive(Default)]
pub struct Found {
    pub member_id: Option<MemberId>,
    /// Those to choose among, where the name means several.
    pub choices: Vec<Resident>,
}

/// Finds the speaker of `form` among those who lived in the unit on the day it says; the
/// form then knows who was meant. A member of another unit is no fault but 404.
pub async fn find(
    tx: &mut Tx,
    scope: &Scope,
    form: &mut OpinionForm,
    faults: &mut Faults,
) -> Result<Found> {
    if form.is_anonymous() {
        form.member.clear();
        return Ok(Found::default());
    }
    let on = form.day_or(clock::today());
    if !form.member.trim().is_empty() {
        let id: MemberId = form.member.parse().map_err(|_| Error::NotFound)?;
        let name = residents::find_name(tx, scope, id).await?.ok_or(Error::NotFound)?;
        if form.asked == form.name {
            let member_id = residents::find(tx, scope, id, on).await?.map(|it| it.id);
            if member_id.is_none() {
                let on = day::short(on);
                let fault = format!("Sửa ngày hoặc tên: ngày {on} đồng chí {name} không ở đây");
                faults.add("name", fault);
            }
            return Ok(Found { member_id, choices: Vec::new() });
        }
    }
    form.member.clear();
    form.asked.clone_from(&form.name);
    let typed = form.name.trim().to_owned();
    if typed.is_empty() {
        faults.add("name", "Nhập tên đồng chí, hoặc chọn Không nêu tên");
        return Ok(Found::default());
    }
    let found = residents::search(tx, scope, &typed, on, MOST_FOUND).await?;
    let found = meant(found, &typed);
    match found.as_slice() {
        [] => {
            let on = day::short(on);
            let fault = format!("Sửa tên: không có đồng chí nào tên {typed} ở đây ngày {on}");
            faults.add("name", fault);
            Ok(Found::default())
        }
        [one] => {
            form.choose(one);
            Ok(Found { member_id: Some(one.id), choices: Vec::new() })
        }
        several if several.len() > MOST_CHOICES => {
            let fault = format!("Gõ thêm họ, tên đệm: hơn {MOST_CHOICES} đồng chí có tên {typed}");
            faults.add("name", fault);
            Ok(Found::default())
        }
        several => {
            let fault = format!("Chọn một trong {} đồng chí tên {typed}", several.len());
            faults.add("member", fault);
            Ok(Found { member_id: None, choices: found })
        }
    }
}
