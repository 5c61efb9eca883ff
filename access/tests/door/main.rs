//! The door machine: what must and what must never happen.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot set up its case has failed")]

mod bench;
mod chamber;
mod contact;
mod leaf;
mod lock;
mod model;
mod passing;
mod random;
mod watched;
