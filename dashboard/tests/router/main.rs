//! The router from outside: who gets in, what pages show, what the API answers.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of a test that cannot go on must fail it"
)]

mod account;
mod alarms;
mod api;
mod audited;
mod badge;
mod conditions;
mod desk;
mod doors;
mod edits;
mod events;
mod examples;
mod explain;
mod forms;
mod health;
mod import;
mod light;
mod lockdown;
mod look;
mod names;
mod once;
mod openapi;
mod pages;
mod passing;
mod privacy;
mod registration;
mod reports;
mod requests;
mod roles;
mod rules;
mod signals;
mod stream;
mod support;
mod who;
mod whom;
mod within;
