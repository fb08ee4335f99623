//! TLS 1.2 and 1.3 with the operator's certificate.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Reads the chain of certificates and the private key, both PEM. A pair that does not
/// belong together, or a file that is none, is refused here and not at the first visitor.
pub fn acceptor(cert: &Path, key: &Path) -> io::Result<TlsAcceptor> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(cert).and_then(Iterator::collect);
    let chain = chain.map_err(|error| wrong("chứng thư TLS", cert, &error))?;
    if chain.is_empty() {
        return Err(wrong("chứng thư TLS", cert, &"không có chứng thư nào trong tệp"));
    }
    let private = PrivateKeyDer::from_pem_file(key);
    let private = private.map_err(|error| wrong("khóa riêng TLS", key, &error))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|it| it.with_no_client_auth().with_single_cert(chain, private));
    let mut config = config.map_err(|error| wrong("cặp chứng thư và khóa TLS", cert, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn wrong(what: &str, file: &Path, error: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("không dùng được {what} {}: {error}", file.display()))
}
