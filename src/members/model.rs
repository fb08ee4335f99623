//! Who a member is, where the member works and lives.

use chrono::NaiveDate;

use crate::ids::{LetterId, MemberId, ResidenceId, UnitId, WorkplaceId};
use crate::vietnamese::day::PartialDay;
use crate::vietnamese::name::FullName;
use crate::words::words;

words! {
    Sex {
        Male = "male", "Nam";
        Female = "female", "Nữ";
    }
}

words! {
    /// Whether a member is at home where the residence is.
    ResidenceKind {
        Permanent = "permanent", "Thường trú";
        Temporary = "temporary", "Tạm trú";
    }
}

words! {
    /// Whether a member takes part in the activities of the residence cell (guidance
    /// 33-HD/BTCTW, 1.1). Those exempt from introduction (1.2) have no record at all.
    Category {
        Normal = "normal", "Bình thường";
        Exempt = "exempt", "Được miễn sinh hoạt";
    }
}

words! {
    /// Why a member is exempt (guidance 33-HD/BTCTW, 1.1 a to e).
    ExemptReason {
        PostedFarAway = "a", "a) Bộ đội, công an đóng quân xa, ở doanh trại, ít về nhà";
        WorksOnTheMove = "b", "b) Thường xuyên làm việc xa nhà, lưu động";
        Rotated = "c", "c) Cán bộ luân chuyển, biệt phái, ở nhà công vụ, ít về nhà";
        StudiesFullTime = "d", "d) Cán bộ, công chức, viên chức đi học tập trung 12 tháng trong năm";
        StudiesAwayFromHome = "e", "đ) Học sinh, sinh viên học xa nhà, ít về nhà";
    }
}

words! {
    /// Why a residence ended.
    EndReason {
        Moved = "moved", "Chuyển nơi cư trú";
        Retired = "retired", "Nghỉ hưu, sinh hoạt chính thức tại chi bộ nơi cư trú";
        Category = "category", "Chuyển diện sinh hoạt";
        Deceased = "deceased", "Từ trần";
        LeftParty = "left_party", "Không còn là đảng viên";
        Other = "other", "Lý do khác";
    }
}

/// A member to be written down, with the id that the form carried.
#[derive(Clone, Debug)]
pub struct NewMember {
    pub id: MemberId,
    pub name: FullName,
    pub sex: Option<Sex>,
    pub born: Option<PartialDay>,
    /// The day of admission to the party.
    pub admitted_on: Option<NaiveDate>,
    /// The day of recognition as an official member; a probationary one has none.
    pub official_on: Option<NaiveDate>,
    pub card_number: Option<String>,
    /// Digits only, beginning with 0.
    pub phone: Option<String>,
    pub position: String,
    pub workplace_id: Option<WorkplaceId>,
    /// The cell at the workplace, in words.
    pub workplace_cell: String,
}

#[derive(Clone, Debug)]
pub struct NewResidence {
    pub id: ResidenceId,
    pub member_id: MemberId,
    pub cell_id: UnitId,
    pub letter_id: Option<LetterId>,
    pub address: String,
    /// The inter-household group (tổ liên gia).
    pub household_cluster: String,
    pub kind: ResidenceKind,
    /// The reason, for a member who is exempt; `None` stands for category normal.
    pub exempt: Option<ExemptReason>,
    pub started_on: NaiveDate,
    /// The first day it no longer held, and why.
    pub ended: Option<(NaiveDate, EndReason)>,
}

impl NewResidence {
    pub fn category(&self) -> Category {
        if self.exempt.is_some() { Category::Exempt } else { Category::Normal }
    }
}

/// An introduction letter (giấy giới thiệu, Mẫu 1).
#[derive(Clone, Debug)]
pub struct NewLetter {
    pub id: LetterId,
    pub member_id: MemberId,
    /// `112-GGT/ĐU`
    pub number: String,
    /// The committee that issued it.
    pub issued_by: String,
    pub signer: String,
    pub issued_on: Option<NaiveDate>,
    /// The ward it is addressed to.
    pub ward_id: Option<UnitId>,
    pub received_on: Option<NaiveDate>,
    pub received_by: String,
    /// The cell it was assigned to.
    pub cell_id: Option<UnitId>,
    pub assigned_on: Option<NaiveDate>,
    /// Whether it introduces a member who is exempt.
    pub exempt: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Workplace {
    pub id: WorkplaceId,
    pub name: String,
}
