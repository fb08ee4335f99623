//! Mail over TLS, against mail servers that a root of the test's own vouches for.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use haichieu::reminders::mailer::Mailer;
use haichieu::settings::Mail;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::mail::{ADDRESS, ORIGIN, PAGE, Post};
use crate::support::Site;

const LOGIN: &str = "so";
const PASSWORD: &str = "mot-cau-dai-ma-de-nho";
/// What is said in both ways: TLS at once, and TLS when it is asked for.
const BOTH: [Begins; 2] = [Begins::AtOnce, Begins::WhenAsked];

/// When a server speaks TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begins {
    AtOnce,
    /// `STARTTLS` (RFC 3207)
    WhenAsked,
    Never,
}

/// A root that no machine trusts by itself.
struct Root {
    issuer: Issuer<'static, KeyPair>,
    file: PathBuf,
}

impl Root {
    fn new(file: PathBuf) -> Root {
        let mut root = CertificateParams::new(Vec::new()).unwrap();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        fs::write(&file, root.self_signed(&key).unwrap().pem()).unwrap();
        Root { issuer: Issuer::new(root, key), file }
    }

    /// What a server of this name shows, signed by the root.
    fn certify(&self, name: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let server = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let server = server.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![server.der().clone()], key);
        TlsAcceptor::from(Arc::new(config.unwrap()))
    }
}

/// A mail server that wants TLS and a password before it takes anything.
#[derive(Clone)]
struct Guarded {
    post: Post,
    begins: Begins,
    tls: TlsAcceptor,
    /// What it was told in the open.
    open: Arc<Mutex<Vec<String>>>,
    port: u16,
}

impl Guarded {
    async fn open(begins: Begins, tls: TlsAcceptor) -> Guarded {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let post = Post::guarded(LOGIN, PASSWORD);
        let mut server = Guarded { post, begins, tls, open: Arc::default(), port: 0 };
        server.port = listener.local_addr().unwrap().port();
        let clerk = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let clerk = clerk.clone();
                tokio::spawn(async move { clerk.answer(stream).await });
            }
        });
        server
    }

    async fn answer(&self, mut stream: TcpStream) {
        if self.begins == Begins::AtOnce {
            let Ok(mut stream) = self.tls.accept(stream).await else { return };
            stream.write_all(b"220 post\r\n").await.unwrap();
            return self.post.talk(stream).await;
        }
        stream.write_all(b"220 post\r\n").await.unwrap();
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        while stream.read_line(&mut line).await.is_ok_and(|it| it > 0) {
            let told = std::mem::take(&mut line).trim_end().to_owned();
            let answer = match told.split(' ').next().unwrap() {
                "EHLO" if self.begins == Begins::WhenAsked => "250-post\r\n250 STARTTLS\r\n",
                "EHLO" => "250-post\r\n250 AUTH PLAIN\r\n",
                "STARTTLS" => "220 go on\r\n",
                _ => "250 well\r\n",
            };
            stream.write_all(answer.as_bytes()).await.unwrap();
            let is_asked = told == "STARTTLS";
            self.open.lock().unwrap().push(told);
            if is_asked {
                // Whoever asks waits for the answer: nothing more was read.
                let Ok(stream) = self.tls.accept(stream.into_inner()).await else { return };
                return self.post.talk(stream).await;
            }
        }
    }

    fn mail(&self, ca: &Path) -> Mail {
        let (scheme, more) = match self.begins {
            Begins::AtOnce => ("smtps", ""),
            Begins::WhenAsked | Begins::Never => ("smtp", "?tls=required"),
        };
        let url = format!("{scheme}://{LOGIN}:{PASSWORD}@localhost:{}{more}", self.port);
        Mail { url, from: "Hai Chiều <so@example.vn>".to_owned(), ca: Some(ca.to_owned()) }
    }

    /// Nothing was told in the open but the greeting, and the wish for TLS.
    fn assert_told_nothing(&self) {
        let open = self.open.lock().unwrap();
        let is_greeting = |it: &String| it.starts_with("EHLO ") || it == "STARTTLS" || it == "QUIT";
        assert!(open.iter().all(is_greeting), "{open:?}");
        assert_eq!(open.is_empty(), self.begins == Begins::AtOnce, "{open:?}");
    }

    /// Sends to it: what came of it.
    async fn send(&self, mail: &Mail) -> Result<(), String> {
        let mailer = Mailer::of(mail).unwrap();
        mailer.send(ADDRESS, "Thử", "Thử".to_owned()).await.map_err(|it| it.to_string())
    }
}

#[tokio::test]
async fn mail_arrives_over_tls_at_once_or_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let root = Root::new(folder.path().join("root.pem"));
    let site = Site::start().await;
    for begins in BOTH {
        let server = Guarded::open(begins, root.certify("localhost")).await;
        let pages = site.with_mail(server.mail(&root.file), ORIGIN).await;
        let secretary = site.secretary().await.at(&pages);
        let page = secretary.post(PAGE, &[("address", ADDRESS)]).await;
        assert_eq!(page.leads_to(), format!("{PAGE}?done=sent"), "{begins:?}");
        let letters = server.post.take();
        let [(to, text)] = letters.as_slice() else { panic!("{begins:?}: {letters:?}") };
        assert!(to == ADDRESS && text.contains(ORIGIN), "{to}: {text}");
        server.assert_told_nothing();
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_told_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let root = Root::new(folder.path().join("root.pem"));
    let other = Root::new(folder.path().join("other.pem"));
    for begins in BOTH {
        let of_another_name = Guarded::open(begins, root.certify("thu.example.vn")).await;
        let of_another_root = Guarded::open(begins, other.certify("localhost")).await;
        for server in [of_another_name, of_another_root] {
            let vouched = server.mail(&root.file);
            let unvouched = Mail { ca: None, ..vouched.clone() };
            for mail in [vouched, unvouched] {
                let refused = server.send(&mail).await;
                assert_eq!(refused, Err("the server was not reached".to_owned()), "{begins:?}");
            }
            assert_eq!(server.post.take(), []);
            server.assert_told_nothing();
        }
    }
}

#[tokio::test]
async fn a_server_without_tls_is_told_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let root = Root::new(folder.path().join("root.pem"));
    let server = Guarded::open(Begins::Never, root.certify("localhost")).await;
    let when_asked = server.mail(&root.file);
    let at_once = format!("smtps://{LOGIN}:{PASSWORD}@localhost:{}", server.port);
    for mail in [Mail { url: at_once, ..when_asked.clone() }, when_asked] {
        server.send(&mail).await.unwrap_err();
    }
    let open = server.open.lock().unwrap().join("\n");
    assert!(open.contains("EHLO") && !open.contains("AUTH") && !open.contains("MAIL"), "{open}");
}

#[test]
fn a_root_that_is_none_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let root = Root::new(folder.path().join("root.pem"));
    let empty = folder.path().join("empty.pem");
    fs::write(&empty, "not a certificate").unwrap();
    let refused = |url: &str, ca: &Path| {
        let (url, from) = (url.to_owned(), "so@example.vn".to_owned());
        match Mailer::of(&Mail { url, from, ca: Some(ca.to_owned()) }) {
            Err(why) => why,
            Ok(_) => panic!("it was taken"),
        }
    };
    let why = refused("smtps://localhost", &empty);
    assert!(why.contains("không có chứng thư nào") && why.contains("empty.pem"), "{why}");
    let why = refused("smtps://localhost", &folder.path().join("none.pem"));
    assert!(why.contains("none.pem"), "{why}");
    for in_the_open in ["smtp://localhost", "smtp://localhost?tls=opportunistic"] {
        let why = refused(in_the_open, &root.file);
        assert!(why.contains("--smtp-ca đi cùng --smtp-url"), "{why}");
    }
}
