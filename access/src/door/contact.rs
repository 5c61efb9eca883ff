//! What the contact tells, and what it is worth.

use alloc::vec::Vec;

use super::{Door, Effect};
use crate::event::{EventKind, Watched};
use crate::time::MonoMs;

impl Door {
    pub(super) fn contact(&mut self, open: bool, now: MonoMs, effects: &mut Vec<Effect>) {
        if !self.leaf.hears(open) {
            return;
        }
        self.watch.edge(now);
        // A fault that begins with this change comes first.
        self.tell_watched(now, effects);
        if !self.is_contact_good() {
            self.leaf.doubt();
        } else if self.leaf.tells() {
            self.contact_changed(now, effects);
        }
    }

    /// Nothing of it is to be believed any more, also not that nobody has gone through.
    pub(super) fn doubt_contact(&mut self, effects: &mut Vec<Effect>) {
        let cleared = self.leaf.doubt();
        self.record_some(cleared, effects);
        self.enter(effects);
    }

    /// The journal hears how the leaf stands by now. When it came to stand so nobody knows, so nothing follows.
    pub(super) fn believe_contact(&mut self, now: MonoMs, effects: &mut Vec<Effect>) {
        if self.leaf.tells() {
            let opened = EventKind::Opened { released: self.lock.authorises(now) };
            self.record(if self.leaf.is_open() { opened } else { EventKind::Closed }, None, effects);
        }
    }

    pub(super) fn is_contact_good(&self) -> bool {
        !self.watch.has(Watched::Contact)
    }

    fn contact_changed(&mut self, now: MonoMs, effects: &mut Vec<Effect>) {
        if self.leaf.is_open() {
            let released = self.lock.authorises(now);
            let in_order = released || self.watch.has(Watched::Fire);
            let forced = self.leaf.opens(in_order, self.passers.need_long());
            self.lock.open();
            self.passers.open();
            self.record(EventKind::Opened { released }, None, effects);
            self.record_some(forced, effects);
            self.enter(effects);
        } else {
            self.lock.close();
            self.passers.close();
            self.drive(now, effects);
            let cleared = self.leaf.closes();
            self.record(EventKind::Closed, None, effects);
            self.record_some(cleared, effects);
        }
    }
}
