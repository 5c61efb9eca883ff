//! The site database, from outside: what it keeps, what it refuses, and what it tells later.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of a test that cannot go on must fail it"
)]

mod cards;
mod certificates;
mod clones;
mod commands;
mod counters;
mod credentials;
mod desk;
mod doors;
mod encodings;
mod files;
mod intake;
mod lives;
mod log;
mod operators;
mod registers;
mod support;
mod versions;
