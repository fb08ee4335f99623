//! The search of a unit with too many people to be looked through: by whole words of names.

use haichieu::access::model::Role;
use haichieu::audit::watch::Watch;
use haichieu::db::Db;
use haichieu::members::model::{ExemptReason, NewMember};
use haichieu::statistics::summary;
use haichieu::vietnamese::fold::fold;
use haichieu::vietnamese::name::FullName;
use haichieu::{clock, members};
use reqwest::StatusCode;

use crate::exchange::texts;
use crate::generate::{fill_with, order};
use crate::lists::on_screen;
use crate::members::{live, live_who};
use crate::recount::faults;
use crate::statistics::{home, person};
use crate::support::{Site, Visitor, day, searched_by_words, visitor};

/// More rows than any test has.
const ALL: i64 = 10_000;
const CUT: &str = "gõ thêm một chữ của tên";

async fn found(visitor: &Visitor, query: &str) -> Vec<String> {
    on_screen(visitor, "phuong-a", query).await
}

/// The officer of ward A, where every unit is a large one.
async fn officer(site: &Site, rows: i64) -> Visitor {
    site.ward_officer().await.at(&site.searched_by_words(rows).await)
}

/// The committee's officer of a made-up city: where it is looked through, and where it counts as
/// a large unit.
async fn small_and_large() -> (Db, Visitor, Visitor) {
    let (root, db) = Site::start_empty().await;
    let key = fill_with(&db, order(500, 1)).await;
    let door = visitor(&root, None);
    let fields = [("login", "tochuc"), ("password", &*key.password), ("next", "")];
    let small = door.with_all_cookies_of(&door.post("/sign-in", &fields).await);
    let large = small.at(&searched_by_words(&db, &Watch::start(db.clone()), ALL).await);
    (db, small, large)
}

/// Whoever has the words is found by either search, in the same order, on whatever page.
#[tokio::test]
async fn a_large_unit_finds_whom_a_small_one_finds() {
    let (_, small, large) = small_and_large().await;
    let everybody = on_screen(&small, "thanh-pho", "category=all").await;
    assert!(everybody.len() > 450, "{}", everybody.len());
    let mut queries = vec!["thi".to_owned(), "nguyen".to_owned(), "van nguyen".to_owned()];
    for name in everybody.iter().step_by(40) {
        let folded = fold(name);
        let words: Vec<&str> = folded.split(' ').collect();
        let backwards: Vec<&str> = words.iter().rev().copied().collect();
        queries.extend([(*words.last().unwrap()).to_owned(), backwards.join(" "), folded]);
    }
    for query in queries {
        let whole = |name: &String| {
            let folded = fold(name);
            query.split(' ').all(|word| folded.split(' ').any(|it| it == word))
        };
        for filter in ["", "&category=all&sex=female", "&on=2024-05-01"] {
            let address = format!("q={}{filter}", query.replace(' ', "+"));
            let mut expected = on_screen(&small, "thanh-pho", &address).await;
            expected.retain(whole);
            let mut names = on_screen(&large, "thanh-pho", &address).await;
            names.retain(whole);
            assert_eq!(names, expected, "{address}");
        }
    }
}

/// Without words as well, whatever is asked for besides.
#[tokio::test]
async fn a_large_unit_lists_whom_a_small_one_lists() {
    let (db, small, large) = small_and_large().await;
    let mut tx = db.read().await.unwrap();
    let workplaces = summary::store::numbered::workplaces(&mut tx).await.unwrap();
    drop(tx);
    let workplace = format!("workplace={}&category=all", workplaces[0].id);
    for filter in ["", "category=all", "letter=missing", "on=2024-05-01", "sex=female", &workplace]
    {
        let expected = on_screen(&small, "thanh-pho", filter).await;
        assert!(!expected.is_empty(), "{filter}");
        assert_eq!(on_screen(&large, "thanh-pho", filter).await, expected, "{filter}");
    }
    let page = large.get("/units/thanh-pho/members").await;
    page.assert_shows("<b>50 đồng chí đầu tiên</b>");
    page.assert_shows("/units/thanh-pho/exports?what=members");
    page.assert_hides("tìm theo trọn từng chữ");
}

#[tokio::test]
async fn everybody_of_a_large_unit_is_walked_as_far_as_one_reads() {
    let site = Site::start().await;
    for c in "abcdeghiklmn".chars() {
        live(&site, site.town.cell_b1, &format!("Lê Sen {c}")).await;
    }
    live(&site, site.town.cell_a1, "Lê Sen Quế").await;
    let few = officer(&site, 1).await;
    assert_eq!(found(&few, "").await, Vec::<String>::new());
    let page = few.get("/units/phuong-a/members").await;
    page.assert_shows("mới xem được một phần");
    page.assert_hides("Chưa có đồng chí nào");
    let all = officer(&site, 2).await;
    assert_eq!(found(&all, "").await, ["Lê Sen Quế"]);
    all.get("/units/phuong-a/members").await.assert_hides("mới xem được một phần");
}

#[tokio::test]
async fn a_search_by_words_stays_inside_its_unit_and_its_day() {
    let site = Site::start().await;
    let town = &site.town;
    live(&site, town.cell_a1, "Trần Thị Hoa").await;
    live(&site, town.cell_a2, "Lê Thị Hoa").await;
    live(&site, town.cell_b1, "Võ Thị Hoa").await;
    live_who(&site, town.cell_a1, "Cao Thị Hoa", |_, home| {
        home.exempt = Some(ExemptReason::WorksOnTheMove);
    })
    .await;
    let office = site
        .seed(async |tx| members::store::workplace_named(tx, "Sở Tài chính").await.unwrap())
        .await;
    let gone = NewMember {
        phone: Some("0912345678".to_owned()),
        workplace_id: Some(office),
        ..person("Phan Thị Hoa")
    };
    site.seed(async |tx| {
        members::store::add(tx, &gone, clock::now()).await.unwrap();
        for home in [
            home(gone.id, town.cell_a1, "2020-01-01", Some("2024-06-01")),
            home(gone.id, town.cell_b1, "2024-06-01", None),
        ] {
            members::store::add_residence(tx, &home, clock::now()).await.unwrap();
        }
    })
    .await;
    let officer = officer(&site, ALL).await;
    assert_eq!(found(&officer, "q=hoa").await, ["Lê Thị Hoa", "Trần Thị Hoa"]);
    assert_eq!(found(&officer, "q=hoa&under=a2").await, ["Lê Thị Hoa"]);
    assert_eq!(found(&officer, "q=hoa&category=exempt").await, ["Cao Thị Hoa"]);
    assert!(found(&officer, "q=hoa&letter=have").await.is_empty());
    let then = officer.get("/units/phuong-a/members?q=phan+hoa&on=2024-05-31").await;
    then.assert_shows("Phan Thị Hoa");
    // Of whoever has moved out, nothing is told but the name.
    then.assert_hides("Sở Tài chính");
    assert!(found(&officer, "q=0912345678&on=2024-05-31").await.is_empty());
    let refused = officer.get("/units/phuong-b/members?q=hoa").await;
    refused.assert_is(StatusCode::NOT_FOUND);
    let city = site.visitor_who(Role::OrganisationOfficer, site.town.city, true).await;
    let city = city.at(&site.searched_by_words(ALL).await);
    let phone = on_screen(&city, "thanh-pho", "q=0912.345.678&on=2024-05-31").await;
    assert_eq!(phone, ["Phan Thị Hoa"]);
    assert!(on_screen(&city, "thanh-pho", "q=912345").await.is_empty());
}

#[tokio::test]
async fn a_search_by_words_says_what_it_looks_for() {
    let site = Site::start().await;
    let office = site
        .seed(async |tx| members::store::workplace_named(tx, "Chi cục Thuế").await.unwrap())
        .await;
    for name in ["Lê Thị Hoa", "Lê Thị Hoà", "Lê Hoàng", "Lê Hoài An"] {
        live_who(&site, site.town.cell_a1, name, |it, _| it.workplace_id = Some(office)).await;
    }
    let officer = officer(&site, ALL).await;
    let page = officer.get("/units/phuong-a/members?q=hoa").await;
    page.assert_shows("tìm theo trọn từng chữ trong tên, hoặc theo cả số điện thoại");
    page.assert_shows("<b>2 đồng chí</b>, xếp theo tên");
    page.assert_hides(CUT);
    page.assert_hides("Tải danh sách này");
    let unasked = officer.get("/units/phuong-a/members").await;
    unasked.assert_hides("tìm theo trọn từng chữ");
    unasked.assert_shows("Tải danh sách này");
    // Marks that are right come first.
    assert_eq!(found(&officer, "q=ho%C3%A0").await, ["Lê Thị Hoà", "Lê Thị Hoa"]);
    // A word that is nobody's may have been begun, alone or behind others.
    let begun = ["Lê Hoài An", "Lê Thị Hoa", "Lê Thị Hoà", "Lê Hoàng"];
    assert_eq!(found(&officer, "q=ho").await, begun);
    assert_eq!(found(&officer, "q=le+ho").await, begun);
    assert_eq!(found(&officer, "q=hoang+le").await, ["Lê Hoàng"]);
    for nobody in ["q=ho+le", "q=hoa+hoang", "q=oang", "q=thue", "q=%25", "q=zzz"] {
        let page = officer.get(&format!("/units/phuong-a/members?{nobody}")).await;
        page.assert_shows("Không tìm thấy đồng chí nào như vậy");
    }
    // What is no word at all asks for everybody.
    assert_eq!(found(&officer, "q=%CC%80").await.len(), 4);
}

#[tokio::test]
async fn a_long_search_is_turned_page_by_page() {
    let site = Site::start().await;
    let letters: Vec<char> = "abcdeghiklm".chars().collect();
    for c in &letters {
        for d in &letters {
            live(&site, site.town.cell_a1, &format!("Lê Bình {c}{d}")).await;
        }
    }
    let officer = officer(&site, ALL).await;
    let page = officer.get("/units/phuong-a/members?q=binh").await;
    page.assert_shows("<b>50 đồng chí đầu tiên</b>");
    page.assert_shows("<title>Đảng viên, trang 1");
    let next = page.links().find(|it| it.ends_with("page=2")).unwrap();
    let page = officer.get(&next).await;
    page.assert_shows(r#"<td class="num no">51</td>"#);
    page.assert_shows("<b>Trang 2</b>");
    let last = officer.get("/units/phuong-a/members?q=binh&page=3").await;
    last.assert_shows("<b>121 đồng chí</b>");
    last.assert_shows("Trang 3 trên 3");
    assert!(!last.links().any(|it| it.ends_with("page=4")));
    officer.get("/units/phuong-a/members?q=binh&page=99").await.assert_shows("Trước");
    assert_eq!(found(&officer, "q=binh").await.len(), 121);
}

/// Those of ward B stand before those of ward A, and nobody walks over all of them.
#[tokio::test]
async fn a_word_of_too_many_asks_for_another() {
    let site = Site::start().await;
    for number in 0..12_u8 {
        let name = format!("Lê Sen A{}", char::from(b'a' + number));
        live(&site, site.town.cell_b1, &name).await;
    }
    live(&site, site.town.cell_a1, "Lê Sen Quế").await;
    live(&site, site.town.cell_a1, "Sen Ngọc Vinh").await;
    let few = officer(&site, 10).await;
    let page = few.get("/units/phuong-a/members?q=sen").await;
    page.assert_shows(CUT);
    page.assert_hides("Không tìm thấy");
    assert!(found(&few, "q=sen").await.is_empty());
    // The other words leave most rows where they lie: so more of them are walked.
    assert_eq!(found(&few, "q=le+sen").await, ["Lê Sen Quế"]);
    few.get("/units/phuong-a/members?q=le+sen").await.assert_hides(CUT);
    assert_eq!(found(&few, "q=vinh").await, ["Sen Ngọc Vinh"]);
    let one = officer(&site, 1).await;
    one.get("/units/phuong-a/members?q=le+sen").await.assert_shows(CUT);
    // Of a word that is only begun, less is taken.
    let page = few.get("/units/phuong-a/members?q=se").await;
    page.assert_shows(CUT);
    let all = officer(&site, 14).await;
    assert_eq!(found(&all, "q=sen").await, ["Lê Sen Quế", "Sen Ngọc Vinh"]);
    all.get("/units/phuong-a/members?q=sen").await.assert_hides(CUT);
}

#[tokio::test]
async fn the_words_follow_the_name() {
    let site = Site::start().await;
    let id = live(&site, site.town.cell_a1, "Trần Thị Hạnh").await;
    live(&site, site.town.cell_a1, "Trần Thị Hạ Hạ").await;
    let words = "SELECT word || ' of ' || folded FROM name_word ORDER BY word, sort_key";
    let before = texts(&mut site.db.read().await.unwrap(), words).await;
    assert_eq!(before.len(), 6, "{before:?}");
    let renamed = NewMember {
        id,
        name: FullName::read("Trần Ngọc Đoan").unwrap(),
        admitted_on: Some(day("2001-02-03")),
        ..person("Trần Thị Hạnh")
    };
    site.seed(async |tx| members::store::change(tx, &renamed, 1).await.unwrap()).await;
    let officer = officer(&site, ALL).await;
    assert!(found(&officer, "q=hanh").await.is_empty());
    assert_eq!(found(&officer, "q=doan+tran").await, ["Trần Ngọc Đoan"]);
    assert_eq!(faults(&site).await, Vec::<String>::new());
    // Whoever comes second writes neither a name nor its words.
    let late = NewMember { name: FullName::read("Trần Thị Muộn").unwrap(), ..renamed };
    let mut tx = site.db.write().await.unwrap();
    assert!(members::store::change(&mut tx, &late, 1).await.is_err());
    drop(tx);
    assert_eq!(faults(&site).await, Vec::<String>::new());
}

/// What the program writes of a name, and what the database makes of it.
#[tokio::test]
async fn many_at_once_have_the_words_of_one_by_one() {
    let site = Site::start().await;
    let names = ["Y Bhăm Niê", "Quế", "Hà Thị Hạ", "Ka’ Hòa-Thuý Êban", "Nguyễn Thị Thị An"];
    site.seed(async |tx| {
        let mut many = members::store::Many::begin(tx).await.unwrap();
        for name in names {
            let member = person(name);
            let home = home(member.id, site.town.cell_a1, "2020-01-01", None);
            many.add(tx, &member, None, &home, clock::now()).await.unwrap();
            members::store::add(tx, &person(name), clock::now()).await.unwrap();
        }
        many.write(tx).await.unwrap();
    })
    .await;
    assert_eq!(faults(&site).await, Vec::<String>::new());
    let sql = "SELECT word FROM name_word ORDER BY word, member_id";
    let words = texts(&mut site.db.read().await.unwrap(), sql).await;
    let twice: Vec<&[String]> = words.chunks(2).filter(|it| it[0] != it[1]).collect();
    assert!(twice.is_empty() && words.len() == 2 * 12, "{words:?}");
}
