//! Changes by chance, from a seed.

/// A small generator (splitmix64) whose whole state is its seed.
#[derive(Debug, Clone)]
pub(crate) struct Chance(pub(crate) u64);

/// What readers of lengths and numbers stumble over: the ends of each kind, as varints.
const NUMBERS: [&[u8]; 10] = [
    &[0x00],
    &[0x01],
    &[0x7F],
    &[0x80, 0x01],
    &[0xFF, 0x7F],
    &[0xFF, 0xFF, 0x03],
    &[0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
    &[0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
    &[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
    &[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
];

/// Most changes of one case. Few, so that many cases still get past the first look.
const CHANGES_MAX: usize = 4;

/// Longest piece that is cut out, doubled or put elsewhere.
const PIECE_MAX: usize = 48;

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Below `end`; 0 if that is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// One of `samples`, changed in a few places; now and then with a piece of another one, or not at all.
    pub(crate) fn mutated(&mut self, samples: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = self.pick(samples).clone();
        for _ in 0..self.below(CHANGES_MAX + 1) {
            self.change(&mut bytes, samples);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, samples: &[Vec<u8>]) {
        let at = self.below(bytes.len() + 1);
        let end = (at + self.below(PIECE_MAX)).min(bytes.len());
        match self.below(9) {
            0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            1 if at < bytes.len() => bytes[at] = self.next() as u8,
            2 if at < bytes.len() => bytes[at] = *self.pick(&[0x00, 0x01, 0x7F, 0x80, 0xFF]),
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(at..end)),
            5 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
            6 => {
                let number = *self.pick(&NUMBERS);
                let old = bytes[at..].iter().take_while(|byte| **byte >= 0x80).count() + 1;
                drop(bytes.splice(at..(at + old).min(bytes.len()), number.iter().copied()));
            }
            7 => {
                let other = self.pick(samples);
                let from = self.below(other.len() + 1);
                let piece = other[from..(from + self.below(PIECE_MAX)).min(other.len())].to_vec();
                drop(bytes.splice(at..end, piece));
            }
            _ => {
                let noise: Vec<u8> = (0..self.below(PIECE_MAX)).map(|_| self.next() as u8).collect();
                drop(bytes.splice(at..at, noise));
            }
        }
    }
}
