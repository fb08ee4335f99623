//! Files and pages over HTTP: packed where it helps, kept by the browser, one line for many
//! requests; and a program that is about to stop.

use std::io::Read as _;

use brotli::Decompressor;
use flate2::read::GzDecoder;
use haichieu::app::Stopping;
use reqwest::header::HeaderMap;
use reqwest::{Client, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Site, visitor};

/// The answer as it came over the line: nothing is unpacked.
async fn raw(address: &str, header: (&str, &str)) -> (StatusCode, HeaderMap, Vec<u8>) {
    let client = Client::builder().no_gzip().build().unwrap();
    let answer = client.get(address).header(header.0, header.1).send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, answer.bytes().await.unwrap().to_vec())
}

async fn style_sheet(site: &Site) -> String {
    let page = site.stranger().get("/sign-in").await;
    let href = page.links().find(|it| it.ends_with("/site.css")).unwrap();
    site.root.clone() + &href
}

#[tokio::test]
async fn a_file_is_packed_once_and_kept_for_good() {
    let site = Site::start().await;
    let address = style_sheet(&site).await;
    let (_, plain, bytes) = raw(&address, ("accept-encoding", "identity")).await;
    let (_, packed, small) = raw(&address, ("accept-encoding", "gzip, deflate")).await;
    let (_, best, smallest) = raw(&address, ("accept-encoding", "gzip, deflate, br")).await;
    assert!(!plain.contains_key("content-encoding"));
    assert_eq!(packed["content-encoding"], "gzip");
    assert_eq!(packed["content-length"], small.len().to_string());
    let mut unpacked = Vec::new();
    GzDecoder::new(small.as_slice()).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == bytes && small.len() * 2 < bytes.len());
    assert_eq!(best["content-encoding"], "br");
    unpacked.clear();
    Decompressor::new(smallest.as_slice(), 4096).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == bytes && smallest.len() < small.len());
    for headers in [&plain, &packed, &best] {
        assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(headers["vary"], "accept-encoding");
    }
    assert_ne!(plain["etag"], packed["etag"], "two texts of one file");
    assert_ne!(packed["etag"], best["etag"], "and a third");
    let tag = plain["etag"].to_str().unwrap();
    let (status, headers, bytes) = raw(&address, ("if-none-match", tag)).await;
    assert_eq!((status, bytes.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(headers["etag"], tag);
    let (status, ..) = raw(&address, ("if-none-match", r#""another""#)).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn what_a_document_has_to_say_a_file_does_not() {
    let site = Site::start().await;
    let address = style_sheet(&site).await;
    let (_, headers, _) = raw(&address, ("accept-encoding", "br")).await;
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
    let of_documents = ["content-security-policy", "permissions-policy", "referrer-policy"];
    assert!(of_documents.iter().all(|it| !headers.contains_key(*it)), "{headers:?}");
    let (_, missing, _) = raw(&address.replace("site.css", "no.css"), ("accept", "*/*")).await;
    assert!(of_documents.iter().all(|it| missing.contains_key(*it)), "{missing:?}");
}

#[tokio::test]
async fn a_page_of_another_release_is_not_left_without_its_files() {
    let site = Site::start().await;
    let address = format!("{}/static/of-another/site.css", site.root);
    let (status, headers, _) = raw(&address, ("accept-encoding", "gzip")).await;
    assert_eq!((status, &headers["cache-control"]), (StatusCode::OK, &"no-cache".parse().unwrap()));
    let (status, ..) = raw(&format!("{}/static/x/no.css", site.root), ("accept", "*/*")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn pages_are_packed_and_what_fits_a_packet_is_not() {
    let site = Site::start().await;
    let gzip = ("accept-encoding", "gzip");
    let (_, headers, _) = raw(&format!("{}/sign-in", site.root), gzip).await;
    assert_eq!(headers["content-encoding"], "gzip");
    let both = ("accept-encoding", "gzip, br");
    let (_, headers, bytes) = raw(&format!("{}/sign-in", site.root), both).await;
    assert_eq!(headers["content-encoding"], "br");
    assert_eq!(headers["vary"], "accept-encoding");
    let mut page = String::new();
    Decompressor::new(bytes.as_slice(), 4096).read_to_string(&mut page).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    let (_, headers, bytes) = raw(&format!("{}/health", site.root), gzip).await;
    assert!(!headers.contains_key("content-encoding") && bytes == b"ok");
}

/// Reads one answer off the line: its head, and as many bytes as that promises.
async fn answer(line: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(line.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    line.read_exact(&mut body).await.unwrap();
    head
}

#[tokio::test]
async fn one_line_serves_many_requests() {
    let site = Site::start().await;
    let mut line = TcpStream::connect(site.root.trim_start_matches("http://")).await.unwrap();
    for path in ["/sign-in", "/health", "/nowhere"] {
        let head = format!("GET {path} HTTP/1.1\r\nHost: so\r\n\r\n");
        line.write_all(head.as_bytes()).await.unwrap();
        assert!(!answer(&mut line).await.contains("connection: close"));
    }
}

#[tokio::test]
async fn who_is_about_to_stop_answers_and_sends_nobody_back() {
    let site = Site::start().await;
    let stopping = Stopping::default();
    let root = site.stopping(stopping.clone()).await;
    let anybody = visitor(&root, None);
    anybody.get("/ready").await.assert_is(StatusCode::OK);
    stopping.begin();
    anybody.get("/ready").await.assert_is(StatusCode::SERVICE_UNAVAILABLE);
    anybody.get("/health").await.assert_is(StatusCode::OK);
    let page = anybody.get("/sign-in").await;
    page.assert_is(StatusCode::OK);
    assert_eq!(page.headers["connection"], "close");
}
