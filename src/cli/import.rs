//! `haichieu import`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::access::guard::Scope;
use crate::audit::model::Actor;
use crate::cli::{Outcome, finish};
use crate::clock;
use crate::db::Db;
use crate::exchange::import::apply::{self, Writing};
use crate::exchange::import::fate::{Fate, Judge, Tally};
use crate::exchange::import::pages::draft;
use crate::exchange::import::store;
use crate::ids::ImportId;
use crate::list_file::{LARGEST, Refusal};
use crate::web::Upload;
use crate::{members, organisation};

#[derive(Subcommand)]
pub enum Import {
    /// Nhập một danh sách đảng viên (.xlsx hoặc .csv) vào một chi bộ
    Members(Members),
}

#[derive(Args)]
pub struct Members {
    /// Tệp danh sách
    file: PathBuf,
    /// Mã chi bộ
    #[arg(long, value_name = "MÃ")]
    cell: String,
    /// Chỉ xem sẽ làm gì, không ghi
    #[arg(long)]
    dry_run: bool,
    /// Ghi những dòng đọc được dù có dòng lỗi
    #[arg(long)]
    valid_only: bool,
}

impl Import {
    pub async fn run(self, database: &str) -> Outcome {
        let Import::Members(members) = self;
        members.run(database).await
    }
}

impl Members {
    async fn run(self, database: &str) -> Outcome {
        let file = self.file.display();
        let unreadable = |it| format!("không đọc được {file}: {it}");
        let length = std::fs::metadata(&self.file).map_err(unreadable)?.len();
        if usize::try_from(length).unwrap_or(usize::MAX) > LARGEST {
            return Err(format!("{file}: {}", Refusal::TooLarge).into());
        }
        let bytes = std::fs::read(&self.file).map_err(unreadable)?;
        let name = self.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let upload = Upload { file_name: name, bytes, ..Upload::default() };
        let db = Db::open_existing(database).await?;
        let mut tx = db.write().await?;
        let today = clock::today();
        let cell = match organisation::store::get_by_code(&mut tx, &self.cell, today).await {
            Err(sqlx::Error::RowNotFound) => {
                return Err(format!(
                    "không có đơn vị {}; xem mã bằng: haichieu statistics --format csv",
                    self.cell
                )
                .into());
            }
            other => other?,
        };
        if !cell.is_cell() {
            return Err(
                format!("{} không phải chi bộ; danh sách nhập vào chi bộ", cell.name).into()
            );
        }
        let actor = Actor::command_line();
        organisation::store::hold(&mut tx, cell.id).await?;
        let (import, rows) = draft(ImportId::new(), cell.id, actor.name.clone(), &upload)?;
        if store::find_same(&mut tx, cell.id, &import.file_hash).await?.is_some() {
            return Err("tệp này đã nhập vào chi bộ; không có gì để nhập thêm".into());
        }
        store::add(&mut tx, &import).await?;
        store::add_rows(&mut tx, import.id, &rows).await?;
        // Whoever sits at the server sees everybody: nobody is written down twice.
        let top = organisation::store::path(&mut tx, cell.id, today).await?;
        let top = Scope::command_line(top.first().map_or(cell.id, |it| it.id));
        let known = members::store::known(&mut tx, &top, today).await?;
        let columns = import.columns();
        let judge = Judge {
            cell_id: cell.id,
            columns: &columns,
            lettering: import.lettering,
            started_on: today,
            today,
            known: &known,
        };
        let rows = store::rows(&mut tx, import.id).await?;
        let judged = judge.judge(&rows);
        let tally = Tally::of(&judged);
        println!("Chữ trong tệp: {}", import.lettering.label());
        println!(
            "Người mới {}, có thay đổi {}, đã có {}, lỗi {}, không phải người {}.",
            tally.new, tally.changed, tally.same, tally.failed, tally.aside
        );
        for row in &judged {
            if let Fate::Failed(why) = &row.fate {
                eprintln!("dòng {}, {}: {}", row.line, row.name, why.join("; "));
            }
        }
        if self.dry_run {
            println!("Chưa ghi gì (--dry-run).");
            return Ok(());
        }
        if tally.failed > 0 && !self.valid_only {
            return Err(format!(
                "chưa ghi gì: sửa {} dòng lỗi trên, hoặc thêm --valid-only để ghi các dòng khác",
                tally.failed
            )
            .into());
        }
        if tally.to_write() == 0 {
            println!("Không có gì để ghi.");
            return Ok(());
        }
        let writing =
            Writing { actor: &actor, import: &import, cell: &cell, today, at: clock::now() };
        let (added, changed) = apply::apply(&mut tx, &writing, rows, judged).await?;
        tx.commit().await?;
        println!("Đã ghi: thêm {added}, sửa {changed}.");
        finish(db, database).await
    }
}
