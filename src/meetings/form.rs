//! A meeting and its guests as they are typed.

use chrono::{Days, Months, NaiveDate};
use serde::Deserialize;

use crate::faults::Faults;
use crate::ids::{GuestId, MeetingId, UnitId};
use crate::meetings::model::{Guest, Meeting, MeetingKind, NewMeeting};
use crate::vietnamese::day;

const LONGEST: usize = 300;

/// The days on which a unit may hold a meeting, both ends included.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub first: NaiveDate,
    pub last: NaiveDate,
}

impl Bounds {
    /// From the unit's first day to its last, and at most a year ahead.
    pub fn of(from_on: NaiveDate, to_on: Option<NaiveDate>, today: NaiveDate) -> Bounds {
        let ahead = today.checked_add_months(Months::new(12)).unwrap_or(today);
        let end = to_on.and_then(|to| to.checked_sub_days(Days::new(1)));
        Bounds { first: from_on, last: end.map_or(ahead, |end| end.min(ahead)) }
    }

    fn check(self, day: NaiveDate) -> Result<NaiveDate, String> {
        if day < self.first {
            return Err(format!("Chọn ngày từ {}, khi có đơn vị này", day::short(self.first)));
        }
        if day > self.last {
            return Err(format!("Chọn ngày không sau {}", day::short(self.last)));
        }
        Ok(day)
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MeetingForm {
    pub id: String,
    pub version: String,
    pub kind: String,
    pub held_on: String,
    pub starts_at: String,
    pub place: String,
    pub topic: String,
}

impl MeetingForm {
    /// A form for a meeting of the kind that is called for, today.
    pub fn blank(today: NaiveDate) -> MeetingForm {
        MeetingForm {
            id: MeetingId::new().to_string(),
            kind: MeetingKind::Periodic.as_str().to_owned(),
            held_on: day::short(today),
            ..MeetingForm::default()
        }
    }

    pub fn of(meeting: &Meeting) -> MeetingForm {
        MeetingForm {
            id: meeting.id.to_string(),
            version: meeting.version.to_string(),
            kind: meeting.kind.as_str().to_owned(),
            held_on: day::short(meeting.held_on),
            starts_at: meeting.starts_at.clone().unwrap_or_default(),
            place: meeting.place.clone(),
            topic: meeting.topic.clone(),
        }
    }

    pub fn read(
        &self,
        id: MeetingId,
        unit_id: UnitId,
        bounds: Bounds,
    ) -> Result<NewMeeting, Faults> {
        let mut faults = Faults::default();
        let kind = MeetingKind::read(&self.kind);
        let kind = faults.need("kind", kind, "Chọn loại cuộc họp");
        let held_on = day::read(&self.held_on).and_then(|it| bounds.check(it));
        let held_on = faults.read("held_on", held_on);
        let starts_at = faults.read_optional("starts_at", &self.starts_at, read_time);
        let place = faults.read("place", read_line(&self.place, "Địa điểm"));
        let topic = faults.read("topic", read_line(&self.topic, "Nội dung"));
        match (kind, held_on, starts_at, place, topic) {
            (Some(kind), Some(held_on), Some(starts_at), Some(place), Some(topic)) => {
                Ok(NewMeeting { id, unit_id, kind, held_on, starts_at, place, topic })
            }
            _ => Err(faults),
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct GuestForm {
    pub id: String,
    pub name: String,
    pub note: String,
}

impl GuestForm {
    pub fn blank() -> GuestForm {
        GuestForm { id: GuestId::new().to_string(), ..GuestForm::default() }
    }

    pub fn read(&self, id: GuestId, meeting_id: MeetingId) -> Result<Guest, Faults> {
        let mut faults = Faults::default();
        let name = read_line(&self.name, "Họ và tên khách").and_then(|name| {
            if name.is_empty() { Err("Nhập họ và tên khách".to_owned()) } else { Ok(name) }
        });
        let name = faults.read("name", name);
        let note = faults.read("note", read_line(&self.note, "Ghi chú"));
        match (name, note) {
            (Some(name), Some(note)) => Ok(Guest { id, meeting_id, name, note }),
            _ => Err(faults),
        }
    }
}

/// A line of text with single spaces.
fn read_line(typed: &str, label: &str) -> Result<String, String> {
    let line = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > LONGEST {
        return Err(format!("{label} dài nhất {LONGEST} ký tự, viết ngắn lại"));
    }
    Ok(line)
}

/// Reads 19:30, 19h30, 19g30 or 19h: `19:30`.
fn read_time(typed: &str) -> Result<String, String> {
    let time = || -> Option<(u8, u8)> {
        let (hour, minute) = typed.split_once([':', 'h', 'H', 'g', 'G', '.'])?;
        let minute = if minute.trim().is_empty() { "0" } else { minute };
        let (hour, minute) = (hour.trim().parse().ok()?, minute.trim().parse().ok()?);
        (hour < 24 && minute < 60).then_some((hour, minute))
    };
    let (hour, minute) = time().ok_or("Viết giờ theo dạng 19:30 hoặc 19h30")?;
    Ok(format!("{hour:02}:{minute:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn an_hour_is_read_as_people_write_it() {
        for (typed, read) in
            [("19:30", "19:30"), ("19h30", "19:30"), ("7h", "07:00"), (" 8 g 5 ", "08:05")]
        {
            assert_eq!(read_time(typed).as_deref(), Ok(read), "{typed}");
        }
        for typed in ["", "tối", "24:00", "19:60", "1930", "-1:00", "19:3o"] {
            assert!(read_time(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_meeting_lies_within_the_life_of_its_unit_and_a_year_ahead() {
        let bounds = Bounds::of(day("2015-01-01"), None, day("2024-11-15"));
        assert!(bounds.check(day("2014-12-31")).unwrap_err().contains("01/01/2015"));
        assert!(bounds.check(day("2015-01-01")).is_ok());
        assert!(bounds.check(day("2025-11-15")).is_ok());
        assert!(bounds.check(day("2025-11-16")).unwrap_err().contains("15/11/2025"));
        let ended = Bounds::of(day("2015-01-01"), Some(day("2024-07-01")), day("2024-11-15"));
        assert!(ended.check(day("2024-06-30")).is_ok() && ended.check(day("2024-07-01")).is_err());
    }

    #[test]
    fn every_fault_is_found_at_once() {
        let form = MeetingForm { starts_at: "tối".to_owned(), ..MeetingForm::default() };
        let bounds = Bounds::of(day("2015-01-01"), None, day("2024-11-15"));
        let faults = form.read(MeetingId::new(), UnitId::new(), bounds).unwrap_err();
        let fields: Vec<_> = faults.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["kind", "held_on", "starts_at"]);
    }
}
