//! One whole door on the emulator, in this process, without a network.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot set up its case has failed")]

mod bench;
mod control;
mod journal;
mod taps;
mod wire;
