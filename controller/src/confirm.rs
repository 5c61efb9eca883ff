//! The answer to each status: what the door should have, what of its journal has come in, and what time it is.
//!
//! ```text
//! status ──▶ waits, the newest of each door ──one question for all──▶ database ──▶ Confirmed ── MQTT ──▶ door
//! ```
//!
//! What has come in is read from the disk, off the loop. What the door should have and the time are as of the answer, so
//! that they are never older than the status. A door counts the age of its list from its status on, and takes no harm
//! from an answer that is lost: the next status is answered as well.

use std::collections::BTreeMap;

use access::confirm::{Confirmation, LogHead, NEVER, Nonce, Receipt};
use access::id::DoorId;
use access::message::{Down, Status};
use access::time::UtcMs;
use access::whitelist::Generation;
use db::site::{ReceiptAsked, SiteError};
use link::Qos;
use tokio::time::Instant;

use crate::ask::{Answer, ask};
use crate::clock::utc_now;
use crate::desk::{Desk, publish};
use crate::line::Line;

/// Statuses that wait for their answer. At most one of each door: only the newest is worth one.
#[derive(Default)]
pub(crate) struct Confirmations {
    waiting: BTreeMap<DoorId, Asked>,
    /// One question at a time: a thousand doors that all follow a change at once make two or three.
    running: bool,
}

/// What a status asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    nonce: Nonce,
    epoch: u64,
    probe: u64,
}

/// In the place of the state that a door should have, while nobody knows what that is: no door has it, so none takes the
/// answer for a word that its list is the newest. Time and receipts count all the same.
const NOBODY_KNOWS: Generation = Generation(u64::MAX);

/// What the database says to the questions, in their order.
pub(crate) type Receipts = (Vec<Receipt>, LogHead);

impl Desk {
    /// A door's status has been believed, and is to be answered.
    pub(crate) fn confirm(&mut self, door: &DoorId, epoch: u64, status: &Status) {
        let asked = Asked { nonce: status.nonce, epoch, probe: status.probe };
        self.confirmations.waiting.insert(door.clone(), asked);
        self.read_receipts();
    }

    /// Asks for all that wait, unless a question is under way already.
    pub(crate) fn read_receipts(&mut self) {
        if self.confirmations.running || self.confirmations.waiting.is_empty() {
            return;
        }
        self.confirmations.running = true;
        let asked: Vec<(DoorId, Asked)> = std::mem::take(&mut self.confirmations.waiting).into_iter().collect();
        let question: Vec<ReceiptAsked> = asked
            .iter()
            .map(|(door, Asked { epoch, probe, .. })| ReceiptAsked { door: door.clone(), epoch: *epoch, probe: *probe })
            .collect();
        ask(
            &self.site,
            &self.answers,
            move |site| site.receipts(&question),
            move |receipts| Answer::Receipts { asked, receipts },
        );
    }

    /// What has come in has been read.
    pub(crate) fn receipts_read(&mut self, asked: Vec<(DoorId, Asked)>, receipts: Result<Receipts, SiteError>) {
        self.confirmations.running = false;
        match receipts {
            Ok((receipts, log)) => {
                for ((door, asked), receipt) in asked.into_iter().zip(receipts) {
                    self.confirmed(&door, asked, receipt, log);
                }
                self.read_receipts();
            }
            Err(error) => {
                tracing::error!(%error, "statuses could not be answered; trying again");
                // The next tick does. What came meanwhile is newer.
                for (door, asked) in asked {
                    self.confirmations.waiting.entry(door).or_insert(asked);
                }
            }
        }
    }

    fn confirmed(&self, door: &DoorId, asked: Asked, receipt: Receipt, log: LogHead) {
        let Some(line) = self.lines.get(door).filter(|line| line.session.is_some()) else { return };
        let Some(sealer) = line.sealer(&self.sender) else { return };
        let mut confirmation = confirmation(line, asked.nonce, receipt, log, utc_now());
        if self.is_stuck(Instant::now()) {
            confirmation.state = NOBODY_KNOWS;
        }
        publish(&self.link, &sealer, &Down::Confirmed(confirmation), Qos::AtLeastOnce);
    }
}

fn confirmation(line: &Line, nonce: Nonce, receipt: Receipt, log: LogHead, issued: UtcMs) -> Confirmation {
    let expires = |limit_s: u32| UtcMs(issued.0.saturating_add(i64::from(limit_s) * 1_000));
    Confirmation {
        nonce,
        issued,
        expires: line.state.settings.age.map_or(NEVER, |age| expires(age.limit_s)),
        whitelist: line.desired.whitelist,
        state: line.desired.state,
        receipt,
        log,
        hold: line.held,
    }
}
