//! The 64 registers: names, reset values and which bits software may write (MFRC522 Rev. 3.9, section 9).

/// Register addresses that mean something to the emulator; the others merely remember what was written.
pub(crate) mod at {
    pub(crate) const COMMAND: u8 = 0x01;
    pub(crate) const COM_IRQ: u8 = 0x04;
    pub(crate) const DIV_IRQ: u8 = 0x05;
    pub(crate) const ERROR: u8 = 0x06;
    pub(crate) const STATUS_1: u8 = 0x07;
    pub(crate) const STATUS_2: u8 = 0x08;
    pub(crate) const FIFO_DATA: u8 = 0x09;
    pub(crate) const FIFO_LEVEL: u8 = 0x0A;
    pub(crate) const WATER_LEVEL: u8 = 0x0B;
    pub(crate) const CONTROL: u8 = 0x0C;
    pub(crate) const BIT_FRAMING: u8 = 0x0D;
    pub(crate) const COLL: u8 = 0x0E;
    pub(crate) const MODE: u8 = 0x11;
    pub(crate) const TX_MODE: u8 = 0x12;
    pub(crate) const RX_MODE: u8 = 0x13;
    pub(crate) const TX_CONTROL: u8 = 0x14;
    pub(crate) const DEMOD: u8 = 0x19;
    pub(crate) const CRC_HIGH: u8 = 0x21;
    pub(crate) const CRC_LOW: u8 = 0x22;
    pub(crate) const T_MODE: u8 = 0x2A;
    pub(crate) const T_PRESCALER: u8 = 0x2B;
    pub(crate) const T_RELOAD_HIGH: u8 = 0x2C;
    pub(crate) const T_RELOAD_LOW: u8 = 0x2D;
    pub(crate) const T_COUNTER_HIGH: u8 = 0x2E;
    pub(crate) const T_COUNTER_LOW: u8 = 0x2F;
    pub(crate) const AUTO_TEST: u8 = 0x36;
    pub(crate) const VERSION: u8 = 0x37;
}

/// Registers that change by themselves as time passes, as a bit set of addresses. Who asks for one of these twice
/// is waiting for something.
pub(crate) const CHANGED_BY_TIME: u64 = 1 << at::COMMAND
    | 1 << at::COM_IRQ
    | 1 << at::DIV_IRQ
    | 1 << at::ERROR
    | 1 << at::STATUS_1
    | 1 << at::STATUS_2
    | 1 << at::FIFO_LEVEL
    | 1 << at::T_COUNTER_HIGH
    | 1 << at::T_COUNTER_LOW;

/// Bits of `ComIrqReg`. Bit 7, in this and in `DivIrqReg`, says whether a write sets or clears the marked bits.
pub(crate) mod com_irq {
    pub(crate) const SET: u8 = 0x80;
    pub(crate) const TX: u8 = 0x40;
    pub(crate) const RX: u8 = 0x20;
    pub(crate) const IDLE: u8 = 0x10;
    pub(crate) const HIGH_ALERT: u8 = 0x08;
    pub(crate) const LOW_ALERT: u8 = 0x04;
    pub(crate) const ERROR: u8 = 0x02;
    pub(crate) const TIMER: u8 = 0x01;
}

/// `CRCIRq` of `DivIrqReg`.
pub(crate) const DIV_IRQ_CRC: u8 = 0x04;

/// Bits of `ErrorReg`.
pub(crate) mod error {
    pub(crate) const WRITE: u8 = 0x80;
    pub(crate) const BUFFER_OVERFLOW: u8 = 0x10;
    pub(crate) const COLLISION: u8 = 0x08;
    pub(crate) const CRC: u8 = 0x04;
    pub(crate) const PARITY: u8 = 0x02;
    pub(crate) const PROTOCOL: u8 = 0x01;
}

/// `MFCrypto1On` of `Status2Reg`.
pub(crate) const CRYPTO_1_ON: u8 = 0x08;
/// `RcvOff` and `PowerDown` of `CommandReg`.
pub(crate) const RECEIVER_OFF: u8 = 0x20;
pub(crate) const POWER_DOWN: u8 = 0x10;
/// `ValuesAfterColl` and `CollPosNotValid` of `CollReg`.
pub(crate) const VALUES_AFTER_COLL: u8 = 0x80;
pub(crate) const COLL_POS_NOT_VALID: u8 = 0x20;
/// `TxCRCEn` of `TxModeReg` and `RxCRCEn` of `RxModeReg`.
pub(crate) const CRC_ENABLE: u8 = 0x80;

/// Reset values. Bits that the datasheet leaves open are zero; `CollReg` has seen no collision.
const RESET: [(u8, u8); 24] = [
    (at::COMMAND, 0x20),
    (0x02, 0x80),
    (at::COM_IRQ, 0x14),
    (at::WATER_LEVEL, 0x08),
    (at::CONTROL, 0x10),
    (at::COLL, VALUES_AFTER_COLL | COLL_POS_NOT_VALID),
    (at::MODE, 0x3F),
    (at::TX_CONTROL, 0x80),
    (0x16, 0x10),
    (0x17, 0x84),
    (0x18, 0x84),
    (at::DEMOD, 0x4D),
    (0x1C, 0x62),
    (0x1F, 0xEB),
    (at::CRC_HIGH, 0xFF),
    (at::CRC_LOW, 0xFF),
    (0x23, 0x88),
    (0x24, 0x26),
    (0x25, 0x87),
    (0x26, 0x48),
    (0x27, 0x88),
    (0x28, 0x20),
    (0x29, 0x20),
    (0x33, 0x80),
];
const RESET_TEST: [(u8, u8); 3] = [(at::AUTO_TEST, 0x40), (0x3C, 0xFF), (0x3E, 0x03)];

/// The stored part of the registers; what is computed on reading lies with its subject.
#[derive(Clone, Debug)]
pub(crate) struct Registers {
    cells: [u8; 64],
}

impl Registers {
    pub(crate) fn reset(version: u8) -> Self {
        let mut registers = Self { cells: [0; 64] };
        for (address, value) in RESET.into_iter().chain(RESET_TEST) {
            registers.set(address, value);
        }
        registers.set(at::VERSION, version);
        registers
    }

    pub(crate) fn get(&self, address: u8) -> u8 {
        self.cells.get(usize::from(address)).copied().unwrap_or_default()
    }

    pub(crate) fn set(&mut self, address: u8, value: u8) {
        if let Some(cell) = self.cells.get_mut(usize::from(address)) {
            *cell = value;
        }
    }

    pub(crate) fn has(&self, address: u8, bits: u8) -> bool {
        self.get(address) & bits != 0
    }

    /// Sets and clears bits.
    pub(crate) fn raise(&mut self, address: u8, bits: u8) {
        self.set(address, self.get(address) | bits);
    }

    pub(crate) fn lower(&mut self, address: u8, bits: u8) {
        self.set(address, self.get(address) & !bits);
    }

    /// A write by software to a register without side effects: read-only bits keep their value.
    pub(crate) fn write(&mut self, address: u8, value: u8) {
        let writable = writable(address);
        self.set(address, self.get(address) & !writable | value & writable);
    }

    /// A write to an interrupt register: bit 7 says whether the marked bits are set or cleared.
    pub(crate) fn write_irq(&mut self, address: u8, value: u8) {
        let marked = value & !com_irq::SET;
        if value & com_irq::SET == 0 {
            self.lower(address, marked);
        } else {
            self.raise(address, marked);
        }
    }
}

/// Which bits of a register software can change.
fn writable(address: u8) -> u8 {
    match address {
        // Reserved, or results of the chip.
        0x00 | 0x0F | 0x10 | 0x1A | 0x1B | 0x1E | 0x20 | 0x23 | 0x25 | 0x30 | 0x3C..=0x3F => 0,
        at::ERROR | at::STATUS_1 | at::CRC_HIGH | at::CRC_LOW => 0,
        at::T_COUNTER_HIGH | at::T_COUNTER_LOW | at::VERSION | at::CONTROL => 0,
        at::STATUS_2 => 0xC0,
        at::WATER_LEVEL => 0x3F,
        at::BIT_FRAMING => 0x77,
        at::COLL => VALUES_AFTER_COLL,
        _ => 0xFF,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interrupt_bits_are_set_and_cleared_by_bit_7() {
        let mut registers = Registers::reset(0x92);
        registers.write_irq(at::COM_IRQ, com_irq::SET | com_irq::TIMER);
        assert_eq!(registers.get(at::COM_IRQ), 0x15);
        registers.write_irq(at::COM_IRQ, 0x7F);
        assert_eq!(registers.get(at::COM_IRQ), 0);
    }

    #[test]
    fn results_and_reserved_registers_cannot_be_written() {
        let mut registers = Registers::reset(0x91);
        for address in [at::VERSION, at::ERROR, at::CRC_LOW, 0x25, 0x3C] {
            let before = registers.get(address);
            registers.write(address, !before);
            assert_eq!(registers.get(address), before, "register {address:02X}");
        }
    }
}
