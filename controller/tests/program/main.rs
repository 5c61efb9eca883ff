//! The program on its machine, over the years: another version of it, and a loop that hangs.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod hang;
mod support;
mod upgrade;
