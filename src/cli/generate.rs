//! `haichieu generate`

use chrono::NaiveDate;
use clap::Args;
use uuid::Uuid;

use crate::audit::model::{Act, Actor};
use crate::cli::{Outcome, finish, print_columns};
use crate::db::Db;
use crate::exchange::generate::accounts::Key;
use crate::exchange::generate::{Made, Order, fill};
use crate::vietnamese::day::short;
use crate::vietnamese::number::grouped;
use crate::{access, audit, clock, organisation};

/// As many as the party has, three times over: more is a slip of the keyboard.
const MOST: i64 = 20_000_000;

#[derive(Args)]
pub struct Generate {
    /// Bao nhiêu đảng viên đang ở các chi bộ
    #[arg(long, value_name = "SỐ", value_parser = clap::value_parser!(i64).range(1..=MOST))]
    members: i64,
    /// Hạt giống: cùng số đảng viên, hạt giống và ngày thì ra cùng một sổ
    #[arg(long, value_name = "SỐ")]
    seed: u64,
    /// Ngày cuối cùng trong sổ, ví dụ 2026-06-30 [mặc định: hôm nay]
    #[arg(long, value_name = "NGÀY")]
    on: Option<NaiveDate>,
}

impl Generate {
    /// Fills the registry in one transaction: all of it, or nothing.
    pub async fn run(self, database: &str) -> Outcome {
        let on = self.on.unwrap_or_else(clock::today);
        let order = Order { members: self.members, seed: self.seed, on };
        let key = Key::of(self.seed).await?;
        let db = Db::open_to_fill(database).await?;
        let mut tx = db.write_whole().await?;
        if organisation::store::count(&mut tx).await? + access::store::count(&mut tx).await? > 0 {
            return Err("cơ sở dữ liệu này đã có dữ liệu; chỉ dựng trong một cơ sở dữ liệu \
                        trống"
                .into());
        }
        let made = fill(&mut tx, order, &key).await?;
        let done = format!(
            "Dựng sổ giả: {} đảng viên, hạt giống {}, đến hết ngày {}",
            grouped(order.members),
            order.seed,
            short(on)
        );
        let act = Act::new("generate.build", None::<Uuid>, done);
        audit::store::append(&mut tx, &Actor::command_line(), act).await?;
        tx.commit().await?;
        db.close().await;
        tell(&made, &key.password);
        finish(Db::open(database).await?, database).await
    }
}

fn tell(made: &Made, password: &str) {
    println!("Đã dựng; dữ liệu giả: không có người thật nào trong sổ này.");
    for (table, rows) in &made.rows {
        println!("{:>12} dòng  {table}", grouped(i64::try_from(*rows).unwrap_or(i64::MAX)));
    }
    println!("\nMật khẩu theo hạt giống, ai cũng đoán được: chỉ để đo và thử trên máy này.");
    let rows =
        made.accounts.iter().map(|it| [it.login, password, it.role.label(), it.unit_code.as_str()]);
    let head = ["Tài khoản", "Mật khẩu", "Vai trò", "Đơn vị"];
    print_columns(&[head].into_iter().chain(rows).collect::<Vec<_>>());
}
