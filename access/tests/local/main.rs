//! What only the door knows: each rule, both sides of its boundaries, and that nobody is kept in.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

mod around;
mod lockout;
mod pairing;
mod passback;
mod signal;
