//! Every unit counts as a large one: summaries are made, used, caught up with, held against
//! their rows, and taken away.

use haichieu::audit::chain;
use haichieu::audit::model::{Act, Actor};
use haichieu::statistics::model::AsOf;
use haichieu::statistics::summary;
use haichieu::statistics::summary::refresh::refresh;
use haichieu::{audit, clock, statistics};
use reqwest::StatusCode;

use crate::recorder;
use crate::registry::Registry;
use crate::walk::{Asked, heard_at_rest};

pub async fn walk(registry: &Registry) -> Asked {
    let site = &registry.site;
    chain::seal_tail(&site.db, &registry.key).await.unwrap();
    recorder::listen();
    refresh(&site.db, -1).await.unwrap();
    site.seed(async |tx| {
        let act = Act::new("meeting.edit", None, "Sửa".to_owned()).in_unit(site.town.cell_a1);
        audit::store::append(tx, &Actor::command_line(), act).await.unwrap();
    })
    .await;
    let mut tx = site.db.read().await.unwrap();
    let as_of = AsOf::of(clock::today());
    let city = statistics::store::overview(&mut tx, site.town.city, as_of).await.unwrap();
    assert!(city.whole.is_some(), "counted from summaries");
    drop(tx);
    chain::seal_tail(&site.db, &registry.key).await.unwrap();
    refresh(&site.db, -1).await.unwrap();
    let mut tx = site.db.read().await.unwrap();
    assert_eq!(summary::wrong(&mut tx).await.unwrap(), []);
    drop(tx);
    refresh(&site.db, 300).await.unwrap();
    let page = "sums units up".to_owned();
    let (who, route, status) = ("server", "", StatusCode::OK);
    Asked { who, route, page, status, body: String::new(), statements: heard_at_rest(site).await }
}
