//! CRC_A of ISO/IEC 14443-3, the checksum of every frame longer than a byte and a half.

/// Preset of the CRC register for CRC_A (ISO/IEC 14443-3, 6.2.4).
pub const CRC_A_PRESET: u16 = 0x6363;

/// CRC_A of `data`, as the two bytes go over the air: low byte first.
#[must_use]
pub fn crc_a(data: &[u8]) -> [u8; 2] {
    update(CRC_A_PRESET, data).to_le_bytes()
}

/// `data` followed by its CRC_A.
#[must_use]
pub(crate) fn with_crc(data: &[u8]) -> Vec<u8> {
    let mut frame = data.to_vec();
    frame.extend_from_slice(&crc_a(data));
    frame
}

/// The bytes before the CRC, if the frame ends in a right one.
#[must_use]
pub(crate) fn checked(frame: &[u8]) -> Option<&[u8]> {
    let (data, crc) = frame.split_last_chunk::<2>()?;
    (crc_a(data) == *crc).then_some(data)
}

/// Feeds `data` into a CRC register: polynomial x^16 + x^12 + x^5 + 1, least significant bit first.
#[must_use]
pub(crate) fn update(register: u16, data: &[u8]) -> u16 {
    data.iter().fold(register, |register, byte| {
        (0..8).fold(register ^ u16::from(*byte), |crc, _| {
            let shifted = crc >> 1;
            if crc & 1 == 1 { shifted ^ 0x8408 } else { shifted }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors of ISO/IEC 14443-3 annex B and of public traces, each as data and CRC on the air.
    const VECTORS: [(&[u8], [u8; 2]); 13] = [
        (&[0x00, 0x00], [0xA0, 0x1E]),
        (&[0x12, 0x34], [0x26, 0xCF]),
        (&[0x93, 0x70, 0x9C, 0x59, 0x9B, 0x32, 0x6C], [0x6B, 0x30]),
        (&[0x93, 0x70, 0x14, 0x57, 0x9F, 0x69, 0xB5], [0x2E, 0x51]),
        (&[0x08], [0xB6, 0xDD]),
        (&[0x04], [0xDA, 0x17]),
        (&[0x60, 0x32], [0x64, 0x69]),
        (&[0x60, 0x14], [0x50, 0x2D]),
        (&[0x60, 0x00], [0xF5, 0x7B]),
        (&[0x64, 0x00], [0x95, 0x1C]),
        (&[0x50, 0x00], [0x57, 0xCD]),
        (&[0x30, 0x00], [0x02, 0xA8]),
        (&[0xA0, 0x04], [0x7B, 0xF7]),
    ];

    #[test]
    fn published_vectors_are_reproduced() {
        for (data, crc) in VECTORS {
            assert_eq!(crc_a(data), crc, "CRC_A of {data:02X?}");
        }
    }

    #[test]
    fn a_frame_with_one_wrong_bit_is_refused() {
        let frame = with_crc(&[0x30, 0x04]);
        assert_eq!(checked(&frame), Some(&[0x30, 0x04][..]));
        for bit in 0..frame.len() * 8 {
            let mut bad = frame.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(checked(&bad), None, "bit {bit} flipped");
        }
    }
}
