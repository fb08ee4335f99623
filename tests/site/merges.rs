//! Two records of one person: made one, and two again.

use haichieu::ids::{LetterId, MemberId};
use haichieu::members::model::NewLetter;
use haichieu::{clock, members};
use reqwest::StatusCode;

use crate::members::{live, live_who};
use crate::recount::faults;
use crate::support::{Page, Site, Visitor, day};

const NAME: &str = "Trần Thị Hạnh";

struct Twins {
    site: Site,
    secretary: Visitor,
    kept: MemberId,
    merged: MemberId,
}

impl Twins {
    /// The second record knows the telephone, and another post.
    async fn build() -> Twins {
        let site = Site::start().await;
        let cell = site.town.cell_a1;
        let kept = live_who(&site, cell, NAME, |it, _| "Giáo viên".clone_into(&mut it.position));
        let kept = kept.await;
        let merged = live_who(&site, cell, NAME, |it, home| {
            it.phone = Some("0912345678".to_owned());
            "Hiệu phó".clone_into(&mut it.position);
            "Cụm 9".clone_into(&mut home.household_cluster);
        });
        let merged = merged.await;
        let secretary = site.secretary().await;
        Twins { site, secretary, kept, merged }
    }

    fn page(&self) -> String {
        format!("/members/{}/merge", self.kept)
    }

    /// The form as the page fills it in.
    async fn form(&self) -> Vec<(&'static str, String)> {
        let page = self.secretary.get(&format!("{}?with={}", self.page(), self.merged)).await;
        page.assert_is(StatusCode::OK);
        let hidden = ["id", "with", "version", "other_version"];
        let mut form: Vec<_> = hidden.map(|it| (it, page.field(it))).to_vec();
        form.push(("phone", "merged".to_owned()));
        form.push(("position", "kept".to_owned()));
        form
    }

    async fn send(&self, form: &[(&'static str, String)]) -> Page {
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.secretary.post(&self.page(), &form).await
    }

    async fn merge(&self) {
        let done = self.send(&self.form().await).await;
        assert_eq!(done.leads_to(), format!("/members/{}", self.kept));
    }

    async fn kept_page(&self) -> Page {
        self.secretary.get(&format!("/members/{}", self.kept)).await
    }

    async fn listed(&self, query: &str) -> usize {
        let list = self.secretary.get(&format!("/units/a1/members{query}")).await;
        list.body.matches(r#"<th scope="row"><a href="/members/"#).count()
    }

    async fn undo(&self) -> String {
        let page = self.kept_page().await;
        page.links().find(|it| it.starts_with("/merges/")).unwrap()
    }
}

#[tokio::test]
async fn one_person_written_down_twice_is_one_again() {
    let twins = Twins::build().await;
    assert_eq!(twins.listed("").await, 2);
    let found = twins.secretary.get(&twins.page()).await;
    found.assert_shows("Có thể là cùng một người");
    assert!(found.links().any(|it| it.ends_with(&twins.merged.to_string())));
    let looked = twins.secretary.get(&format!("{}?with={}", twins.page(), twins.merged)).await;
    looked.assert_shows("Chưa gộp");
    looked.assert_shows("Hiệu phó");
    looked.assert_shows("thôi tính vào số đảng viên");
    // What one record alone knows is chosen beforehand.
    looked.assert_shows(r#"name="phone" value="merged" checked"#);
    looked.assert_shows(r#"name="position" value="kept" checked"#);

    twins.merge().await;
    assert_eq!(faults(&twins.site).await, Vec::<String>::new());
    assert_eq!(twins.listed("").await, 1);
    assert_eq!(twins.listed("?on=01/01/2024").await, 2, "a past day keeps its count");
    let page = twins.kept_page().await;
    for text in ["09•• ••• 678", "Giáo viên", "Gộp một hồ sơ trùng", "Hoàn tác lần gộp"]
    {
        page.assert_shows(text);
    }
    let merged = format!("/members/{}", twins.merged);
    let leads_to = twins.secretary.get(&merged).await;
    assert_eq!(leads_to.leads_to(), format!("/members/{}", twins.kept));
    let refused = twins.secretary.get(&format!("{merged}/edit")).await;
    refused.assert_is(StatusCode::BAD_REQUEST);
    refused.assert_shows("đã gộp vào hồ sơ khác");
}

#[tokio::test]
async fn a_merge_is_undone_but_for_what_was_changed_since() {
    let twins = Twins::build().await;
    let mut form = twins.form().await;
    form.retain(|(name, _)| *name != "position");
    form.push(("position", "merged".to_owned()));
    twins.send(&form).await.leads_to();
    let edit = format!("/members/{}/edit", twins.kept);
    let page = twins.secretary.get(&edit).await;
    let hidden = ["version", "residence_id", "residence_version"].map(|it| (it, page.field(it)));
    let typed = [
        ("full_name", NAME),
        ("sex", "female"),
        ("born", "1979"),
        ("phone", "0912345678"),
        ("position", "Hiệu trưởng"),
        ("address", "Số 14"),
        ("residence_kind", "permanent"),
    ];
    let hidden = hidden.iter().map(|(name, value)| (*name, value.as_str()));
    let fields: Vec<_> = hidden.chain(typed).collect();
    twins.secretary.post(&edit, &fields).await.leads_to();

    let undo = twins.undo().await;
    let page = twins.secretary.get(&undo).await;
    page.assert_shows("Trở lại như trước khi gộp: Điện thoại");
    page.assert_shows("Đã sửa sau khi gộp nên giữ nguyên: Chức vụ");
    let done = twins.secretary.post(&format!("{undo}/undo"), &[]).await;
    let merged = format!("/members/{}", twins.merged);
    assert_eq!(done.leads_to(), merged);
    assert_eq!(twins.secretary.post(&format!("{undo}/undo"), &[]).await.leads_to(), merged);
    let page = twins.kept_page().await;
    page.assert_shows("Hiệu trưởng");
    page.assert_hides("Điện thoại</dt>");
    assert_eq!(twins.listed("").await, 2, "both live in the cell again");
    let page = twins.secretary.get(&merged).await;
    page.assert_shows("09•• ••• 678");
    page.assert_shows("Cụm 9");
    // Two records are merged anew as if they had never been.
    twins.merge().await;
}

#[tokio::test]
async fn the_letter_that_either_record_has_is_the_persons() {
    let twins = Twins::build().await;
    let merged = twins.merged;
    let letter = NewLetter {
        id: LetterId::new(),
        member_id: merged,
        number: "112-GGT/ĐU".to_owned(),
        issued_by: String::new(),
        signer: String::new(),
        issued_on: Some(day("2019-02-20")),
        ward_id: None,
        received_on: None,
        received_by: String::new(),
        cell_id: None,
        assigned_on: None,
        exempt: false,
    };
    twins
        .site
        .seed(async |tx| {
            members::store::add_letter(tx, &letter, clock::now()).await.unwrap();
            let home = members::store::get_residence(tx, merged).await.unwrap();
            members::store::attach_letter(tx, home.id, letter.id).await.unwrap();
        })
        .await;
    assert_eq!(twins.listed("?letter=missing").await, 1);
    twins.merge().await;
    assert_eq!(twins.listed("?letter=missing").await, 0);
    twins.kept_page().await.assert_shows("112-GGT/ĐU");
    let undo = twins.undo().await;
    twins.secretary.post(&format!("{undo}/undo"), &[]).await.leads_to();
    assert_eq!(twins.listed("?letter=missing").await, 1);
    assert_eq!(twins.listed("").await, 2);
}

#[tokio::test]
async fn a_merge_sent_several_times_at_once_is_one() {
    let twins = Twins::build().await;
    let form = twins.form().await;
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for page in twins.secretary.post_at_once(&twins.page(), &form, 6).await {
        assert_eq!(page.leads_to(), format!("/members/{}", twins.kept));
    }
    let page = twins.kept_page().await;
    assert_eq!(page.links().filter(|it| it.starts_with("/merges/")).count(), 1);
}

#[tokio::test]
async fn a_record_changed_meanwhile_is_looked_at_again() {
    let twins = Twins::build().await;
    let mut form = twins.form().await;
    for (name, value) in &mut form {
        if *name == "other_version" {
            value.push('9');
        }
    }
    let page = twins.send(&form).await;
    page.assert_is(StatusCode::CONFLICT);
    page.assert_shows("Có người vừa sửa một trong hai hồ sơ");
    page.assert_shows(r#"name="phone" value="merged" checked"#);
    assert_eq!(twins.listed("").await, 2);
}

#[tokio::test]
async fn the_record_that_lives_in_the_cell_is_the_one_to_keep() {
    let twins = Twins::build().await;
    let leave = format!("/members/{}/leave", twins.kept);
    let page = twins.secretary.get(&leave).await;
    let (id, version) = (page.field("residence_id"), page.field("version"));
    let fields = [
        ("residence_id", &*id),
        ("version", &*version),
        ("on", "01/04/2024"),
        ("reason", "moved"),
        ("step", "save"),
    ];
    twins.secretary.post(&leave, &fields).await.leads_to();
    let page = twins.send(&twins.form().await).await;
    page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("Giữ hồ sơ đang sinh hoạt");
    let swap = page.links().find(|it| it.starts_with("/members/") && it.contains("?with="));
    assert_eq!(swap.unwrap(), format!("/members/{}/merge?with={}", twins.merged, twins.kept));
}

#[tokio::test]
async fn nobody_is_merged_with_somebody_elsewhere() {
    let twins = Twins::build().await;
    let elsewhere = live(&twins.site, twins.site.town.cell_b1, NAME).await;
    let found = twins.secretary.get(&twins.page()).await;
    assert!(!found.links().any(|it| it.contains(&elsewhere.to_string())));
    let page = twins.secretary.get(&format!("{}?with={elsewhere}", twins.page())).await;
    page.assert_is(StatusCode::NOT_FOUND);
    let mut form = twins.form().await;
    for (name, value) in &mut form {
        if *name == "with" {
            value.clone_from(&elsewhere.to_string());
        }
    }
    twins.send(&form).await.assert_is(StatusCode::NOT_FOUND);
    twins.merge().await;
    let undo = twins.undo().await;
    let outsider = twins.site.outsider().await;
    outsider.get(&undo).await.assert_is(StatusCode::NOT_FOUND);
    outsider.post(&format!("{undo}/undo"), &[]).await.assert_is(StatusCode::NOT_FOUND);
}
