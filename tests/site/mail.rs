//! Reminders by mail, against a mail server of the test's own.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use haichieu::access::model::Role;
use haichieu::clock::{self, HOURS_AHEAD, Moment};
use haichieu::reminders::daily;
use haichieu::reminders::mailer::Mailer;
use haichieu::settings::Mail;
use reqwest::StatusCode;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use crate::exchange::texts;
use crate::meetings::{in_days, meeting_on};
use crate::scope::{CANARY, Objects};
use crate::support::{Site, Visitor};

pub(crate) const PAGE: &str = "/account/reminders";
pub(crate) const ADDRESS: &str = "binh.tt@example.vn";
pub(crate) const ORIGIN: &str = "https://so.example.vn";

/// A mail server on loopback, without TLS.
#[derive(Clone, Default)]
pub(crate) struct Post {
    port: u16,
    inside: Arc<Mutex<Inside>>,
}

#[derive(Default)]
struct Inside {
    /// Whether it takes nothing for anybody.
    refuses: bool,
    /// What a program has to sign in with before it takes anything: the words of RFC 4616.
    password: Option<String>,
    /// To whom, and what was to be read.
    letters: Vec<(String, String)>,
}

impl Post {
    async fn open() -> Post {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let post = Post { port: address.port(), inside: Arc::default() };
        let clerk = post.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let clerk = clerk.clone();
                tokio::spawn(async move {
                    stream.write_all(b"220 post\r\n").await.unwrap();
                    clerk.talk(stream).await;
                });
            }
        });
        post
    }

    /// One that listens nowhere by itself, and wants this password.
    pub(crate) fn guarded(login: &str, password: &str) -> Post {
        let post = Post::default();
        let words = STANDARD.encode(format!("\0{login}\0{password}"));
        post.inside.lock().unwrap().password = Some(words);
        post
    }

    fn mail(&self) -> Mail {
        let url = format!("smtp://127.0.0.1:{}", self.port);
        Mail { url, from: "Hai Chiều <so@example.vn>".to_owned(), ca: None }
    }

    fn mailer(&self) -> Mailer {
        Mailer::of(&self.mail()).unwrap()
    }

    fn refuse(&self, refuses: bool) {
        self.inside.lock().unwrap().refuses = refuses;
    }

    /// What came since it was asked last.
    pub(crate) fn take(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.inside.lock().unwrap().letters)
    }

    /// One conversation behind its greeting (RFC 5321).
    pub(crate) async fn talk(&self, stream: impl AsyncRead + AsyncWrite) {
        let (reader, mut writer) = tokio::io::split(stream);
        let mut lines = BufReader::new(reader).lines();
        let mut wanted = self.inside.lock().unwrap().password.clone();
        let (mut to, mut message) = (String::new(), None::<String>);
        while let Ok(Some(line)) = lines.next_line().await {
            let answer = match (&mut message, line.split([' ', ':']).next().unwrap()) {
                (Some(text), _) if line == "." => {
                    let letter = (to.clone(), read(text));
                    self.inside.lock().unwrap().letters.push(letter);
                    message = None;
                    "250 taken".to_owned()
                }
                (Some(text), _) => {
                    text.push_str(&line);
                    text.push('\n');
                    continue;
                }
                (None, "EHLO") => "250-post\r\n250 AUTH PLAIN".to_owned(),
                (None, "AUTH") if wanted.as_deref() == line.strip_prefix("AUTH PLAIN ") => {
                    wanted = None;
                    "235 in".to_owned()
                }
                (None, "MAIL" | "AUTH") if wanted.is_some() => "530 who is it".to_owned(),
                (None, "RCPT") if self.inside.lock().unwrap().refuses => {
                    format!("550 nobody called {line} here")
                }
                (None, "RCPT") => {
                    to = line.split(['<', '>']).nth(1).unwrap().to_owned();
                    "250 known".to_owned()
                }
                (None, "DATA") => {
                    message = Some(String::new());
                    "354 go on".to_owned()
                }
                (None, "QUIT") => "221 bye".to_owned(),
                (None, _) => "250 well".to_owned(),
            };
            if writer.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// What a message says, in plain text.
fn read(message: &str) -> String {
    let (_, body) = message.split_once("\n\n").unwrap();
    let bytes = STANDARD.decode(body.replace('\n', "")).unwrap();
    String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
}

/// An hour of a day in Viet Nam.
fn at(day: NaiveDate, hour: u32) -> Moment {
    let time = NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let utc = day.and_time(time) - TimeDelta::hours(HOURS_AHEAD.into());
    Moment(utc.and_utc().timestamp_micros())
}

fn morning() -> Moment {
    at(clock::today(), 8)
}

/// Gives the address; the path of the link that was sent there.
async fn ask(secretary: &Visitor, post: &Post) -> String {
    let page = secretary.post(PAGE, &[("address", ADDRESS)]).await;
    assert_eq!(page.leads_to(), format!("{PAGE}?done=sent"));
    let letters = post.take();
    let [(to, text)] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(to, ADDRESS);
    let link = text.split(ORIGIN).nth(1).unwrap().lines().next().unwrap();
    assert!(link.starts_with("/reminders/"), "{text}");
    link.to_owned()
}

/// A secretary of cell A1 with a meeting tomorrow, who is reminded.
async fn reminded(site: &Site, post: &Post) -> Visitor {
    let root = site.with_mail(post.mail(), ORIGIN).await;
    let secretary = site.secretary().await.at(&root);
    meeting_on(&secretary, &in_days(1)).await;
    let link = ask(&secretary, post).await;
    site.stranger().at(&root).post(&link, &[]).await.assert_is(StatusCode::OK);
    secretary
}

async fn send(site: &Site, post: &Post, now: Moment) -> usize {
    daily::of_day(&site.db, &post.mailer(), ORIGIN, now).await.unwrap()
}

#[tokio::test]
async fn nothing_is_sent_before_the_link_was_followed() {
    let site = Site::start().await;
    let post = Post::open().await;
    let root = site.with_mail(post.mail(), ORIGIN).await;
    let secretary = site.secretary().await.at(&root);
    meeting_on(&secretary, &in_days(1)).await;
    let link = ask(&secretary, &post).await;
    secretary.get(PAGE).await.assert_shows("Chờ xác nhận địa chỉ");
    assert_eq!(send(&site, &post, morning()).await, 0);

    let stranger = site.stranger().at(&root);
    // A program that follows links switches nothing on.
    for _ in 0..2 {
        stranger.get(&link).await.assert_shows("Bật nhắc việc qua thư?");
    }
    secretary.get(PAGE).await.assert_shows("Chờ xác nhận địa chỉ");
    stranger.post(&link, &[]).await.assert_shows("Đã bật nhắc việc qua thư");
    secretary.get(PAGE).await.assert_shows("Đang bật");
    assert_eq!(send(&site, &post, morning()).await, 1);
}

#[tokio::test]
async fn a_link_pressed_twice_switches_on_once() {
    let site = Site::start().await;
    let post = Post::open().await;
    let root = site.with_mail(post.mail(), ORIGIN).await;
    let secretary = site.secretary().await.at(&root);
    let link = ask(&secretary, &post).await;
    let stranger = site.stranger().at(&root);
    for _ in 0..2 {
        stranger.post(&link, &[]).await.assert_shows("Đã bật nhắc việc qua thư");
        stranger.get(&link).await.assert_shows("Đã bật nhắc việc qua thư");
    }
    let sql = "SELECT summary FROM audit_entry WHERE action = 'account.reminder_on'";
    assert_eq!(site.seed(async |tx| texts(tx, sql).await).await.len(), 1);
    secretary.post("/account/reminders/off", &[]).await;
    stranger.post(&link, &[]).await.assert_is(StatusCode::NOT_FOUND);
    stranger.get(&link).await.assert_is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn one_message_a_day_tells_days_and_links_and_no_name() {
    let site = Site::with_criteria().await;
    Objects::build(&site).await;
    let post = Post::open().await;
    let secretary = reminded(&site, &post).await;
    assert_eq!(send(&site, &post, at(clock::today(), 6)).await, 0, "nobody is woken");
    assert_eq!(send(&site, &post, morning()).await, 1);
    let letters = post.take();
    let [(to, text)] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(to, ADDRESS);
    assert!(text.contains(&format!("19:30 {}\n  {ORIGIN}/meetings/", in_days(1))), "{text}");
    assert!(text.contains(&format!("{ORIGIN}{PAGE}")), "{text}");
    for name in [CANARY, "Nhà văn hóa", "Tình hình"] {
        assert!(!text.contains(name), "{text}");
    }
    assert_eq!(send(&site, &post, morning()).await, 0);
    let sql = "SELECT summary FROM audit_entry WHERE action = 'account.reminder_sent'";
    let noted = site.seed(async |tx| texts(tx, sql).await).await;
    assert_eq!(noted, ["Gửi một thư nhắc việc"]);
    // The same tomorrow is no news; something else is.
    let tomorrow = clock::today() + Days::new(1);
    assert_eq!(send(&site, &post, at(tomorrow, 8)).await, 0);
    let day_after = clock::today() + Days::new(2);
    meeting_on(&secretary, &in_days(3)).await;
    assert_eq!(send(&site, &post, at(day_after, 8)).await, 1);
}

#[tokio::test]
async fn what_was_not_sent_is_tried_an_hour_later() {
    let site = Site::start().await;
    let post = Post::open().await;
    reminded(&site, &post).await;
    post.refuse(true);
    assert_eq!(send(&site, &post, morning()).await, 0);
    post.refuse(false);
    assert_eq!(send(&site, &post, morning().plus_seconds(3500)).await, 0);
    assert_eq!(send(&site, &post, morning().plus_seconds(3700)).await, 1);
    assert_eq!(post.take().len(), 1);
    assert_eq!(send(&site, &post, morning().plus_seconds(9000)).await, 0);
}

#[tokio::test]
async fn of_several_servers_one_sends() {
    let site = Site::start().await;
    let post = Post::open().await;
    reminded(&site, &post).await;
    let all = (0..3).map(|_| send(&site, &post, morning()));
    let sent: usize = futures_util::future::join_all(all).await.into_iter().sum();
    assert_eq!((sent, post.take().len()), (1, 1));
}

#[tokio::test]
async fn an_error_does_not_tell_the_address() {
    let post = Post::open().await;
    post.refuse(true);
    let refused = post.mailer().send(ADDRESS, "Thử", "Thử".to_owned()).await.unwrap_err();
    assert_eq!(refused.to_string(), "the server answered 550");
    let nobody = Mail { url: "smtp://127.0.0.1:1".to_owned(), ..post.mail() };
    let nobody = Mailer::of(&nobody).unwrap();
    let unreached = nobody.send(ADDRESS, "Thử", "Thử".to_owned()).await.unwrap_err();
    assert_eq!(unreached.to_string(), "the server was not reached");
}

#[tokio::test]
async fn a_server_that_refuses_breaks_no_page() {
    let site = Site::start().await;
    let post = Post::open().await;
    let root = site.with_mail(post.mail(), ORIGIN).await;
    let secretary = site.secretary().await.at(&root);
    post.refuse(true);
    let page = secretary.post(PAGE, &[("address", ADDRESS)]).await;
    assert_eq!(page.leads_to(), format!("{PAGE}?done=unsent"));
    secretary.get(&format!("{PAGE}?done=unsent")).await.assert_shows("Chưa gửi được thư");
    for wrong in ["", "binh.tt", "a@b.vn, c@d.vn"] {
        let page = secretary.post(PAGE, &[("address", wrong)]).await;
        page.assert_is(StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_shows("Viết địa chỉ thư theo dạng");
        assert_eq!(page.field("address"), wrong);
    }
    // Nobody's letter box is filled by us.
    post.refuse(false);
    for _ in 0..4 {
        secretary.post(PAGE, &[("address", ADDRESS)]).await.leads_to();
    }
    let page = secretary.post(PAGE, &[("address", ADDRESS)]).await;
    page.assert_is(StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn switched_off_the_address_is_gone() {
    let site = Site::start().await;
    let post = Post::open().await;
    let secretary = reminded(&site, &post).await;
    for _ in 0..2 {
        secretary.post(&format!("{PAGE}/off"), &[]).await.leads_to();
    }
    secretary.get(PAGE).await.assert_hides(ADDRESS);
    assert_eq!(send(&site, &post, morning()).await, 0);
}

#[tokio::test]
async fn who_has_no_role_is_told_nothing() {
    let site = Site::start().await;
    let post = Post::open().await;
    reminded(&site, &post).await;
    let administrator = site.visitor(Role::Administrator, site.town.ward_a).await;
    let list = administrator.get("/administration/accounts").await;
    let accounts = list.links().filter(|it| it.len() > 40);
    let pages =
        futures_util::future::join_all(accounts.map(async |it| administrator.get(&it).await));
    let mut pages = pages.await.into_iter().filter(|it| it.body.contains("Chi bộ tổ dân phố 1"));
    let page = pages.next().unwrap();
    let revoke = page.body.split(r#"action="/administration/grants/"#).nth(1).unwrap();
    let revoke = format!("/administration/grants/{}", revoke.split('"').next().unwrap());
    administrator.post(&revoke, &[]).await.leads_to();
    assert_eq!(send(&site, &post, morning()).await, 0);
}

#[tokio::test]
async fn a_server_without_mail_says_so() {
    let site = Site::start().await;
    let secretary = site.secretary().await;
    secretary.get(PAGE).await.assert_shows("Máy chủ này không gửi thư");
    let page = secretary.post(PAGE, &[("address", ADDRESS)]).await;
    page.assert_is(StatusCode::BAD_REQUEST);
}
