//! Faults of the wiring and of the chip, so that a program's defences can be tried.
//!
//! A fault lasts until it is taken back with [`Emulator::set_fault`](crate::Emulator::set_fault). Faults that hit a
//! chosen frame are a plan of their own and belong beside this.

/// Something that is wrong for as long as it is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// MISO reads as zeros: a loose wire with a pull-down, an unpowered module.
    MisoStuckLow,
    /// MISO reads as ones: a loose wire with a pull-up, a short to 3.3 V.
    MisoStuckHigh,
    /// Every transaction fails in the bus driver and does not reach the chip.
    SpiError,
    /// Cards refuse the data phase of a write with NAK 5, as if the frame had arrived damaged.
    WriteDataRefused,
    /// The last bit of every anticollision answer arrives wrong, and with it the UID's check byte.
    CheckByteDamaged,
}

/// What the host sees of a byte that the chip sent.
pub(crate) fn on_miso(fault: Option<Fault>, byte: u8) -> u8 {
    match fault {
        Some(Fault::MisoStuckLow) => 0x00,
        Some(Fault::MisoStuckHigh) => 0xFF,
        _ => byte,
    }
}
