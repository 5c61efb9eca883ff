//! How the pages look and feel, in a real browser over the whole hospital of the demo: whether anybody can use them,
//! and with how many clicks. `tests/run` fetches the rules of axe-core that this holds them against.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper of a test that cannot go on must fail it"
)]

mod axe;
mod keyboard;
mod pages;
mod tasks;
