//! `haichieu account`, `grant` and `revoke`

use std::io::{self, BufRead, IsTerminal};

use clap::{Args, Subcommand};

use crate::access::model::{self, Role, read_login};
use crate::access::{password, store};
use crate::audit::model::{Act, Actor};
use crate::cli::{Outcome, Refusal, finish};
use crate::clock;
use crate::db::{Db, Tx, is_duplicate};
use crate::ids::{AccountId, GrantId, UnitId};
use crate::{audit, organisation};

#[derive(Subcommand)]
pub enum Account {
    /// Thêm một tài khoản; mật khẩu được hỏi, hoặc đọc từ stdin
    Add {
        /// Tên đăng nhập
        name: String,
        /// Họ và tên, hiện trong lịch sử
        #[arg(long, value_name = "HỌ_TÊN")]
        display_name: Option<String>,
    },
    /// Đặt lại mật khẩu; mọi máy đang đăng nhập đều bị đăng xuất
    Password { name: String },
    /// Liệt kê tài khoản và vai trò
    List,
    /// Gỡ bảo vệ hai bước của người đã mất điện thoại và mã dự phòng
    FactorOff { name: String },
    /// Khóa một tài khoản; mọi máy đang đăng nhập đều bị đăng xuất
    Disable { name: String },
}

#[derive(Args)]
pub struct Grant {
    /// Tên đăng nhập
    name: String,
    /// cell-secretary, ward-officer, organisation-officer hoặc administrator
    #[arg(value_parser = read_role)]
    role: Role,
    /// Mã đơn vị; bỏ trống chỉ với administrator của cả sổ
    unit: Option<String>,
    /// Cho cán bộ ban tổ chức xem cả họ tên
    #[arg(long)]
    names: bool,
}

#[derive(Args)]
pub struct Revoke {
    /// Tên đăng nhập
    name: String,
    /// cell-secretary, ward-officer, organisation-officer hoặc administrator
    #[arg(value_parser = read_role)]
    role: Role,
    /// Mã đơn vị; bỏ trống chỉ với administrator của cả sổ
    unit: Option<String>,
}

fn read_role(text: &str) -> Result<Role, String> {
    Role::read(text).ok_or_else(|| {
        "chọn cell-secretary, ward-officer, organisation-officer hoặc administrator".to_owned()
    })
}

impl Account {
    pub async fn run(self, database: &str) -> Outcome {
        let db = match self {
            Account::Add { .. } => Db::open(database).await?,
            _ => Db::open_existing(database).await?,
        };
        match self {
            Account::Add { name, display_name } => add(&db, &name, display_name).await?,
            Account::Password { name } => set_password(&db, &name).await?,
            Account::List => list(&db).await?,
            Account::FactorOff { name } => remove_factor(&db, &name).await?,
            Account::Disable { name } => disable(&db, &name).await?,
        }
        finish(db, database).await
    }
}

impl Grant {
    pub async fn run(self, database: &str) -> Outcome {
        let db = Db::open_existing(database).await?;
        let mut tx = db.write().await?;
        let account = account(&mut tx, &self.name).await?;
        let unit_id = unit(&mut tx, self.role, self.unit.as_deref()).await?;
        let names = self.names;
        if names && self.role != Role::OrganisationOfficer {
            return Err("--names chỉ dùng với organisation-officer".into());
        }
        let has = store::find_grant(&mut tx, account.id, self.role, unit_id).await?;
        match &has {
            Some(it) if it.names == names => {
                return Err(format!(
                    "{} đã có vai trò này; xem: haichieu account list",
                    account.login
                )
                .into());
            }
            Some(it) => store::revoke_grant(&mut tx, it, clock::now()).await?,
            None => {}
        }
        let grant = model::Grant {
            id: GrantId::new(),
            account_id: account.id,
            role: self.role,
            unit_id,
            names,
        };
        store::add_grant(&mut tx, &grant, clock::now()).await?;
        let place = self.unit.as_deref().unwrap_or("cả sổ");
        let verb = if has.is_some() { "Đổi quyền xem họ tên của" } else { "Trao" };
        let seeing = if names { ", xem họ tên," } else { "" };
        let role = self.role.label();
        let done = format!("{verb} vai trò {role}{seeing} tại {place} cho {}", account.login);
        note(&mut tx, Act::new("account.grant", account.id.0, done.clone()), unit_id).await?;
        tx.commit().await?;
        println!("{done}.");
        finish(db, database).await
    }
}

impl Revoke {
    pub async fn run(self, database: &str) -> Outcome {
        let db = Db::open_existing(database).await?;
        let mut tx = db.write().await?;
        let account = account(&mut tx, &self.name).await?;
        let unit_id = unit(&mut tx, self.role, self.unit.as_deref()).await?;
        let Some(grant) = store::find_grant(&mut tx, account.id, self.role, unit_id).await? else {
            return Err(format!(
                "{} không có vai trò này; xem: haichieu account list",
                account.login
            )
            .into());
        };
        store::revoke_grant(&mut tx, &grant, clock::now()).await?;
        let place = self.unit.as_deref().unwrap_or("cả sổ");
        let done = format!("Thu vai trò {} tại {place} của {}", self.role.label(), account.login);
        note(&mut tx, Act::new("account.revoke", account.id.0, done.clone()), unit_id).await?;
        tx.commit().await?;
        println!("{done}.");
        finish(db, database).await
    }
}

async fn note(tx: &mut Tx, act: Act, unit_id: Option<UnitId>) -> sqlx::Result<()> {
    let act = Act { unit_id, ..act };
    audit::store::append(tx, &Actor::command_line(), act).await
}

async fn add(db: &Db, name: &str, display_name: Option<String>) -> Outcome {
    let login = read_login(name)?;
    let display_name = display_name.unwrap_or_else(|| login.clone());
    let password = ask_password()?;
    password::check(&password, &[&login, &display_name])?;
    let hash = password::hash(password).await?;
    let mut tx = db.write().await?;
    let id = AccountId::new();
    match store::add(&mut tx, id, &login, &display_name, Some(&hash), clock::now()).await {
        Err(error) if is_duplicate(&error) => {
            return Err(format!("đã có tài khoản {login}; chọn tên khác").into());
        }
        added => added?,
    }
    let done = format!("Tạo tài khoản {login}");
    note(&mut tx, Act::new("account.add", id.0, done.clone()), None).await?;
    tx.commit().await?;
    println!("{done}. Trao vai trò bằng: haichieu grant {login} VAI_TRÒ MÃ_ĐƠN_VỊ");
    Ok(())
}

async fn set_password(db: &Db, name: &str) -> Outcome {
    let mut tx = db.read().await?;
    let account = account(&mut tx, name).await?;
    drop(tx);
    let password = ask_password()?;
    password::check(&password, &[&account.login, &account.display_name])?;
    let hash = password::hash(password).await?;
    let mut tx = db.write().await?;
    store::set_password(&mut tx, account.id, &hash, clock::now()).await?;
    let done = format!("Đặt mật khẩu của {}", account.login);
    note(&mut tx, Act::new("account.password", account.id.0, done.clone()), None).await?;
    tx.commit().await?;
    println!("{done}.");
    Ok(())
}

async fn list(db: &Db) -> Outcome {
    let mut tx = db.read().await?;
    let grants = store::named_grants(&mut tx, clock::today()).await?;
    for account in store::list(&mut tx).await? {
        let state = if account.disabled_at.is_some() { "đã khóa" } else { "đang dùng" };
        println!("{}\t{}\t{state}", account.login, account.display_name);
        for named in grants.iter().filter(|it| it.grant.account_id == account.id) {
            let grant = &named.grant;
            let place = match grant.unit_id {
                Some(id) => organisation::store::get(&mut tx, id, clock::today()).await?.code,
                None => "cả sổ".to_owned(),
            };
            let names = if grant.names { "\txem họ tên" } else { "" };
            let begins = named.begins().map(|it| format!("\ttừ {it}")).unwrap_or_default();
            let role = grant.role.as_str().replace('_', "-");
            let lent = named.lent().map(|it| format!("\t{it}")).unwrap_or_default();
            println!("\t{role}\t{place}{names}{begins}{lent}");
        }
    }
    Ok(())
}

async fn remove_factor(db: &Db, name: &str) -> Outcome {
    let mut tx = db.write().await?;
    let account = account(&mut tx, name).await?;
    if store::factors::find(&mut tx, account.id).await?.is_none() {
        return Err(format!("tài khoản {} chưa bật bảo vệ hai bước", account.login).into());
    }
    store::factors::remove(&mut tx, account.id).await?;
    store::remove_sessions_of(&mut tx, account.id).await?;
    store::tokens::revoke_all(&mut tx, account.id, clock::now()).await?;
    let done = format!("Gỡ bảo vệ hai bước của {}", account.login);
    note(&mut tx, Act::new("account.factor_remove", account.id.0, done.clone()), None).await?;
    tx.commit().await?;
    println!("{done}.");
    Ok(())
}

async fn disable(db: &Db, name: &str) -> Outcome {
    let mut tx = db.write().await?;
    let account = account(&mut tx, name).await?;
    if account.disabled_at.is_some() {
        return Err(format!("tài khoản {} đã khóa từ trước", account.login).into());
    }
    store::set_disabled(&mut tx, account.id, Some(clock::now())).await?;
    let done = format!("Khóa tài khoản {}", account.login);
    note(&mut tx, Act::new("account.disable", account.id.0, done.clone()), None).await?;
    tx.commit().await?;
    println!("{done}.");
    Ok(())
}

async fn account(tx: &mut Tx, name: &str) -> Result<model::Account, Refusal> {
    let found = store::find_by_login(tx, &name.trim().to_lowercase()).await?;
    found.ok_or_else(|| format!("không có tài khoản {name}; xem: haichieu account list").into())
}

async fn unit(tx: &mut Tx, role: Role, code: Option<&str>) -> Result<Option<UnitId>, Refusal> {
    let Some(code) = code else {
        if role == Role::Administrator {
            return Ok(None);
        }
        return Err("vai trò này cần mã đơn vị: haichieu grant TÊN VAI_TRÒ MÃ_ĐƠN_VỊ".into());
    };
    match organisation::store::get_by_code(tx, code, clock::today()).await {
        Ok(unit) if role.fits(unit.kind) => Ok(Some(unit.id)),
        Ok(unit) => Err(format!("{} không hợp: {}", unit.name, role.place()).into()),
        Err(sqlx::Error::RowNotFound) => {
            Err(format!("không có đơn vị {code}; xem mã bằng: haichieu statistics --format csv")
                .into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Asks on the terminal without showing what is typed, or reads one line of stdin.
/// Never an argument: those can be read by everybody on the machine.
fn ask_password() -> Result<String, Refusal> {
    if io::stdin().is_terminal() {
        return Ok(rpassword::prompt_password("Mật khẩu: ")?);
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
