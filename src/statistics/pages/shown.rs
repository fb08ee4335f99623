//! Numbers and days as the templates write them, whether they hold them or point at them.

use chrono::NaiveDate;

use crate::vietnamese::{day, number};

pub trait Number {
    /// `1.201`
    fn grouped(&self) -> String;
    /// `1.500.000 đ`
    fn dong(&self) -> String;
    /// `7,98 tỷ đ`
    fn short_dong(&self) -> String;
}

impl Number for i64 {
    fn grouped(&self) -> String {
        number::grouped(*self)
    }

    fn dong(&self) -> String {
        number::dong(*self)
    }

    fn short_dong(&self) -> String {
        number::short_dong(*self)
    }
}

pub trait Day {
    /// `15/11/2024`
    fn short(&self) -> String;
    /// `2024-11-15`
    fn iso(&self) -> String;
}

impl Day for NaiveDate {
    fn short(&self) -> String {
        day::short(*self)
    }

    fn iso(&self) -> String {
        day::iso(*self)
    }
}
