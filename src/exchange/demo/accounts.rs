//! The accounts of the demonstration, one for each role, with passwords made anew.

use tokio::task::JoinHandle;

use crate::access::model::{Grant, Role};
use crate::access::{password, store};
use crate::audit;
use crate::audit::model::{Act, Actor};
use crate::clock;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::exchange::demo::cells::{MINH_TIEN, TDP_2};
use crate::exchange::seed::Known;
use crate::ids::{AccountId, GrantId};

/// Login, name, role, the unit at the end of 2024, and where that has led since.
type Post = (&'static str, &'static str, Role, Option<&'static str>, &'static str);

const POSTS: [Post; 5] = [
    (
        "bithu.tdp2",
        "Trần Thị Thanh Hòa",
        Role::CellSecretary,
        Some(TDP_2),
        "Chi bộ tổ dân phố 2 Nguyễn Du, phường Thành Sen",
    ),
    (
        "bithu.minhtien",
        "Biện Văn Thuận",
        Role::CellSecretary,
        Some(MINH_TIEN),
        "Chi bộ thôn Minh Tiến, phường Trần Phú",
    ),
    (
        "canbo.nguyendu",
        "Lê Thu Huyền",
        Role::WardOfficer,
        Some("nguyen-du"),
        "Phường Thành Sen, trước là Bắc Hà, Nguyễn Du",
    ),
    (
        "tochuc.hatinh",
        "Phan Quốc Toàn",
        Role::OrganisationOfficer,
        Some("tinh-ha-tinh"),
        "Tỉnh Hà Tĩnh",
    ),
    ("quantri", "Đặng Khánh Duy", Role::Administrator, None, "Cả sổ"),
];

/// An account of the demonstration, as it is printed.
pub struct DemoAccount {
    pub login: &'static str,
    pub role: Role,
    pub place: &'static str,
    pub password: String,
}

/// Passwords, and the hashes that are being made of them meanwhile.
pub struct Keys(Vec<(String, JoinHandle<Result<String>>)>);

impl Keys {
    /// Draws a password for each account, and begins to hash them side by side.
    pub fn cut() -> Result<Keys> {
        let keys = POSTS.map(|_| {
            let password = passphrase()?;
            let hash = tokio::spawn(password::hash(password.clone()));
            Ok((password, hash))
        });
        Ok(Keys(keys.into_iter().collect::<Result<_>>()?))
    }

    /// Waits for the hashes: the password and hash of each account.
    pub async fn ready(self) -> Result<Vec<(String, String)>> {
        let mut pairs = Vec::new();
        for (password, hash) in self.0 {
            let hash = hash.await.map_err(|it| Error::Internal(it.into()))??;
            pairs.push((password, hash));
        }
        Ok(pairs)
    }
}

/// Adds the accounts to a registry as it stood before the reforms, which take their roles
/// along.
pub async fn add(
    tx: &mut Tx,
    known: &Known,
    keys: Vec<(String, String)>,
) -> Result<Vec<DemoAccount>> {
    let mut accounts = Vec::new();
    for ((login, display_name, role, unit, place), (password, hash)) in POSTS.into_iter().zip(keys)
    {
        let (id, at) = (AccountId::new(), clock::now());
        store::add(tx, id, login, display_name, Some(&hash), at).await?;
        let unit_id = match unit {
            Some(code) => Some(known.units.get(code).ok_or(Error::NotFound)?.id),
            None => None,
        };
        let grant = Grant { id: GrantId::new(), account_id: id, role, unit_id, names: false };
        store::add_grant(tx, &grant, at).await?;
        let done = format!("Tạo tài khoản {login} ({}) cho bản dùng thử", role.label());
        let act = Act { unit_id, ..Act::new("account.add", id.0, done) };
        audit::store::append(tx, &Actor::command_line(), act).await?;
        accounts.push(DemoAccount { login, role, place, password });
    }
    Ok(accounts)
}

/// Four syllables and a number: 34 bits, which nobody tries out in an afternoon.
fn passphrase() -> Result<String> {
    let mut bytes = [0; 6];
    getrandom::fill(&mut bytes).map_err(|it| Error::Internal(it.into()))?;
    Ok(phrase(bytes))
}

/// The words of a password, as the bytes say.
pub fn phrase(bytes: [u8; 6]) -> String {
    let syllable = |byte: u8| SYLLABLES[usize::from(byte) % SYLLABLES.len()];
    let number = u16::from_le_bytes([bytes[4], bytes[5]]) % 90 + 10;
    let words = bytes[..4].iter().map(|byte| syllable(*byte)).collect::<Vec<_>>().join("-");
    format!("{words}-{number}")
}

/// Syllables that can be typed on any keyboard.
const SYLLABLES: [&str; 128] = [
    "bac", "ban", "bang", "bao", "bay", "ben", "bien", "binh", "bong", "buom", "buoi", "buon",
    "cam", "canh", "cau", "cay", "chanh", "chao", "chay", "chim", "choi", "chuoi", "chuong", "com",
    "cong", "cua", "cuoi", "dao", "dat", "dau", "day", "dem", "den", "dep", "diem", "dieu", "dong",
    "dua", "duong", "gan", "gao", "gau", "ghe", "gieng", "gio", "giong", "goi", "hai", "hang",
    "hat", "hen", "hoa", "hoi", "hong", "huong", "hue", "ken", "keo", "khanh", "khe", "khoai",
    "khoi", "kim", "lam", "lan", "lang", "lau", "len", "lien", "linh", "loa", "long", "lua", "lui",
    "mai", "man", "mang", "may", "men", "met", "mien", "mit", "moi", "mong", "mua", "muoi", "nam",
    "nang", "nau", "ngan", "nghe", "ngo", "ngoi", "ngon", "nhan", "nhai", "nho", "non", "nong",
    "nua", "nuoc", "oanh", "phao", "phong", "que", "quat", "rang", "rau", "reo", "rong", "ruong",
    "sang", "sao", "sen", "song", "suoi", "tao", "tham", "thuyen", "tim", "tom", "trang", "tre",
    "trong", "trung", "vang", "vuon", "xanh",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passphrases_are_long_enough_and_no_two_are_alike() {
        let (one, other) = (passphrase().unwrap(), passphrase().unwrap());
        assert_ne!(one, other);
        assert_eq!(password::check(&one, &["bithu.tdp2", "Trần Thị Thanh Hòa"]), Ok(()));
    }

    #[test]
    fn no_syllable_stands_twice() {
        let mut syllables = SYLLABLES.to_vec();
        syllables.sort_unstable();
        syllables.dedup();
        assert_eq!(syllables.len(), SYLLABLES.len());
    }
}
