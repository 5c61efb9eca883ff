//! A session against a scripted broker, rule by rule, and against a real one.
//!
//! Every test plays the broker itself, packet by packet, so that each failure happens
//! exactly when it is meant to. Nothing sleeps; every wait has a deadline.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a broken assumption of a test shall fail it, in helpers too"
)]

mod bench;
mod broker;
mod codec;
mod failures;
mod hearing;
mod lasting;
mod mosquitto;
mod speaking;
mod switches;
mod tls;
