//! Passwords: what is asked of them, and how they are kept.

use std::collections::HashSet;
use std::sync::LazyLock;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Hashing takes 19 MiB and a core: as many at once as there are cores, and a short queue.
static CORES: Semaphore = Semaphore::const_new(2);
const QUEUE: usize = 50;
static WAITING: Semaphore = Semaphore::const_new(QUEUE);

/// The shortest password, in characters.
const SHORTEST: usize = 12;
const LONGEST: usize = 200;

/// What is wrong with a new password, if anything. Any characters will do; what
/// counts is length, and that it is not the first thing a stranger would try. `own` is what
/// its owner is called: login, name, units.
pub fn check(password: &str, own: &[&str]) -> Result<(), String> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(format!(
            "Đặt mật khẩu từ {SHORTEST} ký tự trở lên; một câu dễ nhớ là tốt nhất"
        ));
    }
    if length > LONGEST {
        return Err(format!("Đặt mật khẩu ngắn hơn {LONGEST} ký tự"));
    }
    let folded = crate::vietnamese::fold::fold(password).replace(' ', "");
    let distinct: std::collections::BTreeSet<char> = folded.chars().collect();
    if distinct.len() < 5 {
        return Err("Mật khẩu này chỉ lặp lại vài ký tự; chọn một câu khác".to_owned());
    }
    let known = own.iter().flat_map(|it| words_of(it));
    let known = known.chain(EXPECTED.iter().map(|it| (*it).to_owned()));
    let rest = known.fold(folded.clone(), |rest, word| rest.replace(&word, ""));
    // What is left when every word that a stranger would try is taken away.
    // Digits and signs behind a word are soon tried out: two of them count as one letter.
    let weight: usize = rest.chars().map(|c| if c.is_alphabetic() { 2 } else { 1 }).sum();
    let is_made_of_known = rest != folded && weight < SHORTEST;
    if is_made_of_known || is_common(&folded) {
        return Err("Mật khẩu này dễ đoán; chọn một câu khác".to_owned());
    }
    Ok(())
}

/// Words of the party and of the registry, folded (ASVS 6.1.2). Longer ones first, so that no
/// piece of one is left.
const EXPECTED: &[&str] = &[
    "dangcongsanvietnam",
    "dangcongsan",
    "dangvienhaichieu",
    "dangvien",
    "danguy",
    "dangbo",
    "chibothon",
    "chibo",
    "chiuy",
    "bithu",
    "phobithu",
    "capuy",
    "bantochuc",
    "todanpho",
    "cutru",
    "haichieu",
    "congsan",
    "vietnam",
    "hochiminh",
    "hatinh",
    "quantri",
    "administrator",
    "admin",
    "password",
    "matkhau",
    "123456789",
    "qwertyuiop",
];

/// What somebody is called, whole, as a stranger would type it: `Phường An Bình` as
/// `phuonganbinh` and `anbinh`. Single syllables are no secret but stand in every sentence.
fn words_of(own: &str) -> Vec<String> {
    let folded = crate::vietnamese::fold::fold(own);
    let words: Vec<&str> = folded.split(' ').collect();
    let whole = words.concat();
    let kinds = ["phuong", "xa", "thon", "tinh"];
    let bare = words.split_first().filter(|(kind, _)| kinds.contains(kind));
    let bare = bare.map(|(_, name)| name.concat());
    [Some(whole), bare].into_iter().flatten().filter(|it| it.len() >= 3).collect()
}

/// The list, sorted; where it comes from says `seeds/passwords/README.md`.
const COMMON: &str = include_str!("../../seeds/passwords/common.txt");
/// Characters of the shortest entry.
const SHORTEST_COMMON: usize = 4;

/// Whether a password of at least [`SHORTEST`] characters is one that everybody tries, or
/// nothing but two of them side by side, before or behind any digits: far more than the three
/// thousand that ASVS 6.2.4 asks for.
fn is_common(folded: &str) -> bool {
    static LIST: LazyLock<HashSet<&str>> = LazyLock::new(|| COMMON.lines().collect());
    let plain: String = folded.chars().filter(char::is_ascii_graphic).collect();
    let bare = plain.trim_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation());
    let two = |text: &str| {
        let ends = SHORTEST_COMMON..=text.len().saturating_sub(SHORTEST_COMMON);
        ends.into_iter().any(|at| LIST.contains(&text[..at]) && LIST.contains(&text[at..]))
    };
    [plain.as_str(), bare].into_iter().any(|it| LIST.contains(it) || two(it))
}

/// Two passes over 19 MiB: OWASP holds them equal to one over 46 MiB, which takes twice as long.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
/// How a hash begins that was made so.
const NOW: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

/// So many blocks of a KiB are asked for at least, though fewer are written to. What is not
/// written to takes no memory, and glibc gives back at once only what is larger than 32 MiB:
/// less it would keep, once for each thread that ever hashed.
const ASKED_BLOCKS: usize = 33 * 1024;

/// The hash of the password with this salt.
fn compute(password: &[u8], salt: Salt, params: Params) -> Result<PasswordHash> {
    let failed = |it: argon2::Error| Error::Internal(it.to_string().into());
    let count = params.block_count();
    let mut memory = Vec::with_capacity(count.max(ASKED_BLOCKS));
    memory.resize(count, Block::new());
    let (algorithm, version) = (Algorithm::Argon2id, Version::V0x13);
    let (mut out, text) = ([0; 32], ParamsString::try_from(&params));
    Argon2::new(algorithm, version, params)
        .hash_password_into_with_memory(password, &salt, &mut out, &mut memory)
        .map_err(failed)?;
    Ok(PasswordHash {
        algorithm: algorithm.ident(),
        version: Some(version.into()),
        params: text.map_err(|it| Error::Internal(it.to_string().into()))?,
        salt: Some(salt),
        hash: Some(Output::new(&out).map_err(|it| Error::Internal(it.to_string().into()))?),
    })
}

/// Likewise as hashes are made now, as a PHC string with its salt and parameters.
fn made(password: &str, salt: Salt) -> Result<String> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32));
    let params = params.map_err(|it| Error::Internal(it.to_string().into()))?;
    compute(password.as_bytes(), salt, params).map(|it| it.to_string())
}

/// The hash of a password, as a PHC string with its salt and parameters.
pub async fn hash(password: String) -> Result<String> {
    work(move || made(&password, Salt::generate())).await
}

/// Likewise with a salt that is given: only for registries of made-up people, which are to come
/// out the same each time.
pub async fn hash_salted(password: String, salt: Vec<u8>) -> Result<String> {
    let salt = Salt::new(&salt).map_err(|it| Error::Internal(it.to_string().into()))?;
    work(move || made(&password, salt)).await
}

/// Whether the password is the one that was hashed. Without a hash (no such account,
/// or none set yet) it takes as long, and is false.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool> {
    // The hash of nothing anybody knows.
    const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                         AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    work(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| DUMMY.to_owned());
        let failed = |it: &dyn std::fmt::Display| Error::Internal(it.to_string().into());
        let kept = PasswordHash::new(&hash).map_err(|it| failed(&it))?;
        let params = Params::try_from(&kept).map_err(|it| failed(&it))?;
        let salt = kept.salt.ok_or_else(|| failed(&"a hash without salt"))?;
        // Outputs are compared in constant time.
        Ok(compute(password.as_bytes(), salt, params)?.hash == kept.hash && known)
    })
    .await
}

/// The hash anew, where it was made in another way than [`hash`] makes them now.
pub async fn renewed(password: String, hash: &str) -> Result<Option<String>> {
    if hash.starts_with(NOW) { Ok(None) } else { self::hash(password).await.map(Some) }
}

async fn work<T: Send + 'static>(job: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let Ok(_place) = WAITING.try_acquire() else { return Err(Error::TooMany(10)) };
    let _core = CORES.acquire().await.map_err(|it| Error::Internal(it.into()))?;
    tokio::task::spawn_blocking(job).await.map_err(|it| Error::Internal(it.into()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of somebody in a ward.
    fn refused(password: &str) -> bool {
        check(password, &["bi-thu", "Lê Văn Sửu", "Phường An Bình"]).is_err()
    }

    #[test]
    fn length_counts_and_composition_does_not() {
        assert!(!refused("con mèo vàng ngủ trưa"));
        assert!(!refused("conmeovangngutrua"));
        assert!(refused("M@tKh4u!"));
        assert!(refused("aaaaaaaaaaaaaaa"));
        let sentence = "Sáng nay trời đổ mưa, mẹ cùng tôi ra vườn hái rau về nấu canh chua cá rô";
        assert!(sentence.chars().count() > 64 && !refused(sentence));
    }

    #[test]
    fn what_a_stranger_would_try_is_refused() {
        for password in [
            "matkhau123456789",
            "Lê Văn Sửu 58",
            "levansuu2024!",
            "Phường An Bình",
            "anbinh@12345",
            "Đảng viên hai chiều",
            "Đảng Cộng sản VN",
            "Chi bộ An Bình 1",
            "bí thư chi bộ",
            "vietnam12345",
        ] {
            assert!(refused(password), "{password}");
        }
    }

    #[test]
    fn the_list_of_common_passwords_is_sorted_and_long_enough() {
        let list: Vec<&str> = COMMON.lines().collect();
        assert!(list.len() > 3_000 && list.is_sorted());
        assert!(list.iter().all(|it| it.len() >= SHORTEST_COMMON));
        for password in [
            "qwertyuiop[]",
            "starwars2024",
            "passwordpassword",
            "PassWord_2024!",
            "dragonmonkey",
            "iloveyou12345",
            "2024sunshine!!!",
        ] {
            assert!(refused(password), "{password}");
        }
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_only() {
        let hash = hash("con mèo vàng ngủ trưa".to_owned()).await.unwrap();
        assert!(hash.starts_with(NOW));
        assert!(verify("con mèo vàng ngủ trưa".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!verify("con mèo đen ngủ trưa".to_owned(), Some(hash)).await.unwrap());
        assert!(!verify("con mèo vàng ngủ trưa".to_owned(), None).await.unwrap());
    }
}
