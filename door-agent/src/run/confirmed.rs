//! The controller's answer to a status.

use access::confirm::Confirmation;

use super::{DoorLoop, Shared};

impl DoorLoop {
    pub(super) fn on_confirmed(&mut self, confirmation: &Confirmation, shared: &mut Shared) {
        self.on_receipt(&confirmation.receipt, shared);
        self.on_hold(confirmation.hold);
    }
}
