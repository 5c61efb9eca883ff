//! The controller's signed answer to a status: what the door should have, what of its journal has arrived, and what time it is.
//!
//! ```text
//! door        Status { nonce, in force, probe, … } ─────────────▶ controller
//! door  ◀───── Confirmation { nonce, issued, expires, wanted, receipt, log } ─────
//! ```
//!
//! Everything in it is as of a moment between the sending of the status and the coming of the answer, whatever the broker
//! does: only the answer to the newest nonce counts, and its age is counted from when the nonce was **sent**. So a broker
//! that delays or replays can only make a door believe that its list is older than it is, never newer.

use serde::{Deserialize, Serialize};

use crate::chain::Link;
use crate::time::UtcMs;
use crate::whitelist::{Generation, WhitelistId};

/// Drawn at random for one status, so that its answer can be told from every other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Nonce(pub [u8; 16]);

/// How far the central log has grown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct LogHead {
    /// The number of its newest row; 0 if it is empty, or if a door has never been told.
    pub row: u64,
    /// The link of that row.
    pub link: Link,
}

/// What the controller has of a door's journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Of which epoch: the one that the status was of.
    pub epoch: u64,
    /// Everything through this event is on disk; 0 for an epoch that it has never heard of.
    pub through: u64,
    /// The event that the status asked about.
    pub probe: u64,
    /// Its link in the central log; none if the controller does not have it.
    pub link: Option<Link>,
}

/// The answer to one status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// Of the status that it answers.
    pub nonce: Nonce,
    /// The controller's time: signed time for a door whose own clock has no battery.
    pub issued: UtcMs,
    /// After this time the door's list counts as too old, if nothing newer confirms it; [`NEVER`] if the door has no limit.
    pub expires: UtcMs,
    /// The whitelist that the door should have.
    pub whitelist: WhitelistId,
    /// The generation of the state that it should have.
    pub state: Generation,
    /// What has arrived of its journal.
    pub receipt: Receipt,
    /// The head of the central log.
    pub log: LogHead,
    /// The site has been restored from a backup and waits for an operator: it wants nothing of the door for now, and asks
    /// it for what it has in force ([`crate::message::Listed`]).
    pub hold: bool,
}

/// See [`Confirmation::expires`].
pub const NEVER: UtcMs = UtcMs(i64::MAX);
