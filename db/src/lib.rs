//! The only SQL: site database and door database.
//!
//! | module | subject |
//! | --- | --- |
//! | [`file`](mod@file) | opening a file safely: truncated, foreign and newer ones are refused by name |
//! | [`site`] | what should be true at a site, version by version, and what happened there |
//! | [`door`] | what one door keeps on its own disk |
//!
//! Everything here blocks; asynchronous callers go through a blocking thread. Statements are written so
//! that PostgreSQL would accept them too.

pub mod door;
pub mod file;
pub mod site;
#[cfg(feature = "trial")]
pub mod trial;
