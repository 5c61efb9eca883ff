//! One whole door on the emulator, in this process, without a network.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set up its case has failed"
)]

mod badge;
mod bench;
mod confirmed;
mod control;
mod damage;
mod disk;
mod encoder;
mod folder;
mod journal;
mod modes;
mod opening;
mod passback;
mod rig;
mod schedules;
mod several;
#[path = "../badge/site.rs"]
mod site;
mod taps;
mod version_1;
mod wire;
