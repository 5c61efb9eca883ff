//! Whether the journal of this door is the one that the controller knows.

use access::confirm::Receipt;

use super::{DoorLoop, Shared};

impl DoorLoop {
    pub(super) fn on_receipt(&mut self, _receipt: &Receipt, _shared: &mut Shared) {}
}
