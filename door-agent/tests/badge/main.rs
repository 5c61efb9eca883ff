//! The badge at the reader, over the emulator, in virtual time.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot set up its case has failed"
)]

mod arrival;
mod clones;
mod encoding;
mod latency;
mod plans;
mod site;
mod stand;
mod supervisor;
mod taps;
mod torn;
