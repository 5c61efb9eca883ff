//! How the pages look and feel, in a real browser over the whole hospital of the demo: whether anybody can use them,
//! and with how many clicks. `tests/run` fetches the rules of axe-core that this holds them against.
#![expect(clippy::indexing_slicing, reason = "a test that cannot set up its case has failed")]

mod axe;
mod forms;
mod joining;
mod keyboard;
mod pages;
mod refused;
mod routes;
mod tasks;
