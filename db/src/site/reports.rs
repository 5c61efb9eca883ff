//! What is asked of the site as a whole: who is in, how doors are used, who holds what, and what was confirmed.
//!
//! | module | subject |
//! | --- | --- |
//! | `inside` | who is in, for an evacuation |
//! | `taps` | how often doors were tapped, and why they denied |
//! | `uses` | when a card was last let in at a door |
//! | `holds` | who may pass which doors, and does not |
//! | `unreturned` | cards that are over and have not come back |
//! | `review`, `digest` | rights that were looked at and confirmed |

mod digest;
mod holds;
mod inside;
mod review;
mod taps;
mod unreturned;
mod uses;

pub use holds::{HeldDoor, HoldFilter, HoldPage, HoldView, UNUSED_DAYS_MAX};
pub use inside::{FoundIn, INSIDE_CARDS_MAX, InsideView, WhoIsIn};
pub use review::{REVIEW_DAYS, ReviewOf, ReviewView, Reviewed};
pub use taps::{Denials, TAPS_DAYS_MAX, TapCount, TapSpan};
pub use unreturned::{UnreturnedView, WhyOver};
pub use uses::DoorUse;
pub(super) use uses::used;
