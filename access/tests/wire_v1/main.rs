//! The bytes of wire version 1, frozen. If a test here fails, the code is wrong: agents in the field
//! speak these bytes. A change that is meant gets a new wire version and a file of its own
//! (docs/PROTOCOL.md, section 9).
//!
//! Version 1 moved twice before its first release: when entries got holders, conditions, refusals and schedules, and when
//! doors got modes, settings, passages and alarms. There was no agent in the field then.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot set up its case has failed")]

mod events;
mod frames;
mod lists;
mod messages;
mod recorded;
mod state;
mod support;
