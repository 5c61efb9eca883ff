//! The whole site: the real programs, a real Mosquitto, a real browser. `tests/run` builds and installs what these
//! tests start.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot set up its case has failed")]

mod alarms;
mod attack;
mod backup;
mod bad_input;
mod badge;
mod browser;
mod browser_doors;
mod chaos;
mod demo;
mod doors;
mod identity;
mod openapi;
mod outage;
mod passback;
mod restore;
mod revocation;
mod taps;
mod versions;
mod wire;
