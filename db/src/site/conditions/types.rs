//! What is said about employments and rights to practise.

use std::fmt;

use access::time::{UtcMs, Window};

use crate::site::PersonId;

/// The number of an employment, over all its versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmploymentId(pub i64);

/// The number of a right to practise, over all its versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RightId(pub i64);

/// An employment, to be added or as it is to be from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEmployment {
    /// What the employer's register calls it; unique if given.
    pub external_id: Option<String>,
    /// Where in the house.
    pub unit: String,
    /// What the person does there.
    pub title: String,
    /// From when until when.
    pub window: Window,
}

impl NewEmployment {
    /// One without an end, that no register knows.
    #[must_use]
    pub fn always(unit: &str, title: &str) -> Self {
        Self { external_id: None, unit: unit.to_owned(), title: title.to_owned(), window: Window::ALWAYS }
    }
}

/// An employment as it is now.
#[derive(Clone, PartialEq, Eq)]
pub struct EmploymentView {
    /// Its number.
    pub id: EmploymentId,
    /// Whose.
    pub person: PersonId,
    /// What the employer's register calls it.
    pub external_id: Option<String>,
    /// Where in the house.
    pub unit: String,
    /// What the person does there.
    pub title: String,
    /// From when until when.
    pub window: Window,
}

/// Where somebody works, and as what, stays out of logs.
impl fmt::Debug for EmploymentView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmploymentView").field("id", &self.id).field("window", &self.window).finish_non_exhaustive()
    }
}

/// A right to practise, to be added or as it is to be from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRight {
    /// The profession, as the register writes it.
    pub profession: String,
    /// From when until when.
    pub window: Window,
    /// Which register said so, or who looked.
    pub source: String,
    /// When it was last looked up there.
    pub checked: UtcMs,
}

impl NewRight {
    /// One without an end.
    #[must_use]
    pub fn always(profession: &str, source: &str, checked: UtcMs) -> Self {
        let (profession, source) = (profession.to_owned(), source.to_owned());
        Self { profession, window: Window::ALWAYS, source, checked }
    }
}

/// A right to practise as it is now.
#[derive(Clone, PartialEq, Eq)]
pub struct RightView {
    /// Its number.
    pub id: RightId,
    /// Whose.
    pub person: PersonId,
    /// The profession, as the register writes it.
    pub profession: String,
    /// From when until when.
    pub window: Window,
    /// Which register said so, or who looked.
    pub source: String,
    /// When it was last looked up there.
    pub checked: UtcMs,
}

/// What somebody may practise stays out of logs.
impl fmt::Debug for RightView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RightView").field("id", &self.id).field("window", &self.window).finish_non_exhaustive()
    }
}
