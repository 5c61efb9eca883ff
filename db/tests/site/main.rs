//! The site database, from outside: what it keeps, what it refuses, and what it tells later.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of a test that cannot go on must fail it"
)]

mod agree;
mod audit;
mod bulk;
mod called;
mod cards;
mod certificates;
mod clones;
mod commands;
mod compile;
mod counters;
mod credentials;
mod desk;
mod direct;
mod doors;
mod encodings;
mod explained;
mod files;
mod gained;
mod identities;
mod inactivity;
mod intake;
mod lives;
mod log;
mod mishaps;
mod modes;
mod once;
mod operators;
mod passages;
mod privacy;
mod receipts;
mod registers;
mod reports;
mod requests;
mod restore;
mod rules;
mod search;
mod support;
mod syslog;
mod tamper;
mod upgrade;
mod versions;
mod within;
mod world;
