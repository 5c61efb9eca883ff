//! Somebody who taps at one door, again and again, and starts its agent anew when that was killed.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use site::wait;
use site::whole::Door;

use super::ledger::Ledger;

/// Long enough for two looks of the reader.
pub(super) const HOLD_MS: u32 = 60;

/// Between two taps at one door: twenty doors and their controller share the machine with whatever else runs.
const PACE: Duration = Duration::from_millis(600);

/// What the one who makes the faults asks of a tapper. It ends when nobody can ask any more.
#[derive(Debug, Clone, Copy)]
pub(super) enum Order {
    /// Cut the door off, or connect it.
    Network(bool),
}

pub(super) fn tap(door: &mut Door, uids: &[String], orders: &Receiver<Order>, process: &AtomicU32) -> Ledger {
    let mut ledger = Ledger::default();
    // A step that shares no factor with the number of cards meets each before one comes again.
    for uid in uids.iter().cycle().step_by(7) {
        match orders.recv_timeout(PACE) {
            // If it was killed meanwhile, it comes back connected.
            Ok(Order::Network(up)) => drop(door.network(up)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        match door.control.tap(uid, HOLD_MS) {
            Ok(seen) => ledger.saw(uid, &seen.signal),
            Err(_) => {
                ledger.unsure(uid);
                ended(door);
                revive(door, uids, process);
                ledger.crashed();
            }
        }
    }
    if door.has_ended() {
        revive(door, uids, process);
        ledger.crashed();
    }
    door.network(true).unwrap();
    ledger
}

/// Only an agent that was killed leaves a person without an answer.
fn ended(door: &mut Door) {
    wait::until("the end of an agent that does not answer", || door.has_ended().then_some(())).unwrap();
}

/// A service manager: tries until it runs, which it may not while its disk is full.
fn revive(door: &mut Door, uids: &[String], process: &AtomicU32) {
    process.store(0, Ordering::Relaxed);
    door.kill().unwrap();
    wait::until("an agent that runs again", || {
        door.run().ok()?;
        uids.iter().try_for_each(|uid| door.make_card(uid, "classic-1k")).ok()
    })
    .unwrap();
    process.store(door.process_id().unwrap(), Ordering::Relaxed);
}
