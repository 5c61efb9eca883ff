//! The central controller: broker, intake, distribution; mounts the dashboard.
//!
//! | module | subject |
//! | --- | --- |
//! | [`start`](mod@start), [`run`], [`desk`] | starting and stopping; the one loop; what it owns |
//! | [`hear`], [`verify`] | what doors say; from bytes to a believed message |
//! | [`intake`], [`clerk`] | reports onto the disk, and small notes |
//! | [`scan`], [`ask`] | what should be true, read from the database, without waiting for it |
//! | [`look`] | what has changed, and whom it is due to |
//! | [`distribute`], [`deliver`], [`flight`], [`line`] | what is due to a door; sending it; what is on its way; one door |
//! | [`commands`], [`encodings`] | what a person asks of a door now, and of an encoder |
//! | [`figures`] | how long taps and changes take, as they happen |
//! | [`hold`] | doors that are left alone since a backup was put back |
//! | [`keys`] | the masters, and everything that is derived from them |
//! | [`compile`] | a door's entries with the keys that are sealed for it |
//! | [`stream`] | how far cards have counted and where they went in, to the doors that it concerns |
//! | [`revocation`], [`authorities`] | lists of revoked certificates; who may sign them |
//! | [`rights`] | rights to practise, from a register |
//! | [`watch`], [`notify`] | how doors are, and what time does to alarms; telling of them outside |
//! | [`syslog`] | what is logged, to a receiver outside |
//! | [`seal`] | the key that seals the logs, and the night's work with it |
//! | [`housekeeping`] | what the passing of time asks for |
//! | [`worker`], [`plan`], [`web`] | threads that look now and then; when; asking a web server |
//! | [`identity`] | the site's authority: certificates of doors, where they get them, and how they lose them |
//! | [`mqtt`] | the way to the broker, embedded or external |
//! | [`broker`] | the embedded MQTT broker, and the only place that knows which one it is |
//! | [`doctor`] | whether this machine can be the middle of a site |
//! | [`config`], [`cli`] | configuration file and command line |
#![expect(rustdoc::private_intra_doc_links, reason = "the table is for whoever reads the code")]

pub mod broker;
pub mod cli;
pub mod config;
mod confirm;
pub mod distribute;
pub mod identity;
pub mod keys;

mod ask;
mod authorities;
mod clerk;
mod clock;
mod commands;
mod compile;
mod deliver;
mod desk;
mod doctor;
mod encodings;
mod endpoint;
mod figures;
mod flight;
mod hear;
mod hex;
mod hold;
mod housekeeping;
mod intake;
mod line;
mod look;
mod mqtt;
mod notify;
mod observe;
mod pages;
mod plan;
mod revocation;
mod rights;
mod run;
mod same;
mod scan;
mod seal;
mod start;
mod stream;
mod syslog;
#[cfg(feature = "trial")]
pub mod trial;
mod verify;
mod watch;
mod web;
mod worker;

pub use authorities::AuthoritiesError;
pub use pages::HttpsError;
pub use start::{Controller, StartError, start};
