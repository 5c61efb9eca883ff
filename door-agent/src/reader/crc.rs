//! CRC_A of ISO/IEC 14443-3, computed here: asking the chip would double the traffic on the bus.

/// The two check bytes, in the order of the air.
pub(super) fn crc_a(bytes: &[u8]) -> [u8; 2] {
    let crc = bytes.iter().fold(0x6363_u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0x8408 } else { crc >> 1 })
    });
    crc.to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard_come_out() {
        assert_eq!(crc_a(&[0x00, 0x00]), [0xA0, 0x1E]);
        assert_eq!(crc_a(&[0x12, 0x34]), [0x26, 0xCF]);
        assert_eq!(crc_a(&[0x50, 0x00]), [0x57, 0xCD]);
        assert_eq!(crc_a(&[0x93, 0x70, 0x9C, 0x59, 0x9B, 0x32, 0x6C]), [0x6B, 0x30]);
    }
}
