//! The site over TLS.

use std::path::Path;
use std::sync::Arc;

use haichieu::app::{App, Stopping};
use haichieu::settings::Settings;
use haichieu::statistics::recent::Recent;
use haichieu::{server, site};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, version};

use crate::support::{self, Site};

/// A certificate for `localhost` and its key, in a folder; and who trusts it.
fn certified(folder: &Path) -> RootCertStore {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    roots
}

async fn serve(site: &Site, folder: &Path) -> std::net::SocketAddr {
    let tls = server::tls::acceptor(&folder.join("cert.pem"), &folder.join("key.pem")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let settings = Settings { secure: true, ..Settings::listening_on(address) };
    let app = App {
        db: site.db.clone(),
        settings: Arc::new(settings),
        watch: site.watch.clone(),
        vault: support::vault(),
        replica: None,
        stopping: Stopping::default(),
    };
    tokio::spawn(server::serve(
        listener,
        Some(tls),
        site::site(app, Recent::default()),
        |_| false,
        std::future::pending(),
    ));
    address
}

fn client(
    roots: RootCertStore,
    version: &'static tokio_rustls::rustls::SupportedProtocolVersion,
) -> TlsConnector {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

#[tokio::test]
async fn the_site_answers_over_tls_and_asks_for_it_ever_after() {
    let site = Site::start().await;
    let folder = tempfile::tempdir().unwrap();
    let roots = certified(folder.path());
    let address = serve(&site, folder.path()).await;
    for version in [&version::TLS13, &version::TLS12] {
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = client(roots.clone(), version).connect(name, stream).await.unwrap();
        let request = b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let head = answer.to_lowercase();
        assert!(head.contains("strict-transport-security: max-age=31536000"), "{answer}");
    }
}

#[tokio::test]
async fn who_speaks_in_the_open_is_not_answered() {
    let site = Site::start().await;
    let folder = tempfile::tempdir().unwrap();
    certified(folder.path());
    let address = serve(&site, folder.path()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok();
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[test]
fn a_certificate_that_does_not_fit_its_key_is_refused_at_the_start() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    certified(folder.path());
    certified(other.path());
    let refused = |cert: &Path, key: &Path| match server::tls::acceptor(cert, key) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("it was taken"),
    };
    let cert = folder.path().join("cert.pem");
    let why = refused(&cert, &other.path().join("key.pem"));
    assert!(why.contains("cặp chứng thư và khóa TLS"), "{why}");
    let why = refused(&folder.path().join("key.pem"), &folder.path().join("key.pem"));
    assert!(why.contains("không có chứng thư nào"), "{why}");
    let why = refused(&cert, &folder.path().join("none.pem"));
    assert!(why.contains("khóa riêng TLS") && why.contains("none.pem"), "{why}");
}
