//! What certificates and lists promise, one subject a file.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "a test that cannot set up its case has failed"
)]

mod certificate;
mod chain;
mod common;
mod damage;
mod list;
mod list_refused;
mod pkits;
