//! What decides at a door, and what crosses the wire.
//!
//! This crate is `no_std`, so that the compiler refuses a clock, a file or a socket: time and
//! randomness are arguments. The door agent, the controller, the explanation page and the tests all
//! call the same functions, and so cannot disagree.
//!
//! | module | subject |
//! | --- | --- |
//! | [`uid`], [`id`], [`time`] | the small words |
//! | [`entry`], [`blocks`], [`whitelist`] | what one door needs to know about a card, and about all cards |
//! | [`calendar`] | when a schedule holds, by the clock on the wall |
//! | [`reason`], [`decide`] | may this card pass here and now, and if not, why |
//! | [`local`] | what only the door knows: passing back, pairs, repeated denials |
//! | [`door`] | the state machine of the whole opening |
//! | [`debounce`] | a wire that bounces, as one that does not |
//! | [`reckon`], [`age`] | what time it is at a door, and how old its list is |
//! | [`credential`] | what our sector on a card holds, and what it proves |
//! | [`event`], [`chain`] | what happened at a door, and the chain that shows a missing link |
//! | [`confirm`], [`reconcile`] | what the controller has of it, and whether it is the same |
//! | [`command`], [`state`] | what a person asks of a door, now and for the time being |
//! | [`mode`], [`settings`], [`signal`] | how a door behaves, how it is set up, and what it shows |
//! | [`passage`] | who has gone into which area |
//! | [`latency`] | how long something took, counted |
//! | [`encode`] | jobs for the reader at the desk that writes credentials |
//! | [`enrol`] | how a door that is nobody yet becomes a door of its site |
//! | [`message`], [`envelope`], [`wire`], [`topic`] | the wire, described for strangers in `docs/PROTOCOL.md` |
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod age;
pub mod blocks;
pub mod calendar;
pub mod chain;
pub mod command;
pub mod confirm;
pub mod credential;
pub mod debounce;
pub mod decide;
pub mod door;
pub mod encode;
pub mod enrol;
pub mod entry;
pub mod envelope;
pub mod event;
pub mod id;
pub mod latency;
pub mod local;
pub mod message;
pub mod mode;
pub mod passage;
pub mod reason;
pub mod reckon;
pub mod reconcile;
pub mod settings;
pub mod signal;
pub mod state;
pub mod time;
pub mod topic;
pub mod uid;
pub mod whitelist;
pub mod wire;
