//! The whole site: the parts from which tests start real programs, and the demo.
//!
//! | module | subject |
//! | --- | --- |
//! | [`browser`] | a real browser without a window |
//! | [`people`] | made-up people and cards, the same ones at every run |
//! | [`http`] | the dashboard's API and a door's control, as any client would use them |
//! | [`process`] | a program as a child process: its addresses, its end |
//! | [`lists`] | an authority that revokes certificates |
//! | [`mosquitto`] | a real Mosquitto on a free port |
//! | [`wait`] | waiting for a condition, with a bound |
//! | [`whole`] | controller, broker and doors as the real programs |
//! | [`sim`] | the site on a virtual clock, with faults that follow from a seed |
//! | [`stranger`] | a client that knows only the page about the wire, and whoever sits in the middle |
//! | [`demo`] | the same hospital in one process, made interactive |
//! | [`scene`] | that hospital after something has happened, in a browser |

pub mod browser;
pub mod demo;
pub mod http;
pub mod lists;
pub mod mosquitto;
pub mod people;
pub mod process;
pub mod scene;
pub mod sim;
pub mod stranger;
pub mod wait;
pub mod whole;
