//! The calendar, against chrono, chrono-tz and tables that others made.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot set up its case has failed"
)]

mod bounds;
mod date;
mod holidays;
mod oracle;
mod schedule;
mod support;
mod zone;
