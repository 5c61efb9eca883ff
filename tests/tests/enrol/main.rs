//! A door that enrols and renews, against a controller that does whatever the test wants.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a broken assumption of a test shall fail it, in helpers too"
)]

mod becoming;
mod fake;
mod middle;
mod renewing;
