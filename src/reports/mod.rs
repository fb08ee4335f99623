//! What a committee asks of the counts: figures that somebody answers for, two days or two
//! units side by side, the year on paper.

pub mod bridge;
pub mod confirmed;
pub mod difference;
pub mod document;

pub mod store;
pub mod yearly;

pub mod export;

pub mod form;
pub mod pages;
