//! Passwords: what is asked of them, and how they are kept.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Hashing takes 46 MiB and a core: as many at once as there are cores, and a short queue.
static CORES: Semaphore = Semaphore::const_new(2);
const QUEUE: usize = 50;
static WAITING: Semaphore = Semaphore::const_new(QUEUE);

/// The shortest password, in characters.
const SHORTEST: usize = 12;
const LONGEST: usize = 200;

/// What is wrong with a new password, if anything. Any characters will do; what
/// counts is length, and that it is not the first thing a stranger would try.
pub fn check(password: &str, login: &str, display_name: &str) -> Result<(), String> {
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
    let name = crate::vietnamese::fold::fold(display_name).replace(' ', "");
    let own = [login.to_owned(), name].into_iter().filter(|it| it.len() >= 3);
    let known = ["password", "matkhau", "123456789", "qwertyuiop", "dangvien", "haichieu", "chibo"];
    let rest = own
        .chain(known.map(str::to_owned))
        .fold(folded.clone(), |rest, word| rest.replace(&word, ""));
    // What is left when every word that a stranger would try is taken away.
    if rest != folded && rest.chars().count() < SHORTEST / 2 {
        return Err("Mật khẩu này dễ đoán; chọn một câu khác".to_owned());
    }
    Ok(())
}

fn argon2() -> Result<Argon2<'static>> {
    // One pass over 46 MiB: OWASP's first choice for Argon2id.
    let params =
        Params::new(47_104, 1, 1, None).map_err(|it| Error::Internal(it.to_string().into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of a password, as a PHC string with its salt and parameters.
pub async fn hash(password: String) -> Result<String> {
    work(move || {
        let hash = argon2()?.hash_password(password.as_bytes());
        hash.map(|it| it.to_string()).map_err(|it| Error::Internal(it.to_string().into()))
    })
    .await
}

/// Whether the password is the one that was hashed. Without a hash (no such account,
/// or none set yet) it takes as long, and is false.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool> {
    // The hash of nothing anybody knows.
    const DUMMY: &str = "$argon2id$v=19$m=47104,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                         AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    work(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| DUMMY.to_owned());
        let parsed =
            PasswordHash::new(&hash).map_err(|it| Error::Internal(it.to_string().into()))?;
        Ok(argon2()?.verify_password(password.as_bytes(), &parsed).is_ok() && known)
    })
    .await
}

async fn work<T: Send + 'static>(job: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let Ok(_place) = WAITING.try_acquire() else { return Err(Error::TooMany(10)) };
    let _core = CORES.acquire().await.map_err(|it| Error::Internal(it.into()))?;
    tokio::task::spawn_blocking(job).await.map_err(|it| Error::Internal(it.into()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_and_composition_does_not() {
        assert!(check("con mèo vàng ngủ trưa", "bi-thu", "Lê Văn A").is_ok());
        assert!(check("M@tKh4u!", "bi-thu", "Lê Văn A").is_err());
        assert!(check("matkhau123456789", "bi-thu", "Lê Văn A").is_err());
        assert!(check("aaaaaaaaaaaaaaa", "bi-thu", "Lê Văn A").is_err());
        assert!(check("Lê Văn Sửu 58", "suu.lv", "Lê Văn Sửu").is_err());
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_only() {
        let hash = hash("con mèo vàng ngủ trưa".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"));
        assert!(verify("con mèo vàng ngủ trưa".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!verify("con mèo đen ngủ trưa".to_owned(), Some(hash)).await.unwrap());
        assert!(!verify("con mèo vàng ngủ trưa".to_owned(), None).await.unwrap());
    }
}
