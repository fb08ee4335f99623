//! The bytes of a file on their way to the CSV reader.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";

/// Adds them up into the digest of the file, and looks at how its lines end.
pub struct Digesting<'a> {
    source: Box<dyn Read + Send + 'a>,
    digest: Sha256,
    /// The byte before those that come next.
    last: u8,
    has_crlf: bool,
}

impl<'a> Digesting<'a> {
    pub fn new(source: Box<dyn Read + Send + 'a>) -> Digesting<'a> {
        Digesting { source, digest: Sha256::new(), last: 0, has_crlf: false }
    }

    /// Whether a line has ended by two bytes.
    pub fn has_crlf(&self) -> bool {
        self.has_crlf
    }

    /// The SHA-256 of all that was read, in hexadecimal digits.
    pub fn finish(self) -> String {
        let mut digest = String::new();
        for byte in self.digest.finalize() {
            digest.push(char::from(HEXADECIMAL[usize::from(byte >> 4)]));
            digest.push(char::from(HEXADECIMAL[usize::from(byte & 15)]));
        }
        digest
    }
}

impl Read for Digesting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.digest.update(&buffer[..count]);
        for byte in &buffer[..count] {
            self.has_crlf |= (self.last, *byte) == (b'\r', b'\n');
            self.last = *byte;
        }
        Ok(count)
    }
}
