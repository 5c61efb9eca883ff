//! Whatever comes from outside, changed by chance: no reader of it panics, takes more memory than its bound, or leaves
//! something half-done. A run prints its seed; `KULKU_FUZZ_SEED` sets another, and `KULKU_FUZZ_TIMES` makes it longer.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test that cannot set up its case has failed"
)]

use std::alloc::System;

use cap::Cap;

mod broker;
mod card;
mod content;
mod envelope;
mod files;
mod fuzz;
mod intake;
mod listener;
mod mutate;
mod samples;
mod store;

/// Counts what is taken, so that a bound can be measured.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);
