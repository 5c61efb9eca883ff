//! The controller with its embedded broker, and doors that are played by the tests over the real link.
//!
//! Nothing sleeps; every wait is for a condition and has a deadline.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod badge;
mod commands;
mod confirm;
mod delivery;
mod door;
mod encoder;
mod enrol;
mod external;
mod housekeeping;
mod https;
mod intake;
mod lists;
mod lockdown;
mod mosquitto;
mod observe;
mod passages;
mod restore;
mod rights;
mod secrets;
mod start;
mod support;
mod syslog;
mod version_1;
