//! The form of a work or fund.

use chrono::NaiveDate;
use serde::Deserialize;

use super::{read_day, short};
use crate::contributions::model::{DONG, NewWorkItem, WorkItem, WorkKind};
use crate::faults::{Clash, Faults};
use crate::ids::{UnitId, WorkItemId};
use crate::vietnamese::{day, number};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct WorkForm {
    pub id: String,
    pub version: String,
    pub kind: String,
    pub name: String,
    pub goal: String,
    pub measure: String,
    pub started_on: String,
    pub completed_on: String,
    pub note: String,
}

impl WorkForm {
    /// An empty form, with the id of the work it will open.
    pub fn new() -> WorkForm {
        WorkForm {
            id: WorkItemId::new().to_string(),
            measure: DONG.to_owned(),
            ..WorkForm::default()
        }
    }

    /// The form as somebody would have typed what is stored.
    pub fn of(work: &WorkItem) -> WorkForm {
        let shown = |day: Option<NaiveDate>| day.map(day::short).unwrap_or_default();
        WorkForm {
            id: work.id.to_string(),
            version: work.version.to_string(),
            kind: work.kind.as_str().to_owned(),
            name: work.name.clone(),
            goal: work.goal.map(|goal| goal_shown(goal, &work.measure)).unwrap_or_default(),
            measure: work.measure.clone(),
            started_on: shown(work.started_on),
            completed_on: shown(work.completed_on),
            note: work.note.clone(),
        }
    }

    pub fn read(&self, id: WorkItemId, unit_id: UnitId) -> Result<NewWorkItem, Faults> {
        let mut faults = Faults::default();
        let kind =
            faults.need("kind", WorkKind::read(&self.kind), "Chọn công trình, quỹ hay phong trào");
        let name = faults.read("name", read_name(&self.name));
        let measure = faults.read("measure", read_measure(&self.measure));
        let in_dong = measure.as_deref().is_none_or(|it| it == DONG);
        let goal = faults.read_optional("goal", &self.goal, |typed| read_goal(typed, in_dong));
        let started_on = faults.read_optional("started_on", &self.started_on, read_day);
        let completed_on = faults.read_optional("completed_on", &self.completed_on, read_day);
        if let (Some(Some(from)), Some(Some(to))) = (started_on, completed_on)
            && to < from
        {
            faults.add("completed_on", "Sửa ngày xong: không thể trước ngày bắt đầu");
        }
        let note = faults.read("note", short_note(&self.note));
        match (kind, name, measure, goal, started_on, completed_on, note) {
            (
                Some(kind),
                Some(name),
                Some(measure),
                Some(goal),
                Some(started_on),
                Some(completed_on),
                Some(note),
            ) if faults.is_empty() => Ok(NewWorkItem {
                id,
                unit_id,
                code: None,
                kind,
                name,
                goal,
                measure,
                started_on,
                completed_on,
                note,
            }),
            _ => Err(faults),
        }
    }

    /// Label, stored and typed text of every field.
    pub fn against<'a>(&'a self, stored: &'a WorkForm) -> Vec<(&'static str, &'a str, &'a str)> {
        let label = |word: &str| WorkKind::read(word).map_or("", WorkKind::label);
        vec![
            ("Loại", label(&stored.kind), label(&self.kind)),
            ("Tên", &stored.name, &self.name),
            ("Mục tiêu", &stored.goal, &self.goal),
            ("Đơn vị tính", &stored.measure, &self.measure),
            ("Bắt đầu", &stored.started_on, &self.started_on),
            ("Xong", &stored.completed_on, &self.completed_on),
            ("Ghi chú", &stored.note, &self.note),
        ]
    }

    pub fn clashes(&self, stored: &WorkForm) -> Vec<Clash> {
        Clash::between(&self.against(stored))
    }
}

fn goal_shown(goal: i64, measure: &str) -> String {
    // With its đ, the amount is read back as it stands: 1.500 alone would be asked about.
    if measure == DONG { number::dong(goal) } else { number::grouped(goal) }
}

fn read_name(typed: &str) -> Result<String, String> {
    match short(typed, 200)? {
        name if name.is_empty() => Err("Nhập tên công trình, quỹ".to_owned()),
        name => Ok(name),
    }
}

fn read_measure(typed: &str) -> Result<String, String> {
    let measure = short(typed, 20)?;
    Ok(match measure.to_lowercase().as_str() {
        "" | "đ" | "đồng" | "vnđ" | "vnd" => DONG.to_owned(),
        _ => measure,
    })
}

fn read_goal(typed: &str, in_dong: bool) -> Result<i64, String> {
    if in_dong {
        return number::read_dong(typed).map_err(|fault| fault.to_string());
    }
    let hundredths = number::read_quantity(typed)?;
    if hundredths % 100 == 0 {
        Ok(hundredths / 100)
    } else {
        Err("Viết mục tiêu bằng số nguyên".to_owned())
    }
}

fn short_note(typed: &str) -> Result<String, String> {
    let note = typed.trim();
    if note.chars().count() > 2000 {
        return Err("Viết ghi chú ngắn lại, nhiều nhất 2.000 ký tự".to_owned());
    }
    Ok(note.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> WorkForm {
        WorkForm {
            kind: "fund".to_owned(),
            name: " Quỹ  khuyến học ".to_owned(),
            ..WorkForm::new()
        }
    }

    fn read(form: &WorkForm) -> Result<NewWorkItem, Faults> {
        form.read(WorkItemId::new(), UnitId::new())
    }

    #[test]
    fn a_goal_is_optional_and_counted_in_its_measure() {
        assert_eq!(read(&form()).unwrap().goal, None);
        let in_dong = WorkForm { goal: "60tr".to_owned(), ..form() };
        assert_eq!(read(&in_dong).unwrap().goal, Some(60_000_000));
        let in_days = WorkForm { goal: "1.500".to_owned(), measure: "ngày".to_owned(), ..form() };
        assert_eq!(read(&in_days).unwrap().goal, Some(1500));
    }

    #[test]
    fn an_end_before_the_beginning_is_refused() {
        let form = WorkForm {
            started_on: "02/09/2024".to_owned(),
            completed_on: "01/09/2024".to_owned(),
            ..form()
        };
        assert!(read(&form).unwrap_err().of("completed_on").is_some());
    }

    #[test]
    fn what_is_shown_is_read_back_alike() {
        let work = WorkItem {
            id: WorkItemId::new(),
            unit_id: UnitId::new(),
            kind: WorkKind::Fund,
            name: "Quỹ khuyến học".to_owned(),
            goal: Some(1500),
            measure: DONG.to_owned(),
            started_on: NaiveDate::from_ymd_opt(2024, 9, 1),
            completed_on: None,
            note: String::new(),
            version: 3,
        };
        let read = read(&WorkForm::of(&work)).unwrap();
        assert_eq!((read.goal, read.started_on), (work.goal, work.started_on));
    }
}
