//! In place of the long lists of a country stand those of the units below it.

use reqwest::StatusCode;

use crate::exchange::execute;
use crate::support::Site;

const CHOOSE: &str = "Chọn một đơn vị bên dưới";
const LISTS: [&str; 5] = [
    "letters?state=all",
    "evaluations/sheets?year=2024",
    "contributions?year=2024",
    "meetings?year=2024",
    "opinions?year=2024",
];

#[tokio::test]
async fn a_unit_of_very_many_shows_whose_list_may_be_opened() {
    let site = Site::start().await;
    let officer = site.ward_officer().await;
    let few = officer.at(&site.listing_below(2).await);
    let many = officer.at(&site.listing_below(1).await);
    for list in LISTS {
        few.get(&format!("/units/phuong-a/{list}")).await.assert_hides(CHOOSE);
        let page = many.get(&format!("/units/phuong-a/{list}&page=3")).await;
        page.assert_shows(CHOOSE);
        let links: Vec<String> = page.links().filter(|it| it.ends_with(list)).collect();
        assert_eq!(links, ["a1", "a2"].map(|cell| format!("/units/{cell}/{list}")));
        many.get(&format!("/units/a1/{list}")).await.assert_hides(CHOOSE);
        let narrowed = many.get(&format!("/units/phuong-a/{list}&under=a2")).await;
        assert_eq!(narrowed.leads_to(), format!("/units/a2/{list}"));
        // A ward has meetings and opinions of its own.
        let own = format!("/units/phuong-a/{list}&under=phuong-a");
        let has_own = !list.starts_with("letters") && !list.starts_with("evaluations");
        assert_eq!(page.links().any(|it| it == own), has_own);
        if has_own {
            many.get(&own).await.assert_hides(CHOOSE);
        }
    }
}

#[tokio::test]
async fn whose_list_there_is_is_told_to_nobody_from_elsewhere() {
    let site = Site::start().await;
    let outsider = site.outsider().await;
    let outsider = outsider.at(&site.listing_below(1).await);
    for list in LISTS {
        let page = outsider.get(&format!("/units/phuong-a/{list}")).await;
        page.assert_is(StatusCode::NOT_FOUND);
    }
}

/// What a unit that has moved away left in the books is read where it was left.
#[tokio::test]
async fn a_unit_that_is_below_it_no_more_is_read_where_it_was() {
    let site = Site::start().await;
    let sql = "UPDATE unit_period SET to_on = '2024-07-01'
               WHERE unit_id = (SELECT id FROM unit WHERE code = 'a2')";
    site.seed(async |tx| execute(tx, sql).await).await;
    let officer = site.ward_officer().await.at(&site.listing_below(1).await);
    for list in LISTS {
        let page = officer.get(&format!("/units/phuong-a/{list}")).await;
        let narrowed = format!("/units/phuong-a/{list}&under=a2");
        let is_there = page.links().any(|it| it == narrowed);
        assert_eq!(is_there, !list.starts_with("letters") && !list.starts_with("evaluations"));
        page.assert_hides("/units/a2/");
        if is_there {
            page.assert_shows("Thuộc đơn vị này đến hết ngày 30/06/2024");
            officer.get(&narrowed).await.assert_hides(CHOOSE);
        }
    }
}
