//! The second factor: codes of a telephone (TOTP, RFC 6238), and codes on paper for the day
//! when the telephone is lost.

use sha2::{Digest, Sha256};
use totp_rs::{Builder, Secret};

use crate::access::store;
use crate::access::store::factors;
use crate::clock::Moment;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::AccountId;
use crate::vault::Vault;

/// Seconds of a step, as every telephone counts them.
const STEP: i64 = 30;
/// Bytes of a secret: the 160 bits that RFC 4226, section 4, recommends.
const SECRET: usize = 20;
/// Codes on paper, and the bytes of each: 120 random bits.
pub const RECOVERY_CODES: usize = 10;
const RECOVERY: usize = 15;

/// A new secret.
pub fn draw() -> Result<[u8; SECRET]> {
    random()
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|it| Error::Internal(it.into()))?;
    Ok(bytes)
}

/// The step whose code was typed, of the present one and its two neighbours.
pub fn step_of(secret: &[u8; SECRET], typed: &str, now: Moment) -> Option<i64> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let totp = Builder::new().with_secret(*secret).with_skew(1).build().ok()?;
    let seconds = u64::try_from(now.0 / 1_000_000).ok()?;
    totp.check(&digits, seconds).and_then(|step| i64::try_from(step).ok())
}

/// The code that a telephone shows at `now`.
pub fn code_at(secret: &[u8; SECRET], now: Moment) -> Option<String> {
    let totp = Builder::new().with_secret(*secret).build().ok()?;
    let seconds = u64::try_from(now.0 / 1_000_000).ok()?;
    Some(totp.generate(seconds).to_string())
}

/// The secret as it is typed where no camera is: groups of four letters.
pub fn spelled(secret: &[u8; SECRET]) -> String {
    grouped(&Secret::from(*secret).to_base32())
}

/// What a telephone reads out of the drawing. A login needs no escaping.
pub fn address(login: &str, secret: &[u8; SECRET]) -> String {
    let secret = Secret::from(*secret).to_base32();
    format!("otpauth://totp/HaiChieu:{login}?secret={secret}&issuer=HaiChieu&period={STEP}")
}

fn grouped(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
}

/// New codes for paper, each with the hash that is kept of it.
pub fn recovery_codes() -> Result<Vec<(String, Vec<u8>)>> {
    (0..RECOVERY_CODES)
        .map(|_| {
            let code = Secret::from(random::<RECOVERY>()?).to_base32();
            let hash = recovery_hash(&code);
            Ok((grouped(&code), hash))
        })
        .collect()
}

/// However it was typed: small letters, with or without gaps.
fn recovery_hash(typed: &str) -> Vec<u8> {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric);
    let code: String = letters.map(|c| c.to_ascii_uppercase()).collect();
    Sha256::digest(code.as_bytes()).to_vec()
}

/// The secret of an account, in force or waiting for its first code.
///
/// None where it has none; one that does not open, for want of the key it was sealed under, is
/// logged and counts as none: codes on paper still open.
pub fn secret(vault: &Vault, id: AccountId, sealed: &[u8]) -> Option<[u8; SECRET]> {
    let opened = vault.open(sealed, id.0.as_bytes());
    if opened.is_none() {
        tracing::error!("a second factor does not open: was the key file replaced?");
    }
    opened?.try_into().ok()
}

/// What a code was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Telephone,
    /// One on paper; so many are left.
    Paper(i64),
}

/// Whether `typed` is a code of the account's second factor that was not used before; it is
/// used then. The account has one in force.
pub async fn check(
    tx: &mut Tx,
    vault: &Vault,
    id: AccountId,
    typed: &str,
    now: Moment,
) -> Result<Option<Shown>> {
    store::hold(tx, id).await?;
    let Some(factor) = factors::in_force(tx, id).await? else { return Ok(None) };
    let step = secret(vault, id, &factor.secret).and_then(|it| step_of(&it, typed, now));
    if let Some(step) = step {
        let fresh = factors::use_step(tx, id, step).await?;
        return Ok(fresh.then_some(Shown::Telephone));
    }
    if factors::use_recovery(tx, id, &recovery_hash(typed), now).await? {
        return Ok(Some(Shown::Paper(factors::count_recovery(tx, id).await?)));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the last six of its eight digits.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        let secret = *b"12345678901234567890";
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")]
        {
            let now = Moment(seconds * 1_000_000);
            assert_eq!(code_at(&secret, now).as_deref(), Some(code));
            assert_eq!(step_of(&secret, code, now), Some(seconds / STEP));
        }
    }

    #[test]
    fn a_code_holds_one_step_before_and_after() {
        let secret = *b"12345678901234567890";
        let now = Moment(1_700_000_010 * 1_000_000);
        let code = code_at(&secret, now).unwrap();
        let step = step_of(&secret, &code, now).unwrap();
        let at = |steps: i64| step_of(&secret, &code, now.plus_seconds(STEP * steps));
        assert_eq!([at(-1), at(0), at(1)], [Some(step); 3]);
        assert_eq!([at(-2), at(2)], [None; 2]);
        let (left, right) = code.split_at(3);
        assert_eq!(step_of(&secret, &format!(" {left} {right} "), now), Some(step));
        assert_eq!(step_of(&secret, "", now), None);
    }

    #[test]
    fn codes_on_paper_hold_more_than_112_bits_and_are_read_as_typed() {
        let codes = recovery_codes().unwrap();
        assert_eq!(codes.len(), RECOVERY_CODES);
        for (code, hash) in &codes {
            let letters = code.replace(' ', "");
            assert_eq!(letters.len(), 24, "five bits each: 120");
            assert_eq!(recovery_hash(&letters.to_lowercase()), *hash);
            assert_eq!(recovery_hash(&code.replace(' ', "-")), *hash);
        }
        let different: std::collections::BTreeSet<_> = codes.iter().map(|it| &it.1).collect();
        assert_eq!(different.len(), RECOVERY_CODES);
    }

    #[test]
    fn a_telephone_reads_what_the_page_shows() {
        let secret = *b"12345678901234567890";
        assert_eq!(spelled(&secret), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        let address = address("suu.lv", &secret);
        assert!(address.starts_with("otpauth://totp/HaiChieu:suu.lv?secret=GEZDGNBV"), "{address}");
    }
}
