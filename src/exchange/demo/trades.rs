//! Where people work, as what, and who writes their letters.

use crate::exchange::demo::files::{self, WORKPLACES};
use crate::exchange::demo::random::{Random, Weighted};
use crate::exchange::seed::Known;
use crate::exchange::seed::reader::Fault;
use crate::ids::WorkplaceId;

/// What a workplace is, as far as its posts and cells depend on it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Trade {
    Office,
    School,
    College,
    Hospital,
    Force,
    Bank,
    Company,
    Press,
}

pub struct Workplace {
    pub id: WorkplaceId,
    pub name: String,
    pub trade: Trade,
}

pub struct Workplaces(Weighted<Workplace>);

impl Workplaces {
    pub fn read(known: &Known) -> Result<Workplaces, Fault> {
        Workplaces::of(|code| known.workplaces.get(code).copied(), "")
    }

    /// Those whose id is found by their code; each bears `place` behind its name.
    pub fn of(
        find: impl Fn(&str) -> Option<WorkplaceId>,
        place: &str,
    ) -> Result<Workplaces, Fault> {
        let rows = files::rows(WORKPLACES, |row| {
            let id = row.need_word("code", &find, "nơi công tác")?;
            let name = format!("{}{place}", row.get("name"));
            let trade = Trade::of(&name);
            Ok((files::number(row, "weight")?, Workplace { id, name, trade }))
        })?;
        Ok(Workplaces(Weighted::new(rows)))
    }

    pub fn draw(&self, random: &mut Random) -> &Workplace {
        self.0.draw(random)
    }

    /// One of the armed forces.
    pub fn draw_force(&self, random: &mut Random) -> &Workplace {
        loop {
            let drawn = self.draw(random);
            if drawn.trade == Trade::Force {
                return drawn;
            }
        }
    }
}

impl Workplace {
    /// The committee that issues letters: a small school has no party committee.
    pub fn committee(&self) -> String {
        let body = if self.trade == Trade::School { "Chi ủy" } else { "Đảng ủy" };
        format!("{body} {}", self.name)
    }

    pub fn cell(&self, random: &mut Random) -> String {
        match self.trade.cells() {
            [] => format!("Chi bộ {}", self.name),
            cells => format!("Chi bộ {}", random.pick(cells)),
        }
    }
}

impl Trade {
    fn of(name: &str) -> Trade {
        let known = [
            ("Trường Đại học", Trade::College),
            ("Trường Cao đẳng", Trade::College),
            ("Trường Chính trị", Trade::College),
            ("Trường", Trade::School),
            ("Bệnh viện", Trade::Hospital),
            ("Trung tâm", Trade::Hospital),
            ("Công an", Trade::Force),
            ("Bộ Chỉ huy", Trade::Force),
            ("Ngân hàng", Trade::Bank),
            ("Công ty", Trade::Company),
            ("VNPT", Trade::Company),
            ("Viettel", Trade::Company),
            ("Bưu điện", Trade::Company),
            ("Báo", Trade::Press),
            ("Đài", Trade::Press),
        ];
        let found = known.iter().find(|(start, _)| name.starts_with(start));
        found.map_or(Trade::Office, |(_, trade)| *trade)
    }

    /// Common posts stand more than once.
    pub fn posts(self) -> &'static [&'static str] {
        match self {
            Trade::Office => &[
                "Chuyên viên",
                "Chuyên viên",
                "Chuyên viên",
                "Chuyên viên chính",
                "Phó Trưởng phòng",
                "Trưởng phòng",
                "Kế toán",
                "Văn thư",
            ],
            Trade::School => &[
                "Giáo viên",
                "Giáo viên",
                "Giáo viên",
                "Giáo viên",
                "Tổ trưởng chuyên môn",
                "Phó Hiệu trưởng",
                "Kế toán",
            ],
            Trade::College => &["Giảng viên", "Giảng viên", "Trưởng bộ môn", "Chuyên viên"],
            Trade::Hospital => {
                &["Bác sĩ", "Bác sĩ", "Điều dưỡng", "Điều dưỡng", "Dược sĩ", "Kỹ thuật viên"]
            }
            Trade::Force => &["Cán bộ", "Cán bộ", "Trợ lý", "Phó Đội trưởng", "Đội trưởng"],
            Trade::Bank => &["Cán bộ tín dụng", "Giao dịch viên", "Kế toán", "Phó Trưởng phòng"],
            Trade::Company => &["Kỹ sư", "Công nhân kỹ thuật", "Tổ trưởng", "Kế toán", "Nhân viên"],
            Trade::Press => &["Phóng viên", "Biên tập viên", "Kỹ thuật viên"],
        }
    }

    /// The cells of the workplace; none where it is one cell itself.
    fn cells(self) -> &'static [&'static str] {
        match self {
            Trade::School => &[],
            Trade::Office => {
                &["Văn phòng", "Phòng Tổng hợp", "Phòng Nghiệp vụ", "Phòng Tổ chức - Hành chính"]
            }
            Trade::College => &["Khoa Sư phạm", "Khoa Kinh tế", "Khoa Kỹ thuật", "Phòng Đào tạo"],
            Trade::Hospital => &["Khoa Nội", "Khoa Ngoại", "Khoa Khám bệnh", "Phòng Hành chính"],
            Trade::Force => {
                &["Phòng Tham mưu", "Phòng Chính trị", "Phòng Hậu cần", "Đội Nghiệp vụ"]
            }
            Trade::Bank => &["Phòng Tín dụng", "Phòng Kế toán", "Phòng Giao dịch"],
            Trade::Company => &["Văn phòng", "Phòng Kỹ thuật", "Phòng Kinh doanh"],
            Trade::Press => &["Phòng Thời sự", "Phòng Biên tập", "Phòng Kỹ thuật"],
        }
    }
}
