//! The site database, from outside: what it keeps, what it refuses, and what it tells later.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of a test that cannot go on must fail it"
)]

mod agree;
mod cards;
mod clones;
mod commands;
mod compile;
mod counters;
mod credentials;
mod direct;
mod doors;
mod encodings;
mod files;
mod intake;
mod log;
mod operators;
mod rules;
mod support;
mod versions;
mod world;
