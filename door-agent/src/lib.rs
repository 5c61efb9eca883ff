//! The door agent: it reads cards, decides by itself, drives the lock, and tells the controller.
//!
//! | module | subject |
//! | --- | --- |
//! | [`agent`], `assemble` | starting and stopping an agent |
//! | [`folder_lock`] | that no two of them share a data folder |
//! | [`config`], [`provisioning`] | how it is set up, and who it is |
//! | [`enrol`] | how it becomes somebody, and stays so |
//! | [`run`] | the loop that owns everything which decides at its doors |
//! | [`reader`], [`spi`], [`hardware`] | the thread that looks for cards, and the bus to its chip |
//! | [`io`] | lock, lamps, contact, exit button |
//! | [`journal`], [`store`] | the threads that own the door's two files |
//! | [`uplink`], [`downlink`] | messages from the door and to it |
//! | [`doctor`] | whether this board can be a door |
//! | [`control`], [`taps`], [`cards`] | the emulated door's HTTP control, and virtual cards beside it |

pub mod agent;
mod assemble;
pub mod cards;
pub mod clock;
pub mod config;
pub mod control;
pub mod doctor;
pub mod downlink;
pub mod enrol;
pub mod folder_lock;
pub mod hardware;
pub mod io;
pub mod journal;
pub mod provisioning;
pub mod reader;
pub mod run;
pub mod spi;
pub mod store;
pub mod taps;
#[cfg(feature = "trial")]
pub mod trial;
pub mod uplink;

pub use agent::{Agent, StartError};
pub use config::{Config, ConfigError};
