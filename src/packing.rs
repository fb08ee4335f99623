//! How what is sent is made smaller, for browsers that unpack it.

use std::io::Write as _;

use axum::http::{HeaderMap, header};
use brotli::enc::BrotliEncoderParams;
use brotli::enc::backward_references::BrotliEncoderMode;
use flate2::Compression;
use flate2::write::GzEncoder;

/// What a browser unpacks of what we pack. Over plain http, but on the machine itself,
/// browsers ask for gzip alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Brotli,
    Gzip,
    /// As it is.
    Plain,
}

/// How long packing may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// A page: somebody waits for it.
    Short,
    /// A file, which is packed once.
    Whole,
}

impl Coding {
    /// The best of those that `Accept-Encoding` names, and does not refuse.
    pub fn of(headers: &HeaderMap) -> Coding {
        let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|it| it.to_str().ok());
        let accepted = accepted.unwrap_or_default();
        let best = [Coding::Brotli, Coding::Gzip].into_iter().find(|it| it.is_among(accepted));
        best.unwrap_or(Coding::Plain)
    }

    fn is_among(self, accepted: &str) -> bool {
        accepted.split(',').any(|it| {
            let (name, weight) = it.split_once(';').unwrap_or((it, ""));
            let weight = weight.trim().trim_start_matches("q=").trim();
            self.name().is_some_and(|own| name.trim().eq_ignore_ascii_case(own))
                && weight.parse() != Ok(0.0)
        })
    }

    /// What `Content-Encoding` calls it; nothing for what goes as it is.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Coding::Brotli => Some("br"),
            Coding::Gzip => Some("gzip"),
            Coding::Plain => None,
        }
    }

    /// The bytes of a text, packed.
    pub fn pack(self, bytes: &[u8], effort: Effort) -> Vec<u8> {
        match self {
            Coding::Brotli => brotli(bytes, effort),
            Coding::Gzip => gzip(bytes, effort),
            Coding::Plain => bytes.to_vec(),
        }
    }
}

const TAKEN: &str = "a vector takes whatever is written";

fn brotli(mut bytes: &[u8], effort: Effort) -> Vec<u8> {
    let params = BrotliEncoderParams {
        mode: BrotliEncoderMode::BROTLI_MODE_TEXT,
        // A roll of 207 is packed in four milliseconds. The steps above this one save up to a
        // seventh more, and take from twice to a hundred times as long.
        quality: if effort == Effort::Whole { 11 } else { 7 },
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut packed = Vec::with_capacity(bytes.len() / 4);
    brotli::BrotliCompress(&mut bytes, &mut packed, &params).expect(TAKEN);
    packed
}

fn gzip(bytes: &[u8], effort: Effort) -> Vec<u8> {
    let level = if effort == Effort::Whole { Compression::best() } else { Compression::default() };
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), level);
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect(TAKEN)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use axum::http::HeaderValue;
    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn a_browser_says_what_it_unpacks() {
        let of = |accepted: &'static str| {
            let header = (header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            Coding::of(&HeaderMap::from_iter([header]))
        };
        for accepted in ["gzip, deflate, br", "br", "gzip;q=1.0, BR;q=0.2"] {
            assert_eq!(of(accepted), Coding::Brotli, "{accepted}");
        }
        for accepted in ["gzip", "deflate, GZIP;q=0.5", "br;q=0, gzip; q=1"] {
            assert_eq!(of(accepted), Coding::Gzip, "{accepted}");
        }
        for accepted in ["", "identity", "zstd", "gzip;q=0, br; q=0.0"] {
            assert_eq!(of(accepted), Coding::Plain, "{accepted}");
        }
        assert_eq!(Coding::of(&HeaderMap::new()), Coding::Plain);
    }

    #[test]
    fn what_is_packed_is_smaller_and_unpacks_to_itself() {
        let text = "Có mặt, vắng có lý do, vắng không lý do. ".repeat(1000);
        for effort in [Effort::Short, Effort::Whole] {
            let [brotli, gzip, plain] = [Coding::Brotli, Coding::Gzip, Coding::Plain]
                .map(|it| it.pack(text.as_bytes(), effort));
            let (mut one, mut other) = (String::new(), String::new());
            brotli::Decompressor::new(brotli.as_slice(), 4096).read_to_string(&mut one).unwrap();
            GzDecoder::new(gzip.as_slice()).read_to_string(&mut other).unwrap();
            assert!(one == text && other == text && plain == text.as_bytes());
            assert!(brotli.len() < gzip.len() && gzip.len() * 9 < text.len());
        }
    }
}
