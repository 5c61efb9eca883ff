//! What a card needs of its holder: employments, and rights to practise.

mod types;

pub use types::{EmploymentId, EmploymentView, NewEmployment, NewRight, RightId, RightView};
