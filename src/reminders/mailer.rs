//! The way out for mail: one SMTP server, over TLS where its address says so.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use axum::http::Uri;

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox};
use lettre::transport::smtp;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tokio::time;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use uuid::Uuid;

use crate::settings::Mail;

/// How long the server may take over one message.
const PATIENCE: Duration = Duration::from_secs(20);
/// Octets of an address (RFC 5321, section 4.5.3.1.3).
const LONGEST: usize = 254;

#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why a message did not go. It says nothing of whom it was for: what a server answers often
/// repeats the address, and is left out.
#[derive(Debug)]
pub enum NotSent {
    /// The address, or what it was to say, cannot be written as a message.
    Unwritable,
    TimedOut,
    /// The server was not reached, or said no: with this code.
    Refused(Option<String>),
}

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotSent::Unwritable => f.write_str("the message cannot be written"),
            NotSent::TimedOut => f.write_str("the server took too long"),
            NotSent::Refused(Some(code)) => write!(f, "the server answered {code}"),
            NotSent::Refused(None) => f.write_str("the server was not reached"),
        }
    }
}

impl From<smtp::Error> for NotSent {
    fn from(error: smtp::Error) -> NotSent {
        NotSent::Refused(error.status().map(|it| it.to_string()))
    }
}

impl Mailer {
    /// What is wrong with the settings says the error, for whoever starts the program.
    pub fn of(mail: &Mail) -> Result<Mailer, String> {
        let from = mail.from.parse();
        let from = from.map_err(|_| "--mail-from không phải một địa chỉ thư".to_owned())?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&mail.url);
        let transport = transport.map_err(|_| {
            "--smtp-url viết theo dạng smtps://tên:mật-khẩu@máy, hoặc smtp://máy:25".to_owned()
        })?;
        let transport = match &mail.ca {
            Some(file) => transport.tls(trusting(&mail.url, file)?),
            None => transport,
        };
        Ok(Mailer { transport: transport.timeout(Some(PATIENCE)).build(), from })
    }

    /// Sends a message of plain text.
    pub async fn send(&self, to: &str, subject: &str, text: String) -> Result<(), NotSent> {
        let to: Address = to.parse().map_err(|_| NotSent::Unwritable)?;
        let body = Body::new_with_encoding(text, ContentTransferEncoding::Base64);
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            .message_id(Some(format!("<{}@{}>", Uuid::now_v7(), self.from.email.domain())))
            .header(ContentType::TEXT_PLAIN)
            .raw_header(by_itself())
            .body(body.map_err(|_| NotSent::Unwritable)?)
            .map_err(|_| NotSent::Unwritable)?;
        match time::timeout(PATIENCE, self.transport.send(message)).await {
            Ok(sent) => Ok(sent.map(drop)?),
            Err(_) => Err(NotSent::TimedOut),
        }
    }
}

/// TLS as the address asks for it, with a server whose certificate goes back to one of this
/// file, and to no other.
fn trusting(url: &str, file: &Path) -> Result<Tls, String> {
    let in_the_open =
        "--smtp-ca đi cùng --smtp-url dạng smtps://máy, hoặc smtp://máy:587?tls=required";
    let wrong = |why: &dyn fmt::Display| format!("--smtp-ca {}: {why}", file.display());
    let url: Uri = url.parse().map_err(|_| in_the_open)?;
    let server = url.host().ok_or(in_the_open)?.to_owned();
    let roots: Result<Vec<_>, _> = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    let roots = roots.map_err(|error| wrong(&error))?;
    if roots.is_empty() {
        return Err(wrong(&"không có chứng thư nào trong tệp"));
    }
    let mut tls = TlsParameters::builder(server).certificate_store(CertificateStore::None);
    for root in roots {
        let root = Certificate::from_der(root.to_vec()).map_err(|error| wrong(&error))?;
        tls = tls.add_root_certificate(root);
    }
    let tls = tls.build().map_err(|error| wrong(&error))?;
    match (url.scheme_str(), url.query()) {
        (Some("smtps"), _) => Ok(Tls::Wrapper(tls)),
        (_, Some("tls=required")) => Ok(Tls::Required(tls)),
        _ => Err(in_the_open.to_owned()),
    }
}

/// Says that nobody wrote it, so that no "out of office" comes back (RFC 3834, section 5).
fn by_itself() -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    HeaderValue::new(name, "auto-generated".to_owned())
}

/// An address as typed: what it is kept as, or what is wrong with it.
pub fn read_address(typed: &str) -> Result<String, String> {
    let address = typed.trim();
    let reads =
        address.len() <= LONGEST && address.is_ascii() && address.parse::<Address>().is_ok();
    if reads {
        Ok(address.to_owned())
    } else {
        Err("Viết địa chỉ thư theo dạng ten@example.vn".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_address_and_nothing_else() {
        assert_eq!(read_address(" an.nv@example.vn "), Ok("an.nv@example.vn".to_owned()));
        for wrong in ["", "an.nv", "an@", "a@b.vn, c@d.vn", "An <a@b.vn>", "a@b.vn\r\nBcc: c@d.vn"]
        {
            assert!(read_address(wrong).is_err(), "{wrong:?}");
        }
    }
}
