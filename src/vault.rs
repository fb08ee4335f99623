//! Secrets that lie in the database, sealed under a key that does not.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use crate::error::{Error, Result};

/// Bytes of a nonce: so many that random ones never meet.
const NONCE: usize = 24;

/// Seals and opens; a copy of the database without its key opens nothing (ASVS 11.3.3).
#[derive(Clone)]
pub struct Vault(XChaCha20Poly1305);

impl Vault {
    pub fn new(key: [u8; 32]) -> Vault {
        Vault(XChaCha20Poly1305::new(&key.into()))
    }

    /// What is kept of `plain`. It opens only for what it is `about`: moved to another row,
    /// it is worth nothing.
    pub fn seal(&self, plain: &[u8], about: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|it| Error::Internal(it.into()))?;
        let payload = Payload { msg: plain, aad: about };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| Error::Internal("nothing could be sealed".into()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// None where it was sealed under another key, about something else, or tampered with.
    pub fn open(&self, sealed: &[u8], about: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        self.0.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: about }).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_with_its_key_and_for_its_row() {
        let vault = Vault::new([1; 32]);
        let sealed = vault.seal(b"secret", b"a row").unwrap();
        assert!(!sealed.windows(6).any(|it| it == b"secret"));
        assert_ne!(sealed, vault.seal(b"secret", b"a row").unwrap(), "a nonce of its own");
        assert_eq!(vault.open(&sealed, b"a row").unwrap(), b"secret");
        assert_eq!(vault.open(&sealed, b"another row"), None);
        assert_eq!(Vault::new([2; 32]).open(&sealed, b"a row"), None);
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert_eq!(vault.open(&bent, b"a row"), None, "byte {at}");
        }
        assert_eq!(vault.open(b"short", b"a row"), None);
    }
}
