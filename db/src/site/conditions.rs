//! What a card needs of its holder: employments, and rights to practise. Each has a number over all its
//! versions; what was so remains known, since a past decision hung on it.

pub(super) mod employments;
pub(super) mod rights;
mod types;

pub use types::{EmploymentId, EmploymentView, NewEmployment, NewRight, RightId, RightView};
